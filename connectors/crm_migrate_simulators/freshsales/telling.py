"""A record as an answer tells it: ids are numbers, what it points to is told where somebody asks to include it."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from crm_migrate_simulators.freshsales.modules import ACCOUNTS_OF_CONTACTS, CONTACTS_OF_DEALS, CUSTOM, MODULES, Module
from crm_migrate_simulators.freshsales.visit import Visit
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record

BESIDE = ("notes", "tasks", "appointments", "document_associations")
Json = dict[str, Any]


def told(visit: Visit, record: Record) -> Json:
    """A record with all that was asked for."""
    module, include = MODULES[record.object], visit.included()
    said: Json = {"id": int(record.id)}
    for name, of in visit.store.definition(module.name).fields.items():
        if not name.startswith(CUSTOM) and name not in ("targetable_id",) and _is_told(module, name, include):
            said[name] = cell(visit, of, record.values.get(name))
    if module.custom:
        said["custom_field"] = _custom(visit, record)
    said |= {"created_at": visit.time(record.created), "updated_at": visit.time(record.changed)}
    if module.views:
        said |= {"is_deleted": record.deleted, "links": _links(record)}
    return said | _OF.get(module.name, _about)(visit, record)


def _is_told(module: Module, name: str, include: frozenset[str]) -> bool:
    if module.name == "contacts" and name == "sales_account_id":
        return False
    return name not in module.hidden or module.hidden[name] in include


def cell(visit: Visit, of: Field, value: Any) -> Any:
    """A value as JSON has it."""
    kind = of.more["kind"]
    if value is None:
        return [] if kind == "tags" else None
    if kind in ("choice", "to"):
        return int(value)
    if kind == "tags":
        return json.loads(value)
    if kind == "amount":
        return value if "." in value else f"{value}.0"
    if kind == "decimal":
        return float(value) if "." in value else int(value)
    if kind == "datetime":
        return visit.time(datetime.fromisoformat(value).timestamp())
    return value


def _custom(visit: Visit, record: Record) -> Json:
    fields = visit.store.definition(record.object).fields
    return {n: cell(visit, of, record.values.get(n)) for n, of in fields.items() if n.startswith(CUSTOM)}


def _links(record: Record) -> Json:
    return {name: f"/crm/sales/{record.object}/{record.id}/{name}" for name in BESIDE}


def _contact(visit: Visit, record: Record) -> Json:
    values = record.values
    names = " ".join(values[each] for each in ("first_name", "last_name") if values.get(each))
    mailbox = values.get("email")
    emails = [{"id": int(record.id) + 10**7, "value": mailbox, "is_primary": True, "label": None, "_destroy": False}]
    said: Json = {"display_name": names or mailbox or "", "emails": emails if mailbox else []}
    if "sales_accounts" in visit.included():
        primary = values.get("sales_account_id")
        ids = visit.store.linked(ACCOUNTS_OF_CONTACTS, record.id)
        said["sales_accounts"] = [{**each, "is_primary": str(each["id"]) == primary} for each in _partial(visit, ids)]
    return said


def _deal(visit: Visit, record: Record) -> Json:
    if "contacts" not in visit.included():
        return {}
    return {"contact_ids": [int(id) for id in visit.store.linked(CONTACTS_OF_DEALS, record.id)]}


def _partial(visit: Visit, ids: Iterable[str]) -> list[Json]:
    found = (visit.store.get("sales_accounts", id) for id in ids)
    there = [each for each in found if each is not None and not each.deleted]
    return [{"partial": True, "id": int(e.id), "name": e.values["name"], "avatar": None} for e in there]


def _about(visit: Visit, record: Record) -> Json:
    """What an activity is about."""
    id = str(record.values.get("targetable_id") or "")
    found = next((m for m in MODULES.values() if visit.store.get(m.name, id) is not None), None)
    if found is None:
        return {"targetables": []}
    said: Json = {"targetables": [{"id": int(id), "type": found.model}]}
    if record.object == "sales_activities":
        said |= {"targetable_id": int(id), "targetable_type": found.model}
    return said


def _nothing(visit: Visit, record: Record) -> Json:
    del visit, record
    return {}


_OF: Mapping[str, Callable[[Visit, Record], Json]] = {"contacts": _contact, "deals": _deal, "sales_accounts": _nothing}


def beside(visit: Visit, records: Iterable[Record]) -> Json:
    """What stands beside the records of an answer: the users that own them, where they are asked for."""
    if "owner" not in visit.included():
        return {}
    ids = dict.fromkeys(str(record.values["owner_id"]) for record in records if record.values.get("owner_id"))
    return {"users": [visit.store.setting("owners", id) for id in ids]}
