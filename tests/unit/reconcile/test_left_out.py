"""Money that stays behind, and exports that shrink: told, and a gate, unless somebody decided it."""

from pathlib import Path
from typing import Any

import mini_run
import pytest

from crm_migrate.mapping.plan import EnrichPlan, FeedPlan, FieldPlan, GatePlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Figures, Gate

ASIDE = {"__split": 0, "field": "", "message": ""}


def figures(folder: Path, content: mini_run.Tables, decisions: tuple[str, ...] = (), **rules: Any) -> Figures:
    run = mini_run.write(folder, content)
    plan = mini_run.plan(**rules).model_copy(update={"decisions": dict.fromkeys(decisions, "h")})
    return reconcile(plan, run, mini_run.HEADER, "sql:mini")


def gates(found: Figures, name: str) -> dict[str, Gate]:
    return {gate.scope: gate for gate in found.gates if gate.name == name}


def without(row: int, state: str, code: str, rule: str) -> mini_run.Tables:
    """A chance (500 EUR) that the mapping sets aside."""
    content = mini_run.tables()
    content["map", "deals", "sheet", "records"] = [
        r for r in content["map", "deals", "sheet", "records"] if r["__row"] != row
    ]
    content["link", "deals", "set_aside"].clear()
    content["map", "deals", "sheet", "set_aside"].append(
        ASIDE | {"__row": row, "__key": "2", "state": state, "code": code, "rule": rule}
    )
    return content


@pytest.mark.parametrize(
    ("state", "code"), [("absent", "no_such_object"), ("excluded", "excluded_rule"), ("excluded", "skipped_line")]
)
def test_an_amount_that_a_rule_leaves_out_is_an_exception_and_a_gate(tmp_path: Path, state: str, code: str) -> None:
    found = figures(tmp_path, without(1, state, code, "[Firsat]"))

    (told,) = [e for e in found.exceptions if e.code == "left_out_amount"]
    assert (told.severity, told.state, told.count) == ("error", state, 1)
    assert (told.examples[0].record, told.examples[0].source) == ("sheet:2", "500.00 EUR")
    left = gates(found, "left_out_amount")
    assert (left["EUR"].actual, left["EUR"].passed) == ("500.00", False)
    assert (left["all in EUR"].actual, left["all in EUR"].passed) == ("500.00", False)


def test_what_a_decision_leaves_out_is_no_exception(tmp_path: Path) -> None:
    found = figures(tmp_path, without(1, "excluded", "excluded_rule", "D-004"), ("D-004",))

    assert not [e for e in found.exceptions if e.code == "left_out_amount"]
    assert all(gate.passed for gate in gates(found, "left_out_amount").values())


