"""The shipped profile for Odoo: every field has a place in a fresh database, and comes back as it went."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from odoo_databases import Database

from crm_migrate.connecting.conformance_targets import everything, settled
from crm_migrate.connecting.contract import Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.library import Entry, find, target_profile

AYSE, STATE = "colleague@simulated.example", "Bursa"
ENTRY = find("targets", "odoo", Path())
assert isinstance(ENTRY, Entry)
PROFILE: Any = target_profile(ENTRY)[0]
BY_STORAGE = {"decimal": "12", "integer": "3", "date": "2024-02-29", "instant": "2024-02-29T23:59:59Z",
              "boolean": "true", "list": '["a","b c"]'}  # fmt: skip
BY_TYPE = {"email": "{}@posta.example", "owner": AYSE, "consent": "withdrawn", "url": "https://www.firma.example/a",
           "domain": "firma.example", "phone": "+902120000001", "country": "TR", "state": STATE}  # fmt: skip


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    there = Database()
    made = connector("odoo").target(there.options)
    made.prepare([object_of(name) for name in PROFILE.load_order], apply=True)
    (turkey,) = there.ask("res.country", "search", [["code", "=", "TR"]])
    there.ask("res.country.state", "create", {"name": STATE, "code": "16", "country_id": turkey})
    yield made
    there.stop()


def object_of(name: str) -> TargetObject:
    said = PROFILE.objects[name]
    fields = tuple(
        TargetField(
            field.column or canonical,
            field.type,
            choices=tuple(field.choices),
            reference=PROFILE.objects[field.reference].name if field.reference else None,
        )
        for canonical, field in said.fields.items()
    )
    return TargetObject(said.name, fields, said.key_field)


def cell(field: TargetField, there: TargetField, parents: Mapping[str, str], n: int) -> str | None:
    """A value that a field takes; None for a reference to what is not loaded."""
    if field.reference:
        return parents.get(field.reference)
    if field.choices or there.choices:
        return (field.choices or there.choices)[-1] if field.type == "consent" else (there.choices or field.choices)[0]
    said = BY_TYPE.get(field.type) or BY_STORAGE.get(TYPES[field.type].storage) or f"{field.name} {n}"
    return said.format(f"k{n}")[: field.length or there.length]


def test_nothing_is_left_for_somebody_to_make_by_hand(target: Target) -> None:
    assert target.prepare([object_of(name) for name in PROFILE.load_order], apply=False) == ()


def test_every_field_comes_back_as_it_went(target: Target) -> None:
    parents: dict[str, str] = {}
    for name in PROFILE.load_order:
        wanted = object_of(name)
        (there,) = target.describe([wanted.name]).objects
        once = set[str]()
        row: dict[str, str | None] = {"__entity": f"{name}-1"}
        for field in wanted.fields:
            known = there.field(field.name)
            assert known is not None, (name, field.name)
            value, column = cell(field, known, parents, 1), field.name.partition(".")[0]
            if field.name == "probability":
                value = "100"  # of a deal that is won
            if value is not None and not (field.reference and column in once):
                row[field.name] = value
                once.add(column)
        said = settled(target, wanted, name, (row,))
        assert set(said.loaded) == {f"{name}-1"}, (name, said.refused)
        parents[wanted.name] = said.loaded[f"{name}-1"]
        (told,) = everything(target, wanted)
        assert {n: told[n] for n in row} == row, name
