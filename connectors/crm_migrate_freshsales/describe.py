"""A module in the words of the contract: its shapes, and what the settings of the account say of its fields. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import TYPES
from crm_migrate_freshsales.shapes import (
    ACCOUNTS,
    ACTIVITIES,
    CONTACTS,
    DEALS,
    KEY,
    LONG,
    SHORT,
    STAGE,
    TYPE,
    Model,
    Shape,
    is_custom,
    split,
)
from crm_migrate_freshsales.values import CONSENT_WORDS, KINDS, Names, Record, options

# Type of a custom field -> semantic type.
SEMANTIC: Mapping[str, str] = {
    "text": "text", "textarea": "long_text", "number": "number", "checkbox": "boolean", "date": "date",
    "dropdown": "choice",
}  # fmt: skip
_STORED: Mapping[str, str] = {"decimal": "number", "integer": "number", "boolean": "checkbox", "date": "date"}
_OWNERS = "that an active user has the owner's mailbox"
_REQUIRED = "fields that the account's administrators require, beside those that it tells"
# Rules of the server that a plan cannot foretell.
UNFORESEEN: Mapping[str, tuple[str, ...]] = {
    ACCOUNTS: (_OWNERS, _REQUIRED),
    CONTACTS: (_OWNERS, _REQUIRED, "that somebody else's additional mailbox is not the contact's"),
    DEALS: (_OWNERS, _REQUIRED, "that the stage is one of the pipeline"),
    ACTIVITIES: (_OWNERS, _REQUIRED, "one record at most that an activity is about"),
}


def names_of(definitions: Sequence[Record], users: Sequence[Record], types: Sequence[Record]) -> Names:
    """What words stand for: from the fields of a module, the users, and the types of activities."""
    plain = {str(each["name"]): each for each in definitions}
    choices: dict[str, Mapping[str, int]] = {
        name: {str(c["value"]): int(c["id"]) for c in each.get("choices") or () if _is_id(c.get("id"))}
        for name, each in plain.items()
        if each.get("type") == "dropdown" and not name.startswith("cf_")
    }
    choices[TYPE] = {str(each["name"]): int(each["id"]) for each in types}
    stages: dict[int, dict[str, int]] = {}
    for each in plain.get(STAGE, {}).get("choices") or ():
        stages.setdefault(int(each["deal_pipeline_id"]), {})[str(each["value"])] = int(each["id"])
    return Names(
        owners={str(u["email"]).lower(): int(u["id"]) for u in users if u.get("is_active", True)},
        former={int(u["id"]): str(u["email"]).lower() for u in users if not u.get("is_active", True)},
        choices=choices,
        stages=stages,
        customs={name: each for name, each in plain.items() if name.startswith("cf_")},
    )


def _is_id(said: Any) -> bool:
    return str(said).isdecimal()


def object_of(object: str, model: Model, definitions: Sequence[Record], names: Names) -> TargetObject:
    """The object: the fields of its module, and the custom ones that are written."""
    required = model.required | {str(each["name"]) for each in definitions if each.get("required") is True}
    fields = [_field(name, shape, names, required=name in required) for name, shape in model.fields.items()]
    fields += [
        _custom(name, each) for name, each in names.customs.items() if is_custom(name) and each.get("type") in KINDS
    ]
    return TargetObject(object, tuple(fields), KEY, UNFORESEEN[split(object)[0]])


def _field(name: str, shape: Shape, names: Names, *, required: bool) -> TargetField:
    words = tuple(names.choices.get(name, ())) if shape.type in ("choice", "currency") else ()
    if name == STAGE:
        words = tuple(dict.fromkeys(word for there in names.stages.values() for word in there))
    return TargetField(
        name,
        shape.type,
        required=required,
        unique=shape.unique,
        length=_length(shape) if not words else None,
        choices=CONSENT_WORDS if shape.type == "consent" else words,
        reference=shape.reference,
        default=shape.default,
        bounds=((">=", "0"), ("<=", "100")) if name == "probability" else (),
        case_blind="letters" if shape.unique else "",
    )


def _length(shape: Shape) -> int | None:
    if TYPES[shape.type].storage != "text" or shape.reference or shape.type in ("tags", "owner", "consent"):
        return None
    return LONG if shape.type == "long_text" else SHORT


def _custom(name: str, definition: Record) -> TargetField:
    kind = str(definition.get("type"))
    length = {"text": SHORT, "textarea": LONG}.get(kind)
    return TargetField(
        name, SEMANTIC[kind], required=definition.get("required") is True, length=length, choices=options(definition)
    )


def wanted_type(type: str) -> str:
    """The type of a custom field that holds values of a semantic type."""
    if type in ("long_text", "list", "tags"):
        return "textarea"
    return _STORED.get(TYPES[type].storage, "text")
