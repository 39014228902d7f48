"""The columns of a file of fixed width as a mapping names them: `Id 8, Name 30, - 2, City 40-59`."""

import re
from dataclasses import dataclass

from crm_migrate.errors import UsageError
from crm_migrate_files.book import MAX_COLUMNS

_COLUMN = re.compile(r"(?P<name>.+?)\s+(?:(?P<width>\d+)|(?P<first>\d+)\s*-\s*(?P<last>\d+))")
_HINT = 'write names with their widths, or places from 1: widths: "Id 8, Name 30, - 2, City 41-60"'
_WIDEST = 1 << 20
SPARE = "-"  # a column that nobody wants


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and where it begins and ends, from 0."""

    name: str
    start: int
    end: int


def columns_of(text: str) -> tuple[Column, ...]:
    """Columns in their order. UsageError where one is not understood, overlaps another or stands before it."""
    columns: list[Column] = []
    at = 0
    for part in filter(None, (each.strip() for each in re.split(r"[,;\n]", text))):
        found = _COLUMN.fullmatch(part)
        if found is None:
            raise UsageError(f"`widths:` has `{part[:60]}`, which is no name with a width", hint=_HINT)
        start, end = (int(found["first"]) - 1, int(found["last"])) if found["first"] else (at, at + int(found["width"]))
        if not at <= start < end <= _WIDEST:
            raise UsageError(f"`widths:` has `{part[:60]}`, which is empty or overlaps what stands before", hint=_HINT)
        columns.append(Column(found["name"], start, end))
        at = end
    if not any(column.name != SPARE for column in columns) or len(columns) > MAX_COLUMNS:
        raise UsageError("`widths:` names no column, or too many", hint=_HINT)
    return tuple(columns)


def gaps(columns: tuple[Column, ...]) -> tuple[tuple[int, int], ...]:
    """The places between columns that belong to none."""
    ends = [0, *(column.end for column in columns)]
    return tuple((end, column.start) for end, column in zip(ends, columns, strict=False) if end < column.start)
