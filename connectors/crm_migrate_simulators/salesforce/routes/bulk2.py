"""Bulk API 2.0: jobs that take a file of rows, and jobs that answer a query."""

import re
from typing import Any

from crm_migrate_simulators.salesforce import dml
from crm_migrate_simulators.salesforce.bulk.going_on import start
from crm_migrate_simulators.salesforce.bulk.jobs import COMPLETE, OPEN, Job, keep, known, open_job, told
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.soql.parsing import read
from crm_migrate_simulators.salesforce.tables import DELIMITERS, Table
from crm_migrate_simulators.salesforce.tables import read as read_table
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_CSV = {"Content-Type": "text/csv"}
_FINAL = (COMPLETE, "Failed", "Aborted")


def _create(org: Org, work: Work, at: At) -> Reply:
    said = org.texts(org.body(work))
    unknown = sorted(
        set(said)
        - {
            "object",
            "operation",
            "externalIdFieldName",
            "contentType",
            "lineEnding",
            "columnDelimiter",
            "assignmentRuleId",
        }
    )
    if unknown:
        raise Failure("JSON_PARSER_ERROR", f'Unrecognized field "{unknown[0]}"')
    if said.get("operation") not in OPERATIONS:
        raise Failure("INVALIDJOB", "InvalidJob : Operation not provided or not known")
    object = work.store.named(str(said.get("object", "")))
    if object is None:
        raise Failure("INVALIDJOB", f"InvalidJob : Unable to find object: {said.get('object')}")
    key = said.get("externalIdFieldName")
    if said["operation"] == "upsert":
        if not key:
            words = f"InvalidJob : External ID was blank for {object}. An External ID must be specified for upsert."
            raise Failure("INVALIDJOB", words)
        try:
            dml.key_field(work, object, key)
        except Failure:
            raise Failure("INVALIDJOB", f"InvalidJob : Invalid external ID field: {key}") from None
    elif key:
        raise Failure("INVALIDJOB", "InvalidJob : External ID is for upserts alone")
    job = open_job(work, {"operation": said["operation"], "object": object, "key": key, **_file(said)}, "V2Ingest")
    return Reply(200, {**told(job, at["version"]), **_place(job, at), **_form(job)})


def _file(said: dict[str, Any]) -> Job:
    delimiter, ending = said.get("columnDelimiter", "COMMA"), said.get("lineEnding", "LF")
    if delimiter not in DELIMITERS or ending not in ("LF", "CRLF") or said.get("contentType", "CSV") != "CSV":
        raise Failure("INVALIDJOB", "InvalidJob : columnDelimiter, lineEnding or contentType is not known")
    return {"delimiter": DELIMITERS[delimiter], "delimiter_name": delimiter, "ending": ending}


def _place(job: Job, at: At) -> dict[str, str]:
    return {"contentUrl": f"services/data/v{at['version']}/jobs/ingest/{job['id']}/batches"}


def _form(job: Job) -> dict[str, str]:
    return {"lineEnding": job["ending"], "columnDelimiter": job["delimiter_name"]}


def _upload(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "V2Ingest")
    if job["state"] != OPEN:
        raise Failure("INVALIDJOBSTATE", f"Job is in state {job['state']}: a file goes to an open job")
    if not work.call.request.headers.get("content-type", "").startswith("text/csv"):
        raise Failure("UNSUPPORTED_MEDIA_TYPE", "The content type has to be text/csv")
    if job["id"] in work.store.settings("job_data"):
        raise Failure("INVALIDJOBSTATE", "Found multiple contents for job: only one upload is allowed")
    try:
        text = work.call.request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure("INVALIDJOB", "InvalidJob : the file has to be UTF-8") from None
    work.store.put("job_data", job["id"], text)
    return Reply(201, None)


def _patch(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "V2Ingest", "V2Query")
    state = org.texts(org.body(work)).get("state")
    if state == "UploadComplete" and job["kind"] == "V2Ingest":
        if job["state"] != OPEN:
            raise Failure("INVALIDJOBSTATE", f"Job is in state {job['state']}, not Open")
        _ending_fits(work, job)
        start(org.habits, work, job)
    elif state == "Aborted":
        if job["state"] in _FINAL:
            raise Failure("INVALIDJOBSTATE", f"Job is in state {job['state']}: it cannot be aborted")
        job |= {"state": "Aborted", "due": None, "changed": work.now}
        keep(work.store, job)
    else:
        raise Failure("INVALIDJOBSTATE", f"A job cannot be set to {state}")
    return Reply(200, told(job, at["version"]))


def _ending_fits(work: Work, job: Job) -> None:
    first, _, _ = work.store.settings("job_data").get(job["id"], "").partition("\n")
    job["wrong_ending"] = bool(first) and first.endswith("\r") != (job["ending"] == "CRLF")


def _info(org: Org, work: Work, at: At) -> Reply:
    return Reply(200, _whole(known(work, at["id"], _kind(at)), at))


def _whole(job: Job, at: At) -> dict[str, Any]:
    opened = job["state"] == OPEN
    said = {**told(job, at["version"]), "jobType": job["kind"]} | (_place(job, at) if opened else {}) | _form(job)
    counts = {"numberRecordsProcessed": job["processed"]}
    if job["kind"] == "V2Ingest":
        counts["numberRecordsFailed"] = job["failed"]
    took = {"retries": 0, "totalProcessingTime": 0 if opened else 100 + job["processed"]}
    if job["kind"] == "V2Ingest":
        took |= {"apiActiveProcessingTime": 0 if opened else 50 + job["processed"], "apexProcessingTime": 0}
    words = job.get("error") or job.get("broken")
    error = {"errorMessage": words} if words else {}
    return said | ({} if opened else counts) | took | error


