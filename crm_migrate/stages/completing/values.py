"""Values of the merged record: constants, conditions, defaults, what it inherits, and the derived fields."""

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa

from crm_migrate.crm.types import TYPES, Storage
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import FieldPlan, MoneyPlan, ObjectPlan, Plan
from crm_migrate.stages.completing.query import Query, Sql
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import literal, quoted

DERIVED: dict[str, Storage] = {
    "is_open": "boolean",
    "is_won": "boolean",
    "close_month": "text",
    "amount_in_report_currency": "decimal",
}
IN_REPORT_CURRENCY = "amount_in_report_currency"
_WON, _LOST = ("closedwon", "won"), ("closedlost", "lost")


def resolver(each: ObjectPlan, alias: str = "q") -> Callable[[Name], Column]:
    """Where the names of an expression over a record are: its fields and the derived ones."""
    storage: dict[str, Storage] = DERIVED | {field.name: TYPES[field.type].storage for field in each.fields}

    def column(name: Name) -> Column:
        return Column(f"{alias}.{quoted(name.name)}", storage[name.name])

    return column


def merged(work: Relations, each: ObjectPlan) -> Query:
    """The records as `dedupe` left them."""
    columns = {"__cluster": "BIGINT", "__trust": "INTEGER", "__changed": "VARCHAR", "members": "INTEGER"}
    fields = {field.name: "VARCHAR" if field.ref is None else "BIGINT" for field in each.fields}
    cells = {"__cluster": "__cluster", "__trust": "__trust", "__changed": "__changed", "__members": "members"}
    cells |= {name: quoted(name) for name in fields}
    listed = ", ".join(f"{cell} AS {quoted(name)}" for name, cell in cells.items())
    return Query(f"SELECT {listed} FROM {work.scan(columns | fields, 'dedupe', each.name, 'merged')}", tuple(cells))


def filled(query: Query, each: ObjectPlan) -> Query:
    """Constants always, then `case:`, then defaults for empty cells; field by field as the mapping lists them."""
    column = resolver(each)
    for field in each.fields:
        name = quoted(field.name)
        if field.constant is not None:
            query = query.with_columns({field.name: Sql("?::VARCHAR", (field.constant,))})
        if field.case:
            query = query.with_columns({field.name: _case(field, column)})
        if field.default is not None:
            query = query.with_columns({field.name: Sql(f"coalesce(q.{name}, ?)", (field.default,))})
    return query


def _case(field: FieldPlan, column: Callable[[Name], Column]) -> Sql:
    """The first branch that holds; a branch that writes nothing, and no branch, leave what the sources say."""
    own, text = f"q.{quoted(field.name)}", "CASE"
    bound: tuple[str, ...] = ()
    for branch in field.case:
        then = Sql(own) if branch.then is None else _written(branch.then, column)
        if branch.when is None:
            return Sql(f"{text} ELSE {then.text} END" if bound else then.text, bound + then.bound)
        when = parse(branch.when).condition(column)
        text += f" WHEN {when.sql} THEN {then.text}"
        bound += when.params + then.bound
    return Sql(f"{text} ELSE {own} END", bound)


def _written(text: str, column: Callable[[Name], Column]) -> Sql:
    """`then:` is a value as it stands, or an expression behind `=`."""
    if text.startswith("="):
        value = parse(text[1:]).value(column)
        return Sql(value.sql, value.params)
    return Sql("?::VARCHAR", (text,))


def inherited(work: Relations, plan: Plan, query: Query, each: ObjectPlan) -> Query:
    """`default_from: company.owner`: the value of the parent as it was completed, where the own cell is empty."""
    for field in (field for field in each.fields if field.default_from):
        reference, _, wanted = (field.default_from or "").partition(".")
        target = each.field(reference).ref
        assert target is not None
        parent = inheritance(work, plan.object(target.object), wanted)
        query = query.with_columns(
            {field.name: Sql(f"coalesce(q.{quoted(field.name)}, p.value)")},
            f" LEFT JOIN {parent} p ON p.cluster = q.{quoted(reference)}",
        )
    return query


