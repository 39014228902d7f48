"""One record: found, made, changed, and told as HubSpot tells it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_migrate_simulators.hubspot import links
from crm_migrate_simulators.hubspot.calculated import ON_UPDATE, SOURCE, calculated
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.link_types import OWN_TYPES
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import Conflict, Invalid, Missing, page_404, refused
from crm_migrate_simulators.hubspot.properties import EMAIL, definition, values_of
from crm_migrate_simulators.hubspot.values import taken
from crm_migrate_simulators.hubspot.visit import Visit, stamp
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record

STAGES = "lifecyclestage"
FIRM = "associatedcompanyid"
PRIMARY_COMPANY = next(each for each in OWN_TYPES if (each.left, each.number) == ("contacts", 1))
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "contacts": {STAGES: "lead"},
    "companies": {STAGES: "lead"},
    "tasks": {"hs_task_status": "NOT_STARTED", "hs_task_type": "TODO", "hs_task_priority": "NONE"},
    "tickets": {"hs_pipeline": "0"},
    "deals": {"pipeline": "default"},
}


# ---------------------------------------------------------------------------------------------------- finding


def by_id(visit: Visit, of: ObjectType, id: str) -> Record | None:
    """The record of an id that a read finds now; that of a merged one is the one it was merged into."""
    record = visit.store.get(of.name, id)
    while record is not None and record.deleted and record.merged_into:
        record = visit.store.get(of.name, record.merged_into)
    return visit.seen(record)


def by_value(visit: Visit, of: ObjectType, name: str, value: str) -> Record | None:
    """The record with a value of a unique property; a contact by any of its addresses."""
    if name == "hs_object_id":
        return by_id(visit, of, value)
    if name == EMAIL and of.name == "contacts":
        return by_address(visit, of, value.strip().lower())
    return visit.seen(visit.store.find(of.name, name, value))


def by_address(visit: Visit, of: ObjectType, address: str) -> Record | None:
    """The contact that has this address, as its first one or beside it."""
    found = visit.store.find(of.name, EMAIL, address)
    if found is None:
        added = visit.store.setting("additional_emails", address)
        found = None if added is None else by_id(visit, of, added)
    return visit.seen(found)


def is_key(visit: Visit, of: ObjectType, name: str) -> bool:
    """Whether the values of a property are unique."""
    said = definition(visit.store, of.name, name)
    return said is not None and (bool(said["hasUniqueValue"]) or (name == EMAIL and of.name == "contacts"))


def asked_for(visit: Visit, of: ObjectType, id: str, key: str | None, *, archived: bool = False) -> Record:
    """The record that a path names by id, or by a unique property. 404: a page of HTML."""
    if archived:
        record = visit.store.get(of.name, id)
        if record is not None and record.deleted and not record.merged_into and not forgotten(visit, record):
            return record
        raise page_404()
    if key and not is_key(visit, of, key):
        raise refused(400, f"{key} is not a unique property of {of.id} in portal ID {visit.habits.portal}")
    if not key and not id.isdigit():
        raise refused(404, "Object not found.  objectId are usually numeric.", "OBJECT_NOT_FOUND", context={"id": [id]})
    record = by_value(visit, of, key, id) if key else by_id(visit, of, id)
    if record is None:
        raise page_404()
    return record


def forgotten(visit: Visit, record: Record) -> bool:
    """Whether it was deleted for good."""
    return visit.store.setting("erased", record.id) is not None


# ---------------------------------------------------------------------------------------------------- writing


def create(visit: Visit, of: ObjectType, given: Mapping[str, Any]) -> Record:
    """A new record. Raises Invalid, Missing, Conflict; Refused for what the store refuses."""
    values = taken(visit, of, given)
    _needed(visit, of, values)
    values = {**_DEFAULTS.get(of.name, {}), **{name: v for name, v in values.items() if v is not None}}
    _stage_of_pipeline(visit, of, values)
    return _written(visit, of, values, None)


def update(visit: Visit, of: ObjectType, record: Record, given: Mapping[str, Any]) -> Record:
    """Change what is given. Raises Invalid, Conflict; Refused for what the store refuses."""
    if record.id in visit.store.locked:
        raise Refused("UNABLE_TO_LOCK", f"{record.id} is locked", existing=record.id)
    values = _added(record, given, taken(visit, of, given))
    if _backwards(visit, of, record, values):
        del values[STAGES]
    _stage_of_pipeline(visit, of, record.values | values)
    return _written(visit, of, values, record)


def _written(visit: Visit, of: ObjectType, values: dict[str, Any], record: Record | None) -> Record:
    address = values.get(EMAIL) if of.name == "contacts" else None
    holder = by_address(visit, of, address) if address else None
    if holder is not None and (record is None or holder.id != record.id):
        raise Conflict(of.singular, holder.id)
    firm = values.pop(FIRM, None) if of.name == "contacts" else None
    try:
        if record is None:
            written = visit.store.create(of.name, values, visit.now, visit.call.bent)
        else:
            written = visit.store.update(of.name, record.id, values, visit.now, visit.call.bent)[1]
        if firm:
            _works_for(visit, written, str(firm))
        return written
    except Refused as refusal:
        if refusal.code == "DUPLICATE_VALUE":
            raise _taken_value(visit, of, values, refusal, record) from None
        raise


def _works_for(visit: Visit, contact: Record, firm: str) -> None:
    """The company that a contact names becomes its primary one."""
    if visit.seen(visit.store.get("companies", firm)) is None:
        words = f"{firm} is no company"
        raise Invalid([{"isValid": False, "message": words, "error": "INVALID_OPTION", "name": FIRM}])
    links.make(visit, PRIMARY_COMPANY, contact.id, firm)


def _taken_value(
    visit: Visit, of: ObjectType, values: Mapping[str, Any], refusal: Refused, record: Record | None
) -> Exception:
    if refusal.field == EMAIL:
        return Conflict(of.singular, refusal.existing)
    where = f"portalId={visit.habits.portal}, objectTypeId=ObjectTypeId{{legacyObjectType={of.legacy}}}"
    what = f"propertyName={refusal.field}, value={values[refusal.field]}"
    who = f" on {record.id}" if record else ""
    words = f"Cannot set PropertyValueCoordinates{{{where}, {what}}}{who}. {refusal.existing} already has that value."
    wrong = {"isValid": False, "message": words, "error": "CONFLICTING_UNIQUE_VALUE", "name": refusal.field}
    return Invalid([wrong])


def _needed(visit: Visit, of: ObjectType, values: Mapping[str, Any]) -> None:
    ruled = [word.split(".", 1) for word in _rules(visit) if word.startswith(f"{of.name}.")]
    names = [*of.required, *(name for _, name in ruled)]
    missing = [name for name in names if values.get(name) in (None, "")]
    if missing:
        raise Missing(of.legacy, missing)


def _rules(visit: Visit) -> Iterable[str]:
    enforced = visit.dated and visit.version >= "2026-09"
    return visit.habits.required.replace(",", " ").split() if enforced else ()


def _stage_of_pipeline(visit: Visit, of: ObjectType, values: Mapping[str, Any]) -> None:
    stage = (values.get(of.stage) or None) if of.stage else None
    pipeline = visit.store.setting(f"pipelines:{of.name}", str(values.get(of.pipeline)))
    if stage is None or pipeline is None or stage in [each["id"] for each in pipeline["stages"]]:
        return
    words = f"Invalid {of.stage}: {stage} is no stage of pipeline {pipeline['id']}"
    raise Invalid([{"isValid": False, "message": words, "error": "INVALID_OPTION", "name": of.stage}])


def _added(record: Record, given: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A multiple choice that begins with a semicolon adds to those that were chosen."""
    for name, value in given.items():
        if isinstance(value, str) and value.startswith(";") and values.get(name):
            before = str(record.values.get(name, "")).split(";")
            values[name] = ";".join(dict.fromkeys(each for each in [*before, *values[name].split(";")] if each))
    return values


