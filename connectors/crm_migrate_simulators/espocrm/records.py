"""One record: read, created, changed, deleted."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.espocrm.entities import DOUBLES, PROBABILITY
from crm_migrate_simulators.espocrm.taking import marks, taken
from crm_migrate_simulators.espocrm.telling import told
from crm_migrate_simulators.espocrm.visit import Visit, no
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

LINKED = {  # a link to one record is one of its links to many: entity -> attribute -> (kind of links, this end is left)
    "Contact": {"accountId": ("Contact.accounts", True)},
    "Opportunity": {"contactId": ("Contact.opportunities", False)},
}
_SKIP = "x-skip-duplicate-check"


def get(visit: Visit) -> Reply:
    """All attributes."""
    return Reply(200, told(visit, visit.live()))


def post(visit: Visit) -> Reply:
    """A new record; 409 with the doubles where they are looked for."""
    said = visit.body()
    values = _placed(visit, said, taken(visit, said, fresh=True))
    if "duplicate_rule" in visit.call.bent or visit.call.request.headers.get(_SKIP) != "true":
        _no_double(visit, values)
    values = _defaults(visit, values)
    return _saved(visit, visit.store.create(visit.entity, values, visit.now, visit.call.bent))


def put(visit: Visit) -> Reply:
    """The attributes that are named."""
    record, said = visit.live(), visit.body()
    values = _placed(visit, said, taken(visit, said, fresh=False), record)
    return _saved(visit, visit.store.update(visit.entity, record.id, values, visit.now, visit.call.bent)[1])


def delete(visit: Visit) -> Reply:
    """A record is marked as deleted; nothing else changes."""
    if visit.habits.delete != "all":
        raise no(403, "No delete access.")
    visit.store.delete(visit.entity, visit.live().id, visit.now)
    return Reply(200, True)


def _saved(visit: Visit, record: Record) -> Reply:
    for attribute, (kind, left) in LINKED.get(visit.entity, {}).items():
        other = record.values.get(attribute)
        if other:
            visit.store.link(kind, *((record.id, other) if left else (other, record.id)))
    return Reply(200, told(visit, record))


def _placed(
    visit: Visit, said: Mapping[str, Any], values: dict[str, Any], record: Record | None = None
) -> dict[str, Any]:
    """The values with mailboxes and numbers in the list of all; the role in an account only where there is one."""
    for name, field in visit.fields.items():
        kind = field["type"]
        if kind in ("email", "phone"):
            text = values.get(name) if name in values else record and record.values.get(name)
            if text:
                values[name] = _kept(visit, kind, str(text), marks(said, name))
    if visit.entity == "Contact" and "title" in values:
        account = values.get("accountId") or (record and record.values.get("accountId"))
        values["title"] = values["title"] if account else None
    return values


def _kept(visit: Visit, kind: str, text: str, said: Mapping[str, bool]) -> str:
    """The place of a mailbox or number; as who had it first writes it."""
    place = text.lower()
    known = visit.store.setting(kind, place) or {"name": text, "optOut": False, "invalid": False}
    if {**known, **said} != visit.store.setting(kind, place):
        visit.store.put(kind, place, {**known, **said})
    return place


def _defaults(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    filled = {n: f["default"] for n, f in visit.fields.items() if "default" in f and values.get(n) is None}
    filled |= {
        f"{n}Currency": "USD"
        for n, f in visit.fields.items()
        if f["type"] == "currency" and values.get(n) is not None and not values.get(f"{n}Currency")
    }
    if visit.entity == "Opportunity" and values.get("probability") is None:
        filled["probability"] = PROBABILITY[values.get("stage") or filled["stage"]]
    numbers = [n for n, f in visit.fields.items() if f["type"] == "autoincrement"]
    return {**values, **filled, **dict.fromkeys(numbers, len(visit.store.all(visit.entity)) + 1)}


def _no_double(visit: Visit, values: Mapping[str, Any]) -> None:
    found = [each for each in visit.store.all(visit.entity) if _same(visit.entity, values, each)]
    if found or "duplicate_rule" in visit.call.bent:
        raise no(409, "duplicate", [told(visit, each) for each in found])


def _same(entity: str, values: Mapping[str, Any], record: Record) -> bool:
    return any(
        all(values.get(name) and values[name] == record.values.get(name) for name in group)
        for group in DOUBLES.get(entity, ())
    )
