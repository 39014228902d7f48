"""Canonical text as the cells of an import and back, by the type of a column. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crm_migrate.connecting import cells
from crm_migrate.connecting.cells import unfit
from crm_migrate.connecting.typed import unmistakable
from crm_migrate_odoo.markup import html_of, text_of_html

NUMBERS = frozenset({"float", "monetary"})
_WHOLE = frozenset({"integer", "many2one_reference"})
# Type of a column -> semantic type. What is not here is no field that we fill.
SEMANTIC: Mapping[str, str] = {
    "char": "text", "text": "long_text", "html": "long_text", "integer": "integer", "float": "number",
    "monetary": "money", "boolean": "boolean", "date": "date", "datetime": "instant", "selection": "text",
    "many2one": "reference",
}  # fmt: skip
_MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as Odoo describes it. `choices`: value -> label; `of`: the model that it leads to; `default`: Odoo says
    what it fills in."""

    name: str
    type: str
    label: str = ""
    required: bool = False
    read_only: bool = False
    length: int | None = None
    scale: int | None = None
    choices: Mapping[str, str] | None = None
    of: str = ""
    default: Any = False


def cell_of(text: str | None, column: Column, name: str) -> str:
    """The cell of an import; "" empties. Raises Unfit where the text is none of the type."""
    kind = column.type
    if text is None:
        return ""
    if kind == "boolean":
        return "1" if cells.boolean(name, text) else "0"
    if kind == "integer":
        return str(cells.integer(name, text))
    if kind in NUMBERS:
        cells.exact_float(name, text, "Odoo keeps numbers as floats, and this one would be another")
        return text
    if kind == "date":
        return cells.day(name, text)
    if kind == "datetime":
        return _sent_moment(text, name)
    if kind == "selection":
        return _chosen(text, column, name)
    return html_of(text) if kind == "html" else text


def _chosen(text: str, column: Column, name: str) -> str:
    choices = column.choices or {}
    if text not in choices:
        raise unfit("UNKNOWN", "there is no such choice", name)
    return text


def _sent_moment(text: str, name: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None:
        raise unfit("TYPE", "the value is no moment with a zone", name)
    return at.astimezone(UTC).strftime(_MOMENT)


def text_of(value: Any, column: Column) -> str | None:
    """A value of an answer as canonical text. Nothing is False; a number is never nothing."""
    kind = column.type
    if kind == "boolean":
        return "true" if value else "false"
    if kind in _WHOLE | NUMBERS and not isinstance(value, bool):
        return format(Decimal(str(value)), "f").removesuffix(".0")
    if value is False or value is None or value == "":
        return None
    if kind == "many2one":
        return str(id_of(value))
    if kind == "datetime":
        return datetime.strptime(value, _MOMENT).replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return text_of_html(value) or None if kind == "html" else str(value)


def read_text(value: Any, column: Column) -> str | None:
    """A value of a source as canonical text, a number so that no locale reads it as another one."""
    text = text_of(value, column)
    return unmistakable(text) if text and column.type in NUMBERS else text


def id_of(value: Any) -> int | None:
    """The id of a record that is pointed to: `[7, "its name"]`, or the id alone."""
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None