def _list(org: Org, work: Work, at: At) -> Reply:
    jobs = [job for job in work.store.settings("jobs").values() if job["kind"] == _kind(at)]
    brief = [{**told(job, at["version"]), "jobType": job["kind"]} for job in jobs]
    return Reply(200, {"done": True, "nextRecordsUrl": None, "records": brief})


def _delete(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], _kind(at))
    if job["state"] not in _FINAL:
        raise Failure("INVALIDJOBSTATE", f"Job is in state {job['state']}: it cannot be deleted")
    for kind in ("job_data", "job_rows"):
        work.store.put(kind, job["id"], None)
    keep(work.store, job | {"kind": "deleted"})
    return Reply(204)


def _kind(at: At) -> str:
    return {"ingest": "V2Ingest", "query": "V2Query"}[at["which"]]


def _results(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "V2Ingest")
    rows = work.store.settings("job_rows").get(job["id"], {"heads": [], "results": {}})
    heads, lines = ([], []) if job.get("error") else _lines(work, job)
    results: dict[str, Any] = rows["results"]
    if at["results"].lower() == "unprocessedrecords":
        left = [line for number, line in enumerate(lines) if str(number) not in results]
        return Reply(200, Table(heads, left, job["delimiter"]), dict(_CSV))
    good = at["results"] == "successfulResults"
    told_rows = []
    for number, result in results.items():
        if result["success"] == good:
            own = {"sf__Id": result.get("id", "")}
            own |= {"sf__Created": result.get("created", False)} if good else {"sf__Error": result["error"]}
            told_rows.append({**own, **lines[int(number)]})
    first = ["sf__Id", "sf__Created" if good else "sf__Error"]
    return Reply(200, Table([*first, *heads], told_rows, job["delimiter"], quoted_heads=2), dict(_CSV))


def _lines(work: Work, job: Job) -> tuple[list[str], list[dict[str, str]]]:
    return read_table(work.store.settings("job_data").get(job["id"], "").encode(), job["delimiter"])


def _ask(org: Org, work: Work, at: At) -> Reply:
    said = org.texts(org.body(work))
    if said.get("operation") not in ("query", "queryAll") or not isinstance(said.get("query"), str):
        raise Failure("INVALIDJOB", "InvalidJob : operation is query or queryAll, and query is SOQL")
    query = read(said["query"])
    if query.groups or query.offset or re.search(r"\b(TYPEOF|COUNT|SUM|AVG|MIN|MAX)\b", said["query"], re.IGNORECASE):
        raise Failure("API_ERROR", "Aggregates, GROUP BY, OFFSET and TYPEOF are not supported by the Bulk API")
    object = work.store.named(query.source)
    if object is None:
        raise Failure("INVALIDJOB", f"InvalidJob : Unable to find object: {query.source}")
    file = _file(said)
    job = open_job(work, {"operation": said["operation"], "object": object, "query": said["query"], **file}, "V2Query")
    start(org.habits, work, job)
    return Reply(200, {**told(job, at["version"]), **_form(job)})


def _answered(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "V2Query")
    if job["state"] != COMPLETE:
        raise Failure("INVALIDJOBSTATE", f"The job is in state {job['state']}: it has no results")
    query = work.call.request.query
    found = work.store.settings("job_rows")[job["id"]]
    start_at, most = _offset(query.get("locator", "")), int(query.get("maxRecords", len(found["rows"]) or 1))
    end = start_at + most
    headers = {"Sforce-Locator": _locator(end) if end < len(found["rows"]) else "null"}
    part = found["rows"][start_at:end]
    headers["Sforce-NumberOfRecords"] = str(len(part))
    ending = "\r\n" if job["ending"] == "CRLF" else "\n"
    return Reply(200, Table(found["heads"], part, job["delimiter"], ending), {**_CSV, **headers})


def _locator(at: int) -> str:
    return f"MT{at:x}Q"


def _offset(said: str) -> int:
    if said in ("", "null"):
        return 0
    found = re.fullmatch(r"MT([0-9a-f]+)Q", said)
    if found is None:
        raise Failure("INVALID_LOCATOR", f"Invalid locator: {said}")
    return int(found[1], 16)


_JOB = f"{DATA}/jobs/ingest"
_ANY = f"{DATA}/jobs/(?P<which>ingest|query)"
ROUTES = (
    *routes("write", _create, f"POST {_JOB}"),
    *routes("write", _upload, f"PUT {_JOB}/{{id}}/batches"),
    *routes("read", _results, f"GET {_JOB}/{{id}}/(?P<results>successfulResults|failedResults|unprocessed[rR]ecords)"),
    *routes("read", _ask, f"POST {DATA}/jobs/query"),
    *routes("read", _answered, f"GET {DATA}/jobs/query/{{id}}/results"),
    *routes("write", _patch, f"PATCH {_ANY}/{{id}}"),
    *routes("read", _info, f"GET {_ANY}/{{id}}"),
    *routes("read", _list, f"GET {_ANY}"),
    *routes("write", _delete, f"DELETE {_ANY}/{{id}}"),
)
