"""The pack: the usual key figures of a CRM, by one definition each for sources, expected records and target.

A ratio is computed from its parts and never compared itself: it agrees where each part does, and each part has its
bridge.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from crm_migrate.crm.money import average, plain
from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.expressions import Column, parse
from crm_migrate.mapping.plan import KpiPlan, Plan
from crm_migrate.stages.reconcile.aggregates import of_numbers
from crm_migrate.stages.reconcile.kpis import TOTAL, Group, Measured, Values
from crm_migrate.stages.reconcile.pack.asking import Asked
from crm_migrate.workspace.figures import Term
from crm_migrate.workspace.pack_figures import PackFigure, PackPart
from crm_migrate.workspace.relations import Relations

# What may lower a figure that never falls: a rule with a decision leaves it out, or another record says it already.
_AGREED = ("excluded", "enrichment", "folded", "merged", "completed", "corrected")
_STEP = Decimal("0.0001")


def pack_figures(
    tables: Relations, plan: Plan, figures: list[Asked], measured: Mapping[str, Measured]
) -> Iterator[PackFigure]:
    """Every figure of the pack: whole, in each currency that occurs, and of one measure by its groups."""
    for each in figures:
        definition = each.definition
        head = PackFigure(
            name=definition.name, family=each.family, kind=definition.kind, formula=definition.formula,
            never=definition.never, agrees=not each.why, why=each.why,
        )  # fmt: skip
        if each.why:
            yield head
            continue
        found = {name: measured[kpi.name] for name, kpi in each.kpis.items()}
        if untold := sorted({name for one in found.values() for name in one.unknown}):
            why = f"the target does not give back {', '.join(untold)}"
            yield head.model_copy(update={"agrees": False, "why": why})
            continue
        units, report_unit = _currencies(found), _report_unit(plan, each)
        if several := _several(found, units, report_unit):
            why = f"its amounts are in several currencies: {', '.join(several)}"
            yield head.model_copy(update={"agrees": False, "why": why})
            continue
        for unit in units or [""]:
            parts = [_part(name, each.kpis[name], one, unit if one.units else "") for name, one in found.items()]
            yield _figure(tables, head, unit or report_unit, parts)
        if len(found) == 1:
            (name,) = found
            yield from _groups(tables, head, each.kpis[name], found[name], report_unit)


def not_in_figures(figures: list[Asked], measured: Mapping[str, Measured]) -> Iterator[tuple[str, int, int]]:
    """Of each figure, how many values could not be read as it asks, and how many rows have no exchange rate."""
    for each in figures:
        found = [measured[kpi.name] for kpi in each.kpis.values()] or [Measured({}, {}, {})]
        yield f"pack.{each.definition.name}", max(one.odd for one in found), max(one.unrated for one in found)


def _currencies(found: Mapping[str, Measured]) -> list[str]:
    """The currencies in which any side has an amount."""
    return sorted({unit for one in found.values() for unit in one.currencies() if any(one.total(unit))})


def _several(found: Mapping[str, Measured], units: list[str], report_unit: str) -> list[str]:
    """The currencies of a formula over amounts that are not all in one: it would divide one by another."""
    together = sorted({*units, *([report_unit] if report_unit else [])})
    return [unit or "-" for unit in together] if len(found) > 1 and len(together) > 1 else []


def _report_unit(plan: Plan, each: Asked) -> str:
    converted = any(kpi.sum == IN_REPORT_CURRENCY for kpi in each.kpis.values())
    return plan.money.report_in or "" if converted else ""


def _part(name: str, kpi: KpiPlan, measured: Measured, unit: str) -> PackPart:
    terms = measured.terms_in(unit) if measured.units else measured.terms.get(TOTAL, ())
    return _measure(name, kpi, measured.total(unit if measured.units else None), terms)


def _measure(name: str, kpi: KpiPlan, values: Values, terms: tuple[Term, ...]) -> PackPart:
    source, expected, actual, kept = (_text(kpi, value) for value in values)
    return PackPart(
        name=name, object=kpi.object, where=kpi.where or "", sum=kpi.sum or "", source=source, expected=expected,
        actual=actual, explained=kept if values[3] else "", terms=tuple((term.name, term.amount) for term in terms),
    )  # fmt: skip


def _text(kpi: KpiPlan, value: Decimal) -> str:
    return str(int(value)) if kpi.sum is None or not of_numbers(kpi.how) else plain(value)


def _groups(
    tables: Relations, head: PackFigure, kpi: KpiPlan, measured: Measured, report_unit: str
) -> Iterator[PackFigure]:
    """A figure of one measure by every field that it is told by, one after the other."""
    for at, field in enumerate(kpi.by):
        together: dict[tuple[str, str], list[Group]] = {}
        for group in measured.groups():
            together.setdefault((group[at], group[-1] if measured.units else ""), []).append(group)
        for (value, unit), groups in together.items():
            part = _measure("n", kpi, measured.values(*groups), ())
            if any(Decimal(text) for text in (part.source, part.expected, part.actual)):
                yield _figure(tables, head, unit or report_unit, [part], f"{field}={value or '-'}")


def _figure(tables: Relations, head: PackFigure, unit: str, parts: list[PackPart], group: str = "") -> PackFigure:
    each_side = ({part.name: Decimal(getattr(part, side)) for part in parts} for side in _SIDES)
    sides = [_value(tables, head, side, unit) for side in each_side]
    agrees = all(_ours(part) == Decimal(part.expected) for part in parts)
    told = {
        "unit": unit,
        "group": group,
        "parts": tuple(parts),
        "agrees": agrees,
        **dict(zip(_SIDES, sides, strict=True)),
    }
    return head.model_copy(update=told | (_bounds(head, *parts, unit=unit) if head.never and not group else {}))


_SIDES = ("source", "expected", "actual")


def _bounds(head: PackFigure, part: PackPart, *, unit: str) -> dict[str, object]:
    """What a figure that may never rise, or never fall, may be, and whether it is."""
    agreed = sum((Decimal(amount) for name, amount in part.terms if name in _AGREED), Decimal(0))
    bound = Decimal(part.source) + (min(agreed, Decimal(0)) if head.never == "falls" else 0)
    within = _ours(part) <= bound if head.never == "rises" else _ours(part) >= bound
    return {"bound": plain(bound, unit) if part.sum else str(int(bound)), "within": within}


def _ours(part: PackPart) -> Decimal:
    """What the target has without what it keeps of its own."""
    return Decimal(part.actual) - Decimal(part.explained or 0)


def _value(tables: Relations, head: PackFigure, parts: Mapping[str, Decimal], unit: str) -> str | None:
    """The formula over the parts; None where there is nothing to divide by. An amount of money by a number is rounded
    to the digits of its currency, other ratios to four."""
    if head.formula == "n":
        return plain(parts["n"], unit) if head.kind == "amount" else str(int(parts["n"]))
    value = parse(head.formula).value(lambda name: Column(f"'{parts[name.name]:f}'", "decimal"))
    found = tables.one(f"SELECT {value.sql}", list(value.params))[0]
    if found is None:
        return None
    ratio = Decimal(str(found))
    return average(ratio, unit) if head.kind == "amount" else plain(ratio.quantize(_STEP, rounding="ROUND_HALF_UP"))
