"""How many requests a load takes, and its reading back, beside those that describe tables. Pure.

A batch is one message and one look, behind a creation and before a change; names are asked for once, lines ask for
their opportunities, activities for who took part. Every page of a reading asks what its owners and currencies are
called. What only records know is not counted: other lookups by name that hold something, and messages that are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from crm_migrate.connecting.contract import Action, Asks, Load, TargetObject
from crm_migrate.connecting.kinds import split
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.requests import PAGE
from crm_migrate_dynamics.shapes import CURRENCY, LINE, NATURAL, OWNER

Asked = dict[tuple[str, str], set[str]]  # (table, column) -> names that were asked for


def writing(described: Described | None, action: Action, loads: Iterable[Load], asked: Asked) -> int:
    """Requests that write batches; `asked` is what those before them have asked for, and is added to."""
    if described is None:  # yet to be made
        return sum(2 for _ in loads)
    beside = int(described.table == LINE) + int(action == "update" and _parties(described))
    return sum(2 + beside + _names(described, load, asked) for load in loads)


def _names(described: Described, load: Load, asked: Asked) -> int:
    fresh = set[tuple[str, str]]()
    for name, values in load.columns.items():
        place = described.place(name)
        if place is not None and place.by and (new := values - asked.setdefault((place.of, place.by), set())):
            asked[place.of, place.by] |= new
            fresh.add((place.of, place.by))
    return len(fresh)


def reading(described: Described | None, records: int) -> int:
    """Requests that read so many records back; of a table that is yet to be made its pages alone."""
    pages = max(1, ceil(records / PAGE))
    if described is None or not records:
        return pages
    owners = len(NATURAL["systemuser"]) if OWNER in described.columns else 0
    return pages * (1 + owners + int(CURRENCY in described.columns) + int(_parties(described)))


def asking(tables: Mapping[str, Described | None], objects: Sequence[TargetObject]) -> Asks:
    """Requests beside records. A table that has kinds is described for each of them, too; who we are is asked once."""
    bare = {split(name).object for name in tables}
    named = set(tables).union(*(_led_to(found, each) for each in objects if (found := tables[each.name]) is not None))
    parties = any(found is not None and _parties(found) for found in tables.values())
    return Asks(identity=0, before=len(bare), during=1 + len(bare | named) + parties)


def _led_to(described: Described, object: TargetObject) -> set[str]:
    """The tables that the fields lead to, and those by whose names every record is told."""
    places = [place for each in object.fields if (place := described.place(each.name)) is not None]
    told = {OWNER: "systemuser", CURRENCY: "transactioncurrency"}
    return {place.of for place in places if place.of} | {of for name, of in told.items() if name in described.columns}


def _parties(described: Described) -> bool:
    return any(column.type == "Party" for column in described.columns.values())
