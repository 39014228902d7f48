"""Key figures in the sources as exported, as expected under the mapping, and as found in the target; and controls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

from crm_migrate.crm.money import plain
from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import ControlPlan, KpiPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.mask.reading import revealed
from crm_migrate.stages.reconcile.aggregates import aggregated, of_numbers
from crm_migrate.stages.reconcile.derived import Side, with_derived
from crm_migrate.stages.reconcile.exported import currency_field, exported, money_fields, names_of
from crm_migrate.stages.reconcile.keeping import any_kept, is_kept, with_kept
from crm_migrate.stages.reconcile.sides import link_fields, loaded_fields
from crm_migrate.workspace.figures import ControlFigure, KpiFigure, Term
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import BEFORE, COMPLETED, SURVIVORS, THEIRS, texts

Group = tuple[str, ...]
Groups = dict[Group, Decimal]
Terms = dict[Group, tuple[Term, ...]]
Values = tuple[Decimal, Decimal, Decimal, Decimal]  # source, expected, actual, kept
TOTAL: Group = ()
End = Literal["expected", "actual"]
_OWN_ROW = ("created", "updated", "unchanged")  # states of the row that its record is named after


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure on the three sides: value by group, the empty group for the total; groups are of one length.

    With `units` the last part of a group is a currency, and the total is one only where there is one currency.
    `terms` lead from source to expected. `kept` is what the plan read in records that the target held before and that
    this run did not write, and what cells that it keeps by a rule change in the others (`keeping`). `odd` records did
    not compare, `unrated` rows have no rate; with `unknown` names nothing was computed.
    """

    source: Groups
    expected: Groups
    actual: Groups
    kept: Groups = field(default_factory=dict)
    terms: Terms = field(default_factory=dict)
    units: bool = False
    odd: int = 0
    unrated: int = 0
    unknown: tuple[str, ...] = ()

    def groups(self) -> list[Group]:
        """The groups that occur in the sources, are expected or were found."""
        return sorted((self.source.keys() | self.expected.keys() | self.actual.keys()) - {TOTAL})

    def currencies(self) -> tuple[str, ...]:
        """The currencies that occur; none where the figure is not in its own currency."""
        return tuple(sorted({group[-1] for group in self.groups()})) if self.units else ()

    def values(self, *groups: Group) -> Values:
        """Source, expected, actual and kept of groups together."""
        sides = (self.source, self.expected, self.actual, self.kept)
        source, expected, actual, kept = (sum((s.get(g, Decimal(0)) for g in groups), Decimal(0)) for s in sides)
        return source, expected, actual, kept

    def total(self, unit: str | None = None) -> Values:
        """The same of everything, or of one currency."""
        if not self.units or unit is None:
            return self.values(TOTAL)
        return self.values(*(group for group in self.groups() if group[-1] == unit))

    def terms_in(self, unit: str) -> tuple[Term, ...]:
        """The terms of one currency, by their names."""
        found: dict[str, list[Term]] = {}
        for group, terms in self.terms.items():
            for term in terms if group != TOTAL and group[-1] == unit else ():
                found.setdefault(term.name, []).append(term)
        return tuple(_joined(name, terms) for name, terms in sorted(found.items()))


def _joined(name: str, terms: Sequence[Term]) -> Term:
    amount = sum((Decimal(term.amount) for term in terms), Decimal(0))
    reasons: dict[str, tuple[int, Decimal]] = {}
    for code, lines, part in (reason for term in terms for reason in term.reasons):
        count, so_far = reasons.get(code, (0, Decimal(0)))
        reasons[code] = count + lines, so_far + Decimal(part)
    told = tuple((code, lines, plain(part)) for code, (lines, part) in sorted(reasons.items()))
    return Term(name=name, amount=plain(amount), lines=sum(term.lines for term in terms), reasons=told)


_ENTITY = {"__entity": "__entity"}  # a record may have links alone
# The rows of the sources without those that only add to records: they are no record of their own.
_ORIGIN = {name: name for name in ("__cluster", "__state", "__code", "__corrected")}


