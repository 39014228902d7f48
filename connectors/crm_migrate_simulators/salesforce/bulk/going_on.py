"""How the rows of a job are worked off: in chunks, some of them later than others, each row by itself."""

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crm_migrate_simulators.salesforce import dml, tables
from crm_migrate_simulators.salesforce.bulk.jobs import COMPLETE, Job, keep
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.habits import Habits
from crm_migrate_simulators.salesforce.rows_of import Result, attempted, chunks, done, only_once
from crm_migrate_simulators.salesforce.soql.answering import Asking, Row
from crm_migrate_simulators.salesforce.soql.parsing import read
from crm_migrate_simulators.salesforce.soql.tree import Path
from crm_migrate_simulators.salesforce.work import Work

CHUNK = 200
_COMPOUND = ("address", "location")
Line = dict[str, str]


def go_on(habits: Habits, work: Work) -> None:
    """Work off what is due by now of every job that runs."""
    for job in work.store.settings("jobs").values():
        if job["due"] is not None:  # a job of Bulk API 1 has none: its batches have
            _one(habits, work, dict(job))


def start(habits: Habits, work: Work, job: Job) -> None:
    """The upload is complete: from now on the job runs."""
    job |= {"state": "UploadComplete", "changed": work.now, "started": work.now, "due": work.now + habits.job_seconds}
    keep(work.store, job)


def _one(habits: Habits, work: Work, job: Job) -> None:
    if job["kind"] == "V2Query":
        if work.now >= job["due"] + job.get("delay", 0.0):
            _query(work, job)
        return
    lasted, lasts = work.now - job["started"], habits.job_seconds + job.get("delay", 0.0)
    share = 1.0 if lasted >= lasts else max(0.0, 2 * lasted / max(lasts, 1e-9) - 1)
    if job["state"] == "UploadComplete" and share < 1 and lasted > 0:
        job["state"] = "InProgress"
        keep(work.store, job)
    if share > 0:
        _rows(work, job, share)


def _query(work: Work, job: Job) -> None:
    try:
        heads, rows = answered(work, job["query"], deleted=job["operation"] == "queryAll")
    except Failure as failed:
        job |= {"state": "Failed", "error": f"{failed.code}: {failed.message}", "due": None, "changed": work.now}
    else:
        work.store.put("job_rows", job["id"], {"heads": heads, "rows": rows})
        job |= {"state": COMPLETE, "processed": len(rows), "due": None, "changed": work.now}
    keep(work.store, job)


def answered(work: Work, text: str, *, deleted: bool) -> tuple[list[str], list[Line]]:
    """The rows of a query as a file has them: one level, texts, instants with Z."""
    query = read(text)
    asking = Asking(work.store, text, work.now, f"{work.version}", deleted=deleted)
    object = asking.object(query)
    for item in query.items:
        named = work.store.field(object, item.names[-1]) if isinstance(item, Path) and len(item.names) == 1 else None
        if named is not None and named.more["type"] in _COMPOUND:
            raise _compound()
    answer = asking.answer(query)
    flat = [_flat(row) for row in answer.rows]
    heads = list(dict.fromkeys(head for row in flat for head in row))
    if not heads:
        heads = [getattr(item, "text", "") for item in query.items]
    return heads, flat


def _flat(row: Row, before: str = "") -> Line:
    found: Line = {}
    for name, said in row.items():
        if name == "attributes":
            continue
        if isinstance(said, dict) and "attributes" in said:
            found |= _flat(said, f"{before}{name}.")
        elif isinstance(said, dict) and "records" in said:
            raise Failure("InvalidBatch", "Nested queries are not supported by the Bulk API")
        elif isinstance(said, dict):
            raise _compound()
        else:
            found[before + name] = _cell(said)
    return found


def _compound() -> Failure:
    return Failure("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")


def _cell(said: Any) -> str:
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, float) and said and not 1e-3 <= abs(said) < 1e7:
        digits, _, exponent = f"{Decimal(repr(said)).normalize():E}".partition("E")
        return f"{digits if '.' in digits else f'{digits}.0'}E{int(exponent)}"
    text = "" if said is None else str(said)
    return f"{text[:-5]}Z" if text.endswith(".000+0000") and len(text) == 28 else text


