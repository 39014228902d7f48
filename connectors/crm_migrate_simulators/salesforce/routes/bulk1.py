"""Bulk API 1: jobs of batches, in XML or JSON."""

import json
from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.salesforce import dml, ids, xml
from crm_migrate_simulators.salesforce.bulk import classic
from crm_migrate_simulators.salesforce.bulk.jobs import OPEN, Job, keep, known, open_job
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import At, routes
from crm_migrate_simulators.salesforce.tables import Table
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete", "query", "queryAll")
_XML = {"Content-Type": "application/xml"}
_JSON = {"Content-Type": "application/json"}


def _create(org: Org, work: Work, at: At) -> Reply:
    said = org.texts(_with_mode(_said(work)))
    object = work.store.named(str(said.get("object", "")))
    if said.get("operation") not in OPERATIONS:
        raise Failure("InvalidJob", f"{said.get('operation')} is no operation")
    if object is None:
        raise Failure("InvalidJob", f"Unable to find object: {said.get('object')}")
    content = said.get("contentType", "XML")
    if content not in ("CSV", "JSON"):
        raise Failure("InvalidJob", f"This simulator takes CSV and JSON, not {content}; the real one takes XML, too")
    key = said.get("externalIdFieldName")
    if said["operation"] == "upsert":
        if not key:
            raise Failure(
                "InvalidJob", f"External ID was blank for {object}. An External ID must be specified for upsert."
            )
        _key(work, object, key)
    job = {"operation": said["operation"], "object": object, "key": key, "content": content}
    job["concurrency"] = said.get("concurrencyMode", "Parallel")
    opened = open_job(work, job, "Classic")
    return _told(work, opened, at, status=200 if said["operation"].startswith("query") else 201)


def _with_mode(said: Any) -> Any:
    """An enumeration may be said by its number: simple-salesforce sends 0 for Parallel and 1 for Serial."""
    mode = said.get("concurrencyMode") if isinstance(said, dict) else None
    if isinstance(mode, bool) or mode not in (0, 1):
        return said
    return {**said, "concurrencyMode": "Serial" if mode else "Parallel"}


def _key(work: Work, object: str, key: str) -> None:
    try:
        dml.key_field(work, object, key)
    except Failure:
        raise Failure("InvalidJob", f"Field name provided, {key} does not match an External ID, Salesforce Id, or "
                      f"indexed field for {object}") from None  # fmt: skip


def _state(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "Classic")
    state = org.texts(_said(work)).get("state")
    if state not in ("Closed", "Aborted"):
        raise Failure("InvalidJobState", f"A job cannot be set to {state}")
    if job["state"] != OPEN and not (job["state"] == "Closed" and state == "Aborted"):
        raise Failure("InvalidJobState", f"Job is {job['state']}")
    keep(work.store, job | {"state": state, "changed": work.now})
    return _told(work, job | {"state": state, "changed": work.now}, at)


def _info(org: Org, work: Work, at: At) -> Reply:
    return _told(work, known(work, at["id"], "Classic"), at)


def _told(work: Work, job: Job, at: At, status: int = 200) -> Reply:
    told = classic.told_job(work.store, job, at["plain"])
    if _wants_json(work):
        return Reply(status, classic.in_json(told), dict(_JSON))
    return Reply(status, classic.in_xml("jobInfo", told), dict(_XML))


def _add(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "Classic")
    if job["state"] != OPEN:
        raise Failure("InvalidJobState", f"Cannot add a batch to a job that is {job['state']}")
    try:
        sent = work.call.request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure("InvalidBatch", "A batch has to be UTF-8") from None
    return _batch_told(job, classic.open_batch(work, job, sent, org.habits.job_seconds), status=201)


def _batch_told(job: Job, batch: classic.Batch, status: int = 200) -> Reply:
    told = classic.told_batch(batch)
    if job["content"] == "JSON":
        return Reply(status, classic.in_json(told), dict(_JSON))
    return Reply(status, classic.in_xml("batchInfo", told), dict(_XML))


