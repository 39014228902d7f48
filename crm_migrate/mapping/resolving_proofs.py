"""Checks, figures, gates, controls and examples as the engine runs them."""

import unicodedata
from functools import partial

from crm_migrate.mapping.checking import over_record, storages
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import (
    CheckPlan,
    ControlPlan,
    ExamplePlan,
    GatePlan,
    KpiPlan,
    ObjectPlan,
    ReconcilePlan,
)
from crm_migrate.mapping.resolving_pack import pack
from crm_migrate.mapping.text import normal_name, parse_amount, parse_limit
from crm_migrate.mapping.tree import Path

GATES = frozenset(
    {
        "unexplained",
        "orphans",
        "field_match",
        "rejected",
        "held",
        "arrived",
        "excluded",
        "failed",
        "quarantined",
        "gone",
    }
)
OUTCOMES = frozenset({"held", "rejected", "excluded", "absent", "merged", "folded", "field", "code"})


def checks(desk: Desk, objects: dict[str, ObjectPlan]) -> tuple[CheckPlan, ...]:
    """The checks of merged records."""
    plans: list[CheckPlan] = []
    for at, written in enumerate(desk.file.checks):
        path: Path = ("checks", at)
        if any(plan.id == written.id for plan in plans):
            desk.tell("mapping_duplicate", f"the check `{written.id}` is there twice", (*path, "id"), "Rename one.")
        if _object(desk, objects, written.object, (*path, "object")):
            over_record(desk, written.assert_, objects[written.object], (*path, "assert"), with_derived=True)
        plans.append(
            CheckPlan(
                id=written.id,
                object=written.object,
                expression=written.assert_,
                otherwise=written.else_,
                say=written.say,
            )
        )
    return tuple(plans)


def _object(desk: Desk, objects: dict[str, ObjectPlan], name: str, path: Path, *, key: bool = False) -> bool:
    if name not in objects:
        desk.unknown("object_unknown", "the object", name, objects, path, key=key)
    return name in objects


def reconcile(desk: Desk, objects: dict[str, ObjectPlan]) -> ReconcilePlan:
    """What is compared and what must hold."""
    written = desk.file.reconcile
    for name, sample in written.compare.items():
        path: Path = ("reconcile", "compare", name)
        _object(desk, objects, name, path, key=True)
        if sample != "all" and not (sample.isascii() and sample.isdigit() and int(sample) > 0):
            desk.tell("mapping_value", "how much is compared: `all` or a number of records", path, "Write all.")
    return ReconcilePlan(
        compare=written.compare,
        kpis=_kpis(desk, objects),
        pack=pack(desk, objects),
        controls=_controls(desk),
        gates=_gates(desk, objects),
        sign_off=written.sign_off,
    )


def _kpis(desk: Desk, objects: dict[str, ObjectPlan]) -> tuple[KpiPlan, ...]:
    plans = []
    for name, kpi in desk.file.reconcile.kpis.items():
        path: Path = ("reconcile", "kpis", name)
        if _object(desk, objects, kpi.of, (*path, "of")):
            plan = objects[kpi.of]
            known = storages(desk, plan, with_derived=True)
            if kpi.where is not None:
                over_record(desk, kpi.where, plan, (*path, "where"), with_derived=True)
            for at, word in enumerate(kpi.by):
                if word not in known:
                    desk.unknown("field_unknown", f"the field of `{kpi.of}`", word, known, (*path, "by", at))
            if kpi.sum is not None and known.get(kpi.sum) not in ("decimal", "integer"):
                numbers = [n for n, storage in known.items() if storage in ("decimal", "integer")]
                desk.unknown("field_unknown", f"the figure of `{kpi.of}`", kpi.sum, numbers, (*path, "sum"))
        if (kpi.sum is None) == (kpi.count is None):
            desk.tell_key("field_conflict", "a figure is a `sum:` or a `count: all`", path, "Say one of the two.")
        plans.append(
            KpiPlan(
                name=name,
                object=kpi.of,
                where=kpi.where,
                sum=kpi.sum,
                by=kpi.by,
                never_rises=kpi.never_rises,
                never_falls=kpi.never_falls,
            )
        )
    return tuple(plans)


