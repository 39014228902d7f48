"""Jobs of Bulk API 1: batches that are worked off each by itself, and how they are told."""

from datetime import datetime
from typing import Any

from crm_migrate_simulators.salesforce import ids, xml
from crm_migrate_simulators.salesforce.bulk.jobs import Job
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.reading import instant_text
from crm_migrate_simulators.salesforce.work import Work

NAMESPACE = "http://www.force.com/2009/06/asyncapi/dataload"
Batch = dict[str, Any]
_STATES = ("Queued", "InProgress", "Completed", "Failed")


def open_batch(work: Work, job: Job, sent: str, seconds: float) -> Batch:
    """A new batch of a job, due when so many seconds have passed."""
    with work.store.lock:
        number = len(work.store.settings("batches")) + 1
        batch = {
            "id": ids.make("751", number),
            "job": job["id"],
            "state": "Queued",
            "created": work.now,
            "changed": work.now,
        }
        batch |= {"processed": 0, "failed": 0, "due": work.now + seconds, "message": None}
        work.store.put("job_data", batch["id"], sent)
        work.store.put("batches", batch["id"], batch)
    return batch


def batches(store: OrgStore, job: Job) -> list[Batch]:
    """The batches of a job in the order in which they came."""
    return [batch for batch in store.settings("batches").values() if batch["job"] == job["id"]]


def told_job(store: OrgStore, job: Job, version: str) -> dict[str, Any]:
    """What is told of a job; counts of its batches with it."""
    own = batches(store, job)
    states = {f"numberBatches{state}": sum(batch["state"] == state for batch in own) for state in _STATES}
    return {
        "id": job["id"],
        "operation": job["operation"],
        "object": job["object"],
        "createdById": job["user"],
        "createdDate": _instant(job["created"]),
        "systemModstamp": _instant(max([job["changed"], *(batch["changed"] for batch in own)])),
        "state": job["state"],
        "externalIdFieldName": job.get("key"),
        "concurrencyMode": job.get("concurrency", "Parallel"),
        "contentType": job["content"],
        **states,
        "numberBatchesTotal": len(own),
        "numberRecordsProcessed": sum(batch["processed"] for batch in own),
        "numberRetries": 0,
        "apiVersion": version,
        "numberRecordsFailed": sum(batch["failed"] for batch in own),
        "totalProcessingTime": sum(batch["processed"] for batch in own) * 3,
        "apiActiveProcessingTime": sum(batch["processed"] for batch in own) * 2,
        "apexProcessingTime": 0,
    }


def told_batch(batch: Batch) -> dict[str, Any]:
    """What is told of a batch."""
    return {
        "id": batch["id"],
        "jobId": batch["job"],
        "state": batch["state"],
        "stateMessage": batch["message"],
        "createdDate": _instant(batch["created"]),
        "systemModstamp": _instant(batch["changed"]),
        "numberRecordsProcessed": batch["processed"],
        "numberRecordsFailed": batch["failed"],
        "totalProcessingTime": batch["processed"] * 3,
        "apiActiveProcessingTime": batch["processed"] * 2,
        "apexProcessingTime": 0,
    }


def in_xml(root: str, members: dict[str, Any]) -> bytes:
    """A document of one thing."""
    return f'{xml.HEAD}<{root}\n   xmlns="{NAMESPACE}">{xml.text(members)}\n</{root}>'.encode()


def list_in_xml(own: list[Batch]) -> bytes:
    """A document of batches."""
    if not own:
        return f'{xml.HEAD}<batchInfoList\n   xmlns="{NAMESPACE}" />'.encode()
    parts = "".join(f"\n <batchInfo>{xml.text(told_batch(batch), '  ')}\n </batchInfo>" for batch in own)
    return f'{xml.HEAD}<batchInfoList\n   xmlns="{NAMESPACE}">{parts}\n</batchInfoList>'.encode()


def in_json(members: dict[str, Any]) -> dict[str, Any]:
    """The same as JSON has it: instants with an offset, versions as numbers."""
    told = dict(members)
    for name in ("createdDate", "systemModstamp"):
        told[name] = told[name].replace("Z", "+0000")
    if "apiVersion" in told:
        told["apiVersion"] = float(told["apiVersion"])
    return told


def epochs(value: Any) -> Any:
    """Rows as Bulk API 1 tells them in JSON: date-times in milliseconds since 1970."""
    if isinstance(value, dict):
        return {name: epochs(each) for name, each in value.items()}
    if isinstance(value, list):
        return [epochs(each) for each in value]
    if isinstance(value, str) and len(value) == 28 and value.endswith(".000+0000"):
        return int(datetime.fromisoformat(value).timestamp() * 1000)
    return value


def _instant(at: float) -> str:
    return instant_text(at).replace("+0000", "Z")
