"""Amount bridges: source total + terms (what was left out, each for a reason) + unexplained = target total.

Every source row has its amount *as transformed*: rows that were set aside before the transform are transformed here,
by the same pure steps. Sums are DECIMAL(38, 9); an amount that does not fit exactly counts as unreadable and blocks.
"""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl
import pyarrow as pa

from crm_migrate.mapping.plan import CellPlan, FieldPlan, ObjectPlan, Plan
from crm_migrate.stages.reconciling.columns import CELLS, COMPLETE, DISPOSITIONS, IDS, RECORDS, texts
from crm_migrate.stages.reconciling.database import Tables, literal, quote
from crm_migrate.stages.reconciling.examples import EXAMPLES
from crm_migrate.stages.transform import blank_to_null, transform_cell
from crm_migrate.workspace.figures import Bridge, Example, Term

EXACT = r"'^[+-]?[0-9]{1,28}(\.[0-9]{1,9}0*)?$'"
LEFT_OUT = ("absent", "excluded", "held", "rejected", "failed", "unexplained")
BATCH = 65_536


def bridges(tables: Tables, plan: Plan, object_plan: ObjectPlan) -> tuple[Bridge, ...]:
    """One bridge per amount field and currency of an object. Call after the dispositions are written."""
    currency = next((f for f in object_plan.fields if f.type == "currency"), None)
    measures = [f for f in object_plan.fields if f.type == "money" and f.target is not None]
    found: list[Bridge] = []
    for measure in measures:
        lines = _source_lines(tables, plan, object_plan, measure, currency)
        expected = _expected_lines(tables, object_plan, measure, currency)
        actual = _actual_lines(tables, object_plan, measure, currency)
        for unit in _units(tables, lines, expected, actual):
            found.append(_bridge(tables, object_plan, measure, unit, lines, expected, actual))
    return tuple(found)


