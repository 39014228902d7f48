"""Canonical text as Salesforce's JSON and back, by its type of a field. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from crm_migrate.connecting.typed import unmistakable

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_BOOLEANS = {"true": True, "false": False}
_BETWEEN = ";"  # of the values of a multi-select picklist
# Type of Salesforce -> semantic type. What is not here (base64, address, time, id ...) is no field that we fill.
SEMANTIC: Mapping[str, str] = {
    "string": "text",
    "textarea": "long_text",
    "picklist": "text",
    "combobox": "text",
    "multipicklist": "list",
    "email": "text",
    "phone": "text",
    "url": "text",
    "encryptedstring": "text",
    "int": "integer",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    "reference": "reference",
}
NUMBERS = frozenset({"double", "currency", "percent"})


def json_of(text: str | None, type: str) -> Any:
    """What is sent for a cell; a checkbox is never empty. ValueError where the text is none of the type."""
    if text is None:
        return False if type == "boolean" else None
    if type == "boolean":
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if type == "int":
        if not _INTEGER.fullmatch(text):
            raise ValueError(text)
        return int(text)
    if type in NUMBERS:
        return _plain(text)  # as text, so that no digit of it is lost on the way
    if type == "date":
        return date.fromisoformat(text).isoformat()
    if type == "datetime":
        return _sent_instant(text)
    return _several(text) if type == "multipicklist" else text


def value_of(cell: str, type: str) -> Any:
    """A cell of a query job as the value that a query gives; it writes nothing and an empty text alike, and large
    numbers as 1.6E13. ValueError where the cell is none of the type."""
    if cell == "":
        return None
    if type == "boolean":
        if cell not in _BOOLEANS:
            raise ValueError(type)
        return _BOOLEANS[cell]
    if type == "int" or type in NUMBERS:
        number = int(cell) if _INTEGER.fullmatch(cell) else float(cell)
        if not isfinite(number):
            raise ValueError(type)
        return number
    return cell


def text_of(value: Any, type: str) -> str | None:
    """A value of an answer as canonical text; an empty text is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _plain(str(value).removesuffix(".0"))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, sort_keys=isinstance(value, dict))
    if type == "multipicklist":
        return json.dumps(value.split(_BETWEEN), ensure_ascii=False)
    return _told_instant(value) if type == "datetime" else value


def read_text(value: Any, type: str) -> str | None:
    """A value of a source as canonical text, a number so that no locale reads it as another one."""
    text = text_of(value, type)
    return unmistakable(text) if text and type in NUMBERS else text


def _several(text: str) -> str:
    said = json.loads(text)
    if not isinstance(said, list) or not all(isinstance(each, str) and _BETWEEN not in each for each in said):
        raise ValueError(text)
    return _BETWEEN.join(said)


def _plain(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return format(number, "f")


def _sent_instant(text: str) -> str:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told_instant(text: str) -> str:
    """An instant in UTC, without a fraction of a second where that is none; what is no instant is kept as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    exact = "milliseconds" if at.microsecond else "seconds"
    return at.isoformat(timespec=exact).replace("+00:00", "Z")
