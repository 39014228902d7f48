"""Amount bridges: source total + terms (what was left out, each for a reason) + unexplained = target total.

Every source row has its amount *as transformed*, also those that were set aside before (`exported.py`). Sums are
DECIMAL(38, 9); an amount that does not fit exactly counts as unreadable and blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.bridge_tables import actual_of, add, amounts_of, expected_of, plain
from crm_migrate.stages.reconcile.derived import ensure_rates
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.exported import currency_field, exported, money_fields
from crm_migrate.stages.reconcile.left_out import (
    Told,
    create_left_out,
    doubtful_totals,
    left_out_lines,
    left_sum,
)
from crm_migrate.workspace.figures import Bridge, Example, Term
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, BEFORE, CELLS, COMPLETED, texts

EXACT = r"'^[+-]?[0-9]{1,28}(\.[0-9]{1,9}0*)?$'"
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
        lines = _source_lines(tables, plan, object_plan, measure, currency)
        expected = _expected_lines(tables, plan, object_plan, measure, currency)
        actual = _actual_lines(tables, plan, object_plan, measure, currency)
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


def _source_lines(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of all source rows with amount, unit, day of the rate, state and cluster."""
    name = object_plan.name
    table = amounts_of(object_plan, measure)
    sources = [*(feed.source for feed in object_plan.feeds), *(enrich.source for enrich in object_plan.enrich)]
    fed = [source for source in sources if source in measure.cells]
    source_rows = exported(tables, plan, object_plan)
    text = f"nullif({quoted(measure.name)}, '')"
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS SELECT __source AS source, __row AS row, __split AS split, __key AS key,
          __state AS state, __code AS code, __rule AS rule, __cluster AS cluster, {text} AS text,
          {_unit(currency, "")} AS unit, {_exact(text)} AS amount, {_day(plan, object_plan)} AS day
        FROM {source_rows} WHERE __source IN ({", ".join(map(literal, fed)) or "''"})"""
    )
    for source in fed:
        _mark_unreadable(tables, name, source, measure, table)
    return table


def _unit(currency: FieldPlan | None, alias: str) -> str:
    return "''" if currency is None else f"coalesce({alias}{quoted(currency.name)}, '')"


def _day(plan: Plan, object_plan: ObjectPlan, cell: str | None = None) -> str:
    """The day whose rate counts for a line: its own, or that of the whole run where the mapping names no field."""
    on = next((f for f in object_plan.fields if f.name == plan.money.rate_on), None)
    if on is None:
        return f"DATE {literal(plan.as_of or '9999-12-31')}"
    return f"TRY_CAST({quoted(on.name) if cell is None else cell} AS DATE)"


def _mark_unreadable(tables: Relations, name: str, source: str, measure: FieldPlan, table: str) -> None:
    """A cell that was cleared because it could not be read still has its text, and no amount."""
    cells = tables.scan(CELLS, name, source)
    tables.execute(
        f"""UPDATE {table} SET text = c.before FROM (SELECT __row, __split, min(before) AS before FROM {cells}
        WHERE field = {literal(measure.name)} AND (after IS NULL OR NOT regexp_matches(after, {EXACT}))
        GROUP BY __row, __split) c
        WHERE source = {literal(source)} AND row = c.__row AND split = c.__split AND amount IS NULL"""
    )


# ----------------------------------------------------------------------------------------- in the report's currency


def _convert(
    tables: Relations, unit: str, object_plan: ObjectPlan, measure: FieldPlan, left: str, found: Money
) -> None:
    """All currencies of one amount in the report's, each line at the rate of its day.

    A line whose currency has no rate on its day counts as unreadable here; its own currency's bridge has it.
    """
    pairs = {
        amounts_of(object_plan, measure): [("amount", "unit")],
        expected_of(object_plan, measure): [("amount", "unit"), ("final", "final_unit")],
        actual_of(object_plan, measure): [("amount", "unit")],
    }
    lines, expected, actual = (_converted(tables, table, own, unit) for table, own in pairs.items())
    found.converted += _bridges(tables, object_plan, measure, [unit], lines, expected, actual)
    add(found.left_converted, left_sum(tables, left, lines))
    for table in (lines, expected, actual):
        tables.execute(f"DROP TABLE {table}")


def _converted(tables: Relations, table: str, pairs: list[tuple[str, str]], unit: str) -> str:
    """A copy of a table of amounts with each pair of amount and unit in the report's currency; `rates` is there."""
    name = quoted(f"report/{table.strip(chr(34))}")
    cells, joins = [], []
    for number, (amount, own) in enumerate(pairs):
        day = f"CASE WHEN t.{own} = {literal(unit)} THEN DATE '9999-12-31' ELSE t.day END"
        tables.execute(
            f"""CREATE OR REPLACE TEMP TABLE {quoted(f"{number}/rated")} AS
            SELECT DISTINCT t.{own} AS unit, {day} AS day FROM {table} t"""
        )
        days = quoted(f"{number}/rated")
        rate = (
            f"(SELECT d.unit, d.day, r.rate FROM {days} d ASOF JOIN rates r ON r.currency = d.unit AND r.day <= d.day)"
        )
        joins.append(f"LEFT JOIN {rate} r{number} ON r{number}.unit = t.{own} AND r{number}.day = {day}")
        cells.append(
            f"TRY_CAST(round(CAST(TRY(TRY_CAST(t.{amount} AS DECIMAL(26, 6)) * r{number}.rate) AS DECIMAL(38, 10)), 2)"
            " AS DECIMAL(38, 9))"
            f" AS {amount}, {literal(unit)} AS {own}"
        )
    tables.execute(
        f"CREATE TEMP TABLE {name} AS SELECT t.* REPLACE ({', '.join(cells)}) FROM {table} t {' '.join(joins)}"
    )
    return name