def test_an_amount_that_is_folded_into_another_one_is_left_out(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["link", "deals", "set_aside"].clear()
    content["link", "deals", "rows"].append(
        {"__source": "sheet", "__row": 1, "__split": 0, "__node": 2, "folded": True}
    )

    found = figures(tmp_path, content)

    assert gates(found, "left_out_amount")["EUR"].actual == "500.00"
    assert next(e for e in found.exceptions if e.code == "left_out_amount").state == "folded"


def test_an_amount_that_should_enrich_and_reaches_nobody_is_left_out(tmp_path: Path) -> None:
    content, plan = enriched(("9", "77", "proposal"))

    found = reconcile(plan, mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    assert gates(found, "left_out_amount")["no currency"].actual == "77.00"
    (told,) = [e for e in found.exceptions if e.code == "left_out_amount"]
    assert (told.source, told.state, told.examples[0].record) == ("more", "enrichment", "more:9")
    assert gates(found, "left_out_open")[""].passed, "told once, as money"


def enriched(row: tuple[str, str | None, str]) -> tuple[mini_run.Tables, Plan]:
    """A source that enriches deals with a row that reaches nobody: key, amount, stage."""
    key, amount, stage = row
    content, plan = mini_run.tables(), mini_run.plan()
    deals = plan.object("deals")
    cells = {"amount": mini_run.cell("Amount"), "stage": mini_run.cell("Stage")}
    fields = [
        f.model_copy(update={"cells": f.cells | {"more": cells[f.name]}}) if f.name in cells else f
        for f in deals.fields
    ]
    more = SourcePlan(name="more", key=("Nr",), locale="en", time_zone="UTC")
    deals = deals.model_copy(update={"fields": tuple(fields), "enrich": (EnrichPlan(source="more", by="name"),)})
    plan = plan.model_copy(update={"sources": (*plan.sources, more), "objects": (*plan.objects[:2], deals)})
    content["extract", "more", "records"] = [
        {"__row": 0, "__file": 0, "__line": 2, "Nr": key, "Amount": amount, "Stage": stage}
    ]
    content["map", "deals", "more", "records"] = [
        {"__row": 0, "__split": 0, "__key": key, "amount": amount, "stage": stage}
    ]
    content["link", "deals", "enrichment"] = [
        {"__source": "more", "__row": 0, "__key": key, "by": "nobody", "__node": None}
    ]
    return content, plan


def test_open_work_that_should_enrich_and_reaches_nobody_is_left_out(tmp_path: Path) -> None:
    content, plan = enriched(("9", None, "proposal"))

    found = reconcile(plan, mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    assert (gates(found, "left_out_open")[""].actual, gates(found, "left_out_open")[""].passed) == ("1", False)


def without_amount(stage: str | None, state: str, code: str, rule: str) -> mini_run.Tables:
    """A chance without an amount, in this stage, that the mapping sets aside."""
    content = without(1, state, code, rule)
    row = next(r for r in content["extract", "sheet", "records"] if r["__row"] == 1)
    row |= {"Tutar": None, "Asama": stage}
    return content


@pytest.mark.cases(2)
@pytest.mark.parametrize(("state", "code"), [("absent", "no_such_object"), ("excluded", "excluded_rule")])
@pytest.mark.parametrize("stage", ["proposal", "a stage that nobody knows"])
def test_an_open_chance_that_a_rule_leaves_out_is_an_exception_and_a_gate(
    tmp_path: Path, state: str, code: str, stage: str
) -> None:
    found = figures(tmp_path, without_amount(stage, state, code, "[Firsat]"))

    (told,) = [e for e in found.exceptions if e.code == "left_out_open"]
    assert (told.severity, told.source, told.state, told.count) == ("error", "sheet", state, 1)
    assert (told.examples[0].record, told.examples[0].source) == ("sheet:2", stage)
    (gate,) = gates(found, "left_out_open").values()
    assert (gate.actual, gate.passed) == ("1", False)


@pytest.mark.parametrize("stage", ["closedlost", "Closed Won", None])
def test_what_has_ended_or_says_nothing_is_not_open(tmp_path: Path, stage: str | None) -> None:
    found = figures(tmp_path, without_amount(stage, "absent", "no_such_object", "[Firsat]"))

    assert gates(found, "left_out_open")[""].passed


@pytest.mark.parametrize(("decision", "rule"), [("D-004", "D-004"), ("accept:left_out_open", "[Firsat]")])
def test_a_decision_lets_open_work_stay_behind(tmp_path: Path, decision: str, rule: str) -> None:
    found = figures(tmp_path, without_amount("proposal", "excluded", "excluded_rule", rule), (decision,))

    (gate,) = gates(found, "left_out_open").values()
    assert gate.passed or gate.accepted == decision


def test_an_open_chance_that_is_folded_into_one_that_has_ended_is_left_out(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["link", "deals", "set_aside"].clear()
    folded = {"__source": "sheet", "__row": 1, "__split": 0, "__node": 2, "folded": True}
    content["link", "deals", "rows"].append(folded)
    next(r for r in content["map", "deals", "sheet", "records"] if r["__row"] == 1)["amount"] = None

    found = figures(tmp_path, content)

    assert next(e for e in found.exceptions if e.code == "left_out_open").state == "folded"


@pytest.mark.cases(2)
@pytest.mark.parametrize(("name", "field", "value", "open_"), [
    ("tickets", "status", "waiting", True), ("tickets", "status", "closed", False),
    ("helpdesk.ticket", "done", "false", True), ("activities", "is_open", "false", False),
    ("leads", "status", "waiting", False),
])  # fmt: skip
def test_tasks_and_tickets_say_by_their_status_what_is_open(
    tmp_path: Path, name: str, field: str, value: str, open_: bool
) -> None:
    cells = {"sheet": mini_run.cell("Durum")}
    type_ = "choice" if field == "status" else "boolean"
    subject = FieldPlan(name="subject", type="text", target="subject", cells={"sheet": mini_run.cell("Firsat")})
    status = FieldPlan(name=field, type=type_, target=field, cells=cells)
    work = ObjectPlan(
        name=name, entity="thing", target="x", feeds=(FeedPlan(source="sheet"),), fields=(subject, status)
    )
    content = mini_run.tables()
    for row in content["extract", "sheet", "records"]:
        row["Durum"] = value if row["__row"] == 1 else None
    content["map", name, "sheet", "records"] = []
    content["map", name, "sheet", "set_aside"] = [
        ASIDE | {"__row": n, "__key": str(n), "state": "absent", "code": "no_such_object", "rule": "[Firsat]"}
        for n in range(len(content["extract", "sheet", "records"]))
    ]
    plan = mini_run.plan()
    plan = plan.model_copy(update={"objects": (*plan.objects, work)})

    found = reconcile(plan, mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    assert [e.object for e in found.exceptions if e.code == "left_out_open"] == ([name] if open_ else [])


def test_a_total_over_several_currencies_is_told_and_is_no_money(tmp_path: Path) -> None:
    found = figures(tmp_path, mini_run.tables())

    (told,) = [e for e in found.exceptions if e.code == "total_mixes_currencies"]
    assert told.examples[0].message == "1250800.50 stands for amounts in EUR, TRY at once"
    assert all(gate.passed for gate in gates(found, "left_out_amount").values())


def shrunk() -> mini_run.Tables:
    """An export without a chance of 5 EUR that an earlier run had loaded."""
    content = mini_run.tables()
    kept = content["validate", "deals", "actual"][1] | {"target_id": "30", "__entity": "d9", "amount": "5.00"}
    content["validate", "deals", "actual"].append(kept)
    for stage, when in (("load", "before"), ("validate", "after")):
        content[stage, "deals", when].append({"target_id": "30", "__entity": "d9"})
    content["load", "deals", "known"] = [{"__entity": e, "target_id": t} for e, t in (("d9", "30"), ("d2", "32"))]
    content["load", "deals", "vanished"] = [{"__entity": "d9", "code": "gone", "policy": "flag", "message": ""}]
    return content


def test_what_the_export_does_not_have_any_more_is_red_in_records_and_in_money(tmp_path: Path) -> None:
    found = figures(tmp_path, shrunk())

    assert (gates(found, "gone")[""].actual, gates(found, "gone")[""].passed) == ("1", False)
    money = gates(found, "gone_amount")
    assert (money["EUR"].actual, money["EUR"].passed, money["TRY"].passed) == ("5.00", False, True)


@pytest.mark.parametrize(("limit", "passes"), [("0.5", True), ("0.06", False)])
def test_a_project_may_say_how_much_may_be_gone(tmp_path: Path, limit: str, passes: bool) -> None:
    rule = GatePlan(name="gone", limit=limit, share=True)

    found = figures(tmp_path, shrunk(), gates=(rule,))

    assert gates(found, "gone")[""].actual == "50 % (1 of 2)"
    assert gates(found, "gone")[""].passed is passes
    assert gates(found, "gone_amount")["EUR"].actual == "6.64 % (5.00 of 75.25)"
    assert gates(found, "gone_amount")["EUR"].passed is passes


@pytest.mark.parametrize(("outcome", "state"), [("kept", "deleted in the target"), ("removed", "removed by us")])
def test_what_is_deleted_in_the_target_is_not_left_behind_there(tmp_path: Path, outcome: str, state: str) -> None:
    content = shrunk()
    content["load", "deals", "removals"] = [
        {"__entity": "d8", "target_id": "8", "survivor": "d1", "outcome": outcome, "message": None}
    ]
    content["load", "deals", "vanished"].append(
        {"__entity": "d8", "code": "now_merged", "policy": "review", "message": ""}
    )

    told = {e.code: e.state for e in figures(tmp_path, content).exceptions}

    assert (told["gone"], told["now_merged"]) == ("in the target", state)
