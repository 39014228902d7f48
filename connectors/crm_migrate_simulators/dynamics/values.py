"""One value of a record: what is taken of JSON, and how it is told again."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_migrate_simulators.dynamics.catalogue import CHOICES, NUMBERS, TEXTS, Words
from crm_migrate_simulators.dynamics.problems import Failure, unreadable

OLDEST = date(1753, 1, 1)
_OUTSIDE = "0x80044330"
_MONEY = 2  # decimals of the organisation's currency
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def taken(table: str, column: str, words: Words, value: Any) -> Any:
    """A value as it is stored; an empty text is none. Raises Failure where it is none of the column's type."""
    kind = words["type"]
    if value is None or value == "":
        return None
    if kind == "DateTime":
        return _instant(column, words, value)
    if kind in NUMBERS:
        return _number(table, column, words, value)
    right = {"Boolean": bool, **dict.fromkeys(CHOICES, int)}.get(kind, str)
    if not isinstance(value, right) or (right is int and isinstance(value, bool)):
        raise _wrong(column, value, {bool: "Edm.Boolean", int: "Edm.Int32"}.get(right, "Edm.String"))
    if kind == "MultiSelectPicklist":
        return _several(table, column, words, str(value))
    return value


def _wrong(column: str, value: Any, edm: str) -> Failure:
    del value  # it is never repeated: a log may hold the answer
    return unreadable(f"Cannot convert the literal of '{column}' to the expected type '{edm}'.")


def _number(table: str, column: str, words: Words, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(column, value, "Edm.Decimal")
    if words["type"] == "Integer" and not isinstance(value, int):
        raise _wrong(column, value, "Edm.Int32")
    low, high = words.get("min"), words.get("max")
    if (low is not None and value < low) or (high is not None and value > high):
        raise Failure(
            400, _OUTSIDE, f"A validation error occurred.  The value of '{column}' on record of type '{table}' is "
            "outside the valid range.", column)  # fmt: skip
    if isinstance(value, int):
        return value
    places = _MONEY if words["type"] == "Money" else int(words.get("precision", 2))
    return float(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _instant(column: str, words: Words, value: Any) -> str:
    """A day as it is; a moment in UTC, or as it is where it is of no zone."""
    if words.get("behavior") == "DateOnly":
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise _wrong(column, value, "Edm.Date")
        day = _parsed(column, value).date()
        told = value
    else:
        if not isinstance(value, str) or "T" not in value:
            raise _wrong(column, value, "Edm.DateTimeOffset")
        at = _parsed(column, value)
        if at.tzinfo is None:
            raise _wrong(column, value, "Edm.DateTimeOffset")
        day = at.date()
        told = told_instant(at if words.get("behavior") == "TimeZoneIndependent" else at.astimezone(UTC))
    if day < OLDEST:
        raise Failure(
            400, "0x80040239", f"DateTime is less than minimum value supported by CrmDateTime: '{column}'.", column
        )
    return told


def _parsed(column: str, value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(column, value, "Edm.DateTimeOffset") from None


def told_instant(at: datetime) -> str:
    """In whole seconds, with Z behind it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def moment(seconds: float) -> str:
    """An instant of the clock."""
    return told_instant(datetime.fromtimestamp(seconds, UTC))


def _several(table: str, column: str, words: Words, value: str) -> str:
    known = {str(option[0]) for option in words.get("options", ())}
    chosen = [each.strip() for each in value.split(",")]
    if any(each not in known for each in chosen):
        raise invalid_choice(table, column)
    return ",".join(chosen)


def invalid_choice(table: str, column: str) -> Failure:
    """A value that is none of the column's options."""
    return Failure(
        400, "0x8004431a", f"A validation error occurred.  The value of '{column}' on record of type '{table}' is "
        "outside the valid range of its options.", column)  # fmt: skip


def label(words: Words, value: Any) -> str | None:
    """What people see for a value; None where that is the value itself."""
    if words["type"] in CHOICES:
        return next((str(option[1]) for option in words.get("options", ()) if option[0] == value), str(value))
    if words["type"] == "MultiSelectPicklist":
        names = {str(option[0]): str(option[1]) for option in words.get("options", ())}
        return "; ".join(names.get(each, each) for each in str(value).split(","))
    if words["type"] == "Boolean":
        return "Yes" if value else "No"
    return None if words["type"] in (*TEXTS, "Uniqueidentifier") else str(value)
