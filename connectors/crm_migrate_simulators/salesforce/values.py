"""The value of a field as it is taken: read by its type, trimmed, bounded; what does not fit is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from crm_migrate_simulators.rules import Bent
from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.catalogue import Compact, choices
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org_store import OrgStore

_EMAIL = re.compile(r"[^@\s,;()<>\[\]\"\\]+@[^@\s.,;()<>]+(\.[^@\s.,;()<>]+)+")
_FIRST, _LAST = date(1700, 1, 1), date(4000, 12, 31)


@dataclass(frozen=True, slots=True)
class Taking:
    """What the reading of a value needs to know: its field, and whether it comes as text."""

    store: OrgStore
    field: Compact
    bent: Bent
    text: bool


def taken(store: OrgStore, field: Compact, value: Any, bent: Bent = frozenset(), *, text: bool = False) -> Any:
    """The value as it is stored, None for nothing. `text`: it comes from a CSV or XML file. Raises Failure."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return False if field["type"] == "boolean" else None
    if isinstance(value, dict | list):
        raise _unreadable(field, value, text=text)
    take: Callable[[Taking, Any], Any] = _TAKE.get(field["type"], _text)
    return take(Taking(store, field, bent, text), value)


def _text(at: Taking, value: Any) -> str:
    if not isinstance(value, str):
        raise _unreadable(at.field, value, text=at.text)
    limit = at.field.get("length") or 0
    if limit and len(value) > limit:
        if "truncate" not in at.bent:
            words = f"{at.field['label']}: data value too large: {value[:255]} (max length={limit})"
            raise Failure("STRING_TOO_LONG", words, at.field["name"])
        value = value[:limit]
    said = str(value)
    return said.replace("\r\n", "\n") if at.field["type"] == "textarea" else said


def _email(at: Taking, value: Any) -> str:
    taken: str = _text(at, value)
    if not _EMAIL.fullmatch(taken):
        words = f"{at.field['label']}: invalid email address: {taken}"
        raise Failure("INVALID_EMAIL_ADDRESS", words, at.field["name"])
    return taken.lower()


def _boolean(at: Taking, value: Any) -> bool:
    said = str(value).lower()
    if said in ("true", "false") or (at.text and said in ("1", "0")):
        return said in ("true", "1")
    raise _unreadable(at.field, value, text=at.text)


def _number(at: Taking, value: Any) -> Decimal:
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value))
    except InvalidOperation:
        raise _unreadable(at.field, value, text=at.text) from None
    if not number.is_finite():
        raise _unreadable(at.field, value, text=at.text)
    return number


def _int(at: Taking, value: Any) -> int:
    number = _number(at, value)
    if number != number.to_integral_value():
        raise _unreadable(at.field, value, text=at.text)
    digits = at.field.get("digits") or 9
    if len(str(abs(int(number)))) > digits:
        raise _out_of_range(at.field, number)
    return int(number)


def _decimal(at: Taking, value: Any) -> float:
    number = _number(at, value)
    precision, scale = at.field.get("precision") or 18, at.field.get("scale") or 0
    whole = len(str(abs(int(number)))) if abs(number) >= 1 else 0
    if whole > precision - scale:
        raise _out_of_range(at.field, number)
    if at.field["type"] == "currency" and not scale:
        scale = 2  # the currency's own places: the describe call says 0 where the page shows none
    return float(number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))


def _date(at: Taking, value: Any) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        raise _unreadable(at.field, value, text=at.text) from None
    if not _FIRST <= day <= _LAST:
        words = f"{at.field['label']}: invalid date: {value}"
        raise Failure("NUMBER_OUTSIDE_VALID_RANGE", words, at.field["name"])
    return day.isoformat()


def _datetime(at: Taking, value: Any) -> str:
    try:
        instant = datetime.fromisoformat(value)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise _unreadable(at.field, value, text=at.text) from None
    if not _FIRST <= instant.date() <= _LAST:
        words = f"{at.field['label']}: invalid date: {value}"
        raise Failure("NUMBER_OUTSIDE_VALID_RANGE", words, at.field["name"])
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _choice(at: Taking, value: Any) -> str:
    chosen = _text(at, value)
    return ";".join(_one_choice(at.field, each, at.bent) for each in _split(at.field, chosen))


def _split(field: Compact, chosen: str) -> list[str]:
    if field["type"] != "multipicklist":
        return [chosen]
    return list(dict.fromkeys(each.strip() for each in chosen.split(";") if each.strip()))


def _one_choice(field: Compact, value: str, bent: Bent) -> str:
    if not field.get("restrictedPicklist"):
        return value
    known = {each.casefold(): each for each in choices(field)}
    if value.casefold() in known:
        return known[value.casefold()]
    if "default_choice" in bent and known:
        return next(iter(known.values()))
    words = f"{field['label']}: bad value for restricted picklist field: {value}"
    raise Failure("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, field["name"])


def _reference(at: Taking, value: Any) -> str:
    id = ids.whole(value) if isinstance(value, str) else None
    if id is None:
        raise Failure("MALFORMED_ID", f"{at.field['label']}: id value of incorrect type: {value}", at.field["name"])
    object = at.store.object_of(id)
    if object not in at.field.get("referenceTo", []):
        raise Failure("FIELD_INTEGRITY_EXCEPTION" if object else "MALFORMED_ID",
                      f"{at.field['label']}: id value of incorrect type: {id}", at.field["name"])  # fmt: skip
    record = at.store.get(object, id) if object else None
    if record is None:
        raise Failure("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", at.field["name"])
    if record.deleted:
        raise Failure("ENTITY_IS_DELETED", "entity is deleted", at.field["name"])
    return id


def _time(at: Taking, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?Z?", value):
        raise _unreadable(at.field, value, text=at.text)
    return f"{value[:8]}.000Z"


_TAKE: dict[str, Callable[[Taking, Any], Any]] = {
    "email": _email,
    "boolean": _boolean,
    "int": _int,
    "double": _decimal,
    "currency": _decimal,
    "percent": _decimal,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "picklist": _choice,
    "multipicklist": _choice,
    "reference": _reference,
}
_XSD = {"double": "double", "currency": "double", "percent": "double", "datetime": "dateTime"}


def _unreadable(field: Compact, value: Any, *, text: bool) -> Failure:
    kind = field["type"]
    if text:
        words = f"'{value}' is not a valid value for the type xsd:{_XSD.get(kind, kind)}"
        return Failure(
            "INVALID_FIELD", f"Failed to deserialize field at col {{column}}. Due to, {words}", field["name"]
        )
    token = "STRING" if isinstance(value, str) else "NUMBER_FLOAT" if isinstance(value, float) else "NUMBER_INT"
    token = str(value).upper() if isinstance(value, bool) else token
    token, value = ("START_OBJECT", "") if isinstance(value, dict | list) else (f"VALUE_{token}", f"value {value} ")
    target = "string" if kind not in _TAKE or kind in ("email", "picklist", "multipicklist", "reference") else kind
    words = f"Cannot deserialize instance of {target} from {token} {value}or request may be missing a required field"
    return Failure("JSON_PARSER_ERROR", f"{words} at [line:1, column:1]")


def _out_of_range(field: Compact, number: Decimal) -> Failure:
    words = f"{field['label']}: value outside of valid range on numeric field: {number}"
    return Failure("NUMBER_OUTSIDE_VALID_RANGE", words, field["name"])
