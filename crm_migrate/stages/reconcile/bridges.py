"""Amount bridges: source total + terms (what was left out, each for a reason) + unexplained = target total.

Every source row has its amount *as transformed*, also those that were set aside before (`exported.py`). Sums are
DECIMAL(38, 9); an amount that does not fit exactly counts as unreadable and blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crm_migrate.crm.money import plain
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.map.variants import OTHER_TARGET
from crm_migrate.stages.reconcile.bridge_lines import ARRIVED, actual_lines, converted, expected_lines, source_lines
from crm_migrate.stages.reconcile.bridge_tables import actual_of, add, amounts_of, expected_of
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED, KEPT
from crm_migrate.stages.reconcile.derived import ensure_rates
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.exported import currency_field, money_fields
from crm_migrate.stages.reconcile.left_out import (
    Told,
    create_left_out,
    doubtful_totals,
    left_out_lines,
    left_sum,
    unrated_lines,
)
from crm_migrate.workspace.figures import Bridge, Example, Term
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import BEFORE, DISPOSITIONS

LEFT_OUT = ("absent", "excluded", "held", "rejected", "failed")


@dataclass(slots=True)
class Money:
    """The bridges of an object: of each currency, and of all in the report's; what does not arrive of them.

    `left_out` and `left_converted` are sums by currency, without signs; `told` are the lines behind them and totals in
    the sources that say nothing.
    """

    bridges: list[Bridge] = field(default_factory=list)
    converted: list[Bridge] = field(default_factory=list)
    left_out: dict[str, Decimal] = field(default_factory=dict)
    left_converted: dict[str, Decimal] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


def money(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Money:
    """The bridges of every amount of an object. Call after the dispositions are written and the object is compared."""
    currency = currency_field(object_plan)
    found = Money()
    for measure in money_fields(object_plan):
        lines = source_lines(tables, plan, object_plan, measure, currency)
        _leave_to_other_parts(tables, object_plan, lines)
        expected = expected_lines(tables, plan, object_plan, measure, currency)
        actual = actual_lines(tables, plan, object_plan, measure, currency)
        left = create_left_out(tables, plan, object_plan, measure)
        add(found.left_out, left_sum(tables, left, lines))
        found.told += [*left_out_lines(tables, object_plan.name, left, lines), *doubtful_totals(tables, lines)]
        tables.execute(
            f"DELETE FROM {lines} WHERE state = 'enrichment'"
        )  # those only add: they are no line of their own
        units = _units(tables, lines, expected, actual)
        found.bridges += _bridges(tables, object_plan, measure, units, lines, expected, actual)
        if currency is not None and plan.money.report_in:
            ensure_rates(tables, plan)
            _convert(tables, plan.money.report_in, object_plan, measure, left, found)
    return found


def _leave_to_other_parts(tables: Relations, object_plan: ObjectPlan, lines: str) -> None:
    """Of an object that goes to several objects of the target every part looks at every row: its amount counts in the
    part that it goes to, or in the first where it goes to none, and nowhere else."""
    parts = object_plan.variant.parts if object_plan.variant else ()
    tables.execute(f"DELETE FROM {lines} WHERE state = 'absent' AND code = {literal(OTHER_TARGET)}")
    for earlier in parts[: parts.index(object_plan.name)] if parts else ():
        taken = tables.scan(DISPOSITIONS, earlier)
        tables.execute(
            f"""DELETE FROM {lines} WHERE (source, row, split) IN (SELECT (__source, __row, __split) FROM {taken}
              WHERE NOT (state = 'absent' AND coalesce(code, '') = {literal(OTHER_TARGET)}))"""
        )


# ----------------------------------------------------------------------------------------- in the report's currency


def _convert(
    tables: Relations, unit: str, object_plan: ObjectPlan, measure: FieldPlan, left: str, found: Money
) -> None:
    """All currencies of one amount in the report's, each line at the rate of its day.

    A line whose currency has no rate on its day is `unrated` here; its own currency's bridge has it.
    """
    own = ("amount", "unit", "day")
    amounts = {
        amounts_of(object_plan, measure): [own, ("was_amount", "was_unit", "was_day")],
        expected_of(object_plan, measure): [
            own,
            *((each, f"{each}_unit", f"{each}_day") for each in ("final", "held", "now")),
        ],
        actual_of(object_plan, measure): [own, ("stood_amount", "stood_unit", "stood_day")],
    }
    lines, expected, actual = (converted(tables, table, each, unit) for table, each in amounts.items())
    found.converted += _bridges(tables, object_plan, measure, [unit], lines, expected, actual)
    add(found.left_converted, left_sum(tables, left, lines))
    found.told += unrated_lines(tables, object_plan.name, lines, amounts_of(object_plan, measure))
    for table in (lines, expected, actual):
        tables.execute(f"DROP TABLE {table}")


def _units(tables: Relations, *amounts: str) -> list[str]:
    union = " UNION ".join(f"SELECT unit FROM {table} WHERE text IS NOT NULL" for table in amounts)
    return [str(row[0]) for row in tables.rows(f"SELECT unit FROM ({union}) ORDER BY unit")]


# ------------------------------------------------------------------------------------------------------ the bridge


def _bridges(
    tables: Relations, object_plan: ObjectPlan, measure: FieldPlan, units: Sequence[str], lines: str, expected: str,
    actual: str,
) -> Iterator[Bridge]:  # fmt: skip
    """One bridge per unit; what it is made of is asked once for all units."""
    source, target = (
        _totals(tables, lines, was="was_", arrived=ARRIVED),
        _totals(tables, actual, f"NOT {_sent_unreadable(expected)}"),
    )
    left_out = _left_out(tables, lines)
    further = (
        _corrected(tables, lines),
        _duplicates(tables, lines, expected),
        _set_by_rule(tables, measure, lines, expected),
        _moved(tables, KEPT, expected, ("amount", "unit"), ("final", "final_unit")),
        _moved(tables, EMPTIED, expected, ("final", "final_unit"), ("held", "held_unit")),
        _moved(tables, EDITED, expected, ("held", "held_unit"), ("now", "now_unit")),
        _from_before(tables, object_plan.name, actual),
        _rounding(tables, expected, actual),
    )
    for unit in units:
        terms = (*left_out.get(unit, ()), *(found[unit] for found in further if unit in found))
        yield _bridge(object_plan, measure, unit, source.get(unit, _NOTHING), target.get(unit, _NOTHING), terms)


@dataclass(frozen=True, slots=True)
class _Total:
    """One side in one unit: the sum, lines with a text and with an amount; texts that are no amount to this day, and
    amounts without a rate, in all and of what is in the target."""

    amount: Decimal | None
    texts: int
    amounts: int
    unreadable: int
    unrated: int
    arrived: int  # of those


_NOTHING = _Total(None, 0, 0, 0, 0, 0)
_Terms = dict[str, Term]  # by unit, of those that have lines


def _sent_unreadable(expected: str) -> str:
    """SQL: the record had an amount that cannot be read before it came to the target: that counts there."""
    return (
        f"(entity IN (SELECT entity FROM {expected} WHERE entity IS NOT NULL AND text IS NOT NULL AND amount IS NULL))"
    )


def _totals(
    tables: Relations, lines: str, odd: str = "TRUE", was: str = "", arrived: str = "TRUE"
) -> dict[str, _Total]:
    """By unit; with `was` of what the lines were before people corrected them. `odd`: which unreadable ones count;
    `arrived`: which lines are of the target."""
    rows = tables.rows(
        f"""SELECT unit, sum(amount), count(text), count(amount), count(*) FILTER (NOT unrated),
          count(*) FILTER (unrated), count(*) FILTER (unrated AND arrived) FROM (
          SELECT {was}unit AS unit, {was}amount AS amount, {was}text AS text, NULL AS unrated, NULL AS arrived
          FROM {lines}
          UNION ALL
          SELECT unit, NULL, NULL, unrated, {arrived} FROM {lines} WHERE text IS NOT NULL AND amount IS NULL AND {odd})
        GROUP BY unit"""
    )
    return {str(unit): _Total(*told) for unit, *told in rows}


def _bridge(
    object_plan: ObjectPlan, measure: FieldPlan, unit: str, source: _Total, target: _Total, terms: tuple[Term, ...]
) -> Bridge:
    explained = sum(Decimal(term.amount) for term in terms)
    return Bridge(
        object=object_plan.name,
        measure=measure.name,
        currency=unit,
        source_total=plain(source.amount, unit),
        source_lines=source.texts,
        terms=terms,
        target_total=plain(target.amount, unit),
        target_lines=target.amounts,
        unexplained=plain(Decimal(target.amount or 0) - Decimal(source.amount or 0) - explained, unit),
        unreadable=source.unreadable + target.unreadable,
        unrated=source.unrated + target.unrated,
        unrated_arrived=source.arrived + target.arrived,
    )


def _left_out(tables: Relations, lines: str) -> dict[str, list[Term]]:
    """Unit -> rows that ended in one state, with their amounts; rows without any state explain nothing."""
    left = f"FROM {lines} WHERE amount IS NOT NULL AND state IN ({', '.join(map(literal, LEFT_OUT))})"
    reasons = tables.rows(
        f"""SELECT unit, state, coalesce(code, '') AS code, count(*) AS n, -sum(amount),
          sum(count(*)) OVER w, -sum(sum(amount)) OVER w
        {left} GROUP BY unit, state, coalesce(code, '') WINDOW w AS (PARTITION BY unit, state) ORDER BY n DESC, code"""
    )
    shown = tables.rows(
        f"""SELECT unit, state, record, amount FROM (
          SELECT unit, state, source || ':' || coalesce(key, row::VARCHAR) AS record, amount,
            row_number() OVER (PARTITION BY unit, state ORDER BY abs(amount) DESC, source, row, split) AS i
          {left}) WHERE i <= {EXAMPLES} ORDER BY i"""
    )
    whole = {(unit, state): (count, amount) for unit, state, _, _, _, count, amount in reasons}
    found: dict[str, list[Term]] = {}
    for unit, state in sorted(whole, key=lambda place: LEFT_OUT.index(place[1])):
        count, amount = whole[unit, state]
        told = tuple(
            (str(code), int(n), plain(part, u)) for u, s, code, n, part, *_ in reasons if (u, s) == (unit, state)
        )
        examples = tuple(
            Example(record=record, source=plain(value, u), personal=False)
            for u, s, record, value in shown
            if (u, s) == (unit, state)
        )
        term = Term(
            name=state,
            amount=plain(amount, unit),
            lines=int(count),
            change=-int(count),
            reasons=told,
            examples=examples,
        )
        found.setdefault(str(unit), []).append(term)
    return found


def _terms(tables: Relations, name: str, query: str) -> _Terms:
    """The terms of one name, of a query of unit, amount, lines, and what the number of lines changes by."""
    return {
        str(unit): Term(name=name, amount=plain(amount, unit), lines=int(lines), change=int(change))
        for unit, amount, lines, change in tables.rows(query)
        if lines
    }


def _corrected(tables: Relations, lines: str) -> _Terms:
    """What people made of cells of the export: the amount now, and the one that stood there taken away."""
    differs = "(amount, unit, text IS NULL) IS DISTINCT FROM (was_amount, was_unit, was_text IS NULL)"
    changed = f"FROM {lines} WHERE {differs}"
    return _terms(
        tables,
        "corrected",
        f"""SELECT unit, coalesce(sum(amount), 0), count(DISTINCT (source, row, split)), sum(n) FROM (
          SELECT source, row, split, unit, amount, (text IS NOT NULL)::INTEGER AS n {changed}
          UNION ALL SELECT source, row, split, was_unit, -was_amount, -(was_text IS NOT NULL)::INTEGER {changed})
        GROUP BY unit""",
    )


def _duplicates(tables: Relations, lines: str, expected: str) -> _Terms:
    """Amounts of rows that are one record with another row: all but one line that has the record's own amount."""
    return _terms(
        tables,
        "duplicates",
        f"""SELECT l.unit, -sum(l.amount), count(*), -count(*) FROM (
          SELECT l.*, row_number() OVER (PARTITION BY l.cluster, l.unit, l.amount
                                         ORDER BY l.source, l.row, l.split) AS n
          FROM {lines} l WHERE {ARRIVED} AND amount IS NOT NULL
            AND cluster IN (SELECT cluster FROM {lines} GROUP BY cluster HAVING count(*) > 1)) l
        LEFT JOIN {expected} e ON e.cluster = l.cluster AND e.unit = l.unit AND e.amount = l.amount
        WHERE e.cluster IS NULL OR l.n > 1 GROUP BY l.unit""",
    )


