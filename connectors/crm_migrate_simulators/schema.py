"""What a simulated CRM holds: objects and fields with their rules, as a JSON file says it.

{"organisation": "Muster", "objects": {"contacts": {"fields": {
    "email": {"type": "text", "length": 80, "unique": true, "folded": true, "aliases": true},
    "account": {"type": "reference", "reference": "accounts"},
    "stage": {"type": "text", "choices": ["new", "won"], "default": "new"}}}}}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


class SchemaError(ValueError):
    """The schema cannot be understood; the message says where."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its rules. `length` counts characters; `folded` makes `unique` blind to case.

    `aliases`: after a merge the loser's value still finds the winner (a second e-mail). `external`: it may hold the key
    of another system. `read_only` fields are refused when they are sent. `reference`: the objects that it may refer to.
    `more` is what only one CRM says of a field.
    """

    name: str
    type: str = "text"
    length: int | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    folded: bool = False
    aliases: bool = False
    external: bool = False
    read_only: bool = False
    reference: tuple[str, ...] = ()
    default: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def index_key(self, value: Any) -> str:
        """How a value stands in the index of a unique field."""
        return str(value).casefold() if self.folded else str(value)

    def said(self) -> dict[str, Any]:
        """The field as a describe call tells it: what is said of it, in JSON."""
        told = {name: getattr(self, name) for name in WORDS}
        said = {
            name: list(v) if isinstance(v, tuple) else v for name, v in told.items() if v not in (None, False, (), {})
        }
        return said | ({"reference": self.reference[0]} if len(self.reference) == 1 else {})


WORDS = tuple(name for name in Field.__slots__ if name != "name")


@dataclass(slots=True)
class Object:
    """An object and its fields, which may become more while the CRM runs. `more` is what only one CRM says of it."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def external(self) -> Field | None:
        """The field for the key of another system, if there is one."""
        return next((f for f in self.fields.values() if f.external), None)


@dataclass(slots=True)
class Schema:
    """All objects of an organisation. `key` names the field of the witness where there are several external ones."""

    organisation: str
    objects: dict[str, Object]
    key: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def witnessed(self, object: str) -> Field | None:
        """The field whose value a creation is noted with."""
        return self.objects[object].fields.get(self.key) if self.key else self.objects[object].external()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_decimal(value: Any) -> bool:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _parses(parse: Callable[[str], object]) -> Callable[[Any], bool]:
    def parsed(value: Any) -> bool:
        try:
            return isinstance(value, str) and bool(parse(value))
        except ValueError:
            return False

    return parsed


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "choice": _is_text,
    "integer": _is_integer,
    "decimal": _is_decimal,
    "boolean": _is_boolean,
    "date": _parses(date.fromisoformat),
    "datetime": _parses(datetime.fromisoformat),
    "reference": _is_text,
}


def read_schema(said: Any) -> Schema:
    """A schema of parsed JSON. Raises SchemaError with the place of what is wrong."""
    if not isinstance(said, dict) or not isinstance(said.get("objects"), dict):
        raise SchemaError("a schema is a JSON object with `objects`")
    objects = {name: Object(name, _fields(name, spec), spec.get("more", {})) for name, spec in said["objects"].items()}
    for each in objects.values():
        for one in each.fields.values():
            if one.type == "reference" and not (set(one.reference) <= set(objects) and (one.reference or one.more)):
                raise SchemaError(f"{each.name}.{one.name}: `reference` names no object of this schema")
    return Schema(str(said.get("organisation", "simulated")), objects, said.get("key"), said.get("more", {}))


def _fields(name: str, spec: Any) -> dict[str, Field]:
    if not isinstance(spec, dict) or not isinstance(spec.get("fields"), dict):
        raise SchemaError(f"{name}: an object has `fields`")
    return {field_name: read_field(field_name, said, name) for field_name, said in spec["fields"].items()}


def read_field(name: str, said: Any, of: str) -> Field:
    """A field of parsed JSON. Raises SchemaError."""
    if not isinstance(said, dict):
        raise SchemaError(f"{of}.{name}: a field is a JSON object")
    unknown = sorted(set(said) - set(WORDS))
    if unknown:
        raise SchemaError(f"{of}.{name}: unknown words: {', '.join(unknown)}")
    if said.get("type", "text") not in TYPES:
        raise SchemaError(f"{of}.{name}: there is no type {said['type']!r}; there are {', '.join(TYPES)}")
    words: dict[str, Any] = {word: _several(v) if word in ("choices", "reference") else v for word, v in said.items()}
    return Field(name, **words)


def _several(said: Any) -> tuple[Any, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())
