"""Values as they are sent, stored and told, by the organisation's type of their field."""

import json
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.zoho.problems import Wrong, invalid

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9A-Za-z ().,;/-]+")
_SITE = re.compile(r"(https?://|ftp://)?[^\s/.]+(\.[^\s/.]+)+([/?].*)?", re.IGNORECASE)
_LONG = re.compile(r"-?[0-9]{1,18}")
_DIGITS = {"integer": 9, "currency": 16, "double": 16, "percent": 5}
_PATTERNS = {"email": _EMAIL, "phone": _PHONE, "website": _SITE}
_TOO_LONG = "invalid data"


def stored(field: Field, value: Any, *, strict: bool) -> Any:
    """What is kept of a value that was sent. Raises Wrong for one that the field does not take."""
    kind = str(field.more.get("data_type", "text"))
    if value is None or value in ("", []):
        return False if kind == "boolean" else None
    if kind in ("lookup", "ownerlookup", "multi_module_lookup"):
        return _id(field, value)
    if kind in ("integer", "currency", "double", "percent"):
        return _number(field, kind, value)
    if kind == "bigint":
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        return text if _LONG.fullmatch(text) else _refuse(field, kind)
    if kind == "boolean":
        return value if isinstance(value, bool) else _refuse(field, kind)
    if kind in ("date", "datetime"):
        return _moment(field, kind, value)
    if kind in ("multiselectpicklist", "tags"):
        return _several(field, kind, value, strict=strict)
    return _text(field, kind, value, strict=strict)


def _refuse(field: Field, kind: str) -> Any:
    raise invalid(field.name, kind)


def _id(field: Field, value: Any) -> str:
    """The id of a reference: a text, or a number as Zoho's own SDK sends it."""
    if not isinstance(value, dict):
        raise invalid(field.name, "jsonobject")
    id = value.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).isdigit():
        raise invalid(field.name, "bigint")
    return str(id)


def _number(field: Field, kind: str, value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (isinstance(value, float) and kind != "integer")):
        raise invalid(field.name, "integer" if kind == "integer" else "double")
    if abs(value) >= 10 ** _DIGITS[kind]:
        raise Wrong("INVALID_DATA", _TOO_LONG, field.name, maximum_length=_DIGITS[kind])
    return value


def _moment(field: Field, kind: str, value: Any) -> str:
    """A day, or a moment with its offset and whole seconds."""
    try:
        if kind == "date":
            return date.fromisoformat(value).isoformat() if len(value) == 10 else _refuse(field, kind)
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise invalid(field.name, kind) from None
    if at.tzinfo is None or at.microsecond:
        raise invalid(field.name, kind)
    return at.isoformat()


def _several(field: Field, kind: str, value: Any, *, strict: bool) -> str:
    names = [each.get("name") if isinstance(each, dict) else each for each in value] if isinstance(value, list) else []
    if not names or not all(isinstance(each, str) and each for each in names):
        raise invalid(field.name, "jsonarray")
    choices = field.more.get("choices", ())
    if kind != "tags" and strict and not set(names) <= set(choices):
        raise invalid(field.name, "picklist")
    return json.dumps(names, ensure_ascii=False)


def _text(field: Field, kind: str, value: Any, *, strict: bool) -> str:
    if not isinstance(value, str):
        raise invalid(field.name, "text" if kind not in _PATTERNS else kind)
    pattern = _PATTERNS.get(kind)
    if pattern is not None and not pattern.fullmatch(value):
        raise invalid(field.name, kind)
    choices = field.more.get("choices", ())
    if kind == "picklist" and strict and choices and value not in choices:
        raise invalid(field.name, "picklist")
    return value


def moment(at: float, zone: ZoneInfo) -> str:
    """A moment as it is told."""
    return datetime.fromtimestamp(int(at), zone).isoformat()


def told(field: Field, value: Any, zone: ZoneInfo) -> Any:
    """What is told of a stored value that is no reference."""
    kind = str(field.more.get("data_type", "text"))
    if kind == "multiselectpicklist":
        return json.loads(value) if value else []
    if kind == "tags":
        return [{"name": name, "id": None, "color_code": None} for name in json.loads(value)] if value else []
    if value is None:
        return False if kind == "boolean" else None
    if kind == "datetime":
        return moment(datetime.fromisoformat(value).timestamp(), zone)
    if kind in ("currency", "double", "percent"):
        return float(value)
    return value
