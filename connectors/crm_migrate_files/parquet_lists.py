"""Lists inside the records of a Parquet file as rows of their own: an entry with the cells of what it stands in.

The same words as of JSON (`json_values.rows_of`): own cells by their names, those around as `parent.name`, without
their lists; entries that are no structures are the column `value`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate_files.json_values import VALUE

Columns = list[tuple[str, pa.Array]]


@dataclass(frozen=True, slots=True)
class Step:
    """The way from a record to a list in it: names of structures and of the list, and how many lists are in each
    other there."""

    names: tuple[str, ...]
    depth: int = 1


def lists_in(fields: Iterable[pa.Field], before: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """Path and type of the entries of every list, inner ones behind the one that they stand in."""
    for field in fields:
        kind, _ = _entries(field.type)
        path = f"{before}{field.name}"
        if kind is not field.type:
            yield path, kind
        if pa.types.is_struct(kind):
            yield from lists_in(kind, f"{path}.")


def steps_to(schema: Iterable[pa.Field], path: str) -> tuple[Step, ...]:
    """How a list is reached, list by list; nothing where the path leads to none. Names may hold points themselves."""
    return next(_ways(schema, path, ()), ())


def _ways(fields: Iterable[pa.Field], path: str, names: tuple[str, ...]) -> Iterator[tuple[Step, ...]]:
    for field in fields:
        if path != field.name and not path.startswith(f"{field.name}."):
            continue
        way, rest = (*names, field.name), path[len(field.name) + 1 :]
        kind, depth = _entries(field.type)
        if not rest:
            yield from [(Step(way, depth),)] if depth else ()
        elif pa.types.is_struct(kind):
            inner = _ways(kind, rest, () if depth else way)
            yield from ((Step(way, depth), *steps) if depth else steps for steps in inner)


def _entries(kind: pa.DataType) -> tuple[pa.DataType, int]:
    """What stands in lists, which may stand in lists, and how many are in each other."""
    depth = 0
    while _is_list(kind):
        kind, depth = kind.value_type, depth + 1
    return kind, depth


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def rows_of(batch: pa.RecordBatch, steps: tuple[Step, ...]) -> tuple[pa.RecordBatch, int]:
    """The entries of the lists at the end of those steps, and how many records have none."""
    own: Columns = list(zip(batch.schema.names, batch.columns, strict=True))
    around: list[Columns] = []
    record = pa.array(range(batch.num_rows), pa.int64())
    for step in steps:
        values, parents = _opened(_at(own, step.names), step.depth)
        around = [_taken(each, parents) for each in (own, *around)]
        record = record.take(parents)
        own = _parts(values) if pa.types.is_struct(values.type) else [(VALUE, values)]
    told = [
        (f"{'parent.' * depth}{name}", array) for depth, each in enumerate(around, 1) for name, array in _plain(each)
    ]
    names, arrays = zip(*own, *told, strict=True)
    return pa.RecordBatch.from_arrays(list(arrays), names=list(names)), batch.num_rows - len(pc.unique(record))


def _at(columns: Columns, names: tuple[str, ...]) -> pa.Array:
    first, *rest = names
    array = next(array for name, array in columns if name == first)
    return _at(_parts(array), tuple(rest)) if rest else array


def _opened(array: pa.Array, depth: int) -> tuple[pa.Array, pa.Array]:
    """The entries of lists, and of each the place of the record that it stands in."""
    parents = pc.list_parent_indices(array)
    values = pc.list_flatten(array)
    if depth == 1:
        return values, parents
    inner, places = _opened(values, depth - 1)
    return inner, parents.take(places)


def _parts(array: pa.StructArray) -> Columns:
    names = [field.name for field in array.type]
    return list(zip(names, array.flatten(), strict=True))  # what is below a structure that is not there is not there


def _taken(columns: Columns, places: pa.Array) -> Columns:
    return [(name, array.take(places)) for name, array in columns]


def _plain(columns: Columns) -> Iterator[tuple[str, pa.Array]]:
    """The columns without lists, those of structures by their paths."""
    for name, array in columns:
        if pa.types.is_struct(array.type) and array.type.num_fields:
            yield from ((f"{name}.{inner}", part) for inner, part in _plain(_parts(array)))
        elif not _is_list(array.type):
            yield name, array


def counting(steps: tuple[Step, ...]) -> str:
    """A query of DuckDB that counts these entries, of a file that is its parameter."""
    froms, before = ["read_parquet(?) AS t"], "t"
    for step in steps:
        value = ".".join([before, *(_quoted(name) for name in step.names)])
        for _ in range(step.depth):
            number = len(froms)
            froms.append(f"unnest({value}) AS l{number}(v{number})")
            value = before = f"l{number}.v{number}"
    return f"SELECT count(*) FROM {', '.join(froms)}"


def _quoted(name: Any) -> str:
    return '"' + str(name).replace('"', '""') + '"'
