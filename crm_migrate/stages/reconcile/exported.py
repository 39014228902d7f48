"""The sources as exported: every row of an object with the fields that figures speak of, whatever became of it.

A row that became a record has the values of the record's row; a row that was left out, refused or made to wait is
transformed here by the same functions, as if no rule had stopped it, and so is a row that a person corrected, as it was
before. So a figure of the source does not depend on what the mapping takes over, and what it leaves out is a term with
a reason.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.work import STATUS, holds_work
from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import FieldPlan, KpiPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.deriving import derivable
from crm_migrate.stages.map.batch import unfiltered
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CORRECTED, DISPOSITIONS, EXTRACTED, RECORDS, texts

BATCH = 65_536
Originals = dict[int, dict[str, str]]
# A field may be called `state`: what is no field has underscores.
_ORIGIN = {
    "__source": "__source", "__row": "__row", "__split": "__split", "__key": "__key", "__state": "state",
    "__code": "code", "__rule": "rule", "__cluster": "__cluster",
}  # fmt: skip


def money_fields(object_plan: ObjectPlan) -> list[FieldPlan]:
    """The amounts of an object that have a place in the target."""
    return [f for f in object_plan.of_role("amount") if f.target is not None]


def currency_field(object_plan: ObjectPlan) -> FieldPlan | None:
    """The field that says in which currency the amounts of an object are."""
    return next(iter(object_plan.of_role("currency")), None)


def owner_field(object_plan: ObjectPlan) -> FieldPlan | None:
    """The field that says whose a record is, if the target has a place for it."""
    return next((f for f in object_plan.of_role("owner") if f.target is not None), None)


def status_field(object_plan: ObjectPlan) -> FieldPlan | None:
    """The field that says whether a record is still to be worked on: a stage, or of a task or ticket what is done."""
    work = holds_work(object_plan.name, object_plan.target)
    named = {f.name: f for f in object_plan.fields if f.ref is None}
    return next((named[name] for name in ("stage", *(STATUS if work else ())) if name in named), None)


def consent_fields(object_plan: ObjectPlan) -> list[FieldPlan]:
    """The consents of an object that have a place in the target, and all mailboxes and numbers that they can be of."""
    consents = [f for f in object_plan.of_role("consent") if f.target is not None]
    points = [f for f in object_plan.fields if f.kind.key in ("mailbox", "phone")]
    return [*consents, *(points if consents else ())]


def exported(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """The table of all rows of an object, made once: `__source` ... `__cluster`, `__changed`, the fields as text.

    `__corrected` rows have cells that a person corrected, here as they were before. `__said` is what the row itself
    says of the status: no constant, no default.

    Call after the dispositions are written. Rows of enriching sources are in it as well, with the state `enrichment`.
    """
    name = object_plan.name
    table = quoted(f"exported/{name}")
    if tables.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"exported/{name}"]):
        return table
    fields = _fields(plan, object_plan)
    view = tables.scan(DISPOSITIONS, name)
    origin = ", ".join(f"d.{quoted(column)} AS {alias}" for alias, column in _ORIGIN.items())
    texts_ = ("__changed", "__said", *(f.name for f in fields))
    nulls = ", FALSE AS __corrected" + "".join(f", NULL::VARCHAR AS {quoted(name)}" for name in texts_)
    status = status_field(object_plan)
    tables.execute(f"CREATE TEMP TABLE {table} AS SELECT {origin}{nulls} FROM {view} d WHERE FALSE")
    for source in dict.fromkeys(
        [*(feed.source for feed in object_plan.feeds), *(e.source for e in object_plan.enrich)]
    ):
        spoken = [f for f in fields if source in f.cells]
        records = tables.scan(RECORDS, name, source, also=texts(*(f.name for f in spoken)))
        was = originals(tables, plan, source)
        corrected = f"__row IN ({', '.join(map(str, was or [-1]))})"
        aside = _aside(tables, plan, object_plan, source, spoken, was)
        listed = "".join(f", {quoted(name)}" for name in ("__changed", *(f.name for f in spoken)))
        said = f"a.{quoted(status.name)}" if status is not None and source in status.cells else "NULL::VARCHAR"
        values = f", d.{corrected} AS __corrected, a.__changed, nullif({said}, '') AS __said" + "".join(
            f", {value_of(f, source)} AS {quoted(f.name)}" for f in fields
        )
        tables.execute(
            f"""INSERT INTO {table} WITH a AS (SELECT __row, __split{listed} FROM {records} WHERE NOT {corrected}
              UNION ALL SELECT __row, __split{listed} FROM {aside})
            SELECT {origin}{values} FROM {view} d LEFT JOIN a USING (__row, __split)
            WHERE d.__source = {literal(source)}"""
        )
        tables.execute(f"DROP TABLE {aside}")
    return table


def value_of(field: FieldPlan, source: str) -> str:
    """SQL over `a`: what a row says, and what the mapping says for all rows where it does not.

    Of a reference that is whether there is one: the key that the row names, or a word where the row is the parent, too.
    """
    if field.ref is not None and source in field.ref.same_row:
        return "'same row'"
    if field.constant is not None:
        return literal(field.constant)
    said = f"nullif(a.{quoted(field.name)}, '')" if source in field.cells else "NULL::VARCHAR"
    return said if field.default is None else f"coalesce({said}, {literal(field.default)})"


def _aside(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, source: str, fields: Sequence[FieldPlan], was: Originals
) -> str:
    """Create the table of the values of rows that have a disposition and no record, or were corrected."""
    table = quoted(f"aside/{object_plan.name}/{source}")
    columns = {"__row": "BIGINT", "__split": "INTEGER"} | texts("__changed", *(f.name for f in fields))
    tables.execute(f"CREATE TEMP TABLE {table} ({', '.join(f'{quoted(n)} {kind}' for n, kind in columns.items())})")
    bare = object_plan.model_copy(update={"fields": tuple(fields)})
    for batch in _raw(tables, object_plan, source, was) if fields else ():
        ready = unfiltered(plan, bare, plan.source(source), batch).select(*columns)
        tables.connection.register("ready", ready.to_arrow())
        tables.execute(f"INSERT INTO {table} SELECT * FROM ready")
        tables.connection.unregister("ready")
    return table


def _raw(tables: Relations, object_plan: ObjectPlan, source: str, was: Originals) -> Iterator[pl.DataFrame]:
    """The rows as exported of a source that have a disposition and no record, or were corrected, in batches."""
    name = object_plan.name
    raw = tables.whole(EXTRACTED, source)
    records = tables.scan(RECORDS, name, source)
    view = tables.scan(DISPOSITIONS, name)
    wanted = quoted(f"wanted/{name}/{source}")
    corrected = f" UNION SELECT unnest([{', '.join(map(str, was))}])" if was else ""
    tables.execute(
        f"""CREATE TEMP TABLE {wanted} AS SELECT row, row_number() OVER (ORDER BY row) AS n FROM (
          SELECT DISTINCT d.__row AS row FROM {view} d ANTI JOIN {records} m
          ON m.__row = d.__row AND m.__split = d.__split WHERE d.__source = {literal(source)}{corrected})"""
    )
    # Batch by batch, because the connection inserts in between.
    for start in range(1, tables.count(wanted) + 1, BATCH):
        query = f"""SELECT r.* FROM {raw} r SEMI JOIN (
          SELECT row FROM {wanted} WHERE n >= {start} AND n < {start + BATCH}) w ON w.row = r.__row ORDER BY __row"""
        for batch in tables.connection.sql(query).to_arrow_table().combine_chunks().to_batches():
            yield _as_exported(pl.DataFrame(batch), was)
    tables.execute(f"DROP TABLE {wanted}")


def originals(tables: Relations, plan: Plan, source: str) -> Originals:
    """What stood in the cells that people corrected: row -> column -> text."""
    found: Originals = {}
    if plan.corrections.get(source):
        for row, column, was in tables.rows(f"SELECT __row, name, was FROM {tables.scan(CORRECTED, source)}"):
            found.setdefault(int(row), {})[str(column)] = str(was or "")
    return found


def _as_exported(batch: pl.DataFrame, was: Originals) -> pl.DataFrame:
    """A batch with the corrected cells as they stood in the export."""
    for at in batch[ROW].is_in(list(was)).arg_true().to_list():
        for column, text in was[batch[ROW][at]].items():
            batch[at, column] = text or None
    return batch


# ------------------------------------------------------------------------------------------- what figures speak of


def _fields(plan: Plan, object_plan: ObjectPlan) -> list[FieldPlan]:
    """Amounts, their currency and day, owner, consent, mailboxes, status, and what the key figures of the object need.

    In the order of the mapping.
    """
    wanted = {f.name for f in (*money_fields(object_plan), *consent_fields(object_plan))}
    wanted |= {
        f.name
        for f in (currency_field(object_plan), owner_field(object_plan), status_field(object_plan))
        if f is not None
    }
    if plan.money.rate_on:
        wanted |= {plan.money.rate_on}
    figures = [kpi for kpi in plan.reconcile.kpis if kpi.object == object_plan.name]
    spoken = {name for kpi in figures for name in names_of(kpi)}
    wanted |= {base for name in spoken for base in _bases(plan, object_plan, name)}
    return [f for f in object_plan.fields if f.name in (wanted if f.ref is None else spoken)]


def names_of(kpi: KpiPlan) -> set[str]:
    """Every field, own or derived, that a figure speaks of."""
    spoken = [text for text in (kpi.where, kpi.sum) if text]
    return {*kpi.by, *(name.name for text in spoken for name in parse(text).names())}


def _bases(plan: Plan, object_plan: ObjectPlan, name: str) -> Iterator[str]:
    """The fields of the mapping that a field, own or derived, is made of."""
    yield name
    for derived in derivable(plan, object_plan):
        if derived.name == name:
            yield from ("amount", "currency") if name == IN_REPORT_CURRENCY else (derived.of,)
