"""Typed columns as canonical text: numbers plain, days and moments ISO 8601 with their offset, lists as JSON."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.typed import unmistakable

_ZEROS, _POINT = r"(\.\d*?)0+(Z?)$", r"\.(Z?)$"
Broken = tuple[int, str, str]  # row from 0, code, what is wrong with the cell


@dataclass(slots=True)
class Texts:
    """Makes texts of columns; counts what a person should know of them."""

    floats: int = 0
    utf8: int = 0
    hexed: int = 0

    def of(self, array: pa.Array) -> tuple[pa.Array, list[Broken]]:
        """A column as text, and its cells that no text can be made of."""
        kind = array.type
        if isinstance(kind, pa.BaseExtensionType):
            named = str(kind.extension_name) == "arrow.uuid"
            return (_each(array, str), []) if named else self.of(array.storage)
        if pa.types.is_dictionary(kind):
            return self.of(array.cast(kind.value_type))
        if _is_text(kind):
            return _checked(array)
        if _is_bytes(kind):
            return self._bytes(array), []
        if pa.types.is_floating(kind):
            self.floats += 1
        return _typed(array), []

    def _bytes(self, array: pa.Array) -> pa.Array:
        return _each(array, self._one)

    def _one(self, value: bytes) -> str:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            self.hexed += 1
            return value.hex()
        self.utf8 += 1
        return text


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    plain = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(plain or pa.types.is_binary_view(kind))


def _typed(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_decimal(kind):
        return _each(array, lambda value: unmistakable(format(value, "f")))
    if pa.types.is_floating(kind):
        single = np.dtype(kind.to_pandas_dtype()).itemsize < 8
        return _each(array, _single if single else plain)
    if pa.types.is_timestamp(kind):
        return _moments(array)
    if pa.types.is_duration(kind):
        return _each(array.cast(pa.duration("us"), safe=False), _hours)
    if pa.types.is_time(kind):
        return _short(array.cast(pa.string()))
    if pa.types.is_nested(kind):
        return pa.array((json_texts(kind, value) for value in array.to_pylist()), pa.string())
    return array.cast(pa.string())


def _each(array: pa.Array, text: Any) -> pa.Array:
    return pa.array((None if value is None else text(value) for value in array.to_pylist()), pa.string())


def _checked(array: pa.Array) -> tuple[pa.Array, list[Broken]]:
    """Texts, and those that are no UTF-8 or hold a NUL: Parquet promises the first and proves it nowhere."""
    texts = array.cast(pa.string()) if not pa.types.is_string(array.type) else array
    try:
        texts.validate(full=True)
        if not pc.any(pc.match_substring(texts, "\0")).as_py():
            return texts, []
    except pa.ArrowInvalid:
        pass
    broken: list[Broken] = []
    cells: list[str | None] = []
    for row, raw in enumerate(array.cast(pa.binary()).to_pylist()):
        cell = None
        try:
            cell = None if raw is None else raw.decode("utf-8")
        except UnicodeDecodeError as error:
            broken.append((row, "undecodable", f"holds bytes that are no UTF-8 (byte {error.start + 1:,} of the cell)"))
        if cell is not None and "\0" in cell:
            broken.append((row, "nul_byte", "holds a NUL character"))
        cells.append(cell)
    return pa.array(cells, pa.string()), broken


def plain(number: float) -> str:
    """A double without exponent, to the 15 digits that it holds for certain; whole ones are exact."""
    if not isfinite(number):
        return repr(number)
    if number.is_integer():
        return str(int(number))
    return unmistakable(format(Decimal(format(number, ".15g")), "f"))


def _single(number: float) -> str:
    """A number of single precision by the fewest digits that mean it: 0.1 and not 0.10000000149011612."""
    if not isfinite(number) or number.is_integer():
        return plain(number)
    return unmistakable(np.format_float_positional(np.float32(number), unique=True, trim="-"))


def _moments(array: pa.Array) -> pa.Array:
    """Moments as they are written; those of a zone by its clock, with the offset of that moment."""
    if array.type.tz is None:
        return _short(array.cast(pa.string()))
    try:
        local = pc.local_timestamp(array)
    except pa.ArrowException:  # a zone that this machine does not know: the same moments by the clock of Greenwich
        local = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    there = array.cast(pa.timestamp(array.type.unit)).cast(pa.int64())
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[array.type.unit]
    seconds = pc.divide(pc.subtract(local.cast(pa.int64()), there), per)
    offsets = pa.array((None if each is None else _offset(each) for each in seconds.to_pylist()), pa.string())
    return pc.binary_join_element_wise(_short(local.cast(pa.string())), offsets, "")


def _offset(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _short(texts: pa.Array) -> pa.Array:
    """With a T between day and time, and no zeros behind the second."""
    short = pc.replace_substring_regex(texts, _ZEROS, r"\1\2")
    return pc.replace_substring(pc.replace_substring_regex(short, _POINT, r"\1"), " ", "T")


def _hours(span: datetime.timedelta) -> str:
    """A duration as hours, minutes and seconds."""
    sign, span = ("-", -span) if span < datetime.timedelta(0) else ("", span)
    minutes, seconds = divmod(span.days * 86_400 + span.seconds, 60)
    part = f".{span.microseconds:06}".rstrip("0") if span.microseconds else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{part}"


# ---------------------------------------------------------------------------------------------------- lists


def json_texts(kind: pa.DataType, value: Any) -> str | None:
    """A nested value as JSON without blanks; None where there is none."""
    return None if value is None else _json(kind, value)


def _json(kind: pa.DataType, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(kind, pa.BaseExtensionType):
        return _json(kind.storage_type, value) if isinstance(value, bytes) else _quoted(str(value))
    if pa.types.is_dictionary(kind):
        return _json(kind.value_type, value)
    if pa.types.is_map(kind):
        return _map(kind, value)
    if pa.types.is_struct(kind):
        return f"{{{','.join(_pairs(kind, value))}}}"
    if pa.types.is_nested(kind):
        return f"[{','.join(_json(kind.value_type, each) for each in value)}]"
    return _scalar(value)


def _pairs(kind: pa.DataType, value: dict[str, Any]) -> Iterator[str]:
    for field in kind:
        yield f"{_quoted(field.name)}:{_json(field.type, value[field.name])}"


def _map(kind: pa.DataType, value: list[tuple[Any, Any]]) -> str:
    """An object, where the keys are texts and each comes once; else a list of pairs."""
    keys = [key for key, _ in value]
    items = [(_json(kind.key_type, key), _json(kind.item_type, item)) for key, item in value]
    if all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
        return f"{{{','.join(f'{key}:{item}' for key, item in items)}}}"
    return f"[{','.join(f'[{key},{item}]' for key, item in items)}]"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return plain(value) if isfinite(value) else _quoted(repr(value))
    if isinstance(value, Decimal):
        return unmistakable(format(value, "f"))
    if isinstance(value, datetime.timedelta):
        return _quoted(_hours(value))
    if isinstance(value, datetime.date | datetime.time):
        return _quoted(value.isoformat())
    return _quoted(value.hex() if isinstance(value, bytes) else str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