def _set_by_rule(tables: Relations, measure: FieldPlan, lines: str, expected: str) -> _Terms:
    """Amounts that no row of the record has: a constant, a default or a case of the mapping."""
    if not (measure.constant or measure.default or measure.default_from or measure.case):
        return {}
    return _terms(
        tables,
        "set by rule",
        f"""SELECT e.unit, sum(e.amount), count(*), count(*) FROM {expected} e ANTI JOIN {lines} l
        ON l.cluster = e.cluster AND l.unit = e.unit AND l.amount = e.amount
        WHERE e.amount IS NOT NULL GROUP BY e.unit""",
    )


def _moved(tables: Relations, name: str, expected: str, was: tuple[str, str], now: tuple[str, str]) -> _Terms:
    """What the target holds for a reason although our rows say otherwise: a record that it had before us, what was
    emptied in the sources since it was sent, or what a user edited there. `was` and `now` are the columns of an amount
    and its unit."""
    (before, unit), (after, unit_now) = was, now
    return _terms(
        tables,
        name,
        f"""SELECT told, coalesce(sum({after}) FILTER ({unit_now} = told), 0)
          - coalesce(sum({before}) FILTER ({unit} = told), 0), count(*),
          count({after}) FILTER ({unit_now} = told) - count({before}) FILTER ({unit} = told)
        FROM (SELECT *, unnest(list_distinct([{unit}, {unit_now}])) AS told FROM {expected}
          WHERE {after} IS DISTINCT FROM {before} OR ({after} IS NOT NULL AND {unit_now} <> {unit})) GROUP BY told""",
    )