def measure(tables: Relations, plan: Plan, kpi: KpiPlan) -> Measured:
    """Compute one figure on all three sides. Call after `compare_object` of its object."""
    object_plan = plan.object(kpi.object)
    rows = f"(SELECT * FROM {exported(tables, plan, object_plan)} WHERE __state <> 'enrichment')"
    ours = quoted(f"actual/{object_plan.name}")
    links = {f.name: str(f.target) for f in link_fields(plan, object_plan) if f.name in names_of(kpi)}
    if untold := _untold(tables, object_plan, links):
        return Measured({}, {}, {}, unknown=untold)

    def linked(relation: str, end: End) -> str:
        return _linked(tables, object_plan, relation, end, links)

    found = linked(found_in(tables, plan, object_plan, ours, "actual"), "actual")
    kept_there = linked(_kept(tables, plan, object_plan, ours), "actual")
    completed, cluster = linked(_completed(tables, object_plan), "expected"), {"__cluster": "__cluster"}
    sides = {
        "source": with_derived(tables, plan, object_plan, rows, _ORIGIN, links),
        "expected": with_derived(tables, plan, object_plan, completed, cluster, links),
        "actual": with_derived(tables, plan, object_plan, found, _ENTITY, links),
        "kept": with_derived(tables, plan, object_plan, kept_there, _ENTITY, links),
    }
    if any_kept(tables, object_plan):
        relation = _standing(tables, object_plan, completed, found)
        sides["standing"] = with_derived(tables, plan, object_plan, relation, cluster, links)
    unknown = tuple(sorted(names_of(kpi) - sides["source"].storages.keys()))
    if unknown:
        return Measured({}, {}, {}, unknown=unknown)
    by, units = _by(object_plan, kpi)
    parts = {name: _parts(tables, kpi, by, side, name) for name, side in sides.items()}
    source, expected, actual = (_grouped(tables, parts[name], kpi) for name in ("source", "expected", "actual"))
    own = parts.get("standing", parts["expected"])
    stands = f"(SELECT g, amount FROM {own} UNION ALL SELECT g, amount FROM {parts['kept']})"
    return Measured(
        source,
        expected,
        actual,
        kept=_more(_grouped(tables, stands, kpi), expected),
        terms=_terms(tables, object_plan, kpi, parts["source"], parts["expected"]) if kpi.how == "sum" else {},
        units=units,
        odd=sum(_odd(tables, kpi, sides[name]) for name in ("expected", "actual")),
        unrated=_unrated(tables, kpi, sides["source"]),
    )


def _by(object_plan: ObjectPlan, kpi: KpiPlan) -> tuple[tuple[str, ...], bool]:
    """What a figure is grouped by; a sum of amounts also by their currency, which then stands last."""
    currency = currency_field(object_plan)
    added = {name.name for name in parse(kpi.sum).names()} if kpi.sum else set()
    if currency is None or not added & {f.name for f in money_fields(object_plan)}:
        return kpi.by, False
    return (*(name for name in kpi.by if name != currency.name), currency.name), True


def kpi_figures(plan: Plan, kpi: KpiPlan, measured: Measured) -> Iterator[KpiFigure]:
    """One figure for the total (one per currency) and one per group, groups in the order of their names."""
    unit = plan.money.report_in or "" if kpi.sum == IN_REPORT_CURRENCY else ""
    if measured.unknown:
        told = f"cannot be computed: {', '.join(measured.unknown)} is no field of {kpi.object}"
        yield KpiFigure(
            name=kpi.name, object=kpi.object, group=told, unit=unit, source=None, expected="", actual="", agrees=False
        )
        return
    by, _ = _by(plan.object(kpi.object), kpi)
    currencies = measured.currencies()
    if len(currencies) < 2:
        only = currencies[0] if currencies else unit
        yield _figure(kpi, only, "", measured.total(), measured.terms.get(TOTAL, ()), whole=True)
    for currency in currencies if len(currencies) > 1 else ():
        label = f"{by[-1]}={currency or '-'}"
        yield _figure(kpi, currency, label, measured.total(currency), measured.terms_in(currency), whole=True)
    named = by[:-1] if measured.units and len(currencies) < 2 else by
    if named == by[-1:] and measured.units:
        return  # grouped by nothing but the currency: told above
    for group in measured.groups() if named else ():
        label = ", ".join(f"{name}={value or '-'}" for name, value in zip(named, group, strict=False))
        own = group[-1] if measured.units else unit
        yield _figure(kpi, own, label, measured.values(group), measured.terms.get(group, ()), whole=False)


