"""The target as it is before we write, as tables of the run: `theirs` and, from it, `before`; and `claims`."""

from collections.abc import Iterator

import pyarrow as pa

from crm_migrate.connecting.contract import Journal, Target, TargetObject
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sql import write_batches
from crm_migrate.workspace.tables import CLAIMS, Table


def read_theirs(target: Target, object: TargetObject, run: Run, table: Table, name: str) -> int:
    """Read an object back into `table` of the object `name`; one that is not in the target yet has no records."""
    schema = _with_fields(table, object)
    there = target.describe([object.name]).object(object.name) is not None
    batches = _conformed(target.read(object), schema) if there else iter(())
    return write_batches(run.table(*table.path(name)), schema, batches).rows


def read_claims(target: Target, object: TargetObject, run: Run, name: str) -> None:
    """Read which source records the entities of an object stand for into the `claims` of the object `name`."""
    schema = CLAIMS.schema
    claims = target.claims(object) if isinstance(target, Journal) else ()
    batches = (batch for table in claims for batch in table.select(schema.names).cast(schema).to_batches())
    write_batches(run.table(*CLAIMS.path(name)), schema, batches)


def _with_fields(table: Table, object: TargetObject) -> pa.Schema:
    """The table's own columns and every field of the object, all text."""
    return pa.schema([*table.schema, *((field.name, pa.string()) for field in object.fields)])


def _conformed(tables: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The columns that we know in our order; a field that the target does not have yet is empty."""
    for table in tables:
        columns = [
            table[name].cast(pa.string()) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
            for name in schema.names
        ]
        yield from pa.table(columns, schema=schema).to_batches()
