"""How a batch of Bulk API 1 is worked off: rows of CSV or JSON, or a query."""

import json
from dataclasses import replace
from typing import Any

from crm_migrate_simulators.salesforce import tables
from crm_migrate_simulators.salesforce.bulk.classic import Batch, epochs
from crm_migrate_simulators.salesforce.bulk.going_on import answered, readable, written
from crm_migrate_simulators.salesforce.bulk.jobs import Job
from crm_migrate_simulators.salesforce.failures import Failure, in_row
from crm_migrate_simulators.salesforce.rows_of import Result
from crm_migrate_simulators.salesforce.soql.answering import Asking
from crm_migrate_simulators.salesforce.soql.parsing import read
from crm_migrate_simulators.salesforce.work import Work


def go_on_with_batches(work: Work) -> None:
    """Work off what is due by now."""
    for batch in work.store.settings("batches").values():
        if batch["state"] == "Queued" and work.now >= batch["due"]:
            job = work.store.settings("jobs")[batch["job"]]
            if job["state"] != "Aborted":
                _one(work, job, dict(batch))


def _one(work: Work, job: Job, batch: Batch) -> None:
    sent = work.store.settings("job_data")[batch["id"]]
    try:
        if job["operation"] in ("query", "queryAll"):
            found: Any = _queried(work, job, sent)
            counts = {"processed": len(found["rows"]) if job["content"] == "CSV" else 0, "failed": 0}
        else:
            found = _rows(work, job, sent)
            counts = {"processed": len(found), "failed": sum(not result["success"] for result in found)}
    except Failure as failed:
        batch |= {"state": "Failed", "message": f"{failed.code} : {failed.message}", "changed": work.now}
    else:
        work.store.put("job_rows", batch["id"], found)
        batch |= {"state": "Completed", "changed": work.now, **counts}
    work.store.put("batches", batch["id"], batch)


def _queried(work: Work, job: Job, text: str) -> Any:
    deleted = job["operation"] == "queryAll"
    if job["content"] == "JSON":
        answer = Asking(work.store, text, work.now, f"{work.version}", deleted=deleted).answer(read(text))
        return {"rows": epochs(answer.rows)}
    heads, rows = answered(work, text, deleted=deleted)
    return {"heads": heads, "rows": rows}


def _rows(work: Work, job: Job, sent: str) -> list[Result]:
    text = job["content"] == "CSV"
    if text:
        heads, lines = tables.read(sent.encode())
    else:
        lines = _parsed(sent)
        heads = list(dict.fromkeys(head for line in lines for head in line if head != "attributes"))
    readable(work, job, heads)
    results: list[Result] = []
    seen: set[str] = set()
    for line in lines:
        outcome = written(replace(work, text=text), job, line, seen)
        if isinstance(outcome, Failure):
            fields = f"{','.join(outcome.fields)} " if outcome.fields else " "
            error = f"{outcome.code}:{outcome.message}:{fields}--"
            outcome = {"id": None, "success": False, "created": False, "errors": [in_row(outcome)], "error": error}
        results.append(outcome)
    return results


def _parsed(sent: str) -> list[dict[str, Any]]:
    try:
        lines = json.loads(sent)
    except ValueError as error:
        raise Failure("InvalidBatch", f"Failed to parse JSON: {error}") from None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Failure("InvalidBatch", "A batch is a JSON list of objects")
    return lines
