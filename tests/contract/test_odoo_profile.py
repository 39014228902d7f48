"""The shipped profile for Odoo: every field has a place in a fresh database, and comes back as it went."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import profiled
import pytest
from odoo_databases import Database

from crm_migrate.connecting.conformance_targets import everything, settled
from crm_migrate.connecting.contract import Target
from crm_migrate.connecting.discovery import connector

AYSE, STATE = "colleague@simulated.example", "Bursa"
PROFILE: Any = profiled.profile_of("odoo")
object_of = partial(profiled.object_of, PROFILE)
BY_TYPE = {"email": "{}@posta.example", "owner": AYSE, "consent": "withdrawn", "url": "https://www.firma.example/a",
           "domain": "firma.example", "phone": "+902120000001", "country": "TR", "state": STATE}  # fmt: skip
cell = partial(profiled.cell, BY_TYPE)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    there = Database()
    made = connector("odoo").target(there.options)
    made.prepare([object_of(name) for name in PROFILE.load_order], apply=True)
    (turkey,) = there.ask("res.country", "search", [["code", "=", "TR"]])
    there.ask("res.country.state", "create", {"name": STATE, "code": "16", "country_id": turkey})
    yield made
    there.stop()


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
