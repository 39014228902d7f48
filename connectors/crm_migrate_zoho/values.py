"""Canonical text as Zoho's JSON and back, by its type of a field. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.typed import unmistakable

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}
TAGS = "tags"
# Type of Zoho -> semantic type. What is not here (subform, fileupload, multiselectlookup ...) we do not fill.
SEMANTIC: Mapping[str, str] = {
    "text": "text",
    "textarea": "long_text",
    "picklist": "text",
    "multiselectpicklist": "list",
    TAGS: "tags",
    "email": "text",
    "phone": "text",
    "website": "text",
    "autonumber": "text",
    "integer": "integer",
    "bigint": "integer",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    "lookup": "reference",
    "ownerlookup": "reference",
    "userlookup": "reference",
}
NUMBERS = frozenset({"double", "currency", "percent"})
REFERENCES = frozenset({"lookup", "ownerlookup", "userlookup"})
SEVERAL = "multi_module_lookup"
QUERIED = frozenset({*SEMANTIC, SEVERAL}) - {TAGS}  # what a query tells; the rest stands in lists alone


def json_of(text: str | None, type: str) -> Any:
    """What is sent for a cell; a checkbox is never empty. ValueError where the text is none of the type."""
    if text is None:
        return False if type == "boolean" else None
    if type == "boolean":
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if type in ("integer", "bigint"):
        if not _INTEGER.fullmatch(text):
            raise ValueError(text)
        return int(text) if type == "integer" else text
    if type in NUMBERS:
        return _number(text)
    if type == "date":
        return date.fromisoformat(text).isoformat()
    if type == "datetime":
        return _sent_instant(text)
    if type in REFERENCES or type == SEVERAL:
        return {"id": text}
    return _listed(text, type)


def text_of(value: Any, type: str) -> str | None:
    """A value of an answer as canonical text; an empty text or list is no value."""
    if value is None or value in ("", []):
        return None
    if type in REFERENCES or type == SEVERAL:
        id = value.get("id") if isinstance(value, dict) else value
        return str(id) if id else None
    if type == TAGS and isinstance(value, list):
        return json.dumps([each.get("name") for each in value if isinstance(each, dict)], ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format(Decimal(str(value).removesuffix(".0")), "f")
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, sort_keys=isinstance(value, dict))
    return _told_instant(value) if type == "datetime" else value


def read_text(value: Any, type: str) -> str | None:
    """A value of a source as canonical text, a number so that no locale reads it as another one."""
    text = text_of(value, type)
    return unmistakable(text) if text and type in NUMBERS else text


def _listed(text: str, type: str) -> Any:
    """Names of tags, a list of choices, or a text as it is."""
    if type == TAGS:
        return [{"name": each} for each in _several(text)]
    return _several(text) if type == "multiselectpicklist" else text


def _several(text: str) -> list[str]:
    said = json.loads(text)
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise ValueError(text)
    return said


def _number(text: str) -> float | int:
    """A number of JSON that keeps every digit."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite() or Decimal(repr(float(number))) != number:
        raise ValueError(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _sent_instant(text: str) -> str:
    """In UTC, with whole seconds."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _told_instant(text: str) -> str:
    """An instant in UTC; what is no instant is kept as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
