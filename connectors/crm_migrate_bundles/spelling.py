"""Canonical text as a file of the CRM spells it. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from crm_migrate.crm.types import Storage, type_of
from crm_migrate_bundles.layout import Layout

LONGEST_CELL = 32_767
_PARTS = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_LINE_ENDS = re.compile(r"\r\n?")
# What XML cannot say, and what its readers take for an escaped letter.
_NO_CELL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def spelled(text: str | None, type: str, layout: Layout) -> str:
    """A cell of a field of that semantic type; empty where there is no value."""
    if text is None:
        return ""
    kind = type_of(type)
    if kind.role == "consent":
        return layout.consent.get(text, "")
    if kind.storage in _SPELLERS:
        return _SPELLERS[kind.storage](text, layout)
    return _LINE_ENDS.sub("\n", text) if layout.format == "xlsx" else text  # XML has one line end


def ticked(cell: str) -> str:
    """A cell that is a box, however a CRM writes one."""
    text = cell.strip().casefold()
    return {"1": "true", "yes": "true", "0": "false", "no": "false"}.get(text, text)


def unfit(text: str | None, type: str, layout: Layout) -> str:
    """Why the file would say something else than a value; empty where it says just that."""
    if text is None:
        return ""
    if type_of(type).storage == "list" and any(layout.list in item for item in _items(text)):
        return f"an entry of the list holds `{layout.list}`, which the files write between entries"
    if not layout.forbidden and layout.format != "xlsx":
        return ""
    cell = spelled(text, type, layout)
    if found := " ".join(sign for sign in layout.forbidden if sign in cell):
        return f"the import takes no {found} in a cell: replace it in the mapping, or say `forbidden:` in its profile"
    return _unfit_cell(cell) if layout.format == "xlsx" else ""


def _unfit_cell(text: str) -> str:
    """Why a cell of a workbook cannot hold a text as it is."""
    if len(text) > LONGEST_CELL:
        return f"a cell of a workbook holds {LONGEST_CELL:,} characters, and the value has {len(text):,}"
    if _NO_CELL.search(text):
        return "a cell of a workbook cannot hold its control characters"
    return ""


def _items(text: str) -> list[str]:
    return [str(item) for item in json.loads(text)]


def _day(text: str, layout: Layout) -> str:
    return _in_pattern(datetime.fromisoformat(text), layout.days)


def _moment(text: str, layout: Layout) -> str:
    at = datetime.fromisoformat(text)
    return _in_pattern(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), layout.moments)


def _in_pattern(at: datetime, pattern: str) -> str:
    """By hand where systems differ: `strftime` writes a year before 1000 without its zeros on some."""
    for part, code in _PARTS.items():
        pattern = pattern.replace(part, f"{at.year:04}" if part == "YYYY" else at.strftime(code))
    return pattern


def pattern_of(written: str) -> str:
    """A pattern of a layout as `strptime` reads it."""
    for part, code in _PARTS.items():
        written = written.replace(part, code)
    return written


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
