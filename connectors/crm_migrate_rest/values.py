"""Canonical text as JSON and back, by what the CRM says of a field."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_INTEGER = re.compile(r"-?[0-9]{1,400}")
_BOOLEANS = {"true": True, "false": False}


def json_of(text: str | None, type: str) -> Any:
    """What is sent for a cell. A text that is none of the type goes as it is: the CRM refuses that record alone."""
    if text is None:
        return None
    if type == "boolean":
        return _BOOLEANS.get(text, text)
    if type == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return text  # a decimal is a text, too: no digit of it is lost


def text_of(value: Any, type: str) -> str | None:
    """A value of an answer as canonical text; an empty text is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _plain(str(value))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, sort_keys=isinstance(value, dict))
    if type == "decimal":
        return _plain(value)
    return _instant(value) if type == "datetime" else value


def _plain(text: str) -> str:
    try:
        return format(Decimal(text), "f")
    except InvalidOperation:
        return text


def _instant(text: str) -> str:
    """An instant with an offset, in UTC; one without is kept as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if text.endswith("Z") or at.tzinfo is None:
        return text
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
