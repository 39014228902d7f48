"""A record as an answer tells it: columns, lookups by their ids, and with annotations their labels and tables."""

from collections.abc import Collection, Iterator
from typing import Any

from crm_migrate_simulators.dynamics.catalogue import LOOKUPS, Words, navigations
from crm_migrate_simulators.dynamics.problems import Failure
from crm_migrate_simulators.dynamics.records import columns_of
from crm_migrate_simulators.dynamics.values import label
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP_OF = "@Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "@Microsoft.Dynamics.CRM.associatednavigationproperty"


def etag(record: Record) -> str:
    """What names this state of a record."""
    return f'W/"{int(record.changed)}{record.version:03d}"'


def column_of(columns: Collection[str], said: str) -> str | None:
    """The column that a query calls `name`, or `_name_value` where it is a lookup."""
    if said.startswith("_") and said.endswith("_value"):
        return said[1:-6] if said[1:-6] in columns else None
    return said if said in columns else None


def selected(work: Work, table: str, select: str | None) -> list[str]:
    """The columns that a query names, all where it names none. Raises Failure for one that is not there."""
    columns = columns_of(work, table)
    columns = {name: words for name, words in columns.items() if words["type"] != "PartyList"}
    if not select:
        return list(columns)
    found = []
    for said in (each.strip() for each in select.split(",")):
        column = column_of(columns, said)
        if column is None:
            words = f"Could not find a property named '{said}' on type 'Microsoft.Dynamics.CRM.{table}'."
            raise Failure(400, "0x80060888", words)
        found.append(column)
    amounts = any(columns[name]["type"] == "Money" for name in found)  # they come with their currency
    beside = [name for name in ("transactioncurrencyid",) if amounts and name in columns]
    return list(dict.fromkeys([*found, *beside, work.store.words(table)["id"]]))


def told(work: Work, record: Record, names: Collection[str]) -> dict[str, Any]:
    """A record in JSON."""
    columns = columns_of(work, record.object)
    key = work.store.words(record.object)["id"]
    said: dict[str, Any] = {"@odata.etag": etag(record)}
    for name in names:
        value = record.id if name == key else record.values.get(name)
        for member, each in _told(work, record.object, name, columns[name], value):
            said[member] = each
    return said


def _told(work: Work, table: str, name: str, words: Words, value: Any) -> Iterator[tuple[str, Any]]:
    lookup = words["type"] in LOOKUPS
    member = f"_{name}_value" if lookup else name
    if work.annotated and value is not None:
        if lookup:
            yield from _about(work, table, name, words, member, value)
        elif (shown := label(words, value)) is not None:
            yield member + FORMATTED, shown
    yield member, value


def _about(work: Work, table: str, name: str, words: Words, member: str, id: str) -> Iterator[tuple[str, str]]:
    of = work.store.object_of(id)
    if of is None:
        return
    leads = dict(navigations(table, name, words))
    yield member + NAVIGATION, leads.get(of, name)
    yield member + LOOKUP_OF, of
    record = work.store.get(of, id)
    shown = record.values.get(work.store.words(of)["name"]) if record else None
    if shown is not None:
        yield member + FORMATTED, str(shown)
