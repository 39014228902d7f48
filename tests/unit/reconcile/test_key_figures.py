"""Key figures and controls: the source as exported, every difference a term, no sum over currencies."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import mini_run

from crm_migrate.mapping.plan import ControlPlan, KpiPlan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import ControlFigure, Figures, KpiFigure


def figures(folder: Path, content: mini_run.Tables | None = None, **rules: Any) -> Figures:
    run = mini_run.write(folder, content or mini_run.tables())
    return reconcile(mini_run.plan(**rules), run, mini_run.HEADER, "sql:mini")


def kpi(found: Figures, group: str) -> KpiFigure:
    return next(figure for figure in found.kpis if figure.group == group)


def control(folder: Path, value: str, unit: str) -> ControlFigure:
    plan = ControlPlan(name="pipeline", value=value, unit=unit, of="pipeline")
    (found,) = figures(folder, controls=(plan,)).controls
    return found


def test_the_source_is_the_export_and_every_difference_has_its_reason(tmp_path: Path) -> None:
    found = figures(
        tmp_path, kpis=(KpiPlan(name="people", object="contacts"), KpiPlan(name="money", object="deals", sum="amount"))
    )

    people = next(k for k in found.kpis if k.name == "people")
    raw = 6 + 6  # lines of kisi, and of sheet with two people in one cell: the export, before any rule
    assert people.source == str(raw)
    assert {(t.name, t.amount) for t in people.terms} == {
        ("excluded", "-2"), ("held", "-1"), ("folded", "-1"), ("merged", "-1"), ("absent", "-2"), ("rejected", "-1"),
        ("failed", "-1"),
    }  # fmt: skip
    euro = kpi(found, "currency=EUR")
    assert (euro.source, euro.expected, euro.unit) == ("870.25", "70.25", "EUR")
    assert ("held", (("parent_ambiguous", 1, "-500.00"),)) in [(t.name, t.reasons) for t in euro.terms]
    for each in found.kpis:
        terms = sum((Decimal(term.amount) for term in each.terms), Decimal(0))
        assert Decimal(each.source or "0") + terms == Decimal(each.expected), each


def test_a_figure_of_the_source_does_not_depend_on_what_the_mapping_knows(tmp_path: Path) -> None:
    held = mini_run.tables()
    held["map", "deals", "sheet", "records"].pop(0)
    held["link", "deals", "nodes"].pop(0), held["link", "deals", "rows"].pop(0)
    for path in (("dedupe", "deals", "clusters"), ("complete", "deals", "entities"), ("load", "deals", "entities")):
        held[path].pop(0)
    reason = {"state": "held", "code": "value_unmapped", "rule": "stage", "field": "stage", "message": "proposal"}
    held["map", "deals", "sheet", "set_aside"].append({"__row": 0, "__split": 0, "__key": "1"} | reason)

    known, unknown = figures(tmp_path / "known"), figures(tmp_path / "unknown", held)

    assert kpi(known, "currency=TRY").source == kpi(unknown, "currency=TRY").source == "1250000.50"
    assert kpi(unknown, "currency=TRY").expected == "0.00"


def test_what_merging_and_rules_change_of_a_figure_is_a_term(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["complete", "contacts", "entities"][0]["consent"] = "withdrawn"  # by the strictest word of an enrichment
    survivors = content["dedupe", "contacts", "survivors"]
    survivors.append({"__cluster": 0, "field": "consent", "__node": None, "rule": "strictest", "losers": 1})
    mailable = KpiPlan(name="mailable", object="contacts", where="consent = 'granted'")

    (found,) = figures(tmp_path, content, kpis=(mailable,)).kpis

    assert (found.source, found.expected) == ("2", "0")
    assert {(t.name, t.amount, t.reasons) for t in found.terms} == {
        ("folded", "-1", (("", 1, "-1"),)),
        ("completed", "-1", (("strictest", 1, "-1"),)),
    }


def test_what_cannot_be_summed_up_is_told(tmp_path: Path) -> None:
    content = mini_run.tables()
    for deal in content["complete", "deals", "entities"]:
        deal["amount"] = "many"
    weighted = KpiPlan(name="weighted", object="deals", sum="amount * 2")
    found = figures(tmp_path, content, kpis=(weighted, KpiPlan(name="money", object="deals", sum="amount")))
    told = [line for line in found.not_checked if line.startswith(("weighted", "money"))]
    assert len(told) == 2 and all("could not be read" in line for line in told), found.not_checked


def test_a_control_is_of_one_currency(tmp_path: Path) -> None:
    assert control(tmp_path / "try", "1250000.50", "TRY").agrees
    assert control(tmp_path / "eur", "870.25", "EUR").agrees

    other = control(tmp_path / "usd", "1250870.75", "USD")
    mixed = control(tmp_path / "none", "1250870.75", "")

    assert not other.agrees
    assert other.why.startswith("no amount is in USD: they are in")
    assert not mixed.agrees
    assert "have no sum" in mixed.why


def test_amounts_of_all_currencies_have_a_bridge_in_that_of_the_report(tmp_path: Path) -> None:
    found = figures(tmp_path)

    (bridge,) = found.report_bridges
    # 1,250,000.50 TRY at 0.025 and 870.25 EUR; the typed total has no currency and no rate
    assert (bridge.currency, bridge.source_total, bridge.target_total) == ("EUR", "32120.26", "31320.26")
    assert bridge.unexplained == "0.00"
    assert bridge.adds_up