def _controls(desk: Desk) -> tuple[ControlPlan, ...]:
    plans = []
    for name, control in desk.file.reconcile.controls.items():
        path: Path = ("reconcile", "controls", name)
        if name not in desk.file.reconcile.kpis:
            desk.unknown("control_unknown", "the figure", name, desk.file.reconcile.kpis, path, key=True)
        if read := desk.read_text(parse_amount, control.value, (*path, "value")):
            value, unit = read
            plans.append(ControlPlan(name=name, value=value, unit=unit, of=control.from_, said_by=control.said_by))
    return tuple(plans)


def _gates(desk: Desk, objects: dict[str, ObjectPlan]) -> tuple[GatePlan, ...]:
    plans = []
    for name, limits in desk.file.reconcile.gates.items():
        path: Path = ("reconcile", "gates", name)
        if name not in GATES:
            desk.unknown("gate_unknown", "the gate", name, GATES, path, key=True)
            continue
        for scope, limit in limits.items():
            here: Path = (*path, scope) if scope else path
            if name == "field_match":
                _field_scope(desk, objects, scope, here)
            elif scope:
                _object(desk, objects, scope, here, key=True)
            if plan := desk.read_text(partial(parse_limit, name, scope), limit, here):
                plans.append(plan)
    return tuple(plans)


def _field_scope(desk: Desk, objects: dict[str, ObjectPlan], scope: str, path: Path) -> None:
    names = {f.name for plan in objects.values() for f in plan.fields} | {"other", ""}
    names |= {f"{plan.name}.{f.name}" for plan in objects.values() for f in plan.fields}
    if scope not in names:
        desk.unknown("field_unknown", "the field", scope, names, path, key=True)


def examples(desk: Desk, objects: dict[str, ObjectPlan]) -> tuple[ExamplePlan, ...]:
    """The executed examples, their cells composed (NFC) like the columns they speak of."""
    plans = []
    for at, example in enumerate(desk.file.examples):
        path: Path = ("examples", at)
        given = {}
        for source, rows in example.given.items():
            here: Path = (*path, "given", source)
            if source not in desk.file.sources:
                desk.unknown("source_unknown", "the source", source, desk.file.sources, here, key=True)
                continue
            given[source] = tuple(_given(desk, source, row, here) for row in rows)
        for name, rows in example.expect.items():
            here = (*path, "expect", name)
            if _object(desk, objects, name, here, key=True):
                _expected(desk, objects[name], rows, here)
        expect = {name: tuple(_nulls(row) for row in rows) for name, rows in example.expect.items()}
        plans.append(ExamplePlan(name=example.name, given=given, expect=expect))
    return tuple(plans)


def _given(desk: Desk, source: str, row: dict[str, str | None], path: Path) -> dict[str, str]:
    """The cells of a row. Only columns that the mapping speaks of make sense where the headers are not known."""
    known = desk.known_columns(source) or desk.used.get(source, set()) | {
        normal_name(desk.file.sources[source].tag or "")
    }
    cells = {}
    for column, value in row.items():
        name = normal_name(column)
        if name not in known:
            message = f"no column `{column}` of `{source}` is known to this mapping"
            desk.tell_key("column_unknown", message, (*path, column))
        cells[name] = unicodedata.normalize("NFC", value or "")
    return cells


def _expected(desk: Desk, plan: ObjectPlan, rows: tuple[dict[str, str | None], ...], path: Path) -> None:
    names = {f.name for f in plan.fields}
    for row in rows:
        for word in row:
            if word not in names and word not in OUTCOMES:
                desk.unknown(
                    "field_unknown", f"the field of `{plan.name}`", word, names | OUTCOMES, (*path, word), key=True
                )


def _nulls(row: dict[str, str | None]) -> dict[str, str | None]:
    return {name: None if value in (None, "null", "") else value for name, value in row.items()}
