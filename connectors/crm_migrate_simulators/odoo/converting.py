"""Texts of an import as values: what `load` makes of each cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.odoo.domains import found
from crm_migrate_simulators.odoo.models import XMLIDS
from crm_migrate_simulators.odoo.session import Session, day, instant, moment
from crm_migrate_simulators.schema import Field

YES, NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


class Unfit(Exception):
    """A cell that cannot be taken: the words of the message, with `%s` for the field's label, and Odoo's hint."""

    def __init__(self, words: str, hint: str = "") -> None:
        super().__init__(words)
        self.hint = hint


@dataclass(frozen=True)
class Cell:
    """Where a text goes: a field, by which part of it (`id`: external, `.id`: of the database, "": by name)."""

    session: Session
    of: Field
    part: str
    warn: Callable[[str], None]


def converted(cell: Cell, text: Any) -> Any:
    """The value as create and write take it. Raises Unfit."""
    type = cell.of.more["type"]
    if text in ("", False, None):
        return False
    text = str(text)
    if type in ("many2one", "many2many"):
        parts = text.split(",") if type == "many2many" else [text]
        ids = [_record(cell, each.strip() if type == "many2many" else each) for each in parts]
        return [[6, 0, ids]] if type == "many2many" else ids[0]
    return _TYPES.get(type, _text)(cell, text)


def _text(cell: Cell, text: str) -> str:
    del cell
    return text


def _boolean(cell: Cell, text: str) -> bool:
    del cell
    if text.lower() not in YES | NO:
        raise Unfit(f"Unknown value '{text}' for boolean field '%s'", "Use '1' for yes and '0' for no")
    return text.lower() in YES


def _number(kind: type, words: str) -> Callable[[Cell, str], Any]:
    def number(cell: Cell, text: str) -> Any:
        del cell
        try:
            return kind(text)
        except ValueError:
            raise Unfit(f"'{text}' does not seem to be {words} for field '%s'") from None

    return number


def _date(cell: Cell, text: str) -> str:
    del cell
    try:
        return day(text)
    except ValueError:
        hint = "Use the format '2012-12-31'"
        raise Unfit(f"'{text}' does not seem to be a valid date for field '%s'", hint) from None


def _datetime(cell: Cell, text: str) -> str:
    """A moment of an import is one in the time zone of who imports; it is kept in UTC."""
    try:
        at = instant(text)
    except ValueError:
        hint = "Use the format '2012-12-31 23:59:59'"
        raise Unfit(f"'{text}' does not seem to be a valid datetime for field '%s'", hint) from None
    return moment(at.replace(tzinfo=cell.session.zone).timestamp())


def _selection(cell: Cell, text: str) -> str:
    for value, label in cell.of.more["selection"]:
        if text in (value, label):
            return str(value)
    raise Unfit(f"Value '{text}' not found in selection field '%s'")


_TYPES: Mapping[str, Callable[[Cell, str], Any]] = {
    "boolean": _boolean, "integer": _number(int, "an integer"),
    "many2one_reference": _number(int, "an integer"), "float": _number(float, "a number"),
    "monetary": _number(float, "a number"), "date": _date, "datetime": _datetime, "selection": _selection,
}  # fmt: skip


def _record(cell: Cell, text: str) -> int:
    session, model = cell.session, cell.of.reference[0] if cell.of.reference else cell.of.more["to"]
    if cell.part == ".id":
        record = session.store.get(model, text) if text.isdecimal() else None
        kind = "database id"
        rows = [] if record is None or record.deleted else [record]
    elif cell.part == "id":
        known = session.store.find(XMLIDS, "complete_name", complete(text))
        there = known and known.values["model"] == model and session.store.get(model, str(known.values["res_id"]))
        kind, rows = "external id", [there] if there and not there.deleted else []
    else:
        kind, rows = "name", found(session, model, [["name", "=", text]])
        if len(rows) > 1:
            cell.warn(f"Found multiple matches for value '{text}' in field '%s' ({len(rows)} matches)")
    if not rows:
        raise Unfit(f"No matching record found for {kind} '{text}' in field '%s'")
    return int(rows[0].id)


def complete(xmlid: str) -> str:
    """An external id with its module; that of imports where none is named."""
    return xmlid if "." in xmlid else f"__import__.{xmlid}"
