"""How many requests a load takes, and its reading back, beside those that describe tables. Pure.

A batch is one message and one look, behind a creation and before a change; names are asked for once, lines ask for
their opportunities, activities for who took part. Every page of a reading asks what its owners and currencies are
called. What only records know is not counted: other lookups by name that hold something, and messages that are refused.
"""

from collections.abc import Iterable
from math import ceil

from crm_migrate.connecting.contract import Action, Load
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


def _parties(described: Described) -> bool:
    return any(column.type == "Party" for column in described.columns.values())
