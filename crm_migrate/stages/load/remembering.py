"""What later runs compare with: values as last sent, and the target as read back after our load.

Both are wide and nearly all of them lie on disk already, in order: they are copied batch by batch, never sorted.
`arrived_` (`__cluster`, `__entity`, `target_id`, `__adopted`, and links of the second pass) says which rows count;
those of `removed_` (`__entity`) are forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.errors import InternalError
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.sending import slices
from crm_migrate.stages.load.theirs import conformed
from crm_migrate.workspace.crosswalk import replace_batches, replace_copy
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.sql import stream

ROWS = 65_536
KEPT, CLUSTER = "__kept", "__cluster"


def keep_seen(tables: Relations, columns: Mapping[str, str], back: Path, folder: Path) -> None:
    """Replace `seen` by the rows of `back` (one part) that arrived, and what was seen before of those that did not.

    Cells of `edited_` stay as they were seen before.
    """
    (part,) = paths(back)
    rows = f"read_parquet({literal(str(part))}, file_row_number = true)"
    stale = _earlier(columns, folder)
    strangers = tables.count(f"{rows} b ANTI JOIN arrived_ a ON a.__entity = b.__entity")
    if not strangers and not tables.count(f"({stale})") and not tables.count("edited_"):
        replace_copy(part, folder)
        return
    marks = (
        f"SELECT a.__entity IS NOT NULL AND x.__entity IS NULL AS {KEPT} FROM {rows} b"
        " LEFT JOIN arrived_ a ON a.__entity = b.__entity LEFT JOIN edited_ x ON x.__entity = b.__entity"
        " ORDER BY b.file_row_number"
    )
    before, now = scan_folder(folder, columns), scan_folder(back, columns)
    cells = ", ".join(
        f"CASE WHEN list_contains(x.fields, {literal(n)}) THEN v.{quoted(n)} ELSE b.{quoted(n)} END" for n in columns
    )
    edited = f"SELECT {cells} FROM {now} b JOIN edited_ x USING (__entity) JOIN {before} v USING (__entity)"
    earlier = f"SELECT * FROM ({stale}) UNION ALL {edited}"
    _replace(tables, columns, _marked(tables, [part], columns, marks), earlier, folder)


def keep_sent(
    tables: Relations, columns: Mapping[str, str], entities: Sequence[Path], later: Sequence[str], folder: Path
) -> None:
    """Replace `sent` by the lines of the plan (in the order of clusters) that arrived, and what was sent before."""
    listed = ", ".join(f"a.{quoted(name)}" for name in ("target_id", "__adopted", *later))
    plan = f"read_parquet([{', '.join(literal(str(part)) for part in entities)}])"
    marks = (
        f"SELECT e.__cluster, a.__cluster IS NOT NULL AS {KEPT}, {listed} FROM {plan} e"
        " LEFT JOIN arrived_ a USING (__cluster) ORDER BY e.__cluster"
    )
    _replace(tables, columns, _marked(tables, entities, columns, marks), _earlier(columns, folder), folder)


def _earlier(columns: Mapping[str, str], folder: Path) -> str:
    """Query: the rows of the table as it is whose entities did not arrive now, and were not removed."""
    listed = ", ".join(map(quoted, columns))
    earlier = scan_folder(folder, columns)
    again = "SELECT __entity FROM arrived_ UNION ALL SELECT __entity FROM removed_"
    return f"SELECT {listed} FROM {earlier} WHERE __entity NOT IN ({again}) ORDER BY __entity"


def _marked(tables: Relations, parts: Sequence[Path], columns: Mapping[str, str], marks: str) -> Iterator[pa.Table]:
    """The rows of ordered parts where the query of marks, one line per row, says so; its columns win over theirs."""
    marked = slices(iter(stream(tables.connection, marks, ROWS)), ROWS)
    for rows, beside in zip(_read(parts, columns), marked, strict=True):
        if CLUSTER in rows.column_names and not rows[CLUSTER].equals(beside[CLUSTER]):
            raise InternalError("the plan of a load is not in the order of its clusters")
        names = [name for name in beside.column_names if name not in (KEPT, CLUSTER)]
        table = rows.drop_columns([name for name in names if name in rows.column_names])
        for name in names:
            table = table.append_column(name, beside[name])
        yield table.filter(beside[KEPT])


def _read(parts: Sequence[Path], columns: Mapping[str, str]) -> Iterator[pa.Table]:
    there = [name for name in (CLUSTER, *columns) if name in pq.read_schema(parts[0]).names]
    batches = (batch for part in parts for batch in pq.ParquetFile(part).iter_batches(ROWS, columns=there))
    return slices(batches, ROWS)


def _replace(
    tables: Relations, columns: Mapping[str, str], rows: Iterator[pa.Table], earlier: str, folder: Path
) -> None:
    schema = pa.schema([(name, pa.string()) for name in columns])
    in_turn = chain(rows, _asked(tables, earlier))
    replace_batches(schema, (conformed(table, schema) for table in in_turn), folder)


def _asked(tables: Relations, query: str) -> Iterator[pa.Table]:
    """The rows of a query, which is not asked before the first of them is wanted."""
    for batch in stream(tables.connection, query, ROWS):
        yield pa.Table.from_batches([batch])