def _figure(kpi: KpiPlan, unit: str, group: str, values: Values, terms: Sequence[Term], *, whole: bool) -> KpiFigure:
    source, expected, actual, kept = values
    ours = actual - kept
    agrees = expected == ours
    if whole:  # what the target held before and keeps is no rise of ours, and hides no fall
        agrees = agrees and not (kpi.never_rises and ours > source) and not (kpi.never_falls and ours < source)
    text = _count if kpi.sum is None else plain
    return KpiFigure(
        name=kpi.name,
        object=kpi.object,
        group=group,
        unit=unit,
        source=text(source),
        expected=text(expected),
        actual=text(actual),
        agrees=agrees,
        explained=text(kept) if kept else "",
        terms=tuple(terms),
    )


# ------------------------------------------------------------------------------------------------------- controls


def control_figure(plan: Plan, control: ControlPlan, measured: Measured | None) -> ControlFigure:
    """A figure from outside. It agrees with the sources as exported (the terms explain the rest) or as expected.

    In both cases the target must have what is expected, and all of it must be of the currency that was said; decimals
    that were not said are not compared.
    """
    common = {"name": control.name, "said": control.value, "unit": control.unit, "said_by": control.said_by}
    if measured is None or measured.unknown:
        return ControlFigure(**common, of=control.of, expected="", actual="", agrees=False)
    kpi = next(k for k in plan.reconcile.kpis if k.name in (control.of, control.name))
    source, expected, actual, kept = measured.total(control.unit or None)
    doubt = _other_unit(plan, control, kpi, measured)
    agrees = expected == actual - kept and (_same(control.value, source) or _same(control.value, expected))
    return ControlFigure(
        **common,
        of=control.of,
        source=plain(source),
        expected=plain(expected),
        actual=plain(actual),
        agrees=agrees and not doubt,
        explained=plain(kept) if kept else "",
        why=doubt,
    )


def _other_unit(plan: Plan, control: ControlPlan, kpi: KpiPlan, measured: Measured) -> str:
    """Why a figure cannot be that of the control: another currency, or a sum over several; else nothing."""
    currencies = [currency or "no currency" for currency in measured.currencies()]
    if kpi.sum == IN_REPORT_CURRENCY and control.unit not in ("", plan.money.report_in):
        return f"the figure is in {plan.money.report_in}"
    if control.unit and currencies and control.unit not in currencies:
        return f"no amount is in {control.unit}: they are in {', '.join(currencies)}"
    if not control.unit and len(currencies) > 1:
        return f"amounts in {', '.join(currencies)} have no sum: say a control for one currency"
    return ""


def _same(said: str, found: Decimal) -> bool:
    try:
        value = Decimal(said)
    except InvalidOperation:
        return False
    return value == found.quantize(value) if value.is_finite() else False


# ---------------------------------------------------------------------------------------------------------- sides


def _completed(tables: Relations, object_plan: ObjectPlan) -> str:
    """The completed records that must be in the target."""
    complete = tables.scan(COMPLETED, object_plan.name, also=texts(*_scalar(object_plan)))
    view = quoted(f"kpi/expected/{object_plan.name}")
    tables.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {complete} "
        f"SEMI JOIN {quoted(f'arrived/{object_plan.name}')} USING (__cluster)"
    )
    return view


def found_in(tables: Relations, plan: Plan, object_plan: ObjectPlan, read: str, side: str) -> str:
    """Our records as they were read, under the canonical names of their fields; a pseudonym counts as its value."""
    there = set(tables.kinds(read))
    view = quoted(f"kpi/{side}/{object_plan.name}")
    cells = [
        f"nullif({quoted(str(f.target))}::VARCHAR, '') AS {quoted(f.name)}"
        for f in object_plan.fields
        if f.ref is None and f.target in there
    ]
    records = revealed(tables, plan, object_plan, read)
    tables.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {', '.join(['__entity', *cells])} FROM {records}")
    return view


def _kept(tables: Relations, plan: Plan, object_plan: ObjectPlan, ours: str) -> str:
    """Of the records found, those that the target held before and that this run did not write, as the plan read them:
    what stands there now counts as kept only where it is the same."""
    before = tables.scan(BEFORE, object_plan.name)
    theirs = f"""(SELECT * FROM {tables.whole(THEIRS, object_plan.name)} f
      SEMI JOIN (SELECT target_id FROM {ours}) n ON n.target_id = f.target_id
      SEMI JOIN (SELECT __entity FROM {before}) b ON b.__entity = f.__entity
      ANTI JOIN {quoted(f"arrived/{object_plan.name}")} a ON a.__entity = f.__entity)"""
    return found_in(tables, plan, object_plan, theirs, "kept")


