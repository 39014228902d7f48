"""Canonical text as values of JSON, and back. What a CRM would change or lose is refused before it is sent. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.cells import boolean, day, exact_float, unfit
from crm_migrate_opencrm.dialect import Field

_INTEGER = re.compile(r"-?[0-9]{1,10}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_MOST = 2**31 - 1  # of a column of 32 bits


# ---------------------------------------------------------------------------------------------------- writing


def sent(field: Field, cell: str | None, people: Mapping[str, str]) -> Any:
    """The value of a field; a checkbox is never empty. Raises Unfit."""
    if cell is None:
        return False if field.kind == "boolean" else [] if field.kind == "list" else None
    if field.kind == "owner":
        if cell.lower() not in people:
            raise unfit("UNKNOWN", "no active user there has this mailbox", field.name)
        return people[cell.lower()]
    if field.trims and cell != cell.strip():
        raise unfit("SHAPE", "the value has blanks at its ends, which are taken away there", field.name)
    if field.choices and cell not in field.choices:
        raise unfit("UNKNOWN", "the value is none of the choices there", field.name)
    return _PLAIN.get(field.kind, _text)(field.name, cell)


def _text(name: str, cell: str) -> str:
    if "\0" in cell:
        raise unfit("SHAPE", "the value has a character that no database keeps", name)
    return cell


def _id(name: str, cell: str) -> str:
    if not _ID.fullmatch(cell):
        raise unfit("TYPE", "the value is no id of a record", name)
    return cell


def _integer(name: str, cell: str) -> int:
    if not _INTEGER.fullmatch(cell) or abs(int(cell)) > _MOST:
        raise unfit("TYPE", "the value is no whole number of 32 bits", name)
    return int(cell)


def _number(name: str, cell: str) -> float:
    return exact_float(name, cell, "the number would be rounded there")


def _moment(name: str, cell: str) -> str:
    """In UTC, without its zone; a second is the least."""
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise unfit("TYPE", "the value is no moment", name) from None
    if at.tzinfo is None or at.microsecond:
        raise unfit("TYPE", "a moment has a zone, and no part of a second", name)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _list(name: str, cell: str) -> list[str]:
    try:
        said = json.loads(cell)
    except ValueError:
        said = None
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise unfit("TYPE", "the value is no list of texts", name)
    return said


_PLAIN: Mapping[str, Callable[[str, str], Any]] = {
    "integer": _integer,
    "number": _number,
    "money": _number,
    "boolean": boolean,
    "date": day,
    "instant": _moment,
    "reference": _id,
    "list": _list,
}


def holds(sent: Any, held: Any) -> bool:
    """Whether what a record holds is what was sent."""
    if isinstance(sent, bool) or isinstance(held, bool):
        return bool(sent) == bool(held)
    if isinstance(sent, int | float):
        return _decimal(held) == _decimal(sent)
    return bool((sent or None) == (held or None))


# ---------------------------------------------------------------------------------------------------- reading


def told(field: Field, held: Any, people: Mapping[str, str]) -> str | None:
    """A field as canonical text; `people`: mailbox by id of a user."""
    if held is None or held in ("", []):
        return None
    if field.kind == "owner":
        return people.get(str(held), str(held))
    if field.kind == "boolean":
        return "true" if held else "false"
    if field.kind in ("number", "money", "integer"):
        number = _decimal(held)
        return str(held) if number is None else format(number, "f")
    if field.kind == "instant":
        return f"{str(held).replace(' ', 'T')}Z"
    if isinstance(held, list):
        return json.dumps([str(each) for each in held], ensure_ascii=False)
    return str(held)


def _decimal(held: Any) -> Decimal | None:
    """Without zeros behind the last digit; None for what is no number."""
    try:
        number = Decimal(repr(held) if isinstance(held, float) else str(held))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