def _source_lines(
    tables: Tables, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of all source rows with amount, unit, state and cluster."""
    name = object_plan.name
    table = quote(f"amounts/{name}/{measure.name}")
    view = tables.view(DISPOSITIONS, "reconcile", name, "dispositions")
    fed = [feed.source for feed in object_plan.feeds if feed.source in measure.cells]
    tables.execute(
        f"CREATE TEMP TABLE {table} (source VARCHAR, row BIGINT, split INTEGER, key VARCHAR, state VARCHAR, "
        "cluster BIGINT, text VARCHAR, unit VARCHAR, amount DECIMAL(38, 9))"
    )
    for source in fed:
        unit = "''" if currency is None else _text_or_constant(currency, source)
        fields = [measure.name, *([currency.name] if currency is not None else [])]
        records = tables.view(RECORDS | texts(*fields), "map", name, source, "records")
        aside = _replayed_aside(tables, plan, object_plan, source, measure, currency)
        tables.execute(
            f"""INSERT INTO {table}
            WITH a AS (SELECT __row, __split, {quote(measure.name)} AS text, {unit} AS unit FROM {records}
                       UNION ALL SELECT row, split, text, unit FROM {aside})
            SELECT d.__source, d.__row, d.__split, d.__key, d.state, d.__cluster, nullif(a.text, ''),
                   coalesce(a.unit, ''), CASE WHEN regexp_matches(a.text, {EXACT}) THEN a.text::DECIMAL(38, 9) END
            FROM {view} d LEFT JOIN a USING (__row, __split) WHERE d.__source = {literal(source)}"""
        )
        tables.execute(f"DROP TABLE {aside}")
        _mark_unreadable(tables, name, source, measure, table)
    return table


def _text_or_constant(field: FieldPlan, source: str) -> str:
    if source in field.cells:
        return quote(field.name)
    return literal(field.constant or field.default or "")


def _mark_unreadable(tables: Tables, name: str, source: str, measure: FieldPlan, table: str) -> None:
    """A cell that was cleared because it could not be read still has its text, and no amount."""
    cells = tables.view(CELLS, "map", name, source, "cells")
    tables.execute(
        f"""UPDATE {table} SET text = c.before FROM (SELECT __row, __split, min(before) AS before FROM {cells}
        WHERE field = {literal(measure.name)} AND (after IS NULL OR NOT regexp_matches(after, {EXACT}))
        GROUP BY __row, __split) c
        WHERE source = {literal(source)} AND row = c.__row AND split = c.__split AND amount IS NULL"""
    )


# ------------------------------------------------------------------------------- amounts of rows that were set aside


def _replayed_aside(
    tables: Tables, plan: Plan, object_plan: ObjectPlan, source: str, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of amounts of the rows that have no record: the same steps on their raw cells."""
    table = quote(f"aside/{object_plan.name}/{measure.name}/{source}")
    tables.execute(f"CREATE TEMP TABLE {table} (row BIGINT, split INTEGER, text VARCHAR, unit VARCHAR)")
    constant = (currency.constant or currency.default or "") if currency is not None else ""
    unit = currency.cells.get(source) if currency is not None else None
    for batch in _raw_aside(tables, object_plan, source, (measure.cells[source], unit)):
        frame = pl.DataFrame(batch)
        amounts = _cleaned(frame["amount"], measure.cells[source], plan, source)
        units = _cleaned(frame["unit"], unit, plan, source) if unit else pl.Series([constant] * len(frame))
        ready = pl.DataFrame([frame["row"], frame["split"], amounts.alias("text"), units.alias("unit")])
        tables.connection.register("ready", ready.to_arrow())
        tables.execute(f"INSERT INTO {table} SELECT * FROM ready")
        tables.connection.unregister("ready")
    return table


def _raw_aside(
    tables: Tables, object_plan: ObjectPlan, source: str, cells: tuple[CellPlan, CellPlan | None]
) -> Iterator[pa.RecordBatch]:
    """Raw amount and unit of every row of a source that has a disposition but no record."""
    name = object_plan.name
    columns = [cell.column if cell is not None else None for cell in cells]
    raw = tables.view({"__row": "BIGINT"} | texts(*(c for c in columns if c)), "extract", source, "records")
    records = tables.view(RECORDS, "map", name, source, "records")
    view = tables.view(DISPOSITIONS, "reconcile", name, "dispositions")
    amount, unit = (f"r.{quote(c)}" if c else "NULL::VARCHAR" for c in columns)
    query = f"""SELECT d.__row AS row, d.__split AS split, {amount} AS amount, {unit} AS unit
    FROM {view} d JOIN {raw} r USING (__row) ANTI JOIN {records} m ON m.__row = d.__row AND m.__split = d.__split
    WHERE d.__source = {literal(source)}"""
    # Four narrow columns of rows that were set aside: read at once, because the connection inserts in between.
    yield from tables.connection.sql(query).to_arrow_table().to_batches(BATCH)


def _cleaned(raw: pl.Series, cell: CellPlan, plan: Plan, source: str) -> pl.Series:
    text = raw.cast(pl.String)
    value = blank_to_null(text)
    for trace in transform_cell(text, cell, plan, plan.source(source)):
        value = trace.frame["value"]
    return value


# -------------------------------------------------------------------------------------------- expected and actual


def _expected_lines(tables: Tables, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None) -> str:
    """Create the table of amounts of the completed records that arrived: cluster, entity, unit, amount."""
    name = object_plan.name
    table = quote(f"expected/{name}/{measure.name}")
    unit = "''" if currency is None else f"coalesce(c.{quote(currency.name)}, '')"
    fields = texts(measure.name, *([currency.name] if currency else []))
    complete = tables.view(COMPLETE | fields, "complete", name, "entities")
    side = quote(f"expected/{name}")
    final = f"x.{quote(str(measure.target))}"
    final_unit = unit if currency is None or currency.target is None else f"coalesce(x.{quote(currency.target)}, '')"
    cell = f"c.{quote(measure.name)}"
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT c.__cluster AS cluster, x.__entity AS entity, {unit} AS unit, {cell} AS text, {_exact(cell)} AS amount,
          {final_unit} AS final_unit, {final} AS final_text, {_exact(final)} AS final
        FROM {side} x JOIN {complete} c ON c.__cluster = x.__cluster"""
    )
    return table


def _exact(cell: str) -> str:
    """The exact amount of a text; null where it is none, or has more decimals than a sum can hold."""
    return f"CASE WHEN regexp_matches({cell}, {EXACT}) THEN {cell}::DECIMAL(38, 9) END"


def _actual_lines(tables: Tables, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None) -> str:
    """Create the table of amounts of every record in the target that carries a key of ours."""
    name = object_plan.name
    table = quote(f"actual/{name}/{measure.name}")
    raw = tables.view({"target_id": "VARCHAR", "__entity": "VARCHAR"}, "validate", name, "actual")
    there = set(tables.columns(raw))
    cell = f"nullif({quote(str(measure.target))}::VARCHAR, '')" if measure.target in there else "NULL::VARCHAR"
    own_unit = currency is not None and currency.target in there
    unit = f"coalesce({quote(str(currency.target))}::VARCHAR, '')" if own_unit and currency is not None else "''"
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS SELECT __entity AS entity, {unit} AS unit, {cell} AS text,
        CASE WHEN regexp_matches({cell}, {EXACT}) THEN {cell}::DECIMAL(38, 9) END AS amount
        FROM {raw} WHERE __entity IS NOT NULL"""
    )
    if not own_unit:
        known = f"SELECT entity, min(unit) AS unit FROM {quote(f'expected/{name}/{measure.name}')} GROUP BY entity"
        tables.execute(f"UPDATE {table} SET unit = e.unit FROM ({known}) e WHERE e.entity = {table}.entity")
    return table