def _untold(tables: Relations, object_plan: ObjectPlan, links: Mapping[str, str]) -> tuple[str, ...]:
    """The references that the target does not give back."""
    there = set(tables.kinds(quoted(f"actual/{object_plan.name}/links"))) if links else set()
    return tuple(name for name, target in links.items() if target not in there)


def _linked(
    tables: Relations,
    object_plan: ObjectPlan,
    records: str,
    end: End,
    links: Mapping[str, str],
) -> str:
    """Records of one end with the parents of some references (name -> target), as links are compared."""
    if not links:
        return records
    own = ", ".join(f"r.{quoted(name)}" for name in tables.kinds(records) if name not in links)
    cells = "".join(f", l.{quoted(target)} AS {quoted(name)}" for name, target in links.items())
    key = "l.__position = r.__cluster" if end == "expected" else "l.__entity = r.__entity"
    return f"(SELECT {own}{cells} FROM {records} r LEFT JOIN {quoted(f'{end}/{object_plan.name}/links')} l ON {key})"


def _standing(tables: Relations, object_plan: ObjectPlan, completed: str, found: str) -> str:
    """The completed records with what the target keeps by a rule in their cells."""
    there, view = set(tables.kinds(found)), quoted(f"kpi/standing/{object_plan.name}")
    cells = [
        f"CASE WHEN {is_kept(str(f.target))} THEN n.{quoted(f.name)} ELSE c.{quoted(f.name)} END AS {quoted(f.name)}"
        for f in loaded_fields(object_plan)
        if f.name in there
    ]
    replaced = f"c.* REPLACE ({', '.join(cells)})" if cells else "c.*"
    tables.execute(
        f"""CREATE OR REPLACE TEMP VIEW {view} AS SELECT {replaced} FROM {completed} c
        LEFT JOIN {quoted(f"arrived/{object_plan.name}")} a ON a.__cluster = c.__cluster
        {with_kept(object_plan, "a.__entity")} LEFT JOIN {found} n ON n.__entity = a.__entity"""
    )
    return view


def _scalar(object_plan: ObjectPlan) -> list[str]:
    return [f.name for f in object_plan.fields if f.ref is None]


# ----------------------------------------------------------------------------------------------------- computation


def _parts(tables: Relations, kpi: KpiPlan, by: tuple[str, ...], side: Side, name: str) -> str:
    """Create the table of what every record of a side adds: its origin columns, `g` (its group), `amount`.

    `native` is what an amount in the currency of the report was before it was converted.
    """

    def column(found: Name) -> Column:
        return Column(quoted(found.name), side.storages[found.name])

    where = parse(kpi.where).condition(column) if kpi.where else None
    value = parse(kpi.sum).value(column) if kpi.sum else None
    amount = "1::DECIMAL(38, 9)" if value is None else f"TRY_CAST({value.sql} AS {_kind(kpi)})"
    group = ", ".join(f"coalesce({quoted(name)}, '')" for name in by)
    origin = "".join(f"{column}, " for column in side.origin)
    native = "concat_ws(' ', TRY_CAST(amount AS DECIMAL(38, 9)), currency)"
    native = native if kpi.sum == IN_REPORT_CURRENCY else "NULL"
    table = quoted(f"kpi/{kpi.name}/{name}")
    parameters = [*(value.params if value else ()), *side.bound, *(where.params if where else ())]
    condition = f"WHERE {where.sql}" if where else ""
    tables.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"SELECT {origin}[{group}]::VARCHAR[] AS g, {amount} AS amount, {native} AS native "
        f"FROM {side.relation} {condition}",
        parameters,
    )
    return table


def _kind(kpi: KpiPlan) -> str:
    """The SQL type of what a record adds to a figure."""
    return "DECIMAL(38, 9)" if of_numbers(kpi.how) else "VARCHAR"


def _grouped(tables: Relations, parts: str, kpi: KpiPlan) -> Groups:
    """The value of every group, and the total under the empty group."""
    return {tuple(map(str, group)): Decimal(str(value)) for group, value in aggregated(tables, parts, kpi.how)}


def _more(groups: Groups, others: Groups) -> Groups:
    """What groups have more than the same of others, where it is not the same."""
    more = {group: groups.get(group, Decimal(0)) - others.get(group, Decimal(0)) for group in {**groups, **others}}
    return {group: value for group, value in more.items() if value}


