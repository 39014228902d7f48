"""Every record behind every exception, in one table of the run: figures have at most 50 examples of each cause."""

from collections.abc import Sequence

import pyarrow as pa

from crm_migrate.quoting import literal
from crm_migrate.workspace.figures import ExceptionGroup
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXCEPTIONS

TABLE = "listed_"
RECORD = "__source || ':' || coalesce(nullif(__key, ''), 'row ' || __row)"  # SQL: what a row is called
PLACE = ("object", "code", "source", "field", "rule", "state")  # what tells one cause from another


def start(tables: Relations) -> None:
    """An empty list."""
    kinds = {**EXCEPTIONS.columns, "amount": "DECIMAL(38, 9)", "who": "VARCHAR", "settled": "BOOLEAN"}
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} ({columns})")


def line(source: str, row: str, split: str) -> str:
    """SQL: the name of a row that no record can have."""
    return f"'#' || {source} || ' ' || {row} || '.' || {split}"


def add(tables: Relations, query: str) -> None:
    """Add the rows of a query: the place, the record and, where a row is told and no record, its `line`, else null."""
    tables.execute(f"INSERT INTO {TABLE} ({', '.join(PLACE)}, record, who) {query}")


def settle(tables: Relations, object_name: str, known: str) -> None:
    """Say whose the lines of an object are and what they concern, by a query of `who`, `owner`, `amount`, `unit`, and
    the `place` by which one of several is chosen. Of lines of one record in one place only the first has the amount."""
    who, mine = "coalesce(who, record)", f"object = {literal(object_name)}"
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE settled_ AS
        WITH mine AS (SELECT * REPLACE ({who} AS who) FROM {TABLE} WHERE {mine}),
        known AS (SELECT who, arg_min(stake, (place, stake)) AS stake FROM (
          SELECT who, place, {{'owner': owner, 'amount': amount, 'unit': unit}} AS stake FROM ({known}))
          SEMI JOIN mine USING (who) GROUP BY who)
        SELECT mine.* REPLACE (k.stake.owner AS owner, k.stake.unit AS unit, TRUE AS settled,
          CASE WHEN row_number() OVER (PARTITION BY {", ".join(PLACE)}, who ORDER BY record) = 1
            THEN k.stake.amount END AS amount)
        FROM mine LEFT JOIN known k USING (who)"""
    )
    tables.execute(f"DELETE FROM {TABLE} WHERE {mine}")
    tables.execute(f"INSERT INTO {TABLE} BY NAME SELECT * FROM settled_")


def name(tables: Relations, groups: Sequence[ExceptionGroup]) -> None:
    """Give every line the id of its cause. Call when every exception is listed."""
    same = " AND ".join(f"coalesce({TABLE}.{name}, '') = n.{name}" for name in PLACE)
    tables.connection.register("named_", _named(groups))
    try:
        tables.execute(f"UPDATE {TABLE} SET id = n.id FROM named_ n WHERE {same}")
    finally:
        tables.connection.unregister("named_")


def publish(tables: Relations) -> None:
    """Write `reconcile/exceptions`; a line of which the figures have no cause has the id ""."""
    listed = ", ".join(EXCEPTIONS.columns)
    amount = r"regexp_replace(amount::VARCHAR, '(\.[0-9]{2}[0-9]*?)0*$', '\1') AS amount"
    lines = f"(SELECT * REPLACE ({amount}, coalesce(id, '') AS id) FROM {TABLE})"
    tables.publish(f"SELECT {listed} FROM {lines} ORDER BY ALL", EXCEPTIONS)


def _named(groups: Sequence[ExceptionGroup]) -> pa.Table:
    """The id of each cause by its place, and by that without a code, as differences of cells are listed."""
    ids: dict[tuple[str, ...], str] = {}
    for code in (None, ""):
        for group in groups:
            place = (code if code == "" and name == "code" else str(getattr(group, name)) for name in PLACE)
            ids.setdefault(tuple(place), group.id)
    columns = [list(column) for column in zip(*((*place, id) for place, id in ids.items()), strict=True)]
    names = (*PLACE, "id")
    return pa.table(
        [pa.array(column, pa.string()) for column in columns or [[]] * len(names)],
        schema=pa.schema([(name, pa.string()) for name in names]),
    )
