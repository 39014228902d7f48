"""A portal's objects in the words of the contract, and the properties that we make. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import CONSENT_STRICTNESS, TYPES
from crm_migrate_hubspot.file_shapes import ATTACHED
from crm_migrate_hubspot.shapes import (
    CONTACTS,
    DEALS,
    EMAIL,
    GROUP,
    KEY,
    KIND,
    MD5,
    PIPELINES,
    REGISTRY,
    SIZE,
    TICKETS,
    Place,
    holds_files,
    is_ours,
    split,
    word_of,
)
from crm_migrate_hubspot.ties import KEYS
from crm_migrate_hubspot.values import LONGEST, Definition, Stage, is_owner, is_read_only, options

_SEMANTIC: Mapping[str, str] = {
    "number": "number", "date": "date", "datetime": "instant", "bool": "boolean", "enumeration": "choice",
}  # fmt: skip
_TEXTS: Mapping[str, str] = {"textarea": "long_text", "phonenumber": "phone", "html": "long_text"}
# What HubSpot makes of a value of ours: type and how it is shown. Everything else is a line of text.
_MADE: Mapping[str, tuple[str, str]] = {
    "decimal": ("number", "number"),
    "integer": ("number", "number"),
    "date": ("date", "date"),
    "instant": ("datetime", "date"),
    "boolean": ("bool", "booleancheckbox"),
    "list": ("string", "textarea"),
}
_YES_NO = [{"label": "Yes", "value": "true", "displayOrder": 0}, {"label": "No", "value": "false", "displayOrder": 1}]
_RULES = "that a value is what the portal's own rules ask for (required by a stage, a form or a pipeline)"
_OWNERS = "that an active user has the owner's mailbox"
UNFORESEEN: Mapping[str, tuple[str, ...]] = {
    CONTACTS: ("that no other contact has the mailbox, also as an additional one", "what HubSpot takes for a mailbox"),
    DEALS: ("that the stage is one of the pipeline",),
    TICKETS: ("that the stage is one of the pipeline",),
}


def object_of(
    object: str, known: Mapping[str, Definition], stages: Sequence[Stage], links: Iterable[tuple[str, str]]
) -> TargetObject:
    """The object: its properties, and the links that it may have (object at the other end, label)."""
    name, _ = split(object)
    fields = [_field(name, each, stages) for key, each in known.items() if not is_ours(key)]
    for to, label in links:
        fields.append(TargetField(f"associations.{to}.{label}" if label else f"associations.{to}", "reference",
                                  reference=to))  # fmt: skip
    if holds_files(object):
        fields = [replace(each, read_only=True) if each.name == ATTACHED else each for each in fields]
        fields += [TargetField(SIZE, "integer"), TargetField(MD5, "text")]
    if name == CONTACTS and word_of("") in known:
        fields.append(TargetField("consent", "consent", choices=CONSENT_STRICTNESS))
    return TargetObject(object, tuple(fields), KEY, (*UNFORESEEN.get(name, ()), _OWNERS, _RULES))


def _field(object: str, definition: Definition, stages: Sequence[Stage]) -> TargetField:
    name, type = str(definition["name"]), semantic(definition)
    pipeline, stage = PIPELINES.get(object, ("", ""))
    choices = options(definition) if definition.get("type") == "enumeration" else ()
    if name in (pipeline, stage):
        choices = tuple(dict.fromkeys(each.label if name == stage else each.pipeline_label for each in stages))
    unique = bool(definition.get("hasUniqueValue")) or (object == CONTACTS and name == EMAIL)
    return TargetField(
        name,
        type,
        unique=unique,
        length=LONGEST if TYPES[type].storage == "text" and not choices else None,
        choices=choices if type == "choice" else (),
        read_only=is_read_only(definition),
        default=name in (pipeline, "hs_timestamp"),
        case_blind="letters" if unique else "",
    )


def semantic(definition: Definition) -> str:
    """The semantic type of a property."""
    if is_owner(definition):
        return "owner"
    if definition.get("type") == "enumeration" and definition.get("fieldType") == "checkbox":
        return "list"
    if definition.get("name") == EMAIL:
        return "email"
    return _SEMANTIC.get(str(definition.get("type")), _TEXTS.get(str(definition.get("fieldType")), "text"))


# ---------------------------------------------------------------------------------------------------- making


def key_definition() -> dict[str, Any]:
    """The property of our key, whose values are there once: that can only be said when it is made."""
    return _made(KEY, "string", "text") | {"label": "crm-migrate id", "hasUniqueValue": True}


def kind_definition() -> dict[str, Any]:
    """The property that tells kinds apart."""
    return _made(KIND, "string", "text") | {"label": "crm-migrate kind"}


def keys_definition() -> dict[str, Any]:
    """The property of our keys of links that begin at a record."""
    return _made(KEYS, "string", "textarea") | {"label": "crm-migrate links"}


def registry_definition() -> dict[str, Any]:
    """The property whose options are our keys of lists; no record fills it, and nobody sees it."""
    return _made(REGISTRY, "enumeration", "checkbox") | {"label": "crm-migrate lists", "options": [], "hidden": True}


def definition_of(place: Place, field: TargetField) -> dict[str, Any]:
    """A property that is made for a field."""
    if place.consent:
        return _made(place.property, "enumeration", "select") | {"options": _choices(CONSENT_STRICTNESS)}
    storage = TYPES[field.type].storage if field.type in TYPES else "text"
    if storage == "text" and field.choices:
        return _made(place.property, "enumeration", "select") | {"options": _choices(field.choices)}
    type, shown = _MADE.get(storage, ("string", "textarea" if field.type == "long_text" else "text"))
    return _made(place.property, type, shown) | ({"options": _YES_NO} if type == "bool" else {})


def _made(name: str, type: str, shown: str) -> dict[str, Any]:
    label = name.replace("_", " ").capitalize()
    return {"name": name, "label": label, "groupName": GROUP, "type": type, "fieldType": shown, "formField": False}


def _choices(values: Sequence[str]) -> list[dict[str, Any]]:
    return [{"label": value, "value": value, "displayOrder": number} for number, value in enumerate(values)]
