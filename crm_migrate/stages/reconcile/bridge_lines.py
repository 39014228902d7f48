"""The lines that a bridge is made of: what source rows say, what is expected of records, what the target has.

Each is a table with text, amount, unit and the day whose rate counts; what is no exact amount has a text and no amount.
`unrated` tells an amount without a rate on its day, in the report's currency, from one that cannot be read.
"""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.bridge_tables import actual_of, amounts_of, expected_of, in_report
from crm_migrate.stages.reconcile.exported import exported, originals, value_of
from crm_migrate.stages.reconcile.keeping import is_kept, with_kept
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, CELLS, COMPLETED, RECORDS, THEIRS, texts

EXACT = r"'^[+-]?[0-9]{1,28}(\.[0-9]{1,9}0*)?$'"
ARRIVED = "state IN ('created', 'updated', 'unchanged', 'folded', 'merged')"


def source_lines(
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
        f"""CREATE TEMP TABLE {table} AS
        SELECT *, text AS was_text, unit AS was_unit, amount AS was_amount, day AS was_day, FALSE AS unrated
        FROM (
          SELECT __source AS source, __row AS row, __split AS split, __key AS key,
            __state AS state, __code AS code, __rule AS rule, __cluster AS cluster, __corrected AS corrected,
            {text} AS text, {_unit(currency, "")} AS unit, {exact(text)} AS amount, {_day(plan, object_plan)} AS day
          FROM {source_rows} WHERE __source IN ({", ".join(map(literal, fed)) or "''"}))"""
    )
    for source in fed:
        _correct(tables, plan, object_plan, source, (measure, currency), table)
        _mark_unreadable(tables, name, source, measure, table)
    return table


def _correct(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, source: str, fields: tuple[FieldPlan, FieldPlan | None],
    table: str,
) -> None:  # fmt: skip
    """Lines that arrived have what a person made of their cells; what the export says stays beside it as `was_...`."""
    rows = originals(tables, plan, source)
    if not rows:
        return
    (measure, currency), on = fields, _dated(plan, object_plan)
    told = [field for field in (measure, currency, on) if field is not None]
    records = tables.scan(RECORDS, object_plan.name, source, also=texts(*(f.name for f in told if source in f.cells)))
    cells = ", ".join(f"{value_of(field, source)} AS {quoted(field.name)}" for field in told)
    tables.execute(
        f"""UPDATE {table} SET text = n.{quoted(measure.name)}, unit = {_unit(currency, "n.")},
          amount = {exact(f"n.{quoted(measure.name)}")},
          day = {_day(plan, object_plan, f"n.{quoted(on.name)}" if on else None)}
        FROM (SELECT a.__row, a.__split, {cells} FROM {records} a) n
        WHERE source = {literal(source)} AND row = n.__row AND split = n.__split
          AND row IN ({", ".join(map(str, rows))}) AND {ARRIVED}"""
    )


def _dated(plan: Plan, object_plan: ObjectPlan) -> FieldPlan | None:
    """The field whose day says which rate counts, if the mapping names one."""
    return next((f for f in object_plan.fields if f.name == plan.money.rate_on), None)


def _unit(currency: FieldPlan | None, alias: str) -> str:
    return "''" if currency is None else f"coalesce({alias}{quoted(currency.name)}, '')"


def _day(plan: Plan, object_plan: ObjectPlan, cell: str | None = None) -> str:
    """The day whose rate counts for a line: its own, or that of the whole run where the mapping names no field."""
    on = _dated(plan, object_plan)
    if on is None:
        return f"DATE {literal(plan.as_of or '9999-12-31')}"
    return f"TRY_CAST({quoted(on.name) if cell is None else cell} AS DATE)"


def _mark_unreadable(tables: Relations, name: str, source: str, measure: FieldPlan, table: str) -> None:
    """A cell that was cleared because it could not be read still has its text, and no amount; exported was that, too.

    Of a corrected row `was_text` is known, and it is as it was exported where it did not arrive.
    """
    cells = tables.scan(CELLS, name, source)
    tables.execute(
        f"""UPDATE {table} SET text = c.before, was_text = CASE WHEN corrected THEN was_text ELSE c.before END
        FROM (SELECT __row, __split, min(before) AS before FROM {cells}
        WHERE field = {literal(measure.name)} AND (after IS NULL OR NOT regexp_matches(after, {EXACT}))
        GROUP BY __row, __split) c
        WHERE source = {literal(source)} AND row = c.__row AND split = c.__split AND amount IS NULL
          AND (NOT corrected OR {ARRIVED})"""
    )


