"""The shipped profile for Dynamics 365: every field has a place in a fresh environment, and comes back as it went."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from environments import Environment

from crm_migrate.connecting.conformance_targets import batch_of, everything, settled
from crm_migrate.connecting.conformance_uploading import content
from crm_migrate.connecting.contract import Answer, Target, TargetField, TargetObject, Upload
from crm_migrate.connecting.discovery import connector
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.library import Entry, find, target_profile

AYSE = "ayse.k@anadolu.example"
ENTRY = find("targets", "dynamics", Path())
assert isinstance(ENTRY, Entry)
PROFILE: Any = target_profile(ENTRY)[0]
BY_STORAGE = {"decimal": "12", "integer": "3", "date": "2024-02-29", "instant": "2024-02-29T23:59:59Z",
              "boolean": "true", "list": '["a","b c"]'}  # fmt: skip
BY_TYPE = {"email": "{}@posta.example", "owner": AYSE, "consent": "withdrawn", "url": "https://www.firma.example/a",
           "domain": "firma.example", "phone": "+902120000001", "country": "TR", "currency": "TRY"}  # fmt: skip


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    made = Environment({"users": [{"internalemailaddress": AYSE, "fullname": "Ayşe"}]})
    yield made
    made.stop()


@pytest.fixture(scope="module")
def target(environment: Environment) -> Target:
    made = connector("dynamics").target(environment.options)
    made.prepare([object_of(name) for name in PROFILE.load_order], apply=True)
    return made


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


def sent(target: Target, wanted: TargetObject, name: str, row: dict[str, str | None]) -> Answer:
    """The answer about one record, or one file of three bytes."""
    if isinstance(target, Upload) and target.takes_bytes(wanted):
        return target.upload(batch_of(wanted, name, [row]), content(b"abc"))
    return settled(target, wanted, name, (row,))


def test_nothing_is_left_for_somebody_to_make_by_hand(target: Target) -> None:
    assert target.prepare([object_of(name) for name in PROFILE.load_order], apply=False) == ()


def test_every_length_of_the_profile_is_that_of_the_table(target: Target) -> None:
    for name in PROFILE.load_order:
        (there,) = target.describe([PROFILE.objects[name].name]).objects
        for field in PROFILE.objects[name].fields.values():
            known = there.field(field.column)
            assert known is not None, (name, field.column)
            assert field.length in (None, known.length), (name, field.column, known.length)


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
            if value is not None and not (field.reference and column in once):
                row[field.name] = value
                once.add(column)
        said = sent(target, wanted, name, row)
        assert set(said.loaded) == {f"{name}-1"}, (name, said.refused)
        parents[wanted.name] = said.loaded[f"{name}-1"]
        (told,) = everything(target, wanted)
        assert {n: told[n] for n in row} == row, name