# -------------------------------------------------------------------------------------------- expected and actual


def _expected_lines(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of amounts of the completed records that arrived: cluster, entity, unit, amount."""
    name = object_plan.name
    table = expected_of(object_plan, measure)
    unit = _unit(currency, "c.")
    on = next((f for f in object_plan.fields if f.name == plan.money.rate_on), None)
    fields = texts(*(f.name for f in (measure, currency, on) if f is not None))
    complete = tables.scan(COMPLETED, name, also=fields)
    side = quoted(f"expected/{name}")
    final = f"x.{quoted(str(measure.target))}"
    final_unit = unit if currency is None or currency.target is None else f"coalesce(x.{quoted(currency.target)}, '')"
    cell = f"c.{quoted(measure.name)}"
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT c.__cluster AS cluster, x.__entity AS entity, {unit} AS unit, {cell} AS text, {_exact(cell)} AS amount,
          {final_unit} AS final_unit, {final} AS final_text, {_exact(final)} AS final,
          {_day(plan, object_plan, f"c.{quoted(on.name)}" if on else None)} AS day
        FROM {side} x JOIN {complete} c ON c.__cluster = x.__cluster"""
    )
    return table


def _exact(cell: str) -> str:
    """The exact amount of a text; null where it is none, or has more decimals than a sum can hold."""
    return f"CASE WHEN regexp_matches({cell}, {EXACT}) THEN {cell}::DECIMAL(38, 9) END"


def _actual_lines(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of amounts of every record in the target that carries a key of ours."""
    name = object_plan.name
    table = actual_of(object_plan, measure)
    raw = tables.whole(ACTUAL, name)
    there = set(tables.kinds(raw))
    cell = f"nullif({quoted(str(measure.target))}::VARCHAR, '')" if measure.target in there else "NULL::VARCHAR"
    own_unit = currency is not None and currency.target in there
    unit = f"coalesce({quoted(str(currency.target))}::VARCHAR, '')" if own_unit and currency is not None else "''"
    on = next((f for f in object_plan.fields if f.name == plan.money.rate_on), None)
    dated = on is not None and on.target in there
    day = _day(plan, object_plan, f"{quoted(str(on.target))}::VARCHAR" if on and dated else "NULL")
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS SELECT __entity AS entity, {unit} AS unit, {cell} AS text,
        {_exact(cell)} AS amount, {day} AS day FROM {raw} WHERE __entity IS NOT NULL"""
    )
    if on is not None and not dated:
        told = f"SELECT entity, min(day) AS day FROM {expected_of(object_plan, measure)} GROUP BY entity"
        tables.execute(f"UPDATE {table} SET day = e.day FROM ({told}) e WHERE e.entity = {table}.entity")
    if not own_unit:
        known = f"SELECT entity, min(unit) AS unit FROM {expected_of(object_plan, measure)} GROUP BY entity"
        tables.execute(f"UPDATE {table} SET unit = e.unit FROM ({known}) e WHERE e.entity = {table}.entity")
    return table


def _units(tables: Relations, *amounts: str) -> list[str]:
    union = " UNION ".join(f"SELECT unit FROM {table} WHERE text IS NOT NULL" for table in amounts)
    return [str(row[0]) for row in tables.rows(f"SELECT unit FROM ({union}) ORDER BY unit")]


# ------------------------------------------------------------------------------------------------------ the bridge


def _bridges(
    tables: Relations, object_plan: ObjectPlan, measure: FieldPlan, units: Sequence[str], lines: str, expected: str,
    actual: str,
) -> Iterator[Bridge]:  # fmt: skip
    """One bridge per unit; what it is made of is asked once for all units."""
    source, target = _totals(tables, lines), _totals(tables, actual)
    left_out = _left_out(tables, lines)
    further = (
        _duplicates(tables, lines, expected),
        _set_by_rule(tables, measure, lines, expected),
        _kept(tables, expected),
        _from_before(tables, object_plan.name, actual),
        _rounding(tables, expected, actual),
    )
    for unit in units:
        terms = (*left_out.get(unit, ()), *(found[unit] for found in further if unit in found))
        yield _bridge(object_plan, measure, unit, source.get(unit, _NOTHING), target.get(unit, _NOTHING), terms)