def _units(tables: Tables, *amounts: str) -> list[str]:
    union = " UNION ".join(f"SELECT unit FROM {table} WHERE text IS NOT NULL" for table in amounts)
    return [str(row[0]) for row in tables.rows(f"SELECT unit FROM ({union}) ORDER BY unit")]


# ------------------------------------------------------------------------------------------------------ the bridge


def _bridge(
    tables: Tables, object_plan: ObjectPlan, measure: FieldPlan, unit: str, lines: str, expected: str, actual: str
) -> Bridge:
    total, count, unreadable = tables.one(
        f"SELECT sum(amount), count(text), count(text) - count(amount) FROM {lines} WHERE unit = ?", [unit]
    )
    got, got_count, got_unreadable = tables.one(
        f"SELECT sum(amount), count(amount), count(text) - count(amount) FROM {actual} WHERE unit = ?", [unit]
    )
    terms = [
        *(_left_out(tables, lines, unit, state) for state in LEFT_OUT),
        _duplicates(tables, lines, expected, unit),
        _set_by_rule(tables, measure, lines, expected, unit),
        _kept(tables, expected, unit),
        _from_before(tables, object_plan.name, actual, unit),
        _rounding(tables, expected, actual, unit),
    ]
    shown = tuple(term for term in terms if term is not None and term.lines)
    target = Decimal(got or 0)
    rest = target - Decimal(total or 0) - sum((Decimal(term.amount) for term in shown), Decimal(0))
    return Bridge(
        object=object_plan.name,
        measure=measure.name,
        currency=unit,
        source_total=plain(total),
        source_lines=count,
        terms=shown,
        target_total=plain(got),
        target_lines=got_count,
        unexplained=plain(rest),
        unreadable=unreadable + got_unreadable,
    )


def plain(amount: Decimal | None) -> str:
    """A plain decimal text with at least two decimals and no needless zeros beyond."""
    text = format(Decimal(amount or 0), "f")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}" if Decimal(text) else "0.00"


def _left_out(tables: Tables, lines: str, unit: str, state: str) -> Term | None:
    """Rows that ended in one state, with their amount; rows without any state explain nothing."""
    if state == "unexplained":
        return None
    amount, count = tables.one(
        f"SELECT -sum(amount), count(amount) FROM {lines} WHERE unit = ? AND state = ?", [unit, state]
    )
    shown = tables.rows(
        f"SELECT source || ':' || coalesce(key, row::VARCHAR), amount FROM {lines} WHERE unit = ? AND state = ? "
        f"AND amount IS NOT NULL ORDER BY abs(amount) DESC, source, row, split LIMIT {EXAMPLES}",
        [unit, state],
    )
    examples = tuple(Example(record=record, source=plain(value), personal=False) for record, value in shown)
    return Term(name=state, amount=plain(amount), lines=count, examples=examples)


