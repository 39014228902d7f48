"""A cell of an export as a value of its semantic type: by how its whole column is written. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm_migrate.crm.types import type_of
from crm_migrate_bundles.choosing import word_of
from crm_migrate_bundles.days import clock_of, dated, moments_of
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.numbers import number_of
from crm_migrate_bundles.spelling import ticked

Reader = Callable[[str, str | None], str | None]  # a cell, what was sent -> the value
Pairs = Iterable[tuple[str, str | None]]


def reader(type: str, pairs: Pairs, layout: Layout, labels: Mapping[str, str], zone: str) -> Reader:
    """How the cells of a column are read; `pairs` are its cells with what was sent for their records. What cannot be
    read is the cell itself: it is a difference, and is told as one."""
    if type_of(type).storage == "instant":
        return moments_of({cell for cell, _ in pairs}, layout.moments, ZoneInfo(zone))
    read = _alone(type, pairs, layout, labels)
    return lambda cell, _: read(cell)


def _alone(type: str, pairs: Pairs, layout: Layout, labels: Mapping[str, str]) -> Callable[[str], str | None]:
    """How a cell is read whatever was sent for its record."""
    kind = type_of(type)
    if kind.role == "choice":
        return word_of({sent for _, sent in pairs if sent}, labels)
    if kind.storage in ("decimal", "integer"):
        return _numbers(pairs, layout)
    if kind.storage == "date":
        clock = clock_of({cell for cell, _ in pairs}, layout.days)
        return lambda cell: dated(cell, "date", clock)
    if kind.storage == "boolean":
        return lambda cell: _flag(cell, layout)
    if kind.storage == "list":
        return lambda cell: json.dumps([item.strip() for item in cell.split(layout.list)], ensure_ascii=False)
    return str


def _numbers(pairs: Pairs, layout: Layout) -> Callable[[str], str | None]:
    read = number_of({(cell, Decimal(sent) if sent else None) for cell, sent in pairs}, layout.decimal)

    def value(cell: str) -> str:
        with suppress(ValueError):
            return format(read(cell), "f")
        return cell

    return value


def _flag(cell: str, layout: Layout) -> str:
    own = {layout.yes.casefold(): "true", layout.no.casefold(): "false"}
    said = own.get(cell.casefold()) or ticked(cell)
    return said if said in ("true", "false") else cell