def inheritance(work: Relations, parent: ObjectPlan, wanted: str) -> str:
    """Relation (`cluster`, `value`) of a field of a parent: completed where that was done already, else as merged."""
    table = f"inherit/{parent.name}/{wanted}"
    if work.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]):
        return quoted(table)
    columns = {"__cluster": "BIGINT", wanted: "VARCHAR"}
    scan = work.scan(columns, "dedupe", parent.name, "merged")
    return f"(SELECT __cluster AS cluster, {quoted(wanted)} AS value FROM {scan})"


def leave_inheritance(work: Relations, plan: Plan, query: Query, each: ObjectPlan) -> None:
    """Keep the completed values of the fields that children inherit."""
    for wanted in sorted(_inherited_from(plan, each)):
        work.execute(
            f"CREATE TABLE {quoted(f'inherit/{each.name}/{wanted}')} AS SELECT __cluster AS cluster,"
            f" {quoted(wanted)} AS value"
            f" FROM ({query.text}) WHERE {quoted(wanted)} IS NOT NULL",
            query.bound,
        )


def _inherited_from(plan: Plan, parent: ObjectPlan) -> set[str]:
    found = set()
    for child in plan.objects:
        for field in child.fields:
            reference, _, wanted = (field.default_from or "").partition(".")
            ref = child.field(reference).ref if reference else None
            if ref is not None and ref.object == parent.name:
                found.add(wanted)
    return found


def derived(plan: Plan, query: Query, each: ObjectPlan) -> Query:
    """`is_open`, `is_won`, `close_month`, `amount_in_report_currency`, and `__rate_missing`."""
    names = {field.name for field in each.fields}
    cells: dict[str, Sql] = {}
    if "stage" in names:
        stage = "regexp_replace(lower(coalesce(q.stage, '')), '[^a-z]', '', 'g')"
        won, lost = (", ".join(map(literal, words)) for words in (_WON, _LOST))
        cells["is_won"] = Sql(f"CASE WHEN {stage} IN ({won}) THEN 'true' ELSE 'false' END")
        cells["is_open"] = Sql(f"CASE WHEN {stage} IN ({won}, {lost}) THEN 'false' ELSE 'true' END")
    if "close_date" in names:
        cells["close_month"] = Sql("left(q.close_date, 7)")
    query = query.with_columns(cells) if cells else query
    if {"amount", "currency"} <= names and plan.money.report_in:
        return _converted(plan, query, names)
    return query


def create_rates(work: Relations, money: MoneyPlan) -> None:
    """Table `rates` (`currency`, `day`, `rate`); the currency of the report is worth one at any time."""
    own = [(money.report_in, "0001-01-01", "1")] if money.report_in else []
    listed = sorted({*own, *money.rates})
    columns = list(zip(*listed, strict=True)) or [(), (), ()]
    arrays = [
        pa.array(columns[0], pa.string()),
        pa.array(columns[1], pa.string()),
        pa.array([Decimal(rate) for rate in columns[2]], pa.decimal128(20, 9)),
    ]
    work.connection.register("rate_lines", pa.table(arrays, names=["currency", "day", "rate"]))
    work.execute(
        "CREATE TABLE rates AS SELECT currency, coalesce(TRY_CAST(day AS DATE), DATE '0001-01-01') AS day,"
        " rate FROM rate_lines"
    )
    work.connection.unregister("rate_lines")


def _converted(plan: Plan, query: Query, names: set[str]) -> Query:
    """The amount at the newest rate known on its day, rounded half up to cents; without its day there is no rate."""
    on = plan.money.rate_on if plan.money.rate_on in names else None
    day = f"TRY_CAST(q.{quoted(on)} AS DATE)" if on else f"DATE {literal(plan.as_of or '9999-12-31')}"
    dated = query.with_columns(
        {"__day": Sql(f"CASE WHEN q.currency = ? THEN DATE '9999-12-31' ELSE {day} END", (plan.money.report_in or "",))}
    )
    amount = "TRY_CAST(q.amount AS DECIMAL(26, 6))"
    cells = {
        IN_REPORT_CURRENCY: Sql(
            f"CAST(round(CAST({amount} * r.rate AS DECIMAL(38, 10)), 2) AS DECIMAL(38, 2))::VARCHAR"
        ),
        "__rate_missing": Sql("q.amount IS NOT NULL AND r.rate IS NULL"),
    }
    return dated.with_columns(cells, " ASOF LEFT JOIN rates r ON r.currency = q.currency AND r.day <= q.__day")
