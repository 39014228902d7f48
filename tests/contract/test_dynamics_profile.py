"""The shipped profile for Dynamics 365: every field has a place in a fresh environment, and comes back as it went."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import profiled
import pytest
from environments import Environment

from crm_migrate.connecting.conformance_targets import batch_of, everything, settled
from crm_migrate.connecting.conformance_uploading import content
from crm_migrate.connecting.contract import Answer, Target, TargetObject, Upload
from crm_migrate.connecting.discovery import connector

AYSE = "ayse.k@anadolu.example"
PROFILE: Any = profiled.profile_of("dynamics")
object_of = partial(profiled.object_of, PROFILE)
BY_TYPE = {"email": "{}@posta.example", "owner": AYSE, "consent": "withdrawn", "url": "https://www.firma.example/a",
           "domain": "firma.example", "phone": "+902120000001", "country": "TR", "currency": "TRY"}  # fmt: skip
cell = partial(profiled.cell, BY_TYPE)


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
        for field in (each for each in PROFILE.objects[name].fields.values() if not each.nowhere):
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
