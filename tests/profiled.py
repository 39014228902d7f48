"""Objects of a shipped target profile as a load would describe them, and values that their fields take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.library import Entry, find, target_profile

BY_STORAGE = {"decimal": "12", "integer": "3", "date": "2024-02-29", "instant": "2024-02-29T23:59:59Z",
              "boolean": "true", "list": '["a","b c"]'}  # fmt: skip


def profile_of(crm: str) -> Any:
    """The profile that is shipped."""
    entry = find("targets", crm, Path())
    assert isinstance(entry, Entry)
    return target_profile(entry)[0]


def object_of(profile: Any, name: str) -> TargetObject:
    """An object with all its fields that have a place."""
    said = profile.objects[name]
    fields = tuple(
        TargetField(
            field.column or canonical,
            field.type,
            choices=tuple(field.choices),
            reference=profile.objects[field.reference].name if field.reference else None,
        )
        for canonical, field in said.fields.items()
        if not field.nowhere
    )
    return TargetObject(said.name, fields, said.key_field)


def cell(
    by_type: Mapping[str, str], field: TargetField, there: TargetField, parents: Mapping[str, str], n: int
) -> str | None:
    """A value that a field takes; None for a reference to what is not loaded."""
    if field.reference:
        return parents.get(field.reference)
    if field.choices or there.choices:
        return (field.choices or there.choices)[-1] if field.type == "consent" else (there.choices or field.choices)[0]
    said = by_type.get(field.type) or BY_STORAGE.get(TYPES[field.type].storage) or f"{field.name} {n}"
    return said.format(f"k{n}")[: field.length or there.length]