def _rows(work: Work, job: Job, share: float) -> None:
    """Work off the chunks up to that share of them; the first time, look whether the file can be read at all."""
    work = replace(work, text=True)
    try:
        heads, lines = tables.read(
            work.store.settings("job_data").get(job["id"], "").encode(), job.get("delimiter", ",")
        )
        readable(work, job, heads)
    except Failure as failed:
        job |= {"state": "Failed", "error": f"{failed.code} : {failed.message}", "due": None, "changed": work.now}
        keep(work.store, job)
        return
    parts = list(chunks(list(enumerate(lines)), CHUNK))
    random.Random(job["id"]).shuffle(parts)  # noqa: S311 -- chunks run side by side: the order is repeatable, not told
    told = dict(work.store.settings("job_rows").get(job["id"], {"heads": heads, "results": {}}))
    results: dict[str, Result] = dict(told["results"])
    stops = job.get("stops_at")
    for part in parts[: max(1, round((share if stops is None else min(share, stops)) * len(parts)))]:
        if str(part[0][0]) not in results:
            results |= _chunk(work, job, part)
    work.store.put("job_rows", job["id"], {"heads": heads, "results": results})
    finished = len(results) == len(lines)
    failed_rows = sum(not result["success"] for result in results.values())
    job |= {"processed": len(results), "failed": failed_rows, "changed": work.now}
    job |= {"state": COMPLETE, "due": None} if finished else {"state": "InProgress"}
    if stops is not None and share >= stops and not finished:
        job |= {"state": "Failed", "due": None, "broken": "InternalServerError : Unable to process the job"}
    keep(work.store, job)


def readable(work: Work, job: Job, heads: list[str]) -> None:
    """Raises Failure where the columns of a file are not those of the object."""
    if job.get("wrong_ending"):
        words = f"LineEnding is invalid on user data. Current LineEnding setting is {job['ending']}"
        raise Failure("ClientInputError", words)
    if job["operation"] in ("delete", "hardDelete"):
        if [head.casefold() for head in heads] not in (["id"], []):
            raise Failure("InvalidBatch", "The file of a delete has one column, Id")
        return
    for head in heads:
        parts = head.split(".")
        known = work.store.by_relationship(job["object"], parts[0]) if len(parts) == 2 else None
        if known is None and work.store.field(job["object"], head) is None:
            raise Failure("InvalidBatch", f"Field name not found : {head}")
    key = "Id" if job["operation"] == "update" else job.get("key")
    if heads and key and key.casefold() not in {head.casefold() for head in heads}:
        raise Failure("InvalidBatch", f"Field name not found : {key}")


def _chunk(work: Work, job: Job, part: list[tuple[int, Line]]) -> dict[str, Result]:
    seen: set[str] = set()
    results: dict[str, Result] = {}
    for number, line in part:
        outcome = written(work, job, line, seen)
        if isinstance(outcome, Failure):
            fields = f"{','.join(outcome.fields)} " if outcome.fields else " "
            outcome = {"success": False, "id": _id_of(line), "error": f"{outcome.code}:{outcome.message}:{fields}--"}
        results[str(number)] = outcome
    return results


def written(work: Work, job: Job, line: Mapping[str, Any], seen: set[str]) -> Result | Failure:
    """What became of a row; what it did before it failed is undone."""
    return attempted(work, line, lambda row: write_row(work, job, row, seen))


def _id_of(line: Mapping[str, Any]) -> str:
    return next((str(value or "") for head, value in line.items() if head.casefold() == "id"), "")


def write_row(work: Work, job: Job, line: Mapping[str, Any], seen: set[str]) -> Result:
    """One row of a file. Raises Failure."""
    object, operation = job["object"], job["operation"]
    if operation == "insert":
        return {**done(dml.create(work, object, line).id), "created": True}
    if operation == "upsert":
        key = next((value for head, value in line.items() if head.casefold() == job["key"].casefold()), None)
        if key:
            only_once(seen, str(key).casefold(), "Duplicate external id specified")
        record, created = dml.upsert(work, object, job["key"], key, line)
        return {**done(record.id), "created": created}
    said = _id_of(line)
    if not said:
        raise Failure(
            "MISSING_ARGUMENT", f"Id not specified in {'an update' if operation == 'update' else 'a delete'} call"
        )
    id = dml.known_id(work, object, said)
    only_once(seen, id, "duplicate id specified")
    if operation == "update":
        dml.update(work, object, id, line)
    else:
        dml.delete(work, object, id, hard=operation == "hardDelete")
    return {**done(id), "created": False}
