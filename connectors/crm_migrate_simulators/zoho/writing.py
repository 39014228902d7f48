"""Records inserted, changed, upserted and deleted: up to 100 at a time, each by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho import subforms
from crm_migrate_simulators.zoho.modules import MAIN, STAGES
from crm_migrate_simulators.zoho.problems import INVALID_ID, Problem, Wrong, param, row
from crm_migrate_simulators.zoho.telling import written
from crm_migrate_simulators.zoho.values import stored
from crm_migrate_simulators.zoho.visit import Visit

BATCH = 100
PER_CREDIT = 10  # records that are written for one credit
One = Callable[[Mapping[str, Any]], dict[str, Any]]


def insert(visit: Visit) -> Reply:
    """New records."""
    return each(
        visit, visit.member("data", BATCH), lambda said: written(visit, _create(visit, said), "record added"), 201
    )


def update(visit: Visit) -> Reply:
    """Changes of records by their ids; what is not said stays."""
    one = {"id": visit.at["id"]} if "id" in visit.at else {}

    def change(said: Mapping[str, Any]) -> dict[str, Any]:
        return written(visit, _change(visit, {**said, **one}), "record updated")

    return each(visit, visit.member("data", BATCH), change)


def upsert(visit: Visit) -> Reply:
    """Changes of the records that are found by a field, and new ones."""
    fields = _looked_for(visit)

    def one(said: Mapping[str, Any]) -> dict[str, Any]:
        found, by = _found(visit, fields, said)
        if found is None:
            told = written(visit, _create(visit, said), "record added")
            return {**told, "action": "insert", "duplicate_field": None}
        told = written(visit, _change(visit, {**said, "id": found.id}), "record updated")
        return {**told, "action": "update", "duplicate_field": by}

    return each(visit, visit.member("data", BATCH), one)


def delete(visit: Visit) -> Reply:
    """Records by their ids, into the recycle bin."""
    ids = [visit.at["id"]] if "id" in visit.at else [each for each in visit.query.get("ids", "").split(",") if each]
    if not ids:
        raise param("ids")
    if len(ids) > BATCH:
        raise Problem(400, "INVALID_DATA", "invalid data", maximum_length=BATCH, param_name="ids")
    module = visit.module()

    def one(said: Mapping[str, Any]) -> dict[str, Any]:
        with visit.store.lock:
            if visit.store.get(module, said["id"]) is None:
                raise Wrong("INVALID_DATA", INVALID_ID, id=said["id"])
            if said["id"] in visit.store.locked:
                raise Wrong("RECORD_LOCKED", "the record is locked", id=said["id"])
            try:
                visit.store.let_go(module, said["id"], visit.now)
            except Refused:
                raise Wrong("INVALID_DATA", "record not deleted", id=said["id"]) from None
        return {"code": "SUCCESS", "details": {"id": said["id"]}, "message": "record deleted", "status": "success"}

    return each(visit, [{"id": id} for id in ids], one)


def each(visit: Visit, records: list[Any], one: One, status: int = 200) -> Reply:
    """Each record by itself, in their order; the status says how many of them were taken."""
    subforms.by_itself(visit)
    told = [_told(record, at, one) for at, record in enumerate(visit.call.records(records))]
    visit.call.engine.quotas.spend(max(0, -(-len(records) // PER_CREDIT) - 1))
    failed = sum(each["status"] == "error" for each in told)
    if failed:
        status = 400 if len(records) == 1 else 202 if failed == len(told) else 207
    return Reply(status, {"data": told})


def _told(record: Any, at: int, one: One) -> dict[str, Any]:
    try:
        if not isinstance(record, dict):
            raise Wrong("INVALID_DATA", "invalid data", expected_data_type="jsonobject", json_path=f"$.data[{at}]")
        return one(record)
    except Refused as refused:
        return row(refused, at)


def _create(visit: Visit, said: Mapping[str, Any]) -> Record:
    module, store = visit.module(), visit.store
    with store.all_or_nothing():
        own = {"Created_By": store.me, "Modified_By": store.me, "Owner": store.me}
        values = {name: value for name, value in _read(visit, module, said).items() if value is not None}
        made = store.create(module, own | _own_rules(module, {}, values), visit.now, visit.call.bent)
        subforms.write(visit, made, said, _read)
        return made


def _change(visit: Visit, said: Mapping[str, Any]) -> Record:
    module, store = visit.module(), visit.store
    if said.get("id") in (None, ""):
        raise Wrong("MANDATORY_NOT_FOUND", "required field not found", "id")
    with store.all_or_nothing():
        id = str(said["id"])
        before = store.get(module, id)
        if before is None or before.deleted:
            raise Wrong("INVALID_DATA", INVALID_ID, "id")
        if id in store.locked:
            raise Wrong("RECORD_LOCKED", "the record is locked", "id")
        values = _read(visit, module, said)
        if values.get("Owner", before.id) is None:
            del values["Owner"]  # there is no record without one
        changes = _own_rules(module, before.values, values) | {"Modified_By": store.me}
        after = store.update(module, id, changes, visit.now, visit.call.bent)[1]
        subforms.write(visit, after, said, _read)
        return after


def _read(visit: Visit, module: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a record that was sent. What the module does not have, or sets itself, is passed over."""
    fields = visit.fields(module)
    known = {name: value for name, value in said.items() if name in fields and not fields[name].more.get("own")}
    known = {name: value for name, value in known.items() if not subforms.is_subform(fields[name])}
    strict = visit.habits.strict_picklists
    _short_enough(visit, fields, known)
    values = {name: stored(fields[name], value, strict=strict) for name, value in known.items()}
    if values.get("What_Id") is not None:
        _about(visit, values["What_Id"], said.get("$se_module"))
    return values


