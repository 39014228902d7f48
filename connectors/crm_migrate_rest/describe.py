"""What the CRM says of its objects, in the words of the contract, and what is missing there. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import type_of

OUR_KEY = "crm_migrate_id"
# Type of the CRM -> semantic type.
SEMANTIC: Mapping[str, str] = {
    "text": "text",
    "integer": "integer",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    "reference": "reference",
}
# How a semantic type is stored -> type of the CRM.
_STORED: Mapping[str, str] = {
    "text": "text",
    "list": "text",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "instant": "datetime",
    "reference": "reference",
}


@dataclass(frozen=True, slots=True)
class Described:
    """An object as the CRM describes it: of each field its words."""

    name: str
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def type(self, name: str) -> str:
        """The type of a field in the CRM's own word."""
        return str(self.fields.get(name, {}).get("type", "text"))

    def keyed(self, key_field: str) -> bool:
        """Whether records can be found and matched by our key: it is unique, and the key that results carry."""
        return not self.wrong_key(key_field) and key_field in self.fields

    def wrong_key(self, key_field: str) -> str:
        """Why our key cannot live there though its field, or another in its place, does; "" where it can."""
        others = [name for name, words in self.fields.items() if words.get("external") and name != key_field]
        if others:
            return f"{self.name}.{others[0]} is the key of another system, and there is room for one"
        words = self.fields.get(key_field)
        if words is not None and not (words.get("external") and words.get("unique")):
            return f"{self.name}.{key_field} is there, but not as a unique external key"
        return ""


def object_of(described: Described, key_field: str = OUR_KEY) -> TargetObject:
    """The object in the words of the contract, without our key."""
    fields = tuple(_field(name, words) for name, words in described.fields.items() if name != key_field)
    return TargetObject(described.name, fields, key_field)


def _field(name: str, words: Mapping[str, Any]) -> TargetField:
    return TargetField(
        name,
        SEMANTIC.get(str(words.get("type", "text")), "text"),
        required=bool(words.get("required")),
        unique=bool(words.get("unique")),
        length=words.get("length"),
        choices=tuple(words.get("choices", ())),
        reference=words.get("reference"),
        read_only=bool(words.get("read_only")),
        default=words.get("default") is not None,
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """A field to be added: to which object, and its words."""

    object: str
    name: str
    words: Mapping[str, Any]

    @property
    def title(self) -> str:
        """In words for people."""
        return f"add field {self.object}.{self.name}"


def missing(wanted: Sequence[TargetObject], there: Mapping[str, Described]) -> Iterator[Missing]:
    """The fields that objects lack, our key first. Objects themselves cannot be made by a client."""
    for object in wanted:
        found = there.get(object.name)
        if found is None:
            continue
        if object.key_field not in found.fields:
            yield Missing(object.name, object.key_field, {"type": "text", "unique": True, "external": True})
        for each in object.fields:
            if each.name not in found.fields:
                yield Missing(object.name, each.name, _words(each))


def _words(field: TargetField) -> dict[str, Any]:
    kind = "reference" if field.reference else _STORED[type_of(field.type).storage]
    said = {
        "type": kind,
        "length": field.length,
        "choices": list(field.choices),
        "required": field.required,
        "unique": field.unique,
        "reference": field.reference,
    }
    return {name: value for name, value in said.items() if value}