def expected_lines(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of amounts of the completed records that arrived: cluster, entity, unit, amount; as `final_...`
    what was sent or is kept from before us, as `held_...` the same with what was emptied in the sources since it was
    sent, as `now_...` with what users edited in the target, all of them where it stands there still."""
    name = object_plan.name
    table = expected_of(object_plan, measure)
    on = _dated(plan, object_plan)
    told = [f for f in (measure, currency, on) if f is not None]
    complete = tables.scan(COMPLETED, name, also=texts(*(f.name for f in told)))
    theirs = tables.scan(ACTUAL, name, also=texts(*(str(f.target) for f in told if f.target is not None)))
    cell = f"c.{quoted(measure.name)}"
    states = ", ".join(
        f"{_unit_of(currency, whys)} AS {state}_unit, {_cell_of(measure, whys)} AS {state}_text, "
        f"{exact(_cell_of(measure, whys))} AS {state}, {_day_of(plan, object_plan, on, whys)} AS {state}_day"
        for state, whys in (("final", _FINAL), ("held", _HELD), ("now", _NOW))
    )
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT c.__cluster AS cluster, x.__entity AS entity, {_unit(currency, "c.")} AS unit, {cell} AS text,
          {exact(cell)} AS amount, {_day(plan, object_plan, f"c.{quoted(on.name)}" if on else None)} AS day,
          FALSE AS unrated, {states}
        FROM {quoted(f"expected/{name}")} x JOIN {complete} c ON c.__cluster = x.__cluster
        {with_kept(object_plan, "x.__entity")} LEFT JOIN {theirs} t ON t.target_id = k.target_id"""
    )
    return table


_FINAL, _HELD, _NOW = ("filled",), ("filled", "emptied"), ("filled", "emptied", "edited")  # whose cells are theirs


def _cell_of(field: FieldPlan, whys: tuple[str, ...]) -> str:
    """What was sent, or what the target keeps for these reasons."""
    target = quoted(str(field.target))
    return f"(CASE WHEN {is_kept(str(field.target), *whys)} THEN nullif(t.{target}, '') ELSE x.{target} END)"


def _unit_of(currency: FieldPlan | None, whys: tuple[str, ...]) -> str:
    if currency is None or currency.target is None:
        return _unit(currency, "c.")
    return f"coalesce({_cell_of(currency, whys)}, '')"


def _day_of(plan: Plan, object_plan: ObjectPlan, on: FieldPlan | None, whys: tuple[str, ...]) -> str:
    if on is None:
        return _day(plan, object_plan)
    return _day(plan, object_plan, f"c.{quoted(on.name)}" if on.target is None else _cell_of(on, whys))


def exact(cell: str) -> str:
    """The exact amount of a text; null where it is none, or has more decimals than a sum can hold."""
    return f"CASE WHEN regexp_matches({cell}, {EXACT}) THEN {cell}::DECIMAL(38, 9) END"


def actual_lines(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan, currency: FieldPlan | None
) -> str:
    """Create the table of amounts of every record in the target that carries a key of ours; what the plan read there
    before this load stands beside it as `stood_...`."""
    name = object_plan.name
    table = actual_of(object_plan, measure)
    raw = tables.whole(ACTUAL, name)
    there = set(tables.kinds(raw))
    cell = f"nullif({quoted(str(measure.target))}::VARCHAR, '')" if measure.target in there else "NULL::VARCHAR"
    own_unit = currency is not None and currency.target in there
    unit = f"coalesce({quoted(str(currency.target))}::VARCHAR, '')" if own_unit and currency is not None else "''"
    on = _dated(plan, object_plan)
    dated = on is not None and on.target in there
    day = _day(plan, object_plan, f"{quoted(str(on.target))}::VARCHAR" if on and dated else "NULL")
    columns = f"target_id, __entity AS entity, {unit} AS unit, {cell} AS text, {exact(cell)} AS amount, {day} AS day"
    fields = [str(f.target) for f in (measure, currency, on) if f is not None and f.target in there]
    theirs = tables.scan(THEIRS, name, also=texts(*fields))
    stood = ", ".join(f"b.{each} AS stood_{each}" for each in ("unit", "text", "amount", "day"))
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS SELECT a.* EXCLUDE (target_id), FALSE AS unrated, {stood}
        FROM (SELECT {columns} FROM {raw} WHERE __entity IS NOT NULL) a
        LEFT JOIN (SELECT {columns} FROM {theirs}) b USING (target_id)"""
    )
    if on is not None and not dated:
        told = f"SELECT entity, min(final_day) AS day FROM {expected_of(object_plan, measure)} GROUP BY entity"
        tables.execute(
            f"UPDATE {table} SET day = e.day, stood_day = e.day FROM ({told}) e WHERE e.entity = {table}.entity"
        )
    if not own_unit:
        known = f"SELECT entity, min(unit) AS unit FROM {expected_of(object_plan, measure)} GROUP BY entity"
        tables.execute(
            f"UPDATE {table} SET unit = e.unit, stood_unit = e.unit FROM ({known}) e WHERE e.entity = {table}.entity"
        )
    return table


def converted(tables: Relations, table: str, amounts: list[tuple[str, str, str]], unit: str) -> str:
    """A copy of a table with each amount, of its unit and day, in the report's currency; `rates` is there.

    Of the first of the amounts `unrated` says that it can be read and has no rate.
    """
    name = in_report(table)
    cells, joins = [f"t.{amounts[0][0]} IS NOT NULL AND r0.rate IS NULL AS unrated"], []
    for number, (amount, own, dated) in enumerate(amounts):
        day = f"CASE WHEN t.{own} = {literal(unit)} THEN DATE '9999-12-31' ELSE t.{dated} END"
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
