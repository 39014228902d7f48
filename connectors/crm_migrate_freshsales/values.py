"""Canonical text as values of Freshsales, and back. What it would change or lose is refused before it is sent. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.cells import boolean, day, decimal, integer, unfit
from crm_migrate_freshsales.shapes import ABOUT, ACCOUNTS, CONSENTS, CONTACTS, STAGE, Model, Shape

Record = Mapping[str, Any]
_ID = re.compile(r"[0-9]{1,18}")
CONSENT_WORDS = tuple(dict.fromkeys(CONSENTS.values()))
_CONSENTS = {word: number for number, word in CONSENTS.items() if number != 3}  # 3: reported as spam
EXACT = 15  # digits of a number that a float keeps


@dataclass(frozen=True, slots=True)
class Names:
    """What words stand for in one account: users by mailbox, those who are gone (`former`) by id; choices of fields by
    word; stages of each pipeline; custom fields by name, as Freshsales defines them."""

    owners: Mapping[str, int] = field(default_factory=dict)
    former: Mapping[int, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    stages: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    customs: Mapping[str, Record] = field(default_factory=dict)


# ---------------------------------------------------------------------------------------------------- writing


def sent(name: str, shape: Shape, cell: str | None, names: Names) -> Any:
    """The value of a field. Raises Unfit."""
    if cell is None:
        return [] if shape.type == "tags" else None
    if shape.type == "owner":
        return _known(name, cell.lower(), names.owners, "no active user of Freshsales has this mailbox")
    if shape.type == "consent":
        return _known(name, cell, _CONSENTS, "the value is no state of a consent")
    if shape.type in ("choice", "currency"):
        return _known(name, cell, names.choices.get(name, {}), "Freshsales does not have this value")
    if shape.reference:
        return _id(name, cell)
    if name == "probability" and not 0 <= integer(name, cell) <= 100:
        raise unfit("TYPE", "a probability is a whole number from 0 to 100", name)
    return _PLAIN.get(shape.type, _text)(name, cell)


def staged(cell: str, pipeline: int | None, names: Names) -> tuple[int, int]:
    """Pipeline and stage of that name, in a pipeline or in the only one that has it. Raises Unfit."""
    found = [(id, there[cell]) for id, there in names.stages.items() if cell in there and pipeline in (None, id)]
    if len(found) != 1:
        why = "the pipeline has no such stage" if not found else "several pipelines have a stage of this name"
        raise unfit("UNKNOWN", why, STAGE)
    return found[0]


def sent_custom(name: str, definition: Record, cell: str | None) -> Any:
    """The value of a custom field. Raises Unfit."""
    if cell is None:
        return None
    kind = definition.get("type")
    if kind == "dropdown" and cell not in options(definition):
        raise unfit("UNKNOWN", "Freshsales does not have this value", name)
    if kind not in KINDS:
        raise unfit("TYPE", f"a custom field of the type {kind} is not written", name)
    return KINDS[str(kind)](name, cell)


def options(definition: Record) -> tuple[str, ...]:
    """The words of a dropdown."""
    return tuple(str(each.get("value")) for each in definition.get("choices") or ())


def _known(name: str, cell: str, words: Mapping[str, int], why: str) -> int:
    if cell not in words:
        raise unfit("UNKNOWN", why, name)
    return words[cell]


def _id(name: str, cell: str) -> int:
    if not _ID.fullmatch(cell):
        raise unfit("TYPE", "the value is no id of Freshsales", name)
    return int(cell)


def _text(name: str, cell: str) -> str:
    if "\0" in cell:
        raise unfit("SHAPE", "the value has a character that no database takes", name)
    return cell


def _amount(name: str, cell: str) -> str:
    return format(decimal(name, cell), "f")


def _number(name: str, cell: str) -> int | float:
    number = decimal(name, cell)
    if number == int(number):
        return int(number)
    if len(number.as_tuple().digits) > EXACT:
        raise unfit("TYPE", "Freshsales would round this number", name)
    return float(number)


def _moment(name: str, cell: str) -> str:
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise unfit("TYPE", "the value is no moment", name) from None
    if at.tzinfo is None:
        raise unfit("TYPE", "a moment without its time zone", name)
    return cell


def _tags(name: str, cell: str) -> list[str]:
    try:
        said = json.loads(cell)
    except ValueError:
        said = None
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise unfit("TYPE", "the value is no list of texts", name)
    return said


_PLAIN: Mapping[str, Callable[[str, str], Any]] = {
    "integer": integer, "money": _amount, "date": day, "instant": _moment, "tags": _tags,
}  # fmt: skip
KINDS: Mapping[str, Callable[[str, str], Any]] = {  # types of custom fields that are written
    "text": _text, "textarea": _text, "number": _number, "checkbox": boolean, "date": day, "dropdown": _text,
}  # fmt: skip


# ---------------------------------------------------------------------------------------------------- reading


def told(model: Model, name: str, record: Record, names: Names) -> str | None:
    """A field of a record as canonical text. Of several, where we write one, all are told."""
    shape = model.fields[name]
    if name.startswith(ABOUT):
        return _about(name, record)
    if name == ACCOUNTS:
        return next((str(each["id"]) for each in record.get(ACCOUNTS) or () if each.get("is_primary")), None)
    if name == CONTACTS:
        return ", ".join(str(id) for id in record.get("contact_ids") or ()) or None
    held = record.get(name)
    if held is None or held in ("", []):
        return None
    if shape.type == "consent":
        return CONSENTS.get(int(held), str(held))
    if shape.type == "owner":
        return names.former.get(int(held)) or word_of(names.owners, held)
    if name == STAGE:
        return next((word for there in names.stages.values() for word, id in there.items() if id == held), str(held))
    if shape.type in ("choice", "currency"):
        return word_of(names.choices.get(name, {}), held)
    return told_plain(shape.type, held)


def told_plain(type: str, held: Any) -> str | None:
    """A value as canonical text."""
    if held is None or held == "":
        return None
    if isinstance(held, bool):
        return "true" if held else "false"
    if type == "date":
        return str(held)[:10]
    if type == "instant":
        return _instant(str(held))
    if type == "tags":
        return json.dumps(held, ensure_ascii=False) if held else None
    if type == "money" or isinstance(held, float):
        return _plain_number(Decimal(str(held)))
    return str(held)


def _plain_number(number: Decimal) -> str:
    return format(number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize(), "f")


def word_of(words: Mapping[str, int], id: Any) -> str:
    """The word of an id; the id itself where it has none."""
    return next((word for word, each in words.items() if each == id), str(id))


def _about(name: str, record: Record) -> str | None:
    model = {"contacts": "Contact", "deals": "Deal", "sales_accounts": "SalesAccount"}[name.removeprefix(ABOUT)]
    found = [str(each["id"]) for each in record.get("targetables") or () if each.get("type") == model]
    return ", ".join(found) or None


def _instant(said: str) -> str:
    """A moment with its offset, in UTC."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return said
    return said if at.tzinfo is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def same(type: str, one: str | None, other: str | None) -> bool:
    """Whether two texts are one value."""
    if one is None or other is None or one == other:
        return one == other
    try:
        if type in ("money", "number", "integer"):
            return Decimal(one) == Decimal(other)
        if type == "instant":
            return datetime.fromisoformat(one) == datetime.fromisoformat(other)
        return type == "tags" and sorted(json.loads(one)) == sorted(json.loads(other))
    except (InvalidOperation, ValueError, TypeError):
        return False
