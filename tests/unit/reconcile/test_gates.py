"""Gates that nobody wrote: what waits, was rejected or could not be read is never passed over in silence."""

from decimal import Decimal

import pytest

from crm_migrate.mapping.plan import FeedPlan, GatePlan, ObjectPlan, Plan, ReconcilePlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.stages.reconcile.gates import Found, gates
from crm_migrate.stages.reconcile.verdict import sentence
from crm_migrate.workspace.figures import AccountingLine, MaskFigure, SourceFigure

STATES = ("created", "updated", "unchanged", "folded", "merged", "enrichment", "absent", "excluded", "rejected", "held")


def found(*, quarantined: int = 0, **states: int) -> Found:
    """Accounts and contacts of one file; the states are those of contacts."""
    counts = dict.fromkeys((*STATES, "failed"), 0)
    source = SourceFigure(
        source="kisi", path="kisi.csv", sha256="", bytes=1, records=10, quarantined=quarantined,
        counted=10 + quarantined, count_method="scan",
    )  # fmt: skip
    lines = [
        AccountingLine(
            source="kisi", object="accounts", read=10, extra=0, unexplained=0, states={**counts, "created": 10}
        ),
        AccountingLine(
            source="kisi",
            object="contacts",
            read=10,
            extra=0,
            unexplained=0,
            states={**counts, "created": 10 - sum(states.values()), **states},
        ),
    ]
    return Found(sources=(source,), accounting=lines)


def plan_of(*limits: GatePlan) -> Plan:
    objects = tuple(
        ObjectPlan(name=name, entity="thing", target=name, feeds=(FeedPlan(source="kisi"),), fields=())
        for name in ("accounts", "contacts")
    )
    return Plan(
        project="p", environment=EnvironmentPlan(name="mock", connector="sql"), sources=(), objects=objects,
        reconcile=ReconcilePlan(gates=limits),
    )  # fmt: skip


def failed(what: Found, *limits: GatePlan) -> set[tuple[str, str]]:
    """Names and scopes of the gates that do not hold."""
    return {
        (gate.name, gate.scope) for gate in gates(plan_of(*limits), what) if not gate.passed and gate.name != "compared"
    }


def test_the_order_of_gates_does_not_depend_on_the_order_in_which_sums_were_found() -> None:
    """DuckDB returns groups in any order: by its threads, and by what its optimizer finds cheaper."""
    sums = {"TRY": Decimal(3), "EUR": Decimal(2), "": Decimal(1)}
    told = []
    for units in (list(sums), list(reversed(sums))):
        what = found()
        what.left_out = {unit: sums[unit] for unit in units}
        what.gone_amounts = {unit: (Decimal(0), sums[unit]) for unit in units}
        told.append(list(gates(plan_of(), what)))

    assert told[0] == told[1]
    assert [gate.scope for gate in told[0] if gate.name == "left_out_amount"] == ["no currency", "EUR", "TRY"]


def test_money_of_gates_has_the_digits_of_its_currency() -> None:
    what = found()
    what.left_out = {unit: Decimal("1364501.5") for unit in ("", "EUR", "KWD")} | {"JPY": Decimal("1200")}
    what.left_converted = {"EUR": Decimal("0.5")}
    what.gone_amounts = {"KWD": (Decimal("12.5"), Decimal(40))}
    found_gates = {(gate.name, gate.scope): gate.actual for gate in gates(plan_of(), what)}
    said = {scope: actual for (name, scope), actual in found_gates.items() if name == "left_out_amount"}

    assert said == {
        "no currency": "1364501.50", "EUR": "1364501.50", "KWD": "1364501.500", "JPY": "1200", "all in EUR": "0.50",
    }  # fmt: skip
    assert found_gates["gone_amount", "KWD"] == "12.500"


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_without_a_limit_nothing_may_wait_or_be_rejected(state: str) -> None:
    assert failed(found(**{state: 1})) == {(state, "")}
    assert failed(found(**{state: 1}), GatePlan(name=state, limit="1")) == set()


def test_the_limit_of_one_object_leaves_the_others_without_any() -> None:
    limit = GatePlan(name="held", scope="accounts", limit="5")
    assert failed(found(held=1), limit) == {("held", "other")}


def test_rows_that_cannot_be_read_fail_a_gate_and_are_said() -> None:
    assert failed(found(quarantined=2)) == {("quarantined", "")}
    assert failed(found(quarantined=2), GatePlan(name="quarantined", limit="1")) == {("quarantined", "")}
    assert failed(found(quarantined=2), GatePlan(name="quarantined", scope="contacts", limit="2")) == set()
    assert "The sources have 12 rows, 2 of them could not be read." in sentence(found(quarantined=2))
    assert "could not be read" not in sentence(found())


def test_masked_environments_have_gates_of_their_own() -> None:
    """Who is reached, and values that became one; nowhere else is anything said of it."""
    what = found()
    what.reached = 2
    what.masked = [MaskFigure(object="contacts", field="phone", cells=5, values=3, masks=2)]
    masked = EnvironmentPlan(name="uat", connector="sql", mask={"contacts": {"phone": "phone"}})
    told = {gate.name: gate.actual for gate in gates(plan_of().model_copy(update={"environment": masked}), what)}
    assert (told["reached"], told["masks_shared"]) == ("2", "1")
    assert not {"reached", "masks_shared"} & {gate.name for gate in gates(plan_of(), what)}
