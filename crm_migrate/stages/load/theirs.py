"""The target as it is before we write, as tables of the run: `theirs` and, from it, `before`; and `claims`."""

from collections.abc import Iterator

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Journal, Target, TargetObject
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sql import write_batches


def schema_of(object: TargetObject) -> pa.Schema:
    """`target_id`, `__entity` and every field, all text."""
    return pa.schema([(name, pa.string()) for name in ("target_id", "__entity", *(f.name for f in object.fields))])


def read_theirs(target: Target, object: TargetObject, run: Run, *path: str) -> int:
    """Read an object back into `run.table(*path)`; an object that is not in the target yet has no records."""
    there = target.describe([object.name]).object(object.name) is not None
    batches = _conformed(target.read(object), schema_of(object)) if there else iter(())
    return write_batches(run.table(path[0], *path[1:]), schema_of(object), batches).rows


def read_claims(target: Target, object: TargetObject, run: Run, *path: str) -> None:
    """Read which source records the entities of an object stand for into `run.table(*path)`."""
    schema = pa.schema([(name, pa.string()) for name in ("project", "member", ENTITY)])
    claims = target.claims(object) if isinstance(target, Journal) else ()
    batches = (batch for table in claims for batch in table.select(schema.names).cast(schema).to_batches())
    write_batches(run.table(path[0], *path[1:]), schema, batches)


def _conformed(tables: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The columns that we know in our order; a field that the target does not have yet is empty."""
    for table in tables:
        columns = [
            table[name].cast(pa.string()) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
            for name in schema.names
        ]
        yield from pa.table(columns, schema=schema).to_batches()
