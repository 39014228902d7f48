"""The rules of fields, and the silent habits that bend them.

`bent` says which habit of real systems an operation has: `truncate` cuts a text that is too long, `default_choice` puts
the first choice in place of an unknown one, `duplicate_rule` takes every record for a double.
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.schema import TYPES, Field, Object

Bent = frozenset[str]


class Refused(Exception):
    """The CRM does not take a record: a code, words, the field, and the id of the record that is in the way."""

    def __init__(self, code: str, message: str, field: str = "", existing: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.existing = code, message, field, existing


def taken(definition: Object, values: Mapping[str, Any], bent: Bent) -> dict[str, Any]:
    """The values as they are stored. Refused where one breaks a rule of its field."""
    if "duplicate_rule" in bent:
        raise Refused("DUPLICATES_DETECTED", "this looks like a record that is here already")
    unknown = next((name for name in values if name not in definition.fields), None)
    if unknown is not None:
        raise Refused("UNKNOWN_FIELD", f"there is no field {unknown}", unknown)
    return {name: None if v is None else _value(definition.fields[name], v, bent) for name, v in values.items()}


def required(definition: Object, values: Mapping[str, Any]) -> None:
    """Refused where a required field is empty."""
    for field in definition.fields.values():
        if field.required and values.get(field.name) in (None, ""):
            raise Refused("REQUIRED_FIELD_MISSING", f"{field.name} is required", field.name)


def _value(field: Field, value: Any, bent: Bent) -> Any:
    if field.read_only:
        raise Refused("READ_ONLY", f"{field.name} cannot be set", field.name)
    if not TYPES[field.type](value):
        raise Refused("WRONG_TYPE", f"{field.name} takes {field.type}", field.name)
    if field.length is not None and len(str(value)) > field.length:
        if "truncate" not in bent:
            raise Refused("STRING_TOO_LONG", f"{field.name} takes {field.length} characters", field.name)
        value = str(value)[: field.length]
    if field.choices and value not in field.choices:
        if "default_choice" not in bent:
            raise Refused("INVALID_CHOICE", f"{field.name} does not know this choice", field.name)
        value = field.choices[0]
    return value
