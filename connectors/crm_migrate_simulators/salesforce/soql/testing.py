"""The condition of a query becomes a function that says whether a record meets it."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.soql.paths import Found, whole_id
from crm_migrate_simulators.salesforce.soql.tree import Both, Condition, Literal, Not, Query, Test

Finder = Callable[[Any], Found]
Values = Callable[[Query], list[Any]]
Meets = Callable[[Callable[[Found], Any]], bool]  # given a way to a record's values

_NUMBERS = ("int", "double", "currency", "percent")
_DAYS = {
    "TODAY": (0, 1),
    "YESTERDAY": (-1, 0),
    "TOMORROW": (1, 2),
    "LAST_WEEK": (-7, 0),
    "LAST_90_DAYS": (-90, 1),
    "NEXT_90_DAYS": (1, 91),
}


def condition(said: Condition, find: Finder, inner: Values, now: float) -> Meets:
    """Raises Failure where a field cannot be filtered or a value is not of its type."""
    if isinstance(said, Not):
        contrary = condition(said.of, find, inner, now)
        return lambda at: not contrary(at)
    if isinstance(said, Both):
        parts = [condition(part, find, inner, now) for part in said.parts]
        every = all if said.word == "and" else any
        return lambda at: every(part(at) for part in parts)
    return _test(said, find, inner, now)


def _test(said: Test, find: Finder, inner: Values, now: float) -> Meets:
    found = find(said.path)
    kind = found.field.more["type"] if found.field else "string"
    if found.field is not None and not found.field.more.get("filterable", True):
        raise Failure("INVALID_FIELD", f"field '{found.name}' can not be filtered in a query call")
    if isinstance(said.values, Query):
        wanted = set(inner(said.values)) - {None}
        return (lambda at: at(found) in wanted) if said.operator == "in" else (lambda at: at(found) not in wanted)
    sides = [_value(found, kind, literal, now) for literal in said.values]
    return _compared(found, kind, said.operator, sides)


def _compared(found: Found, kind: str, operator: str, sides: list[Any]) -> Meets:
    sensitive = bool(found.field and found.field.more.get("caseSensitive"))

    def plain(said: Any) -> Any:
        return said.casefold() if isinstance(said, str) and not sensitive and kind not in ("id", "reference") else said

    def equal(said: Any, side: Any) -> bool:
        if isinstance(side, tuple):  # a stretch of time
            return said is not None and side[0] <= said < side[1]
        return bool(plain(said) == plain(side))

    if operator == "=":
        return lambda at: equal(at(found), sides[0])
    if operator == "!=":
        return lambda at: not equal(at(found), sides[0])
    if operator in ("in", "notin"):
        known = {plain(side) for side in sides if not isinstance(side, tuple)}
        return lambda at: (plain(at(found)) in known) == (operator == "in")
    if operator == "like":
        pattern = _pattern(str(sides[0]))
        return lambda at: at(found) is not None and bool(pattern.fullmatch(str(at(found))))
    if operator in ("includes", "excludes"):
        return lambda at: _includes(at(found), sides) == (operator == "includes")
    return _ordered(found, operator, sides[0], plain)


def _ordered(found: Found, operator: str, side: Any, plain: Callable[[Any], Any]) -> Meets:
    low, high = side if isinstance(side, tuple) else (plain(side), plain(side))
    tests: dict[str, Callable[[Any], bool]] = {
        "<": lambda said: bool(said < low),
        "<=": lambda said: bool(said < high) if isinstance(side, tuple) else bool(said <= high),
        ">": lambda said: bool(said >= high) if isinstance(side, tuple) else bool(said > high),
        ">=": lambda said: bool(said >= low),
    }
    return lambda at: at(found) is not None and side is not None and tests[operator](plain(at(found)))


def _includes(said: Any, sides: Iterable[Any]) -> bool:
    here = {each.casefold() for each in str(said or "").split(";")}
    return any({each.strip().casefold() for each in str(side).split(";")} <= here for side in sides)


def _pattern(text: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in text), re.IGNORECASE | re.DOTALL)


def _value(found: Found, kind: str, literal: Literal, now: float) -> Any:
    if literal.kind == "null" or found.field is None:  # an aggregate or a column that is no field: any kind of value
        return literal.value
    if kind in ("id", "reference"):
        _of_kind(found, literal, "text", "ID")
        return whole_id(literal.value) if literal.value else None
    if kind in _NUMBERS:
        _of_kind(found, literal, "number", kind)
        return float(literal.value)
    if kind == "boolean":
        _of_kind(found, literal, "boolean", kind)
        return literal.value
    if kind == "date":
        return _word(literal, now, day=True) if literal.kind == "word" else _of_kind(found, literal, "date", kind)
    if kind == "datetime":
        if literal.kind == "word":
            return _word(literal, now, day=False)
        text = _of_kind(found, literal, "datetime", "dateTime")
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    _of_kind(found, literal, "text", "string")
    return literal.value


def _of_kind(found: Found, literal: Literal, wanted: str, named: str) -> Any:
    if literal.kind != wanted:
        quotes = "should be enclosed in quotes" if wanted == "text" else "should not be enclosed in quotes"
        words = f"value of filter criterion for field '{found.name}' must be of type {named} and {quotes}"
        raise Failure("INVALID_FIELD", words)
    return literal.value


def _word(literal: Literal, now: float, *, day: bool) -> tuple[str, str]:
    """The stretch of time that a word like TODAY means, from its start to behind its end."""
    word, _, number = str(literal.value).partition(":")
    today = datetime.fromtimestamp(now, UTC).date()
    count = int(number or 0)
    if word == "LAST_N_DAYS":
        start, end = -count, 1
    elif word == "NEXT_N_DAYS":
        start, end = 1, count + 1
    elif word in _DAYS:
        start, end = _DAYS[word]
    elif word in ("THIS_YEAR", "LAST_YEAR", "THIS_MONTH"):
        return _calendar(word, today, day=day)
    else:
        raise Failure("MALFORMED_QUERY", f"this simulator does not know the date {literal.value}")
    return _text(today + timedelta(days=start), day=day), _text(today + timedelta(days=end), day=day)


def _calendar(word: str, today: date, *, day: bool) -> tuple[str, str]:
    if word == "THIS_MONTH":
        start = today.replace(day=1)
        end = (start + timedelta(days=32)).replace(day=1)
    else:
        year = today.year - (word == "LAST_YEAR")
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
    return _text(start, day=day), _text(end, day=day)


def _text(at: date, *, day: bool) -> str:
    return at.isoformat() if day else f"{at.isoformat()}T00:00:00.000+0000"
