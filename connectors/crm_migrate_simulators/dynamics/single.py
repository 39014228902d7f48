"""One record by one request: made, changed or made (upsert), deleted, one of its columns or lookups set."""

from typing import Any

from crm_migrate_simulators.dynamics import records
from crm_migrate_simulators.dynamics.binding import GUID, pairs, record_of
from crm_migrate_simulators.dynamics.catalogue import LOOKUPS, navigations
from crm_migrate_simulators.dynamics.problems import NO_KEY, NOT_FOUND, Failure, no_property, not_simulated
from crm_migrate_simulators.dynamics.queries import JSON, many
from crm_migrate_simulators.dynamics.records import PARTIES, columns_of
from crm_migrate_simulators.dynamics.telling import etag, selected, told
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply


def create(work: Work, table: str, body: dict[str, Any]) -> Reply:
    """A new record."""
    work.call.asked.records += 1
    return _answer(work, records.create(work, table, body), 201)


def upsert(work: Work, table: str, what: str, body: dict[str, Any]) -> Reply:
    """A record changed; made where there is none, unless the client says otherwise."""
    work.call.asked.records += 1
    only_if = work.request.headers.get("if-match", "")
    try:
        record = record_of(work, table, what)
    except Failure as failed:
        if failed.code not in (NOT_FOUND, NO_KEY):
            raise
        if only_if:
            raise Failure(404, "", failed.message) from None
        return _answer(work, _made(work, table, what, body), 201, what)
    if work.request.headers.get("if-none-match") == "*":
        raise Failure(412, "", "A record with matching key values already exists.")
    _fresh(only_if, record)
    return _answer(work, records.update(work, table, record.id, body), 200, what)


def _made(work: Work, table: str, what: str, body: dict[str, Any]) -> Record:
    guid = GUID.fullmatch(what)
    if guid:
        return records.create(work, table, body, guid[1].lower())
    values = pairs(what)
    if set(values) & set(body):
        raise Failure(400, "0x80040216", "An unexpected error occurred.")
    return records.create(work, table, {**body, **values})


def delete(work: Work, table: str, what: str) -> Reply:
    """A record taken away."""
    record = record_of(work, table, what)
    _fresh(work.request.headers.get("if-match", ""), record)
    records.delete(work, table, record.id)
    return Reply(204, None, {"OData-Version": "4.0"})


def put(work: Work, table: str, what: str, name: str, body: dict[str, Any]) -> Reply:
    """One column, one lookup, or all parties of an activity, set anew."""
    record = record_of(work, table, what)
    if name == f"{table}{PARTIES}":
        with work.store.all_or_nothing():
            for party in work.store.having("activityparty", "activityid", record.id):
                work.store.delete("activityparty", party.id, work.now)
            records.update(work, table, record.id, {name: body.get("value", [])})
    elif name.endswith("/$ref"):
        records.update(work, table, record.id, {f"{name.removesuffix('/$ref')}@odata.bind": body.get("@odata.id")})
    else:
        records.update(work, table, record.id, {name: body.get("value")})
    return Reply(204, None, {"OData-Version": "4.0"})


def children(work: Work, table: str, what: str, collection: str) -> Reply:
    """The children of a parent."""
    parent = record_of(work, table, what)
    child, lookup, _ = _collection(work, table, collection)
    return many(work, child, lookup, parent.id)


def dissociate(work: Work, table: str, what: str, collection: str, place: str) -> Reply:
    """A child taken from its parent."""
    parent = record_of(work, table, what)
    child, lookup, nav = _collection(work, table, collection)
    record = record_of(work, child, place)
    if record.values.get(lookup) == parent.id:
        records.update(work, child, record.id, {f"{nav}@odata.bind": None})
    return Reply(204, None, {"OData-Version": "4.0"})


def _collection(work: Work, table: str, name: str) -> tuple[str, str, str]:
    """Table, lookup and navigation property of the children of a collection."""
    if name not in records.CHILDREN:
        raise not_simulated(f"the collection {name}")
    child, lookup = records.CHILDREN[name]
    words = columns_of(work, child)[lookup]
    nav = next((nav for target, nav in navigations(child, lookup, words) if target == table), None)
    if nav is None:
        raise no_property(name, table)
    return child, lookup, nav


def associate(work: Work, table: str, what: str, name: str, body: dict[str, Any]) -> Reply:
    """A child given to a parent, by the collection of the parent."""
    parent = record_of(work, table, what)
    if not name.endswith("/$ref"):
        raise no_property(name, table)
    child, _, nav = _collection(work, table, name.removesuffix("/$ref"))
    place = str(body.get("@odata.id", "")).partition("(")[2].removesuffix(")")
    bind = {f"{nav}@odata.bind": f"/{work.store.words(table)['set']}({parent.id})"}
    records.update(work, child, record_of(work, child, place).id, bind)
    return Reply(204, None, {"OData-Version": "4.0"})


def empty(work: Work, table: str, what: str, name: str) -> Reply:
    """One column made empty."""
    columns = columns_of(work, table)
    if name not in columns or columns[name]["type"] in LOOKUPS:
        raise no_property(name, table)
    records.update(work, table, record_of(work, table, what).id, {name: None})
    return Reply(204, None, {"OData-Version": "4.0"})


def _fresh(said: str, record: Record) -> None:
    if said not in ("", "*", etag(record)):
        raise Failure(412, "", "The version of the existing record doesn't match the RowVersion property provided.")


def _answer(work: Work, record: Record, status: int, what: str = "") -> Reply:
    """204 with the address of the record, or the record itself where the client prefers it. By an alternate key the
    address repeats the key."""
    set = work.store.words(record.object)["set"]
    if "return=representation" in work.prefer:
        names = selected(work, record.object, work.request.query.get("$select"))
        context = f"{work.host}/api/data/v9.2/$metadata#{set}/$entity"
        headers = {**JSON, "ETag": etag(record), "Preference-Applied": "return=representation"}
        return Reply(status, {"@odata.context": context, **told(work, record, names)}, headers)
    place = f"{work.host}/api/data/v9.2/{set}({what or record.id})"
    return Reply(204, None, {"OData-Version": "4.0", "OData-EntityId": place})
