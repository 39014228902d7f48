"""Records as they are told: whole in a list, by their ids alone in a query."""

from collections.abc import Iterable
from typing import Any

from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.zoho.modules import SUBFORM, USERS
from crm_migrate_simulators.zoho.values import moment, told
from crm_migrate_simulators.zoho.visit import Visit

MOMENTS = ("Created_Time", "Modified_Time")


def value(visit: Visit, record: Record, field: Field) -> Any:
    """What a query tells of a field: of a reference its id."""
    if field.name in MOMENTS:
        return moment(record.created if field.name == "Created_Time" else record.changed, visit.zone)
    said = record.values.get(field.name)
    if field.type == "reference":
        return None if said is None else {"id": said}
    return told(field, said, visit.zone)


def whole(visit: Visit, record: Record, names: Iterable[str]) -> dict[str, Any]:
    """What a list tells of a record: references with names, and of activities the module that they are about."""
    fields = visit.fields(record.object)
    said: dict[str, Any] = {"id": record.id}
    for name in names:
        if name in fields and fields[name].more.get("data_type") != SUBFORM:
            field, found = fields[name], value(visit, record, fields[name])
            said[name] = named(visit, found["id"]) if field.type == "reference" and found else found
    about = record.values.get("What_Id") if "What_Id" in said else None
    if "What_Id" in said:
        parent = visit.store.anyone(about) if about else None
        said["$se_module"] = parent.object if parent else None
    return said


def named(visit: Visit, id: str) -> dict[str, Any]:
    """A record that another one names."""
    record = visit.store.anyone(id)
    if record is None:
        return {"id": id, "name": None}
    if record.object == USERS:
        return {"name": record.values["full_name"], "id": id, "email": record.values["email"]}
    return {"name": title(visit, record), "id": id}


def title(visit: Visit, record: Record) -> str | None:
    """What a record is called."""
    names = ("Full_Name", "Last_Name", "Name", *(n for n, f in visit.fields(record.object).items() if f.required))
    return next((str(record.values[name]) for name in names if record.values.get(name)), None)


def by(visit: Visit, id: str | None) -> dict[str, Any]:
    """A user as the answers of writes name one."""
    user = visit.store.get(USERS, id or visit.store.me)
    return {"name": user.values["full_name"] if user else None, "id": id or visit.store.me}


def written(visit: Visit, record: Record, words: str) -> dict[str, Any]:
    """The answer about a record that was taken."""
    details = {
        "Modified_Time": moment(record.changed, visit.zone),
        "Modified_By": by(visit, record.values.get("Modified_By")),
        "Created_Time": moment(record.created, visit.zone),
        "id": record.id,
        "Created_By": by(visit, record.values.get("Created_By")),
    }
    return {"code": "SUCCESS", "details": details, "message": words, "status": "success"}
