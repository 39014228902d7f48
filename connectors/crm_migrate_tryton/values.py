"""Canonical text as Tryton's JSON and back, by its type of a field."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_BOOLEANS = {"true": True, "false": False}
# Type of Tryton -> semantic type. What is not here (binary, time, dict ...) is no field that we fill.
SEMANTIC = {
    "char": "text",
    "text": "long_text",
    "selection": "text",
    "integer": "integer",
    "float": "number",
    "numeric": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    "timestamp": "instant",
    "many2one": "reference",
}


def json_of(text: str, type: str) -> Any:
    """What is sent for a cell. ValueError where the text is none of the type."""
    if type in ("integer", "many2one"):
        return int(_matched(_INTEGER, text))
    if type == "float":
        return float(_decimal(text))
    if type == "numeric":
        return {"__class__": "Decimal", "decimal": str(_decimal(text))}
    if type == "boolean":
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if type == "date":
        day = date.fromisoformat(text)
        return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}
    if type in ("datetime", "timestamp"):
        return _moment(text)
    return text


def text_of(value: Any, type: str) -> str | None:
    """A value of an answer as canonical text; an empty text is no value."""
    if value is None or value == "":
        return None
    if type == "boolean":
        return "true" if value else "false"
    if isinstance(value, dict):
        return _of_class(value)
    if isinstance(value, int | float):
        return format(Decimal(str(value)), "f")
    return str(value)


def _of_class(value: dict[str, Any]) -> str:
    kind = value.get("__class__")
    if kind == "Decimal":
        return format(_decimal(str(value["decimal"])), "f")
    parts = [int(value[name]) for name in ("year", "month", "day")]
    if kind == "date":
        return date(*parts).isoformat()
    parts += [int(value[name]) for name in ("hour", "minute", "second", "microsecond")]
    return datetime(*parts).isoformat() + "Z"  # type: ignore[arg-type]


def _moment(text: str) -> dict[str, Any]:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    at = at.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite():
        raise ValueError(text)
    return found


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text
