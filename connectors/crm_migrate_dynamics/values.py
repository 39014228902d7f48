"""Canonical text as Dataverse's JSON and back, by the type of a column. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.typed import unmistakable

_INTEGER = re.compile(r"-?[0-9]{1,12}")
_BOOLEANS = {"true": True, "false": False}
NUMBERS = frozenset({"Decimal", "Double", "Money"})
CHOICES = frozenset({"Picklist", "State", "Status"})
TEXTS = frozenset({"String", "Memo"})
DAY, MOMENT = "Day", "DateTime"  # a date of no zone, and a moment of the user's zone, kept in UTC


@dataclass(frozen=True, slots=True)
class Column:
    """A column as Dataverse describes it. `type` is one of its own, or `Day`; `day` ends in "T00:00:00Z" where a day is
    written as a moment of no zone. `options` are its labels; `states` the state of each reason; `leads` the navigation
    property by which a lookup leads to each table."""

    name: str
    type: str
    creatable: bool = True
    updatable: bool = True
    required: bool = False
    length: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    scale: int | None = None
    day: str = ""
    options: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[int, int] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)

    @property
    def read_name(self) -> str:
        """What it is called in a record."""
        return f"_{self.name}_value" if self.type == "Lookup" else self.name

    def label(self, value: Any) -> str:
        """The label of an option; its number where it has none of its own."""
        return next((label for label, number in self.options.items() if number == value), str(value))


# Type of a column -> semantic type. What is not here is no field that we fill.
SEMANTIC: Mapping[str, str] = {
    "String": "text", "Memo": "long_text", "Integer": "integer", "Decimal": "number", "Double": "number",
    "Money": "number", "Boolean": "boolean", DAY: "date", MOMENT: "instant", "Picklist": "text", "Status": "text",
    "State": "text", "MultiSelectPicklist": "list", "Lookup": "reference", "Party": "reference",
}  # fmt: skip
LOCAL_DAY, ZONELESS = "LocalDay", "ZonelessMoment"  # a user's midnight, a moment of no zone: read, and never filled
READ = frozenset(
    {*(SEMANTIC.keys() - {"Party"}), LOCAL_DAY, ZONELESS, "Uniqueidentifier", "BigInt"}
)  # what is told as text


def json_of(text: str | None, column: Column) -> Any:
    """What is sent for a cell; a two-option column is never empty. ValueError where the text is none of the type."""
    kind = column.type
    if text is None:
        return False if kind == "Boolean" else None
    if kind == "Boolean":
        return _known(_BOOLEANS, text)
    if kind == "Integer":
        if not _INTEGER.fullmatch(text):
            raise ValueError(text)
        return int(text)
    if kind in NUMBERS:
        return _number(text)
    if kind == DAY:
        return date.fromisoformat(text).isoformat() + column.day
    if kind == MOMENT:
        return _sent_moment(text)
    if kind in CHOICES:
        return _known(column.options, text)
    return _several(text, column) if kind == "MultiSelectPicklist" else text


def text_of(value: Any, column: Column) -> str | None:
    """A value of an answer as canonical text; an empty text is no value."""
    if value is None or value == "":
        return None
    if column.type in CHOICES:
        return column.label(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format(Decimal(str(value)), "f").removesuffix(".0")
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if column.type == "MultiSelectPicklist":
        chosen = [int(each) if each.strip().isdigit() else each for each in value.split(",")]
        return json.dumps([column.label(each) for each in chosen], ensure_ascii=False)
    if column.type == DAY:
        return value[:10]
    return _told_moment(value) if column.type == MOMENT else value


def read_text(value: Any, column: Column) -> str | None:
    """A value of a source as canonical text, a number so that no locale reads it as another one."""
    text = text_of(value, column)
    return unmistakable(text) if text and column.type in NUMBERS else text


def _known(words: Mapping[str, Any], text: str) -> Any:
    if text not in words:
        raise ValueError(text)
    return words[text]


def _number(text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _several(text: str, column: Column) -> str | None:
    said = json.loads(text)
    if not isinstance(said, list):
        raise ValueError(text)
    return ",".join(str(_known(column.options, each)) for each in said) or None


def _sent_moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told_moment(text: str) -> str:
    """A moment in UTC; what is none is kept as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
