"""Values of a database as canonical text."""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from crm_migrate.connecting.typed import unmistakable

FETCH = 20_000  # rows of a result that are held at a time
_STAMP = r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d)"
_SHORT_ZONE = r"([+-]\d\d)$"
_POSTGRES_TIMES = (1114, 1184)
_POSTGRES_ZONED = 1184
_POSTGRES_FLOATS = (700, 701)
_POSTGRES_NUMERIC = 1700


@dataclass(frozen=True, slots=True)
class Gathered:
    """The type of a column of which the values of several rows are gathered in a JSON list."""

    of: "sa.types.TypeEngine[object]"


class Cursor(Protocol):
    """A result whose rows are fetched a portion at a time."""

    def fetchmany(self, size: int, /) -> Sequence[tuple[Any, ...]]:
        """The next rows; none at the end."""
        ...


def text_tables(cursor: Cursor, names: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of a result of texts, streamed."""
    while rows := cursor.fetchmany(FETCH):
        yield pa.table([pa.array(column, pa.string()) for column in zip(*rows, strict=True)], names=list(names))


def plain(number: float) -> str:
    """A double without exponent and without `.0`; `nan` and `inf` as they are.

    Whole numbers are exact. Others have the 15 digits that a double can hold for certain (IEEE 754): what a database
    computed as 1020.0999999999999 was 1020.1.
    """
    if not isfinite(number):
        return repr(number)
    if number.is_integer():
        return str(int(number))
    return unmistakable(format(Decimal(format(number, ".15g")), "f"))


def text_of(value: Any) -> str | None:
    """Any value that a driver gives, as canonical text; None is no value."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return _rare(value)


def _rare(value: Any) -> str:
    if isinstance(value, Decimal):
        return unmistakable(format(value, "f"))
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return json.dumps([text_of(item) for item in value], ensure_ascii=False)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def column_of(values: Sequence[Any], code: int, kind: "sa.types.TypeEngine[object] | Gathered | None") -> pa.Array:
    """A column of canonical text. UnicodeEncodeError where a cell holds bytes that are no text."""
    if isinstance(kind, Gathered):
        return _lists(values, kind.of)
    if isinstance(kind, sa.Boolean):
        values = [bool(v) if v in (0, 1) else v for v in values]
    elif code in _POSTGRES_FLOATS:
        values = [None if v is None else plain(float(v)) for v in values]
    elif code == _POSTGRES_NUMERIC:
        values = [None if v is None else unmistakable(str(v)) for v in values]
    array = pa.array([text_of(value) for value in values], pa.string())
    if code in _POSTGRES_TIMES or isinstance(kind, (sa.DateTime, sa.Date)):
        array = pc.replace_substring_regex(array, _STAMP, r"\1T\2")
    return pc.replace_substring_regex(array, _SHORT_ZONE, r"\1:00") if code == _POSTGRES_ZONED else array


def _lists(values: Sequence[str | None], kind: "sa.types.TypeEngine[object]") -> pa.Array:
    """A column of JSON lists with every item as it would stand alone; what is empty is no item, no item no list."""
    lists = [[item for item in json.loads(value or "[]") if item is not None] for value in values]
    code = _code_of(kind)
    items = iter(column_of([item for each in lists for item in each], code, kind).to_pylist())
    texts = [json.dumps([next(items) for _ in each], ensure_ascii=False, separators=(",", ":")) for each in lists]
    return pa.array([text if each else None for text, each in zip(texts, lists, strict=True)], pa.string())


def _code_of(kind: "sa.types.TypeEngine[object]") -> int:
    """The type code of what the texts of a list are written by; 0 where nothing has to be done to them."""
    if getattr(kind, "timezone", False):
        return _POSTGRES_ZONED
    if isinstance(kind, sa.Float):
        return _POSTGRES_FLOATS[0]
    return _POSTGRES_NUMERIC if isinstance(kind, sa.Numeric) else 0