_ARRIVED = "state IN ('created', 'updated', 'unchanged', 'folded', 'merged')"


def _duplicates(tables: Tables, lines: str, expected: str, unit: str) -> Term:
    """Amounts of rows that are one record with another row: all but one line that has the record's own amount."""
    amount, count = tables.one(
        f"""SELECT -sum(l.amount), count(*) FROM (
          SELECT l.*, row_number() OVER (PARTITION BY l.cluster, l.unit, l.amount
                                         ORDER BY l.source, l.row, l.split) AS n
          FROM {lines} l WHERE {_ARRIVED} AND unit = $unit AND amount IS NOT NULL
            AND cluster IN (SELECT cluster FROM {lines} GROUP BY cluster HAVING count(*) > 1)) l
        LEFT JOIN {expected} e ON e.cluster = l.cluster AND e.unit = l.unit AND e.amount = l.amount
        WHERE e.cluster IS NULL OR l.n > 1""".replace("$unit", literal(unit))
    )
    return Term(name="duplicates", amount=plain(amount), lines=count)


def _set_by_rule(tables: Tables, measure: FieldPlan, lines: str, expected: str, unit: str) -> Term | None:
    """Amounts that no row of the record has: a constant, a default or a case of the mapping."""
    if not (measure.constant or measure.default or measure.default_from or measure.case):
        return None
    amount, count = tables.one(
        f"""SELECT sum(e.amount), count(*) FROM {expected} e ANTI JOIN {lines} l
        ON l.cluster = e.cluster AND l.unit = e.unit AND l.amount = e.amount
        WHERE e.unit = ? AND e.amount IS NOT NULL""",
        [unit],
    )
    return Term(name="set by rule", amount=plain(amount), lines=count)


def _kept(tables: Tables, expected: str, unit: str) -> Term:
    """What the target holds for a reason although our rows say otherwise: a record that it had before us."""
    amount, count = tables.one(
        f"""SELECT coalesce(sum(final) FILTER (final_unit = $unit), 0) - coalesce(sum(amount) FILTER (unit = $unit), 0),
        count(*) FROM {expected} WHERE (unit = $unit OR final_unit = $unit)
        AND (final IS DISTINCT FROM amount OR (final IS NOT NULL AND final_unit <> unit))""".replace(
            "$unit", literal(unit)
        )
    )
    return Term(name="kept in the target", amount=plain(amount), lines=count)


def _from_before(tables: Tables, object_name: str, actual: str, unit: str) -> Term:
    """Records that the target held before and that this run did not write: gone from the export and kept, or held."""
    before = tables.view(IDS, "load", object_name, "before")
    amount, count = tables.one(
        f"""SELECT sum(amount), count(amount) FROM {actual} a SEMI JOIN (SELECT __entity FROM {before}) b
        ON b.__entity = a.entity ANTI JOIN {quote(f"arrived/{object_name}")} r ON r.__entity = a.entity
        WHERE unit = ?""",
        [unit],
    )
    return Term(name="from before", amount=plain(amount), lines=count)


def _rounding(tables: Tables, expected: str, actual: str, unit: str) -> Term:
    """What the target rounded away: records whose amount has fewer decimals there and differs by less than one unit."""
    scale = r"length(regexp_extract(regexp_replace({0}, '0+$', ''), '\.([0-9]+)$', 1))"
    theirs, ours = scale.format("a.text"), scale.format("e.final_text")
    amount, count = tables.one(
        f"""SELECT sum(a.amount - e.final), count(*) FROM {expected} e JOIN {actual} a USING (entity)
        WHERE e.final_unit = ? AND a.unit = e.final_unit AND a.amount <> e.final AND contains(e.final_text, '.')
          AND {theirs} < {ours} AND abs(a.amount - e.final) < TRY_CAST('1e-' || {theirs} AS DECIMAL(38, 9))""",
        [unit],
    )
    return Term(name="rounding", amount=plain(amount), lines=count)