@dataclass(frozen=True, slots=True)
class _Total:
    """One side in one unit: the sum, lines with a text and with an amount."""

    amount: Decimal | None
    texts: int
    amounts: int


_NOTHING = _Total(None, 0, 0)
_Terms = dict[str, Term]  # by unit, of those that have lines


def _totals(tables: Relations, lines: str) -> dict[str, _Total]:
    rows = tables.rows(f"SELECT unit, sum(amount), count(text), count(amount) FROM {lines} GROUP BY unit")
    return {str(unit): _Total(amount, texts, amounts) for unit, amount, texts, amounts in rows}


def _bridge(
    object_plan: ObjectPlan, measure: FieldPlan, unit: str, source: _Total, target: _Total, terms: tuple[Term, ...]
) -> Bridge:
    explained = sum((Decimal(term.amount) for term in terms), Decimal(0))
    return Bridge(
        object=object_plan.name,
        measure=measure.name,
        currency=unit,
        source_total=plain(source.amount),
        source_lines=source.texts,
        terms=terms,
        target_total=plain(target.amount),
        target_lines=target.amounts,
        unexplained=plain(Decimal(target.amount or 0) - Decimal(source.amount or 0) - explained),
        unreadable=source.texts - source.amounts + target.texts - target.amounts,
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
        told = tuple((str(code), int(n), plain(part)) for u, s, code, n, part, *_ in reasons if (u, s) == (unit, state))
        examples = tuple(
            Example(record=record, source=plain(value), personal=False)
            for u, s, record, value in shown
            if (u, s) == (unit, state)
        )
        term = Term(name=state, amount=plain(amount), lines=int(count), reasons=told, examples=examples)
        found.setdefault(str(unit), []).append(term)
    return found


_ARRIVED = "state IN ('created', 'updated', 'unchanged', 'folded', 'merged')"


def _terms(tables: Relations, name: str, query: str) -> _Terms:
    """The terms of one name, of a query of unit, amount and lines."""
    return {
        str(unit): Term(name=name, amount=plain(amount), lines=int(lines))
        for unit, amount, lines in tables.rows(query)
        if lines
    }


def _duplicates(tables: Relations, lines: str, expected: str) -> _Terms:
    """Amounts of rows that are one record with another row: all but one line that has the record's own amount."""
    return _terms(
        tables,
        "duplicates",
        f"""SELECT l.unit, -sum(l.amount), count(*) FROM (
          SELECT l.*, row_number() OVER (PARTITION BY l.cluster, l.unit, l.amount
                                         ORDER BY l.source, l.row, l.split) AS n
          FROM {lines} l WHERE {_ARRIVED} AND amount IS NOT NULL
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
        f"""SELECT e.unit, sum(e.amount), count(*) FROM {expected} e ANTI JOIN {lines} l
        ON l.cluster = e.cluster AND l.unit = e.unit AND l.amount = e.amount
        WHERE e.amount IS NOT NULL GROUP BY e.unit""",
    )


def _kept(tables: Relations, expected: str) -> _Terms:
    """What the target holds for a reason although our rows say otherwise: a record that it had before us."""
    return _terms(
        tables,
        "kept in the target",
        f"""SELECT told, coalesce(sum(final) FILTER (final_unit = told), 0)
          - coalesce(sum(amount) FILTER (unit = told), 0), count(*)
        FROM (SELECT *, unnest(list_distinct([unit, final_unit])) AS told FROM {expected}
          WHERE final IS DISTINCT FROM amount OR (final IS NOT NULL AND final_unit <> unit)) GROUP BY told""",
    )


def _from_before(tables: Relations, object_name: str, actual: str) -> _Terms:
    """Records that the target held before and that this run did not write: gone from the export and kept, or held."""
    before = tables.scan(BEFORE, object_name)
    return _terms(
        tables,
        "from before",
        f"""SELECT unit, sum(amount), count(amount) FROM {actual} a SEMI JOIN (SELECT __entity FROM {before}) b
        ON b.__entity = a.entity ANTI JOIN {quoted(f"arrived/{object_name}")} r ON r.__entity = a.entity
        GROUP BY unit""",
    )


def _rounding(tables: Relations, expected: str, actual: str) -> _Terms:
    """What the target rounded away: records whose amount has fewer decimals there and differs by less than one unit."""
    scale = r"length(regexp_extract(regexp_replace({0}, '0+$', ''), '\.([0-9]+)$', 1))"
    theirs, ours = scale.format("a.text"), scale.format("e.final_text")
    return _terms(
        tables,
        "rounding",
        f"""SELECT a.unit, sum(a.amount - e.final), count(*) FROM {expected} e JOIN {actual} a USING (entity)
        WHERE a.unit = e.final_unit AND a.amount <> e.final AND contains(e.final_text, '.')
          AND {theirs} < {ours} AND abs(a.amount - e.final) < TRY_CAST('1e-' || {theirs} AS DECIMAL(38, 9))
        GROUP BY a.unit""",
    )
