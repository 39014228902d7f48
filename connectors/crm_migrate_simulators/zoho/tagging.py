"""Tags of records: up to ten of one, given to many at a time, and those that a module has."""

import json
from typing import Any

from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.problems import INVALID_ID, Wrong, param, row
from crm_migrate_simulators.zoho.visit import Visit

MOST = 10  # tags of a record
RECORDS = 500


def added(visit: Visit) -> Reply:
    """Give tags to records."""
    return _each(visit, take=False)


def removed(visit: Visit) -> Reply:
    """Take tags from records."""
    return _each(visit, take=True)


def listed(visit: Visit) -> Reply:
    """The tags of a module, as its records have them."""
    name = visit.query.get("module")
    if not name:
        raise param("module")
    found = {tag for record in visit.store.all(visit.module(name)) for tag in _tags(record.values)}
    told = [{"name": tag, "id": str(at + 1), "color_code": None} for at, tag in enumerate(sorted(found))]
    return Reply(200, {"tags": told, "info": {"count": len(told), "allowed_count": 1000}})


def _tags(values: Any) -> list[str]:
    return list(json.loads(values["Tag"])) if values.get("Tag") else []


def _each(visit: Visit, *, take: bool) -> Reply:
    module = visit.module()
    names = [str(each.get("name", "")) for each in visit.member("tags", MOST)]
    told = [_one(visit, module, str(id), names, at, take=take) for at, id in enumerate(visit.member("ids", RECORDS))]
    failed = sum(each["status"] == "error" for each in told)
    return Reply(200 if not failed else 400 if len(told) == 1 else 207, {"data": told})


def _one(visit: Visit, module: str, id: str, names: list[str], at: int, *, take: bool) -> dict[str, Any]:
    with visit.store.lock:
        record = visit.store.get(module, id)
        if record is None or record.deleted:
            return row(Wrong("INVALID_DATA", INVALID_ID, "id"), at)
        had = _tags(record.values)
        before = [] if visit.body().get("over_write") is True else had
        kept = [tag for tag in had if tag not in names] if take else list(dict.fromkeys([*before, *names]))
        if len(kept) > MOST:
            return row(Wrong("INVALID_DATA", "the limit of tags is exceeded", "tags", limit=MOST), at)
        visit.store.update(module, id, {"Tag": json.dumps(kept) if kept else None}, visit.now)
    words = "tags updated successfully"
    return {"code": "SUCCESS", "details": {"id": int(id), "tags": kept}, "message": words, "status": "success"}
