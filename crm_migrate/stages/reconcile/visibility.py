"""What users see in the target by its default views: a deal that is loaded and that nobody sees is a lost deal."""

from collections.abc import Iterator
from typing import get_args

from crm_migrate.crm.money import plain
from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.mapping.varying import RECORD_TYPE
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.derived import Side, with_derived
from crm_migrate.stages.reconcile.exported import currency_field, money_fields, owner_field, status_field
from crm_migrate.stages.reconcile.kpis import found_in
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.visibility_figures import Sight, VisibilityFigure


def visibility(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Iterator[VisibilityFigure]:
    """By owner and reason: the records of ours that the default view of an object shows or hides, with their amounts.

    Nothing where the target's profile names no view, the mapping brings no owner, or the target does not give it back.
    """
    owner = owner_field(object_plan)
    actual = quoted(f"actual/{object_plan.name}")
    if object_plan.view is None or owner is None or owner.target not in tables.kinds(actual):
        return
    side = with_derived(tables, plan, object_plan, found_in(tables, plan, object_plan, actual, "seen"))
    amount, unit = _amount(plan, object_plan, side)
    rows = tables.rows(
        f"""SELECT owner, sight, unit, count(*), sum(TRY_CAST(amount AS DECIMAL(38, 9))) FROM (
          SELECT coalesce({quoted(owner.name)}, '') AS owner, {_sight(plan, object_plan, owner, side)} AS sight,
                 {unit} AS unit, {amount} AS amount FROM {side.relation})
        GROUP BY owner, sight, unit ORDER BY sight = 'seen', owner, sight, unit""",
        side.bound,
    )
    for name, sight, of, records, total in rows:
        yield VisibilityFigure(
            object=object_plan.name, view=object_plan.view.name, owner=name, sight=sight, records=records,
            amount="" if total is None else plain(total, of), unit=of if total is not None else "",
        )  # fmt: skip


def _amount(plan: Plan, object_plan: ObjectPlan, side: Side) -> tuple[str, str]:
    """SQL of the amount of a record and of what it is in."""
    if IN_REPORT_CURRENCY in side.storages:
        return IN_REPORT_CURRENCY, literal(plan.money.report_in or "")
    field, currency = next(iter(money_fields(object_plan)), None), currency_field(object_plan)
    return (
        quoted(field.name) if field else "NULL::VARCHAR",
        f"coalesce({quoted(currency.name)}, '')" if field and currency else "''",
    )


def _sight(plan: Plan, object_plan: ObjectPlan, owner: FieldPlan, side: Side) -> str:
    """SQL of the first reason for which the view does not show a record, or `seen`."""
    entries = plan.owners.entries if plan.owners else ()
    active = {entry.target for entry in entries if entry.active}
    left = {entry.target for entry in entries} - active
    of, status = f"coalesce({quoted(owner.name)}, '')", status_field(object_plan)
    kinds = next((f for f in object_plan.fields if f.name == RECORD_TYPE), None)
    tests: dict[Sight, str] = {
        "no_owner": f"{of} = ''",
        "inactive_owner": _among(of, left),
        "unknown_owner": f"{of} <> '' AND NOT {_among(of, active | left)}" if entries else "FALSE",
        "wrong_type": _outside(kinds),
        "unknown_stage": f"{_outside(status)} AND {quoted(status.name)} IS NOT NULL" if status else "FALSE",
        "closed": "is_open = 'false'" if "is_open" in side.storages else "FALSE",
    }
    hides = object_plan.view.hides if object_plan.view else ()
    cases = " ".join(
        f"WHEN {tests[name]} THEN {literal(name)}" for name in get_args(Sight) if name in {*hides} & {*tests}
    )
    return f"CASE {cases} ELSE 'seen' END" if cases else "'seen'"


def _among(of: str, values: set[str]) -> str:
    return f"{of} IN ({', '.join(map(literal, sorted(values)))})" if values else "FALSE"


def _outside(field: FieldPlan | None) -> str:
    """SQL: the value is none of the target's own words; false where those are not known."""
    if field is None or not field.choices:
        return "FALSE"
    return f"coalesce({quoted(field.name)}, '') NOT IN ({', '.join(map(literal, field.choices))})"
