"""Records as a target is read: which of them were asked for, and their cells as a table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, By

Read = TypeVar("Read")
Line = tuple[str, str | None, Read]  # id of the target, our key, and the record as it was read


def asked_for(lines: Iterable[Line[Read]], by: By, values: Collection[str]) -> list[Line[Read]]:
    """The lines that were meant: an answer may hold others whose key or id only looks alike."""
    return [line for line in lines if by == "all" or line[by == "key"] in values]


def table(lines: Sequence[Line[Read]], rows: Sequence[Mapping[str, str | None]], names: Iterable[str]) -> pa.Table:
    """Id and key of each line, and of its row the named cells; all as texts."""
    columns: dict[str, list[str | None]] = {
        "target_id": [id for id, _, _ in lines],
        ENTITY: [key for _, key, _ in lines],
    }
    columns |= {name: [row[name] for row in rows] for name in names}
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