def _batches(org: Org, work: Work, at: At) -> Reply:
    job = known(work, at["id"], "Classic")
    own = classic.batches(work.store, job)
    if job["content"] == "JSON":
        return Reply(200, {"batchInfo": [classic.in_json(classic.told_batch(batch)) for batch in own]}, dict(_JSON))
    return Reply(200, classic.list_in_xml(own), dict(_XML))


def _batch(org: Org, work: Work, at: At) -> Reply:
    return _batch_told(*_found(work, at))


def _found(work: Work, at: At) -> tuple[Job, classic.Batch]:
    job = known(work, at["id"], "Classic")
    batch = work.store.settings("batches").get(ids.whole(at["batch"]) or "")
    if batch is None or batch["job"] != job["id"]:
        raise Failure("InvalidBatch", "Unable to find batch")
    return job, batch


def _result(org: Org, work: Work, at: At) -> Reply:
    job, batch = _found(work, at)
    if batch["state"] != "Completed":
        raise Failure("InvalidBatch", f"Batch is {batch['state']}: it has no result")
    found = work.store.settings("job_rows")[batch["id"]]
    if job["operation"].startswith("query"):
        result = ids.make("752", ids.number(batch["id"]))[:15]
        if job["content"] == "JSON":
            return Reply(200, [result], dict(_JSON))
        inside = f"<result>{result}</result>"
        return Reply(200, f'<result-list xmlns="{classic.NAMESPACE}">{inside}</result-list>'.encode(), dict(_XML))
    if job["content"] == "JSON":
        names = ("success", "created", "id", "errors")
        return Reply(200, [{name: result.get(name) for name in names} for result in found], dict(_JSON))
    heads: dict[str, Callable[[dict[str, Any]], Any]] = {
        "Id": lambda result: result["id"] or "",
        "Success": lambda result: result["success"],
        "Created": lambda result: result.get("created", False),
        "Error": lambda result: result.get("error", ""),
    }
    rows = [{head: tell(result) for head, tell in heads.items()} for result in found]
    return Reply(200, Table(list(heads), rows), {"Content-Type": "text/csv"})


def _rows(org: Org, work: Work, at: At) -> Reply:
    job, batch = _found(work, at)
    if ids.whole(at["result"]) != ids.make("752", ids.number(batch["id"])) or batch["state"] != "Completed":
        raise Failure("InvalidBatch", "Unable to find result")
    found = work.store.settings("job_rows")[batch["id"]]
    if job["content"] == "JSON":
        return Reply(200, found["rows"], dict(_JSON))
    heads = found["heads"] if found["rows"] else ["Records not found for this query"]
    return Reply(200, Table(heads, found["rows"]), {"Content-Type": "text/csv"})


def _request(org: Org, work: Work, at: At) -> Reply:
    _, batch = _found(work, at)
    return Reply(200, work.store.settings("job_data")[batch["id"]].encode(), {"Content-Type": "text/csv"})


def _said(work: Work) -> dict[str, Any]:
    if _wants_json(work):
        try:
            said = json.loads(work.call.request.body)
        except ValueError as error:
            raise Failure("InvalidJob", f"JSON cannot be read: {error}") from None
    else:
        said = xml.said(xml.tree(work.call.request.body))
    if not isinstance(said, dict):
        raise Failure("InvalidJob", "The body says nothing of a job")
    return said


def _wants_json(work: Work) -> bool:
    headers = work.call.request.headers
    return headers.get("content-type", headers.get("accept", "")).startswith("application/json")


_JOB = r"/services/async/v?(?P<plain>\d+\.\d)/job"
_BATCH = f"{_JOB}/{{id}}/batch"
ROUTES = (
    *routes("write", _create, f"POST {_JOB}"),
    *routes("write", _state, f"POST {_JOB}/{{id}}"),
    *routes("read", _info, f"GET {_JOB}/{{id}}"),
    *routes("write", _add, f"POST {_BATCH}"),
    *routes("read", _batches, f"GET {_BATCH}"),
    *routes("read", _batch, f"GET {_BATCH}/{{batch}}"),
    *routes("read", _result, f"GET {_BATCH}/{{batch}}/result"),
    *routes("read", _rows, f"GET {_BATCH}/{{batch}}/result/{{result}}"),
    *routes("read", _request, f"GET {_BATCH}/{{batch}}/request"),
)
