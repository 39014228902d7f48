"""Opportunities of a real Tryton: states that only buttons lead to, and what becomes of one that is interrupted."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tryton_sample import furnished
from trytons import Tryton, fresh

from crm_migrate.connecting.conformance_targets import batch_of, everything, settled, write
from crm_migrate.connecting.contract import TARGET_ID, Begins, Remove, Target, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InDoubt

pytestmark = pytest.mark.tryton
SELLER = "ayse.k@anadolu-makine.example"
FIELDS = ("description", "amount", "currency.code", "state", "employee.email", "end_date", "conversion_probability")
KEY = "crm_migrate_id:"
Row = dict[str, str | None]


@pytest.fixture(scope="module")
def tryton() -> Tryton:
    return furnished(fresh())


@pytest.fixture
def target(tryton: Tryton) -> Iterator[Target]:
    """With no opportunities there."""
    if ids := [each["id"] for each in tryton.rows("sale.opportunity")]:
        for state, button in (("lost", "lead"), ("lead", "cancel"), ("opportunity", "cancel")):
            here = [each["id"] for each in tryton.rows("sale.opportunity", where=[["state", "=", state]])]
            if here:
                tryton.ask(f"model.sale.opportunity.{button}", here, {})
        tryton.ask("model.sale.opportunity.delete", ids, {})
    made = connector("tryton").target(tryton.options)
    yield made
    made.close()


@pytest.fixture
def deal(target: Target) -> TargetObject:
    described = target.describe(["sale.opportunity"]).object("sale.opportunity")
    assert described is not None
    fields = tuple(field for name in (*FIELDS, "party") if (field := described.field(name)) is not None)
    assert len(fields) == len(FIELDS) + 1
    wanted = TargetObject("sale.opportunity", fields, "reference")
    assert target.prepare((wanted,), apply=True) == ()
    return wanted


@pytest.fixture
def row(tryton: Tryton) -> Row:
    party = tryton.rows("party.party", where=[["name", "=", "Anadolu Makine"]])[0]["id"]
    values = ("Pres hattı", "1250000.50", "TRY", "opportunity", SELLER, "2025-03-05", "0.25")
    return {"party": str(party), **dict(zip(FIELDS, values, strict=True))}


def test_each_gets_to_its_state_by_buttons(target: Target, tryton: Tryton, deal: TargetObject, row: Row) -> None:
    states = ("lead", "opportunity", "lost", "cancelled", None)
    rows = [{"__entity": f"d-{state}", **row, "state": state} for state in states]
    ids = settled(target, deal, "a", rows).loaded
    assert len(set(ids.values())) == len(states)
    found = {each["__entity"]: each for each in everything(target, deal)}
    assert {key: each["state"] for key, each in found.items()} == {f"d-{state}": state or "lead" for state in states}
    assert found["d-opportunity"] == {"target_id": ids["d-opportunity"], "__entity": "d-opportunity", **row}
    references = {each["reference"] for each in tryton.rows("sale.opportunity", "reference")}
    assert references == {f"{KEY}d-{state}" for state in states}


def test_what_cannot_get_there_is_refused_and_taken_back(
    target: Target, tryton: Tryton, deal: TargetObject, row: Row
) -> None:
    rows = [{"__entity": "d1", **row}, {"__entity": "d2", **row, "employee.email": None}, {"__entity": "d3", **row}]
    answer = settled(target, deal, "a", [*rows, {"__entity": "d4", **row, "state": "won"}])
    assert answer.loaded.keys() == {"d1", "d3"}
    assert answer.refused["d2"].words.startswith('A value is required for field "Employee" in record "..."')
    assert answer.refused["d4"].words == "no button of Tryton leads to this state"
    assert [each["reference"] for each in tryton.rows("sale.opportunity", "reference")] == [f"{KEY}d1", f"{KEY}d3"]


def test_one_that_was_made_and_not_moved_is_finished_and_not_made_again(
    target: Target, tryton: Tryton, deal: TargetObject, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise InDoubt("killed before the first button")

    with monkeypatch.context() as patch, pytest.raises(InDoubt):
        patch.setattr("crm_migrate_tryton.moving.Moving.move", killed)
        write(target, deal, "a", [{"__entity": "d1", **row}])
    (begun,) = tryton.rows("sale.opportunity", "state")
    assert begun["state"] == "lead"
    assert [each["__entity"] for each in everything(target, deal)] == [None]
    assert list(target.read(deal.bare(), "key", ["d1"])) == [], "what is not where it shall be is not there"
    assert isinstance(target, Begins)
    assert set(target.begun(deal, ["d0", "d1"])) == {"d1"}, "an undo is not to leave it behind"
    assert write(target, deal, "a", [{"__entity": "d1", **row}]).loaded == {"d1": str(begun["id"])}
    (record,) = tryton.rows("sale.opportunity", "reference", "state")
    assert (record["reference"], record["state"]) == (f"{KEY}d1", "opportunity")
    assert not target.begun(deal, ["d0", "d1"])


def test_a_change_leads_back_from_what_was_lost(target: Target, deal: TargetObject, row: Row) -> None:
    settled(target, deal, "a", [{"__entity": "d1", **row, "state": "lost"}])
    settled(target, deal, "b", [{"__entity": "d1", "state": "opportunity"}], "update")
    settled(target, deal, "c", [{"__entity": "d1", "amount": "7.5", "state": "lost"}], "update")
    (record,) = everything(target, deal)
    assert (record["state"], record["amount"]) == ("lost", "7.5")
    refused = settled(target, deal, "d", [{"__entity": "d1", "amount": "8"}], "update").refused
    assert (
        refused["d1"].words == 'You are not allowed to modify the field "Amount" in record "..." of "Sale Opportunity".'
    )


def test_a_reference_of_a_user_is_no_key_of_ours(target: Target, tryton: Tryton, deal: TargetObject, row: Row) -> None:
    settled(target, deal, "a", [{"__entity": "d1", **row, "state": "lead"}])
    (id,) = (each["id"] for each in tryton.rows("sale.opportunity"))
    tryton.ask("model.sale.opportunity.write", [id], {"reference": "Ihre Anfrage 7"}, {})
    assert [each["__entity"] for each in everything(target, deal)] == [None]
    adopted = settled(target, deal, "b", [{"__entity": "d1", TARGET_ID: str(id), "amount": "1"}], "update")
    assert adopted.refused.keys() == {"d1"}
    tryton.ask("model.sale.opportunity.write", [id], {"reference": None}, {})
    assert settled(target, deal, "c", [{"__entity": "d1", TARGET_ID: str(id)}], "update").loaded == {"d1": str(id)}


def test_one_that_goes_is_cancelled_first(target: Target, tryton: Tryton, deal: TargetObject, row: Row) -> None:
    assert isinstance(target, Remove)
    states = ("lead", "opportunity", "lost")
    ids = settled(target, deal, "a", [{"__entity": state, **row, "state": state} for state in states]).loaded
    company = TargetObject("party.party", (), "identifiers")
    told = {tuple(each.values()) for table in target.referred(company, ()) for each in table.to_pylist()}
    assert (row["party"], "sale.opportunity", "party") in told
    gone = [{"__entity": state, TARGET_ID: id} for state, id in ids.items()]
    assert target.remove(replace(batch_of(deal, "b", gone, "update"), action="remove")).loaded == ids
    assert tryton.rows("sale.opportunity") == []