def _terms(tables: Relations, object_plan: ObjectPlan, kpi: KpiPlan, source: str, expected: str) -> Terms:
    """What leads from the rows as exported to the records as expected, by group, and for the total.

    A row that is not the one its record is named after ended in a state, for a reason; and a record says something
    else than its row where merging, enrichment or a rule of the mapping decided its fields. Where amount and currency
    are the same on both sides, it is the rate of another day (`fx`).
    """
    own = ", ".join(map(literal, _OWN_ROW))
    survivors = tables.scan(SURVIVORS, object_plan.name)
    fields = ", ".join(map(literal, sorted(names_of(kpi)))) or "''"
    rows = tables.rows(
        f"""WITH s AS (SELECT * FROM {source} WHERE __state IN ({own})),
        won AS (SELECT __cluster, min(rule) AS rule FROM {survivors} WHERE field IN ({fields}) GROUP BY __cluster),
        moved AS (SELECT coalesce(s.g, e.g) AS g, coalesce(s.__cluster, e.__cluster) AS cluster,
                         coalesce(e.amount, 0) - coalesce(s.amount, 0) AS amount,
                         coalesce(s.native = e.native, FALSE) AS rated
                  FROM s FULL JOIN {expected} e ON s.__cluster = e.__cluster AND s.g = e.g
                  WHERE coalesce(e.amount, 0) <> coalesce(s.amount, 0))
        SELECT g, __state AS name, coalesce(__code, '') AS code, count(amount), -sum(amount) FROM {source}
        WHERE __state NOT IN ({own}) GROUP BY ALL HAVING sum(amount) IS NOT NULL
        UNION ALL SELECT g, CASE WHEN rated THEN 'fx' ELSE 'completed' END, coalesce(c.word, won.rule, ''), count(*),
          sum(moved.amount)
        FROM moved LEFT JOIN won ON won.__cluster = moved.cluster
        LEFT JOIN (SELECT DISTINCT __cluster, 'corrected' AS word FROM {source} WHERE __corrected) c
        ON c.__cluster = moved.cluster GROUP BY ALL ORDER BY ALL"""
    )
    found: dict[Group, dict[str, dict[str, tuple[int, Decimal]]]] = {}
    for group, name, code, lines, amount in rows:
        for key in dict.fromkeys((tuple(map(str, group)), TOTAL)):
            reasons = found.setdefault(key, {}).setdefault(str(name), {})
            count, so_far = reasons.get(str(code), (0, Decimal(0)))
            reasons[str(code)] = count + int(lines), so_far + Decimal(amount)
    text = _count if kpi.sum is None else plain
    return {group: tuple(_term(name, reasons, text) for name, reasons in each.items()) for group, each in found.items()}


def _term(name: str, reasons: dict[str, tuple[int, Decimal]], text: Callable[[Decimal], str]) -> Term:
    amount = sum((part for _, part in reasons.values()), Decimal(0))
    told = tuple((code, lines, text(part)) for code, (lines, part) in sorted(reasons.items()))
    return Term(name=name, amount=text(amount), lines=sum(lines for lines, _ in reasons.values()), reasons=told)


def _count(amount: Decimal) -> str:
    return str(int(amount))


def _odd(tables: Relations, kpi: KpiPlan, side: Side) -> int:
    """Records of a side whose values the condition cannot read, or whose value cannot be summed up."""

    def column(found: Name) -> Column:
        return Column(quoted(found.name), side.storages[found.name])

    where = parse(kpi.where or "true").condition(column)
    odd, bound = where.incomparable, where.incomparable_params
    if kpi.sum:
        value = parse(kpi.sum).value(column)
        lost = f"{value.incomparable} OR ({value.sql} IS NOT NULL AND TRY_CAST({value.sql} AS {_kind(kpi)}) IS NULL)"
        odd = f"{odd} OR ({where.sql} AND ({lost}))"
        bound += (*where.params, *value.incomparable_params, *value.params, *value.params)
    query = f"SELECT count(*) FROM {side.relation} WHERE {odd}"
    return int(tables.one(query, [*side.bound, *bound])[0])


def _unrated(tables: Relations, kpi: KpiPlan, side: Side) -> int:
    """Rows of the sources whose amount has no rate on its day: they are not in the figure of the source."""
    if kpi.sum != IN_REPORT_CURRENCY:
        return 0
    return int(tables.one(f"SELECT count(*) FROM {side.relation} WHERE __rate_missing", side.bound)[0])


def figures_of(plan: Plan, measured: dict[str, Measured]) -> Iterator[KpiFigure]:
    """The figures of every key figure of the plan, in its order."""
    for kpi in plan.reconcile.kpis:
        yield from kpi_figures(plan, kpi, measured[kpi.name])
