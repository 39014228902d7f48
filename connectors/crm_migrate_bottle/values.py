"""Canonical text as BottleCRM's values, and back. What it would change or lose is refused before it is sent. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crm_migrate.connecting.cells import boolean, day, decimal, exact_float, integer, unfit
from crm_migrate_bottle.shapes import CONVERTED, OWNER, Shape

Record = Mapping[str, Any]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Names:
    """What names stand for in one organisation: users by mailbox, pipelines, and the custom fields of a model."""

    people: Mapping[str, str] = field(default_factory=dict)
    pipelines: Mapping[str, str] = field(default_factory=dict)
    customs: Mapping[str, Record] = field(default_factory=dict)


# ---------------------------------------------------------------------------------------------------- writing


def sent(name: str, shape: Shape, cell: str | None, names: Names) -> Any:
    """The value of a field. Raises Unfit."""
    if cell is None:
        return [] if shape.many else "" if shape.blank else None
    if name == "pipeline":
        return _known(name, cell, names.pipelines, "BottleCRM has no such pipeline")
    if shape.type == "owner":
        return [_known(name, cell.lower(), names.people, "no active user of BottleCRM has this mailbox")]
    if shape.type == "reference":
        return [_id(name, cell)] if shape.many else _id(name, cell)
    if name == "status" and cell == CONVERTED:
        raise unfit("UNKNOWN", "a lead is converted by its user: BottleCRM would make an account of it", name)
    if name == "probability" and not 0 <= integer(name, cell) <= 100:
        raise unfit("TYPE", "a probability is a whole number from 0 to 100", name)
    return _PLAIN.get(shape.type, _text)(name, cell)


def sent_custom(name: str, definition: Record, cell: str | None) -> Any:
    """The value of a custom field; None takes it away. Raises Unfit."""
    if cell is None or cell == "":
        return None
    if "\0" in cell:
        raise unfit("SHAPE", "the value has a character that BottleCRM's database does not take", name)
    kind = definition.get("field_type")
    if kind == "number":
        return _float(name, cell)
    if kind == "checkbox":
        return boolean(name, cell)
    if kind == "date":
        return day(name, cell)
    if kind == "dropdown" and cell not in options(definition):
        raise unfit("UNKNOWN", "BottleCRM does not have this value", name)
    return cell


def options(definition: Record) -> tuple[str, ...]:
    """The values of a dropdown."""
    return tuple(str(each.get("value")) for each in definition.get("options") or ())


def _known(name: str, cell: str, words: Mapping[str, str], why: str) -> str:
    if cell not in words:
        raise unfit("UNKNOWN", why, name)
    return words[cell]


def _id(name: str, cell: str) -> str:
    if not UUID.fullmatch(cell):
        raise unfit("TYPE", "the value is no id of BottleCRM", name)
    return cell


def _text(name: str, cell: str) -> str:
    if cell != cell.strip():
        raise unfit("SHAPE", "the value has blanks at its ends, which BottleCRM takes away", name)
    return cell


def _amount(name: str, cell: str) -> str:
    amount = decimal(name, cell)
    if amount < 0 or amount != round(amount, 2):
        raise unfit("TYPE", "BottleCRM keeps two decimals of an amount, and none below zero", name)
    return format(amount, "f")


def _float(name: str, cell: str) -> float:
    return exact_float(name, cell, "BottleCRM would round this number in a custom field")


_PLAIN: Mapping[str, Callable[[str, str], Any]] = {
    "integer": integer,
    "money": _amount,
    "boolean": boolean,
    "date": day,
}


def holds(shape: Shape | None, sent: Any, held: Any) -> bool:
    """Whether what a record holds is what was sent; `shape` is None for a custom field."""
    if shape is None:
        return bool(held == sent and isinstance(held, bool) == isinstance(sent, bool))
    if shape.many:
        return sorted(ids(held)) == sorted(sent)
    if shape.reference:
        return bool(id_of(held) == sent)
    if shape.type == "money" and sent is not None and held is not None:
        return Decimal(str(held)) == Decimal(sent)
    return bool((None if held == "" else held) == (None if sent == "" else sent))


# ---------------------------------------------------------------------------------------------------- reading


def id_of(held: Any) -> str | None:
    """The id of a record that another one names."""
    said = held.get("id") if isinstance(held, dict) else held
    return None if said is None else str(said)


def ids(held: Any) -> list[str]:
    """Those of a list of records."""
    return [id for each in held or () if (id := id_of(each)) is not None]


def told(name: str, shape: Shape, held: Any, names: Names) -> str | None:
    """A field as canonical text. A list of several, which we never write, is told as such."""
    if shape.many:
        return ", ".join(_mailbox(each) if name == OWNER else str(id_of(each)) for each in held or ()) or None
    if shape.reference:
        return id_of(held)
    if held is None or held == "":
        return None
    if name == "pipeline":
        return next((each for each, id in names.pipelines.items() if id == held), None)
    if shape.type == "instant":
        return _instant(str(held))
    return told_custom(held)


def told_custom(held: Any) -> str | None:
    """A custom field as canonical text."""
    if held is None or held == "":
        return None
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, float):
        number = Decimal(repr(held))
        return format(number.quantize(Decimal(1)) if number == number.to_integral_value() else number, "f")
    return str(held)


def _mailbox(each: Any) -> str:
    user = each.get("user_details") if isinstance(each, dict) else None
    return str(user.get("email")) if isinstance(user, dict) else str(id_of(each))


def _instant(said: str) -> str:
    """An instant with its offset, in UTC."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return said
    return said if at.tzinfo is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