def _from_before(tables: Relations, object_name: str, actual: str) -> _Terms:
    """Records that the target held before and that this run did not write: gone from the export and kept, or held.

    They explain the amount that stood there before; where another stands there now, the difference is not explained.
    """
    before = tables.scan(BEFORE, object_name)
    return _terms(
        tables,
        "from before",
        f"""SELECT stood_unit, coalesce(sum(stood_amount), 0), count(stood_text), count(stood_text) FROM {actual} a
        SEMI JOIN (SELECT __entity FROM {before}) b
        ON b.__entity = a.entity ANTI JOIN {quoted(f"arrived/{object_name}")} r ON r.__entity = a.entity
        WHERE stood_unit IS NOT NULL GROUP BY stood_unit""",
    )


def _rounding(tables: Relations, expected: str, actual: str) -> _Terms:
    """What the target rounded away: records whose amount has fewer decimals there and differs by less than one unit."""
    scale = r"length(regexp_extract(regexp_replace({0}, '0+$', ''), '\.([0-9]+)$', 1))"
    theirs, ours = scale.format("a.text"), scale.format("e.now_text")
    return _terms(
        tables,
        "rounding",
        f"""SELECT a.unit, sum(a.amount - e.now), count(*), 0 FROM {expected} e JOIN {actual} a USING (entity)
        WHERE a.unit = e.now_unit AND a.amount <> e.now AND contains(e.now_text, '.')
          AND {theirs} < {ours} AND abs(a.amount - e.now) < TRY_CAST('1e-' || {theirs} AS DECIMAL(38, 9))
        GROUP BY a.unit""",
    )
