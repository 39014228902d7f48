"""Key figures in the sources, as expected under the mapping, and as found in the target; and controls from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import ControlPlan, KpiPlan, ObjectPlan, Plan
from crm_migrate.stages.reconciling.bridges import plain
from crm_migrate.stages.reconciling.columns import COMPLETE, NODES, texts
from crm_migrate.stages.reconciling.database import Tables, quote
from crm_migrate.stages.reconciling.derived import DERIVED, with_derived
from crm_migrate.workspace.figures import ControlFigure, KpiFigure

Groups = dict[tuple[str, ...], Decimal]
TOTAL: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure on the three sides: value by group, the empty tuple for the total; `odd` records did not compare."""

    source: Groups
    expected: Groups
    actual: Groups
    odd: int


def measure(tables: Tables, plan: Plan, kpi: KpiPlan) -> Measured:
    """Compute one figure on all three sides. Call after `compare_object` of its object."""
    object_plan = plan.object(kpi.object)
    source, _ = _computed(
        tables, kpi, object_plan, with_derived(tables, plan, object_plan, _nodes(tables, object_plan))
    )
    expected, odd = _computed(
        tables, kpi, object_plan, with_derived(tables, plan, object_plan, _completed(tables, object_plan))
    )
    actual, odd_too = _computed(
        tables, kpi, object_plan, with_derived(tables, plan, object_plan, _found(tables, object_plan))
    )
    return Measured(source, expected, actual, odd + odd_too)


def kpi_figures(plan: Plan, kpi: KpiPlan, measured: Measured) -> tuple[KpiFigure, ...]:
    """One figure for the total and one per group, groups in the order of their names."""
    unit = plan.money.report_in or "" if kpi.sum == "amount_in_report_currency" else ""
    groups = sorted(measured.expected.keys() | measured.actual.keys())
    return tuple(_figure(kpi, unit, group, measured) for group in groups)


def _figure(kpi: KpiPlan, unit: str, group: tuple[str, ...], measured: Measured) -> KpiFigure:
    expected, actual = measured.expected.get(group, Decimal(0)), measured.actual.get(group, Decimal(0))
    source = measured.source.get(group, Decimal(0))
    agrees = expected == actual
    if group == TOTAL:
        agrees = agrees and not (kpi.never_rises and actual > source) and not (kpi.never_falls and actual < source)
    text = str if kpi.sum is None else plain
    return KpiFigure(
        name=kpi.name,
        group=", ".join(f"{name}={value or '-'}" for name, value in zip(kpi.by, group, strict=False)),
        unit=unit,
        source=text(source),
        expected=text(expected),
        actual=text(actual),
        agrees=agrees,
    )


def control_figure(control: ControlPlan, measured: Measured | None) -> ControlFigure:
    """A figure from outside. It agrees with the sources as read (the bridge explains the rest) or as expected.

    In both cases the target must have what is expected; decimals that were not said are not compared.
    """
    common = {"name": control.name, "said": control.value, "unit": control.unit, "said_by": control.said_by}
    if measured is None:
        return ControlFigure(**common, of=control.of, expected="", actual="", agrees=False)
    source, expected, actual = (
        side.get(TOTAL, Decimal(0)) for side in (measured.source, measured.expected, measured.actual)
    )
    agrees = expected == actual and (_same(control.value, source) or _same(control.value, expected))
    return ControlFigure(
        **common, of=control.of, source=plain(source), expected=plain(expected), actual=plain(actual), agrees=agrees
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
        f"SEMI JOIN {quote(f'expected/{object_plan.name}')} USING (__cluster)"
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


def _scalar(object_plan: ObjectPlan) -> list[str]:
    return [f.name for f in object_plan.fields if f.ref is None]


# ----------------------------------------------------------------------------------------------------- computation


def _computed(tables: Tables, kpi: KpiPlan, object_plan: ObjectPlan, relation: str) -> tuple[Groups, int]:
    """Count or sum by group and in total, and how many records could not be compared."""
    there = set(tables.columns(f"SELECT * FROM {relation}"))

    def column(name: Name) -> Column:
        if name.name not in there:
            return Column("NULL::VARCHAR", _storage(object_plan, name.name))
        return Column(quote(name.name), _storage(object_plan, name.name))

    where = parse(kpi.where).condition(column) if kpi.where else None
    value = parse(kpi.sum).value(column) if kpi.sum else None
    amount = "count(*)" if value is None else f"coalesce(sum(TRY_CAST({value.sql} AS DECIMAL(38, 9))), 0)"
    by = [f"coalesce({quote(name)}::VARCHAR, '')" if name in there else "''" for name in kpi.by]
    listed = ", ".join([*by, amount])
    sets = f"GROUP BY GROUPING SETS (({', '.join(by)}), ())" if by else ""
    grouping = f", grouping({', '.join(by)})" if by else ", 1"
    parameters = [*(value.params if value else ()), *(where.params if where else ())]
    condition = f"WHERE {where.sql}" if where else ""
    rows = tables.rows(f"SELECT {listed}{grouping} FROM {relation} {condition} {sets}", parameters)
    groups = {TOTAL if row[-1] else tuple(map(str, row[:-2])): Decimal(row[-2]) for row in rows}
    return groups, _odd(tables, where.incomparable, where.incomparable_params, relation) if where else 0


def _odd(tables: Tables, sql: str, parameters: tuple[str, ...], relation: str) -> int:
    return int(tables.one(f"SELECT count(*) FROM {relation} WHERE {sql}", parameters)[0])


def _storage(object_plan: ObjectPlan, name: str) -> str:
    for field in object_plan.fields:
        if field.name == name and field.type in TYPES:
            return TYPES[field.type].storage
    return DERIVED.get(name, "text")


def figures_of(plan: Plan, measured: dict[str, Measured]) -> Iterator[KpiFigure]:
    """The figures of every key figure of the plan, in its order."""
    for kpi in plan.reconcile.kpis:
        yield from kpi_figures(plan, kpi, measured[kpi.name])
