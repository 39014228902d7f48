"""The recycle bin: who lies there, and bringing records back."""

from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.org_store import MANY
from crm_migrate_simulators.zoho.problems import INVALID_ID, Problem, said
from crm_migrate_simulators.zoho.telling import title
from crm_migrate_simulators.zoho.values import moment
from crm_migrate_simulators.zoho.visit import Visit

PAGE = 200
IDS = 100


def _lying(visit: Visit) -> list[Record]:
    """Records; the rows of one are a part of it."""
    rows = {name for name, each in visit.store.schema.objects.items() if each.more.get("subform_of")}
    names = (name for name in visit.store.in_use() if visit.knows(name) and name not in rows)
    found = (visit.store.page(name, None, MANY, deleted=True) for name in names)
    return [record for records in found for record in records if not record.merged_into]


def listed(visit: Visit) -> Reply:
    """Who lies there; of some ids those that do."""
    ids = visit.query.get("ids")
    if ids is not None and len(ids.split(",")) > IDS:
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="ids", maximum_length=IDS)
    found = [record for record in _lying(visit) if ids is None or record.id in ids.split(",")]
    page, size = int(visit.query.get("page", "1")), min(int(visit.query.get("per_page", str(PAGE))), PAGE)
    some = found[(page - 1) * size : page * size]
    info = {"per_page": size, "count": len(some), "page": page, "more_records": len(found) > page * size}
    return Reply(200, {"recycle_bin": [_told(visit, each) for each in some], "info": info}) if some else Reply(204)


def _told(visit: Visit, record: Record) -> dict[str, Any]:
    return {
        "id": record.id, "display_name": title(visit, record), "module": {"api_name": record.object, "id": "1"},
        "deleted_time": moment(record.changed, visit.zone), "deleted_by": {"id": visit.store.me},
    }  # fmt: skip


def restored(visit: Visit) -> Reply:
    """Bring one back."""
    id = visit.at["id"]
    record = next((each for each in _lying(visit) if each.id == id), None)
    if record is None:
        raise Problem(400, "INVALID_DATA", INVALID_ID, resource_path_index=1)
    try:
        with visit.store.lock:
            visit.store.bring_back(record, visit.now)
    except Refused as refused:
        return Reply(400, {"recycle_bin": [said("DUPLICATE_DATA", refused.message, {"id": id})]})
    told = {"code": "SUCCESS", "details": {"id": id}, "message": "record restored successfully", "status": "success"}
    return Reply(200, {"recycle_bin": [told]})
