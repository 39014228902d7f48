"""A record as an answer tells it: every attribute, a mailbox with its marks, and names beside ids."""

import json
from typing import Any

from crm_migrate_simulators.espocrm.visit import Visit, moment
from crm_migrate_simulators.store import Record

LISTS = ("array", "multiEnum", "checklist")


def told(visit: Visit, record: Record, *, whole: bool = True) -> dict[str, Any]:
    """A record; in a list its long texts are cut off."""
    said: dict[str, Any] = {"id": record.id}
    for name, field in visit.fields.items():
        said |= _attributes(visit, record, name, field["type"])
        if not whole and field["type"] == "text" and isinstance(said.get(name), str):
            said[name] = said[name][: visit.habits.cut]
    said |= {"createdAt": moment(record.created), "modifiedAt": moment(record.changed), "createdById": "api"}
    return said | {"versionNumber": record.version}


def _attributes(visit: Visit, record: Record, name: str, type: str) -> dict[str, Any]:
    held = record.values.get(name)
    if type == "bool":
        return {name: bool(held)}
    if type == "currency":
        return {name: _number(held), f"{name}Currency": record.values.get(f"{name}Currency")}
    if type == "float":
        return {name: _number(held)}
    if type in ("email", "phone"):
        return _marked(visit, name, type, held)
    if type == "link":
        return {f"{name}Id": record.values.get(f"{name}Id")}
    if type == "linkParent":
        return {f"{name}{end}": record.values.get(f"{name}{end}") for end in ("Id", "Type")}
    if type == "personName":
        parts = [record.values.get(each) for each in ("firstName", "lastName")]
        return {name: " ".join(each for each in parts if each) or None}
    if type in ("address", "linkMultiple"):
        return {}
    return {name: json.loads(held) if held and type in LISTS else held}


def _number(held: Any) -> float | int | None:
    if held is None:
        return None
    number = float(held)
    return int(number) if number.is_integer() else number


def _marked(visit: Visit, name: str, type: str, held: str | None) -> dict[str, Any]:
    """A mailbox or number is one thing for all records that have it, and so are its marks."""
    kept = visit.store.setting(type, held) if held else None
    kept = kept or {"name": None, "optOut": False, "invalid": False}
    marks = {f"{name}IsOptedOut": kept["optOut"], f"{name}IsInvalid": kept["invalid"]}
    return {name: kept["name"], **marks}
