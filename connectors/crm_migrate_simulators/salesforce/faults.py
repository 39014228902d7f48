"""What goes wrong with Salesforce alone, beside what goes wrong with any CRM."""

from typing import cast

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import Kind, kind
from crm_migrate_simulators.salesforce.bulk.jobs import Job, keep
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.wire import Reply

KINDS: dict[str, Kind] = {}


@kind("refused", "any", "document Salesforce API request limits: 25 long requests at a time", into=KINDS)
def concurrent_limit(call: Call, _: float) -> Reply:
    """403 REQUEST_LIMIT_EXCEEDED, though the day's requests are not used up: too many at the same time."""
    return call.error(403, "TOO_MANY_REQUESTS", "")


@kind("refused", "any", "document Salesforce REST status codes: 503", into=KINDS)
def maintenance(call: Call, _: float) -> Reply:
    """503 SERVER_UNAVAILABLE without Retry-After: the instance is in maintenance; nothing was done."""
    return call.error(503, "UNAVAILABLE", "")


@kind(
    "refused", "write", "document jsforce issue 1018, salesforce-bulk threads: UNABLE_TO_LOCK_ROW per row", into=KINDS
)
def rows_locked(call: Call, _: float) -> Reply:
    """About half of the rows of the request are refused with UNABLE_TO_LOCK_ROW: others hold their parents."""
    return call.proceed(bent="rows_locked")


@kind("refused", "write", "document Apex: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", into=KINDS)
def trigger_fails(call: Call, _: float) -> Reply:
    """A trigger of the org throws: every row of the request is refused, whatever it says."""
    return call.proceed(bent="trigger_fails")


@kind("doubt", "write", "document Bulk API 2.0: a job that fails keeps what was processed", 0.5, into=KINDS)
def job_fails(call: Call, share: float) -> Reply:
    """The jobs that are open now end as Failed when that share of their rows was worked off; the rest never is."""
    for job in _running(call):
        keep(_store(call), job | {"stops_at": share})
    return call.proceed()


@kind("doubt", "write", "document Bulk API 2.0: jobs wait in a queue", 60, into=KINDS)
def job_late(call: Call, seconds: float) -> Reply:
    """The jobs that are open now take that many seconds longer."""
    for job in _running(call):
        keep(_store(call), job | {"delay": job.get("delay", 0.0) + seconds})
    return call.proceed()


@kind("people", "any", "document Bulk Data Load Jobs page: an administrator can abort a job", into=KINDS)
def job_aborted_by_user(call: Call, _: float) -> Reply:
    """Before the request is handled an administrator aborts the jobs that are not finished."""
    for job in _running(call):
        keep(_store(call), job | {"state": "Aborted", "due": None})
    return call.proceed()


@kind("answer", "read", "assumed", into=KINDS)
def results_gone(call: Call, _: float) -> Reply:
    """404 for whatever is read: results of jobs are thrown away after seven days, cursors earlier."""
    return Reply(404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])


@kind("read", "read", "assumed", into=KINDS)
def query_short(call: Call, _: float) -> Reply:
    """A query leaves out one of its rows, and does not count it either."""
    reply = call.proceed()
    body = reply.body
    if isinstance(body, dict) and isinstance(body.get("records"), list) and body["records"] and "totalSize" in body:
        body["records"].pop(call.random.randrange(len(body["records"])))
        body["totalSize"] -= 1
    return reply


def _store(call: Call) -> OrgStore:
    return cast(OrgStore, call.store)


def _running(call: Call) -> list[Job]:
    jobs = _store(call).settings("jobs").values()
    return [dict(job) for job in jobs if job["state"] in ("Open", "UploadComplete", "InProgress")]
