"""One record: created, read, changed, upserted, deleted, forgotten."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.freshsales.furniture import first
from crm_migrate_simulators.freshsales.modules import ACCOUNTS_OF_CONTACTS, CONTACTS_OF_DEALS, Module
from crm_migrate_simulators.freshsales.taking import Taken, taken
from crm_migrate_simulators.freshsales.telling import BESIDE, beside, told
from crm_migrate_simulators.freshsales.visit import Visit, refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

# What finds a record to be upserted: the word of the body -> field.
IDENTIFIERS: Mapping[str, Mapping[str, str]] = {
    "contacts": {"emails": "email", "email": "email", "mobile_number": "mobile_number", "external_id": "external_id"},
    "sales_accounts": {"name": "name"},
    "deals": {"name": "name"},
}
_NAMES = ("first_name", "last_name", "email", "mobile_number")
_LINKS = {"contacts": (ACCOUNTS_OF_CONTACTS, "sales_accounts"), "deals": (CONTACTS_OF_DEALS, "contacts")}


def get(visit: Visit) -> Reply:
    """A record."""
    return _answer(visit, visit.record(visit.module.name, visit.at["id"]))


def post(visit: Visit) -> Reply:
    """A new one."""
    return _answer(visit, _created(visit, visit.module, _inner(visit)), 201)


def put(visit: Visit) -> Reply:
    """What is said of a record is changed."""
    record = visit.record(visit.module.name, visit.at["id"])
    return _answer(visit, _changed(visit, visit.module, record, _inner(visit)))


def upsert(visit: Visit) -> Reply:
    """The record with a unique value, or a new one."""
    module, said = visit.module, visit.body().get("unique_identifier")
    known = IDENTIFIERS.get(module.name)
    if known is None or not isinstance(said, dict) or len(said) != 1 or not set(said) <= set(known):
        raise refused(400, "unique_identifier is invalid")
    word, value = next(iter(said.items()))
    found = _holder(visit, module, known[word], value)
    body = {**_inner(visit), word: value}
    if found is None:
        return _answer(visit, _created(visit, module, body), 201)
    return _answer(visit, _changed(visit, module, found, body))


def delete(visit: Visit) -> Reply:
    """Into the recycle bin. What refers to it stays."""
    record = visit.record(visit.module.name, visit.at["id"])
    visit.store.delete(record.object, record.id, visit.now)
    return Reply(200, True if visit.module.views else {"success": "200"})


def related(visit: Visit) -> Reply:
    """Notes, tasks and appointments of a record; it has no documents here."""
    record, name = visit.record(visit.module.name, visit.at["id"]), visit.at["beside"]
    if name not in BESIDE or not visit.module.views:
        raise refused(404, "The requested resource does not exist")
    if name == "document_associations":
        return Reply(200, {name: [], "meta": {"total": 0}})
    rows = [each for each in visit.store.all(name) if each.values.get("targetable_id") == record.id]
    return Reply(200, {name: [told(visit, each) for each in rows], "meta": {"total": len(rows)}})


# ---------------------------------------------------------------------------------------------------- within


def _inner(visit: Visit) -> dict[str, Any]:
    said = visit.body()
    found = said.get(visit.module.one, said)  # a body may do without the name of its module
    if not isinstance(found, dict):
        raise refused(400, f"{visit.module.one} is not an object")
    return found


def _answer(visit: Visit, record: Record, status: int = 200) -> Reply:
    body = {visit.module.one: told(visit, record), **beside(visit, [record]), "meta": None}
    return Reply(status, body)


def _holder(visit: Visit, module: Module, name: str, value: Any) -> Record | None:
    fields = visit.store.definition(module.name).fields
    if fields[name].unique:
        return visit.store.find(module.name, name, value)
    return next((each for each in visit.store.all(module.name) if each.values.get(name) == str(value)), None)


def _created(visit: Visit, module: Module, said: Mapping[str, Any]) -> Record:
    new = taken(visit, module, said)
    if module.name == "contacts" and not any(new.values.get(name) for name in _NAMES):
        raise refused(400, "Last name or email or mobile number can't be blank")
    values = _defaults(visit, module, new.values)
    record = visit.store.create(module.name, values, visit.now, visit.call.bent)
    return _linked(visit, record, new)


def _changed(visit: Visit, module: Module, record: Record, said: Mapping[str, Any]) -> Record:
    new = taken(visit, module, said)
    if module.name == "deals":
        _staged(visit, {**record.values, **new.values})
    changed = visit.store.update(module.name, record.id, new.values, visit.now, visit.call.bent)[1]
    return _linked(visit, changed, new)


def _defaults(visit: Visit, module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the account fills by itself."""
    store, filled = visit.store, {name: value for name, value in values.items() if value is not None}
    if module.name == "contacts":
        for name, kind in (("lifecycle_stage_id", "lifecycle_stages"), ("contact_status_id", "contact_statuses")):
            filled.setdefault(name, str(first(store, kind)["id"]))
        filled.setdefault("subscription_status", "2")
    elif module.name == "deals":
        filled.setdefault("currency_id", str(first(store, "currencies")["id"]))
        filled.setdefault("deal_pipeline_id", str(first(store, "deal_pipelines")["id"]))
        stage = first(store, "deal_stages", deal_pipeline_id=int(filled["deal_pipeline_id"]))
        filled.setdefault("deal_stage_id", str(stage["id"]))
        filled.setdefault("probability", _staged(visit, filled)["probability"])
    elif module.name == "tasks":
        filled.setdefault("status", 0)
    return filled


def _staged(visit: Visit, values: Mapping[str, Any]) -> Any:
    """The stage of a deal, which has to be one of its pipeline."""
    stage = visit.store.setting("deal_stages", values["deal_stage_id"])
    if stage is None or str(stage["deal_pipeline_id"]) != values["deal_pipeline_id"]:
        raise refused(400, "Deal stage is invalid")
    return stage


def _linked(visit: Visit, record: Record, new: Taken) -> Record:
    if not (new.linked or new.unlinked):
        return record
    kind, of = _LINKS[record.object]
    for id in new.linked:
        visit.record(of, id)
        visit.store.link(kind, record.id, id)
    for id in new.unlinked:
        visit.store.link(kind, record.id, id, present=False)
    if record.object != "contacts":
        return record
    there, before = visit.store.linked(kind, record.id), record.values.get("sales_account_id")
    primary = new.primary or (before if before in there else next(iter(there), None))
    return visit.store.update("contacts", record.id, {"sales_account_id": primary}, visit.now)[1]
