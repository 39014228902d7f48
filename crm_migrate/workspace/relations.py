"""The relational work of one stage: DuckDB over the tables of a run, and tables published in ordered parts."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths, publish, read_manifest, write_manifest
from crm_migrate.workspace.sql import connected, literal, quoted
from crm_migrate.workspace.state import check_tables

MEMORY = "400MB"  # beside what Python and Arrow need: a stage stays under a gigabyte
GROUP_ROWS = 122_880  # so many wide rows are sorted at a time

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers greater than `after`, up to and with `upto`; None is no bound."""

    after: int | None
    upto: int | None

    def holds(self, column: str) -> str:
        """SQL: the column lies in the span."""
        bounds = [(">", self.after), ("<=", self.upto)]
        return " AND ".join(f"{column} {sign} {bound}" for sign, bound in bounds if bound is not None) or "TRUE"


class Relations:
    """One bounded DuckDB over the tables of a run."""

    def __init__(self, run: Run, connection: duckdb.DuckDBPyConnection) -> None:
        self.run = run
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement."""
        self.connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a small result."""
        return list(self.connection.execute(sql, list(parameters)).fetchall())

    def count(self, sql: str) -> int:
        """The number of rows of a table or sub-query."""
        return int(self.rows(f"SELECT count(*) FROM {sql}")[0][0])

    def scan(self, columns: Mapping[str, str], *path: str) -> str:
        """A sub-query over a finished table with exactly these columns (name -> SQL type); absent ones are null."""
        parts = paths(self.run.table(path[0], *path[1:]))
        if not parts:
            return f"(SELECT {_nulls(columns)} WHERE FALSE)"
        scan = f"read_parquet([{', '.join(literal(str(part)) for part in parts)}], union_by_name = true)"
        there = {str(row[0]) for row in self.rows(f"DESCRIBE SELECT * FROM {scan}")}
        chosen = [
            f"{quoted(name) if name in there else 'NULL'}::{kind} AS {quoted(name)}" for name, kind in columns.items()
        ]
        return f"(SELECT {', '.join(chosen)} FROM {scan})"

    def finished(self, *path: str) -> bool:
        """Whether a stage has finished that table."""
        return read_manifest(self.run.table(path[0], *path[1:])) is not None

    def spans(self, column: str, *path: str) -> list["Span"]:
        """Spans of a whole number, about a row group of a table sorted by it each; together they hold every number."""
        largest = {end for part in paths(self.run.table(path[0], *path[1:])) for end in _largest(part, column)}
        ends = sorted(largest)[:-1]
        return [Span(after, upto) for after, upto in zip([None, *ends], [*ends, None], strict=True)]

    def publish(self, sql: str, *path: str, parameters: Sequence[object] = ()) -> int:
        """Write the rows of an ordered query as a table of the run; returns how many. Same rows, same parts."""
        return self.publish_pieces([sql], *path, parameters=parameters)

    def publish_pieces(self, queries: Sequence[str], *path: str, parameters: Sequence[object] = ()) -> int:
        """Write the rows of ordered queries, one after the other, as one table: each is sorted by itself.

        Wide rows are dear to sort: in pieces they need no more memory than one piece, however many there are.
        """
        folder = self.run.table(path[0], *path[1:])
        fresh = folder / ".fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        # One file per query: where DuckDB rotates files itself, its threads race and rows lose their order.
        options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {GROUP_ROWS}"
        parts, written = [], 0
        for number, sql in enumerate(queries):
            file = fresh / f"{number}.parquet"
            rows = int(self.rows(f"COPY ({sql}) TO {literal(str(file))} ({options})", parameters)[0][0])
            parts.append(publish(file, folder / f"part-{number:05}.parquet", "", rows))
            written += rows
        write_manifest(folder, parts)
        shutil.rmtree(fresh)
        return written


def _largest(path: Path, column: str) -> Iterator[int]:
    """The largest value of a column in each row group, by the statistics of the file."""
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index(column)
    for group in (metadata.row_group(number) for number in range(metadata.num_row_groups)):
        if group.num_rows:
            yield int(group.column(place).statistics.max)


def _nulls(columns: Mapping[str, str]) -> str:
    return ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in columns.items())


@contextmanager
def relations(run: Run, stage: str) -> Iterator[Relations]:
    """A connection for one stage; it spills into the folder of the stage and leaves nothing there.

    DamagedFile where a table of an earlier stage has gone.
    """
    check_tables(run)
    spill = run.table(stage, ".spill")
    try:
        with connected(spill, MEMORY) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield Relations(run, connection)
    finally:
        shutil.rmtree(spill, ignore_errors=True)