def _backwards(visit: Visit, of: ObjectType, record: Record, values: Mapping[str, Any]) -> bool:
    """A lifecycle stage goes forward, or is cleared first; a step back is not done, and nobody says so."""
    before, after = record.values.get(STAGES), values.get(STAGES)
    said = definition(visit.store, of.name, STAGES) if before and after else None
    order = values_of(said) if said else []
    return before in order and after in order and order.index(after) < order.index(before)


# ---------------------------------------------------------------------------------------------------- telling


def told(visit: Visit, of: ObjectType, record: Record, asked: Sequence[str] = (), history: Sequence[str] = ()) -> Json:
    """A record as reads tell it: what is always told and what was asked for; an empty one is null."""
    always = (of.created, of.modified, "hs_object_id")
    names = dict.fromkeys([*always, *(asked or of.shown)])
    known = [name for name in names if name in always or definition(visit.store, of.name, name) is not None]
    values = filled(visit, of, record)
    said = _shape(visit, of, record, {name: values.get(name) for name in sorted(known)})
    if history:
        told = {name: _history(visit, record, name, values.get(name)) for name in history}
        said["propertiesWithHistory"] = {name: each for name, each in told.items() if each}
    return said


def _history(visit: Visit, record: Record, name: str, value: Any) -> list[Json]:
    """What a property was, the latest first; of what HubSpot fills the present value alone."""
    known = visit.portal.history(record.object, record.id, name) if name in record.values else []
    if not known and value is not None:
        known = [(value, record.changed)]
    source = {"sourceType": "INTEGRATION", "sourceId": "9000001"}
    return [{"value": each, "timestamp": stamp(since), **source} for each, since in known]


def told_created(visit: Visit, of: ObjectType, record: Record) -> Json:
    """A record as the answer to its creation tells it: all that is filled."""
    return _shape(visit, of, record, dict(sorted(filled(visit, of, record).items())))


def told_updated(visit: Visit, of: ObjectType, record: Record, given: Iterable[str]) -> Json:
    """A record as the answer to a change tells it: what was changed, and some of what HubSpot fills."""
    values = filled(visit, of, record)
    more = ("hs_updated_by_user_id",) if of.name == "tickets" else ()
    names = {of.created, of.modified, "hs_object_id", *SOURCE, *ON_UPDATE.get(of.name, ()), *more, *given}
    return _shape(visit, of, record, {name: values[name] for name in sorted(names) if name in values})


def filled(visit: Visit, of: ObjectType, record: Record) -> dict[str, Any]:
    """All values of a record, its own and those that HubSpot fills."""
    return {**calculated(visit, of, record), **record.values}


def _shape(visit: Visit, of: ObjectType, record: Record, values: Mapping[str, Any]) -> Json:
    said: Json = {
        "id": record.id,
        "properties": dict(values),
        "createdAt": stamp(record.created),
        "updatedAt": stamp(record.changed),
        "archived": record.deleted,
    }
    if record.deleted:
        said["archivedAt"] = stamp(record.changed)
    if visit.habits.urls:
        said["url"] = f"https://app.hubspot.example/contacts/{visit.habits.portal}/record/{of.id}/{record.id}"
    return said
