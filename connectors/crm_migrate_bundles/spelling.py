"""Canonical text as a file of the CRM spells it. Pure."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from crm_migrate.crm.types import Storage, type_of
from crm_migrate_bundles.layout import Layout


def spelled(text: str | None, type: str, layout: Layout) -> str:
    """A cell of a field of that semantic type; empty where there is no value."""
    if text is None:
        return ""
    kind = type_of(type)
    if kind.role == "consent":
        return layout.consent.get(text, "")
    return _SPELLERS[kind.storage](text, layout) if kind.storage in _SPELLERS else text


def unfit(text: str | None, type: str, layout: Layout) -> bool:
    """Whether the file would say something else: an entry of a list that holds what stands between entries."""
    return text is not None and type_of(type).storage == "list" and any(layout.list in item for item in _items(text))


def _items(text: str) -> list[str]:
    return [str(item) for item in json.loads(text)]


def _day(text: str, layout: Layout) -> str:
    return _in_pattern(datetime.fromisoformat(text), layout.days)


def _moment(text: str, layout: Layout) -> str:
    at = datetime.fromisoformat(text)
    return _in_pattern(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), layout.moments)


def _in_pattern(at: datetime, pattern: str) -> str:
    """By hand: `strftime` writes a year before 1000 otherwise on each system."""
    parts = {"YYYY": f"{at.year:04}", "MM": at.month, "DD": at.day, "HH": at.hour, "mm": at.minute, "ss": at.second}
    for part, number in parts.items():
        pattern = pattern.replace(part, number if isinstance(number, str) else f"{number:02}")
    return pattern


def _flag(text: str, layout: Layout) -> str:
    return {"true": layout.yes, "false": layout.no}[text]


def _list(text: str, layout: Layout) -> str:
    return layout.list.join(_items(text))


def _number(text: str, layout: Layout) -> str:
    return text.replace(".", layout.decimal)


_SPELLERS: Mapping[Storage, Callable[[str, Layout], str]] = {
    "date": _day,
    "instant": _moment,
    "boolean": _flag,
    "list": _list,
    "decimal": _number,
}


def pattern_of(written: str) -> str:
    """A pattern of a layout as `strptime` reads it."""
    for part, code in {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}.items():
        written = written.replace(part, code)
    return written
