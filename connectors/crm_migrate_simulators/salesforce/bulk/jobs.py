"""Jobs as they are kept: `jobs` holds what is told of each, `job_data` its upload, `job_rows` what became of it."""

from typing import Any

from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.failures import not_found
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.reading import instant_text
from crm_migrate_simulators.salesforce.work import Work

Job = dict[str, Any]
OPEN, COMPLETE = "Open", "JobComplete"


def open_job(work: Work, said: Job, kind: str) -> Job:
    """A new job with an id; `kind`: V2Ingest, V2Query or Classic."""
    with work.store.lock:
        number = len(work.store.settings("jobs")) + 1
        job = {
            "id": ids.make("750", number),
            "kind": kind,
            "user": work.user,
            "created": work.now,
            "changed": work.now,
            **said,
        }
        job.setdefault("state", OPEN)
        job |= {"processed": 0, "failed": 0, "due": None}
        keep(work.store, job)
    return job


def keep(store: OrgStore, job: Job) -> None:
    """Note how a job stands."""
    store.put("jobs", job["id"], dict(job))


def known(work: Work, id: str, *kinds: str) -> Job:
    """The job with that id. Raises Failure NOT_FOUND."""
    whole = ids.whole(id)
    job = work.store.settings("jobs").get(whole or "")
    if job is None or job["kind"] not in kinds:
        raise not_found()
    return dict(job)


def told(job: Job, version: str) -> dict[str, Any]:
    """What every answer about a job of Bulk API 2.0 begins with."""
    said = {
        "id": job["id"],
        "operation": job["operation"],
        "object": job["object"],
        "createdById": job["user"],
        "createdDate": instant_text(job["created"]),
        "systemModstamp": instant_text(job["changed"]),
        "state": job["state"],
    }
    key = {"externalIdFieldName": job["key"]} if job.get("key") else {}
    return {**said, **key, "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(version)}
