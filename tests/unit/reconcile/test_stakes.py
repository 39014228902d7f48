"""Whose records exceptions are and what money they concern: by owner and by currency, and masked as their field is."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import mini_run
import pyarrow.parquet as pq
import pytest

from crm_migrate.mapping.plan import FieldPlan, Plan
from crm_migrate.reports import presentable, tables
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import ExceptionGroup, Figures
from crm_migrate.workspace.stake_figures import Amount

ANNA, BERT = "anna@seller.example", "bert@seller.example"
OWNERS = {"1": ANNA, "2": BERT, "3": BERT, "5": ANNA}
DEALS = {0: ANNA, 1: BERT, 2: ANNA}  # clusters


def plan(*, personal: bool = False) -> Plan:
    whole = mini_run.plan()
    owner = FieldPlan(
        name="owner", type="owner", target="owner", cells={"sheet": mini_run.cell("Temsilci")}, personal=personal
    )
    objects = (o.model_copy(update={"fields": (*o.fields, owner)}) if o.name == "deals" else o for o in whole.objects)
    return whole.model_copy(update={"objects": tuple(objects)})


def content() -> mini_run.Tables:
    """The run in which every deal has an owner; what the target has of them lost its name."""
    found = mini_run.tables()
    for row in found["extract", "sheet", "records"]:
        row["Temsilci"] = OWNERS.get(row["Nr"], "")
    for path in (("map", "deals", "sheet", "records"), ("link", "deals", "nodes")):
        for row in found[path]:
            row["owner"] = OWNERS[row["__key"]]
    for path in (("complete", "deals", "entities"), ("load", "deals", "entities")):
        for row in found[path]:
            row["owner"] = DEALS[row["__cluster"]]
    for row in found["validate", "deals", "actual"]:
        row |= {"owner": ANNA, "name": None}
    return found


def figures(folder: Path, told: mini_run.Tables | None = None, *, personal: bool = False) -> Figures:
    run = mini_run.write(folder, told or content())
    return reconcile(plan(personal=personal), run, mini_run.HEADER, "sql:mini")


def of(found: Figures, code: str) -> ExceptionGroup:
    (group,) = (each for each in found.exceptions if each.object == "deals" and each.code == code)
    return group


def sums(amounts: Iterable[Amount]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in amounts:
        found[each.unit] = found.get(each.unit, Decimal(0)) + Decimal(each.amount)
    return found


def test_a_cause_has_its_owners_and_a_sum_for_each_currency(tmp_path: Path) -> None:
    lost = of(figures(tmp_path), "lost")

    assert [(o.owner, o.count, sums(o.amounts)) for o in lost.owners] == [
        (ANNA, 2, {"TRY": Decimal("1250000.50"), "EUR": Decimal("70.25")})
    ]
    assert [(e.record, e.owner, sums(e.amounts)) for e in lost.examples] == [
        ("sheet:1", ANNA, {"TRY": Decimal("1250000.50")}),
        ("sheet:5", ANNA, {"EUR": Decimal("70.25")}),
    ]


def test_a_row_that_never_became_a_record_has_the_owner_and_the_amount_that_it_names(tmp_path: Path) -> None:
    held = of(figures(tmp_path), "parent_ambiguous")

    assert [(o.owner, o.count, sums(o.amounts)) for o in held.owners] == [(BERT, 1, {"EUR": Decimal(500)})]


def test_every_listed_record_has_the_id_of_its_cause(tmp_path: Path) -> None:
    found = figures(tmp_path)
    parts = sorted(tmp_path.rglob("reconcile/exceptions/*.parquet"))
    listed = Counter(line["id"] for part in parts for line in pq.read_table(part).to_pylist())
    assert sum(listed.values()) > 10
    assert listed == {group.id: group.count for group in found.exceptions if group.id in listed}
    assert "" not in listed


def test_sums_are_those_of_the_owners_of_the_examples_and_of_the_list(tmp_path: Path) -> None:
    found = figures(tmp_path)
    parts = sorted(tmp_path.rglob("reconcile/exceptions/*.parquet"))
    listed = [line for part in parts for line in pq.read_table(part).to_pylist()]

    owned = [group for group in found.exceptions if group.owners]
    assert len(owned) > 2
    for group in owned:
        place = (group.object, group.source, group.field, group.rule, group.state)
        lines = [
            Amount(unit=each["unit"], amount=each["amount"])
            for each in listed
            if tuple(each[n] for n in ("object", "source", "field", "rule", "state")) == place
            and each["code"] in ("", group.code)
            and each["amount"]
        ]
        assert sum(each.count for each in group.owners) == group.count
        assert sums(group.amounts) == sums(a for o in group.owners for a in o.amounts)
        assert sums(group.amounts) == sums(a for e in group.examples for a in e.amounts) == sums(lines)


def test_rows_of_one_key_are_counted_each_and_their_money_once(tmp_path: Path) -> None:
    told = content()
    cell = {"field": "amount", "code": "not_a_number", "before": "500", "after": "500", "message": ""}
    told["map", "deals", "sheet", "cells"] = [{"__row": 4, "__split": 0} | cell, {"__row": 4, "__split": 0} | cell]

    doubtful = of(figures(tmp_path, told), "not_a_number")

    assert (doubtful.count, sums(doubtful.amounts)) == (2, {"EUR": Decimal("70.25")})
    assert [sums(e.amounts) for e in doubtful.examples] == [{"EUR": Decimal("70.25")}, {}]


def test_objects_without_owner_and_money_say_nothing_of_either(tmp_path: Path) -> None:
    found = figures(tmp_path)

    others = [group for group in found.exceptions if group.object != "deals"]
    assert others
    assert not any(g.owners or g.amounts or g.owner_field or any(e.owner for e in g.examples) for g in others)


def test_owners_beyond_the_first_two_hundred_are_one_line_and_no_money_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_migrate.stages.reconcile.stakes.OWNERS", 1)
    told = content()
    told["complete", "deals", "entities"][2]["owner"] = BERT
    told["load", "deals", "entities"][2]["owner"] = BERT

    found = figures(tmp_path, told)

    lost = of(found, "lost")
    assert lost.others is not None
    assert (len(lost.owners), lost.others.count, sums(lost.others.amounts)) == (1, 1, {"EUR": Decimal("70.25")})
    rows = [row for row in tables.exception_owners(found).rows if row[0] == lost.id]
    assert sum(int(row[7] or 0) for row in rows) == lost.count
    assert {row[8]: Decimal(str(row[9])) for row in rows} == sums(lost.amounts)


def test_an_owner_that_the_mapping_calls_personal_is_masked_and_no_sum_changes(tmp_path: Path) -> None:
    plainly, hidden = figures(tmp_path / "a"), figures(tmp_path / "b", personal=True)

    assert ANNA in presentable(plainly).model_dump_json()  # an owner is one of the company's own people
    shown = presentable(hidden)
    said = of(shown, "lost").model_dump_json() + of(shown, "parent_ambiguous").model_dump_json()
    assert ANNA not in said
    assert BERT not in said
    assert of(shown, "lost").amounts == of(plainly, "lost").amounts
    assert of(shown, "lost").owners[0].owner.startswith("a***@")
