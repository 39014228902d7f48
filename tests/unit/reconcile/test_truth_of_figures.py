"""What a report says of itself is true: sums that add up, signatures that bind, counts of what is counted."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import mini_run
import pytest

from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.reconcile.gates import shown_share
from crm_migrate.workspace.figures import Bridge, Figures
from crm_migrate.workspace.sealing import read_sealed, write_sealed


def figures(folder: Path, content: mini_run.Tables | None = None, run: str = "r1", **rules: Any) -> Figures:
    there = mini_run.write(folder, content or mini_run.tables())
    header = mini_run.HEADER.model_copy(update={"run": run})
    return reconcile(mini_run.plan(**rules), there, header, "sql:mini")


def sabotaged() -> mini_run.Tables:
    """An amount that the target holds a hundred times too high, in two currencies."""
    content = mini_run.tables()
    actual = content["validate", "deals", "actual"]
    actual[0]["amount"], actual[1]["amount"] = "125000050.00", "7025.00"
    return content


def summed(bridge: Bridge) -> Decimal:
    terms = sum((Decimal(term.amount) for term in bridge.terms), Decimal(0))
    return Decimal(bridge.source_total) + terms + Decimal(bridge.unexplained)


def test_every_bridge_adds_up_also_where_money_is_unexplained(tmp_path: Path) -> None:
    found = figures(tmp_path, sabotaged())

    bridges = (*found.bridges, *found.report_bridges)
    assert {b.currency: b.unexplained for b in found.bridges} == {"": "0.00", "EUR": "6954.75", "TRY": "123750049.50"}
    assert [summed(b) for b in bridges] == [Decimal(b.target_total) for b in bridges]
    assert all(b.adds_up for b in bridges)


def test_money_is_never_added_over_currencies(tmp_path: Path) -> None:
    found = figures(tmp_path, sabotaged())

    gates = {g.scope: (g.actual, g.passed) for g in found.gates if g.name == "unexplained_amount"}
    assert gates["EUR"] == ("6954.75", False)
    assert gates["TRY"] == ("123750049.50", False)
    assert "" not in gates
    assert "6,954.75 EUR of deals.amount are not explained; 123,750,049.50 TRY of" in found.sentence


def test_a_signature_is_bound_to_figures_run_and_target(tmp_path: Path) -> None:
    clean = figures(tmp_path / "clean")
    again = figures(tmp_path / "again")
    other_run = figures(tmp_path / "run", run="r2")
    broken = figures(tmp_path / "broken", sabotaged())
    content = mini_run.tables()
    content["validate", "accounts", "actual"][2]["name"] = "Yeni Ltd"  # a record that is not ours
    elsewhere = figures(tmp_path / "elsewhere", content)

    assert clean.header.signature == again.header.signature != ""
    assert len({f.header.signature for f in (clean, other_run, broken, elsewhere)}) == 4
    assert clean.plan_hash == broken.plan_hash, "the old hashes did not see it"


def test_what_earlier_runs_loaded_and_somebody_deleted_has_vanished(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["load", "contacts", "known"] = [
        {"__entity": "c5", "target_id": "25"},
        {"__entity": "c1", "target_id": "23"},
    ]

    found = figures(tmp_path, content)

    contacts = next(s for s in found.target_sets if s.object == "contacts")
    assert (contacts.vanished_ids, contacts.vanished, contacts.gone_before, contacts.before) == (("23",), 1, 1, 2)
    assert contacts.adds_up
    assert "vanished" in {g.name for g in found.gates if not g.passed}
    assert "vanished_record" in {e.code for e in found.exceptions}


def test_what_neither_side_has_any_more_has_not_vanished(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["load", "contacts", "known"] = [{"__entity": "c9", "target_id": "29"}]
    content["load", "contacts", "vanished"] = [{"__entity": "c9", "code": "gone", "policy": "flag", "message": "gone"}]

    found = figures(tmp_path, content)

    assert next(s for s in found.target_sets if s.object == "contacts").vanished == 0


def test_columns_without_a_way_into_the_target_are_counted_by_name(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["extract", "mail", "records"][0] |= {"Odd": "x", "Fax": " ", "A": "1", "Never": "\t "}
    run = mini_run.write(tmp_path, content)
    facts = run.table("extract", "mail") / "facts.json"
    columns = ["Email", "A", "B", "C", "Fax", "Odd", "Never"]
    write_sealed(facts, {**read_sealed(facts), "columns": columns})
    plan = mini_run.plan()
    sources = tuple(
        s.model_copy(update={"archive": ("[ABC]",), "drop": {"Fax": "D-1"}}) if s.name == "mail" else s
        for s in plan.sources
    )

    found = reconcile(plan.model_copy(update={"sources": sources}), run, mini_run.HEADER, "sql:mini")

    mail = {each.column: (each.fate, each.filled, each.why) for each in found.columns if each.source == "mail"}
    assert mail.pop("Email")[0] == "key"
    assert mail == {
        "A": ("archived", 1, ""), "B": ("archived", 0, ""), "C": ("archived", 0, ""), "Fax": ("dropped", 0, "D-1"),
        "Odd": ("unspoken", 1, ""), "Never": ("empty", 0, ""),
    }  # fmt: skip
    (gate,) = (each for each in found.gates if each.name == "columns")
    assert (gate.scope, gate.actual, gate.passed) == ("mail", "1: Odd", False)
    assert any(line.startswith("4 columns are archived (3) or dropped (1)") for line in found.not_checked)
    assert any(line.startswith("1 columns are neither") for line in found.not_checked)


def test_rows_of_files_and_records_to_account_for_are_two_numbers(tmp_path: Path) -> None:
    found = figures(tmp_path)

    assert "The sources have 14 rows, 1 of them could not be read. Of 24 records to account for" in found.sentence


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 7, "14.29 %"),
        (99_999_999, 100_000_000, "99.99 %"),
        (1, 10_000_000, "0.01 %"),
        (0, 7, "0 %"),
        (7, 7, "100 %"),
    ],
)
def test_there_is_one_rounding_and_it_never_says_all_or_none_of_some(part: int, whole: int, shown: str) -> None:
    assert shown_share(Decimal(part) / whole) == shown
