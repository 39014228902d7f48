"""Key figures in the sources, as expected under the mapping, and as found in the target; and controls from outside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import ControlPlan, KpiPlan, ObjectPlan, Plan
from crm_migrate.stages.reconciling.bridges import plain
from crm_migrate.stages.reconciling.columns import COMPLETE, IDS, NODES, texts
from crm_migrate.stages.reconciling.database import Tables, quote
from crm_migrate.stages.reconciling.derived import Side, with_derived
from crm_migrate.workspace.figures import ControlFigure, KpiFigure

Groups = dict[tuple[str, ...], Decimal]
TOTAL: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure on the three sides: value by group, the empty tuple for the total.

    `kept` is the part of `actual` in records that the target held before and that this run did not write.
    `odd` records did not compare; with `unknown` names nothing was computed.
    """

    source: Groups
    expected: Groups
    actual: Groups
    kept: Groups = field(default_factory=dict)
    odd: int = 0
    unknown: tuple[str, ...] = ()


def measure(tables: Tables, plan: Plan, kpi: KpiPlan) -> Measured:
    """Compute one figure on all three sides. Call after `compare_object` of its object."""
    object_plan = plan.object(kpi.object)
    found = _found(tables, object_plan)
    sides = (_nodes(tables, object_plan), _completed(tables, object_plan), found, _kept(tables, object_plan, found))
    derived = [with_derived(tables, plan, object_plan, side) for side in sides]
    unknown = tuple(sorted(_names(kpi) - derived[0].storages.keys()))
    if unknown:
        return Measured({}, {}, {}, unknown=unknown)
    (source, _), (expected, odd), (actual, odd_too), (kept, _) = (_computed(tables, kpi, side) for side in derived)
    return Measured(source, expected, actual, kept, odd + odd_too)


def _names(kpi: KpiPlan) -> set[str]:
    """Every field that a figure speaks of."""
    texts_ = [text for text in (kpi.where, kpi.sum) if text]
    return {*kpi.by, *(name.name for text in texts_ for name in parse(text).names())}


def kpi_figures(plan: Plan, kpi: KpiPlan, measured: Measured) -> tuple[KpiFigure, ...]:
    """One figure for the total and one per group, groups in the order of their names."""
    unit = plan.money.report_in or "" if kpi.sum == "amount_in_report_currency" else ""
    if measured.unknown:
        told = f"cannot be computed: {', '.join(measured.unknown)} is no field of {kpi.object}"
        return (KpiFigure(name=kpi.name, group=told, unit=unit, source=None, expected="", actual="", agrees=False),)
    groups = sorted(measured.expected.keys() | measured.actual.keys())
    return tuple(_figure(kpi, unit, group, measured) for group in groups)


def _figure(kpi: KpiPlan, unit: str, group: tuple[str, ...], measured: Measured) -> KpiFigure:
    expected, actual = measured.expected.get(group, Decimal(0)), measured.actual.get(group, Decimal(0))
    source = measured.source.get(group, Decimal(0))
    kept = measured.kept.get(group, Decimal(0))
    ours = actual - kept
    agrees = expected == ours
    if group == TOTAL:  # what the target held before and keeps is no rise of ours, and hides no fall
        agrees = agrees and not (kpi.never_rises and ours > source) and not (kpi.never_falls and ours < source)
    text = str if kpi.sum is None else plain
    return KpiFigure(
        name=kpi.name,
        group=", ".join(f"{name}={value or '-'}" for name, value in zip(kpi.by, group, strict=False)),
        unit=unit,
        source=text(source),
        expected=text(expected),
        actual=text(actual),
        agrees=agrees,
        explained=text(kept) if kept else "",
    )


def control_figure(control: ControlPlan, measured: Measured | None) -> ControlFigure:
    """A figure from outside. It agrees with the sources as read (the bridge explains the rest) or as expected.

    In both cases the target must have what is expected; decimals that were not said are not compared.
    """
    common = {"name": control.name, "said": control.value, "unit": control.unit, "said_by": control.said_by}
    if measured is None:
        return ControlFigure(**common, of=control.of, expected="", actual="", agrees=False)
    sides = (measured.source, measured.expected, measured.actual, measured.kept)
    source, expected, actual, kept = (side.get(TOTAL, Decimal(0)) for side in sides)
    agrees = expected == actual - kept and (_same(control.value, source) or _same(control.value, expected))
    return ControlFigure(
        **common,
        of=control.of,
        source=plain(source),
        expected=plain(expected),
        actual=plain(actual),
        agrees=agrees,
        explained=plain(kept) if kept else "",
    )


