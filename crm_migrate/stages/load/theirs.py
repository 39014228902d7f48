"""The target as it is, as tables of the run: `theirs` before we write and, from it, `before`; what it gives back
afterwards; and `claims`."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import ENTITY, By, Journal, Target, TargetObject
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import write_batches
from crm_migrate.workspace.tables import CLAIMS, OTHERS, Table

MANY = 10_000  # no list drops more than that at its edges: where more is missing, it is believed
Called = Callable[[pa.Table], pa.Table]  # what we call records that carry no key of ours


def read_theirs(
    target: Target, object: TargetObject, run: Run, table: Table, name: str,
    called: Called | None = None,
) -> int:  # fmt: skip
    """Read an object back into `table` of the object `name`; one that is not in the target yet has no records.

    A table that has `__others` is told whether a record holds more than the fields of `object`: a digest of all that
    the target describes, but for what it computes itself.
    """
    schema = _with_fields(table, object)
    there = target.describe([object.name]).object(object.name)
    if there is None:
        return write_batches(run.table(*table.path(name)), schema, iter(())).rows
    told = _records(target, object, there, table, "all")
    batches = (batch for rows in told for batch in conformed(called(rows) if called else rows, schema).to_batches())
    return write_batches(run.table(*table.path(name)), schema, batches).rows


def ask_again(
    tables: Relations, target: Target, object: TargetObject, table: Table, name: str, expected: str,
    called: Called | None = None, settling: float = 0,
) -> None:  # fmt: skip
    """Ask for each record that a read of all left out, by its id and then by our key, before anybody calls it gone.
    Those that are there after all stand in `table` behind the others.

    `expected` is a FROM item: `__entity` and `target_id` of the records that should be there. A list may lag behind
    what was written, or drop a record at the edge of two pages while others write; a record that is asked for does not.
    Where every reading may lie about a write for `settling` seconds, who is missing still is asked for once more then.
    """
    _ask_each(tables, target, object, table, name, expected, called)
    if settling and _missed(tables, tables.scan(table, name), expected, "target_id"):
        time.sleep(settling)
        _ask_each(tables, target, object, table, name, expected, called)


def _ask_each(
    tables: Relations, target: Target, object: TargetObject, table: Table, name: str, expected: str,
    called: Called | None,
) -> None:  # fmt: skip
    columns: dict[By, str] = {"id": "target_id", "key": "__entity"}
    for by, column in columns.items():
        missed = _missed(tables, tables.scan(table, name), expected, column)
        there = target.describe([object.name]).object(object.name) if missed else None
        if there is not None:
            schema, found = _with_fields(table, object), _records(target, object, there, table, by, missed)
            named = (conformed(called(rows) if called else rows, schema) for rows in found)
            _add(tables, table, name, pa.concat_tables([schema.empty_table(), *named]))


def _missed(tables: Relations, seen: str, expected: str, column: str) -> list[str]:
    """What to ask for; nothing where it is too much to be the fault of a list."""
    rows = tables.rows(f"""SELECT DISTINCT {column} FROM {expected} e
      ANTI JOIN {seen} t ON t.__entity = e.__entity WHERE {column} <> '' ORDER BY 1 LIMIT {MANY + 1}""")
    return [str(value) for (value,) in rows] if len(rows) <= MANY else []


def _add(tables: Relations, table: Table, name: str, asked: pa.Table) -> None:
    """Put those records behind the others that the table does not have."""
    seen, folder = tables.scan(table, name), tables.folder(table, name)
    tables.connection.register("asked", asked)
    new = tables.connection.sql(f"SELECT * FROM asked ANTI JOIN {seen} t USING (target_id)").to_arrow_table()
    tables.connection.unregister("asked")
    if new.num_rows:
        write_batches(folder, asked.schema, chain(_stored(folder), new.cast(asked.schema).to_batches()))


def _stored(folder: Path) -> Iterator[pa.RecordBatch]:
    for path in paths(folder):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches()


def _records(
    target: Target, object: TargetObject, there: TargetObject, table: Table, by: By, values: Sequence[str] = ()
) -> Iterator[pa.Table]:  # fmt: skip
    """Records of the target, with a digest of what else they hold where the table wants one; `there` is the object as
    the target describes it."""
    if OTHERS not in table.columns:
        yield from target.read(object, by, values)
        return
    known = {object.key_field, *(field.name for field in object.fields)}
    others = [f for f in there.fields if f.name not in known and not f.read_only]
    for rows in target.read(replace(object, fields=(*object.fields, *others)), by, values):
        yield _with_others(rows, sorted(f.name for f in others))


def read_ours(target: Target, object: TargetObject, run: Run, table: Table, name: str) -> int:
    """Like `read_theirs`, for one of whose other records nobody asks more than their ids: records that carry a key of
    ours are read by it, with their fields, and the others are not."""
    schema = _with_fields(table, object)
    there = target.describe([object.name]).object(object.name)
    found = _thin(target, object) if there is not None else iter(())
    batches = (batch for rows in found for batch in conformed(rows, schema).to_batches())
    return write_batches(run.table(*table.path(name)), schema, batches).rows


def _thin(target: Target, object: TargetObject) -> Iterator[pa.Table]:
    keys: list[pa.ChunkedArray] = []
    for rows in target.read(object.bare()):
        ours = pc.is_valid(rows[ENTITY])
        keys.append(rows.filter(ours)[ENTITY])
        yield rows.filter(pc.invert(ours))
    for some in keys:
        yield from target.read(object, "key", pc.unique(some).to_pylist()) if len(some) else ()


def _with_others(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows with a digest of what these columns hold; the empty text where that is nothing."""
    filled = [name for name in names if name in rows.column_names and rows[name].null_count < rows.num_rows]
    if not filled:
        return rows.append_column(OTHERS, pa.repeat(pa.scalar(""), rows.num_rows))
    cells = zip(*(rows[name].to_pylist() for name in filled), strict=True)
    return rows.append_column(OTHERS, pa.array([_digest(filled, row) for row in cells], pa.string()))


def _digest(names: Sequence[str], cells: Sequence[str | None]) -> str:
    held = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell]
    return hashlib.sha256(json.dumps(held, ensure_ascii=False).encode()).hexdigest() if held else ""


def read_claims(target: Target, object: TargetObject, run: Run, name: str) -> None:
    """Read which source records the entities of an object stand for into the `claims` of the object `name`."""
    schema = CLAIMS.schema
    claims = target.claims(object) if isinstance(target, Journal) else ()
    batches = (batch for table in claims for batch in table.select(schema.names).cast(schema).to_batches())
    write_batches(run.table(*CLAIMS.path(name)), schema, batches)


def _with_fields(table: Table, object: TargetObject) -> pa.Schema:
    """The table's own columns and every field of the object, all text."""
    return pa.schema([*table.schema, *((field.name, pa.string()) for field in object.fields)])


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of the schema in its order, all text; one that the table does not have is empty."""
    columns = [
        table[name].cast(pa.string()) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
        for name in schema.names
    ]
    return pa.table(columns, schema=schema)
