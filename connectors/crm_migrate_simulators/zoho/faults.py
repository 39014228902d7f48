"""What goes wrong with Zoho CRM alone, beside what goes wrong with any CRM."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import Kind, kind
from crm_migrate_simulators.wire import Reply

KINDS: dict[str, Kind] = {}


@kind("refused", "any", "document zoho.com/crm API limits: 429 without Retry-After", into=KINDS)
def too_many_at_once(call: Call, _: float) -> Reply:
    """429 TOO_MANY_REQUESTS of the limit of concurrent requests; it does not say until when."""
    return call.error(429, "QUOTA_GONE", "")


@kind("refused", "any", "document zoho.com/crm scopes: OAUTH_SCOPE_MISMATCH", into=KINDS)
def scope_missing(call: Call, _: float) -> Reply:
    """401 OAUTH_SCOPE_MISMATCH, though the token is good; nothing was done."""
    return call.error(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")


@kind("refused", "write", "document zoho.com/crm record locking: RECORD_LOCKED of a row", into=KINDS)
def rows_locked(call: Call, _: float) -> Reply:
    """The records of the request are locked: each row is refused with RECORD_LOCKED; nothing was done."""
    rows = call.request.json().get("data") if call.request.body else None
    if not isinstance(rows, list):
        return call.proceed()
    locked = {"code": "RECORD_LOCKED", "details": {}, "message": "the record is locked", "status": "error"}
    return Reply(400 if len(rows) == 1 else 202, {"data": [dict(locked) for _ in rows]})


@kind("refused", "write", "document zoho.com/crm blueprint: RECORD_IN_BLUEPRINT", into=KINDS)
def in_blueprint(call: Call, _: float) -> Reply:
    """Each row is refused: the record is in a process that the API may not pass by; nothing was done."""
    rows = call.request.json().get("data") if call.request.body else None
    if not isinstance(rows, list):
        return call.proceed()
    refused = {"code": "RECORD_IN_BLUEPRINT", "details": {}, "message": "record not in process", "status": "error"}
    return Reply(400 if len(rows) == 1 else 202, {"data": [dict(refused) for _ in rows]})