def _same(said: str, found: Decimal) -> bool:
    try:
        value = Decimal(said)
    except InvalidOperation:
        return False
    return value == found.quantize(value) if value.is_finite() else False


# ---------------------------------------------------------------------------------------------------------- sides


def _nodes(tables: Tables, object_plan: ObjectPlan) -> str:
    """Every record of every source, before merging."""
    return tables.view(NODES | texts(*_scalar(object_plan)), "link", object_plan.name, "nodes")


def _completed(tables: Tables, object_plan: ObjectPlan) -> str:
    """The completed records that must be in the target."""
    complete = tables.view(COMPLETE | texts(*_scalar(object_plan)), "complete", object_plan.name, "entities")
    view = quote(f"kpi/expected/{object_plan.name}")
    tables.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {complete} "
        f"SEMI JOIN {quote(f'arrived/{object_plan.name}')} USING (__cluster)"
    )
    return view


def _found(tables: Tables, object_plan: ObjectPlan) -> str:
    """Our records in the target, under the canonical names of their fields."""
    actual = quote(f"actual/{object_plan.name}")
    there = set(tables.columns(actual))
    view = quote(f"kpi/actual/{object_plan.name}")
    cells = [
        f"nullif({quote(str(f.target))}::VARCHAR, '') AS {quote(f.name)}"
        for f in object_plan.fields
        if f.ref is None and f.target in there
    ]
    tables.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {', '.join(['__entity', *cells])} FROM {actual}")
    return view


def _kept(tables: Tables, object_plan: ObjectPlan, found: str) -> str:
    """Of the records found, those that the target held before and that this run did not write."""
    before = tables.view(IDS, "load", object_plan.name, "before")
    view = quote(f"kpi/kept/{object_plan.name}")
    tables.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {found} f "
        f"SEMI JOIN (SELECT __entity FROM {before}) b ON b.__entity = f.__entity "
        f"ANTI JOIN {quote(f'arrived/{object_plan.name}')} a ON a.__entity = f.__entity"
    )
    return view


def _scalar(object_plan: ObjectPlan) -> list[str]:
    return [f.name for f in object_plan.fields if f.ref is None]


# ----------------------------------------------------------------------------------------------------- computation


def _computed(tables: Tables, kpi: KpiPlan, side: Side) -> tuple[Groups, int]:
    """Count or sum by group and in total, and how many records could not be compared."""

    def column(name: Name) -> Column:
        return Column(quote(name.name), side.storages[name.name])

    where = parse(kpi.where).condition(column) if kpi.where else None
    value = parse(kpi.sum).value(column) if kpi.sum else None
    amount = "count(*)" if value is None else f"coalesce(sum(TRY_CAST({value.sql} AS DECIMAL(38, 9))), 0)"
    by = [f"coalesce({quote(name)}, '')" for name in kpi.by]
    sets = f"GROUP BY GROUPING SETS (({', '.join(by)}), ())" if by else ""
    grouping = f"grouping({', '.join(by)})" if by else "1"
    parameters = [*(value.params if value else ()), *side.bound, *(where.params if where else ())]
    condition = f"WHERE {where.sql}" if where else ""
    listed = ", ".join([*by, amount, grouping])
    rows = tables.rows(f"SELECT {listed} FROM {side.relation} {condition} {sets}", parameters)
    groups = {TOTAL if row[-1] else tuple(map(str, row[:-2])): Decimal(row[-2]) for row in rows}
    return groups, _odd(tables, where.incomparable, where.incomparable_params, side) if where else 0


def _odd(tables: Tables, sql: str, parameters: tuple[str, ...], side: Side) -> int:
    return int(tables.one(f"SELECT count(*) FROM {side.relation} WHERE {sql}", [*side.bound, *parameters])[0])


def figures_of(plan: Plan, measured: dict[str, Measured]) -> Iterator[KpiFigure]:
    """The figures of every key figure of the plan, in its order."""
    for kpi in plan.reconcile.kpis:
        yield from kpi_figures(plan, kpi, measured[kpi.name])
