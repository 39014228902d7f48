"""A model in the words of the contract: its shape, what BottleCRM's OpenAPI says of lengths and choices, and the custom
fields of the organisation. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import TYPES
from crm_migrate_bottle.shapes import (
    ACCOUNTS,
    CASES,
    CONTACTS,
    CONVERTED,
    DEALS,
    KEY,
    KIND,
    LEADS,
    MODELS,
    TASKS,
    Shape,
    split,
)
from crm_migrate_bottle.values import Record, options

# Type of a custom field -> semantic type.
SEMANTIC: Mapping[str, str] = {
    "text": "text", "textarea": "long_text", "number": "number", "dropdown": "choice", "date": "date",
    "checkbox": "boolean",
}  # fmt: skip
_STORED: Mapping[str, str] = {"decimal": "number", "integer": "number", "boolean": "checkbox", "date": "date"}
_ENDS = "no blanks at the ends of a value in a field of its own"
_SITES = "that a web address is one, with its scheme"
_OWNERS = "that an active user has the owner's mailbox"
# Rules of the server that a plan cannot foretell.
UNFORESEEN: Mapping[str, tuple[str, ...]] = {
    ACCOUNTS: (_ENDS, _SITES, _OWNERS),
    CONTACTS: (_ENDS, _SITES, _OWNERS, "that a source is one of the organisation's"),
    LEADS: (_ENDS, _SITES, _OWNERS, "that a source is one of the organisation's"),
    DEALS: (
        _ENDS,
        _OWNERS,
        "that the stage is one of the pipeline, and a closed one has its day, a won one its amount",
        "no probability of 0 where the stage has one of its own",
    ),
    CASES: (_ENDS, _OWNERS),
    TASKS: (_ENDS, _OWNERS, "one record at most that a task is about"),
}
# What a value must be besides: an operator of SQL and a constant.
_BOUNDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "money": ((">=", "0"),),
    "email": (("SIMILAR TO", r"[^@\s]+@[^@\s]+\.[^@\s]+"),),
    "phone": (("SIMILAR TO", r"[\d\s\-\(\)\+\.]{7,25}"),),
}
_DIGITS = re.compile(r"\\d\{0,(\d+)\}.*\\d\{0,(\d+)\}")


class Api:
    """BottleCRM's own description of itself: what it says of the body of a creation."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schemas: Mapping[str, Any] = schema.get("components", {}).get("schemas", {})
        self._paths: Mapping[str, Any] = schema.get("paths", {})

    def field(self, model: str, name: str) -> Mapping[str, Any]:
        """The words about a field, those of its alternatives among them; nothing where it says nothing."""
        said = self._paths.get(f"/api/{model}/", {}).get("post", {}).get("requestBody", {}).get("content", {})
        body = self._resolved(said.get("application/json", {}).get("schema", {}))
        found: dict[str, Any] = {}
        for words in self._alternatives(body.get("properties", {}).get(name, {})):
            found = {**words, **found, "enum": [*found.get("enum", ()), *words.get("enum", ())]}
        return found

    def _resolved(self, words: Mapping[str, Any]) -> Mapping[str, Any]:
        place = str(words.get("$ref", "")).rpartition("/")[2]
        return self._schemas.get(place, {}) if place else words

    def _alternatives(self, words: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield self._resolved(words)
        for each in (*words.get("oneOf", ()), *words.get("allOf", ())):
            yield self._resolved(each)


def object_of(
    object: str, api: Api, customs: Mapping[str, Record], stages: Sequence[str], pipelines: Sequence[str]
) -> TargetObject:
    """The object: the fields of its model, and the custom ones."""
    name, _ = split(object)
    known = {"stage": tuple(stages), "pipeline": tuple(pipelines)} if name == DEALS else {}
    fields = [
        _field(each, shape, api.field(name, each), known.get(each)) for each, shape in MODELS[name].fields.items()
    ]
    ours = [key for key, each in customs.items() if each.get("is_active") and key not in (KEY, KIND)]
    return TargetObject(object, (*fields, *(_custom(key, customs[key]) for key in ours)), KEY, UNFORESEEN[name])


def _field(name: str, shape: Shape, words: Mapping[str, Any], known: Sequence[str] | None) -> TargetField:
    choices = (
        known if known is not None else [str(each) for each in words.get("enum", ()) if each and each != CONVERTED]
    )
    digits = _DIGITS.search(str(words.get("pattern", ""))) if shape.type == "money" else None
    bounds = _BOUNDS.get(shape.type, ())
    return TargetField(
        name,
        shape.type,
        required=shape.required,
        unique=shape.unique,
        length=words.get("maxLength") if TYPES[shape.type].storage == "text" and not choices else None,
        choices=tuple(choices),
        reference=shape.reference,
        read_only=shape.read_only,
        default=shape.default,
        below=Decimal(10) ** int(digits[1]) if digits else None,
        scale=int(digits[2]) if digits else None,
        bounds=((">=", "0"), ("<=", "100")) if name == "probability" else bounds,
        case_blind="letters" if shape.unique else "",
    )


def _custom(key: str, definition: Record) -> TargetField:
    kind = SEMANTIC.get(str(definition.get("field_type")), "text")
    required = bool(definition.get("is_required"))
    return TargetField(f"custom.{key}", kind, required=required, choices=options(definition))


def definition_of(model: str, key: str, type: str) -> dict[str, Any]:
    """A custom field that is made for values of a type."""
    kind = "textarea" if type == "long_text" else _STORED.get(TYPES[type].storage, "text")
    label = key.replace("_", " ").capitalize()
    return {"target_model": model, "key": key, "label": label, "field_type": kind, "is_filterable": key in (KEY, KIND)}