def _short_enough(visit: Visit, fields: Mapping[str, Field], said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        most = fields[name].length
        if most is not None and isinstance(value, str) and len(value) > most and "truncate" not in visit.call.bent:
            raise Wrong("INVALID_DATA", "invalid data", name, maximum_length=most)


def _about(visit: Visit, id: str, module: Any) -> None:
    """An activity says of which module the record is that it is about."""
    if module is None:
        raise Wrong("MANDATORY_NOT_FOUND", "required field not found", "$se_module")
    found = visit.store.anyone(id)
    if found is None or found.object != module:
        raise Wrong("INVALID_DATA", "the related id given seems to be invalid", "What_Id")


def _own_rules(module: str, before: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What an organisation works out itself."""
    after = {**before, **values}
    if module in ("Contacts", "Leads"):
        parts = (after.get(name) for name in ("First_Name", "Last_Name"))
        return values | {"Full_Name": " ".join(part for part in parts if part) or None}
    if module == "Deals" and values.get("Stage") in STAGES and values.get("Probability") is None:
        return values | {"Probability": STAGES[values["Stage"]]}
    return values


def _looked_for(visit: Visit) -> list[str]:
    """The fields by which an upsert finds records: those that are said, else the module's own, then unique ones."""
    said = visit.body().get("duplicate_check_fields")
    fields = visit.fields(visit.module())
    may = [
        name
        for name in (MAIN.get(visit.at["module"], ""), *(n for n, f in fields.items() if f.unique))
        if name in fields
    ]
    if said is None:
        return may
    if not isinstance(said, list) or not all(name in may for name in said):
        details = {"api_name": "duplicate_check_fields", "json_path": "$.duplicate_check_fields"}
        raise Problem(400, "INVALID_DATA", "invalid data", **details)
    return [str(name) for name in said]


def _found(visit: Visit, fields: list[str], said: Mapping[str, Any]) -> tuple[Record | None, str | None]:
    for name in fields:
        wanted = said.get(name)
        if wanted not in (None, ""):
            for record in visit.store.all(visit.module()):
                if str(record.values.get(name, "")).casefold() == str(wanted).casefold():
                    return record, name
    return None, None
