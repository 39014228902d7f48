"""The relational work of one stage: DuckDB over the tables of a run, and tables published in ordered parts."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow.parquet as pq

from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import Shape, paths, publish, shapes, write_manifest
from crm_migrate.workspace.sql import connected, exists, fitted
from crm_migrate.workspace.state import check_tables
from crm_migrate.workspace.tables import Table

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

    def __init__(self, run: Run, connection: duckdb.DuckDBPyConnection, *, partial: bool = False) -> None:
        self.run = run
        self.connection = connection
        self._partial = partial

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement."""
        fitted(self.connection, lambda: self.connection.execute(sql, list(parameters)))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a small result."""
        return fitted(self.connection, lambda: list(self.connection.execute(sql, list(parameters)).fetchall()))

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Row:
        """The only row of a result."""
        (row,) = self.rows(sql, parameters)
        return row

    def count(self, sql: str) -> int:
        """The number of rows of a table or sub-query."""
        return int(self.one(f"SELECT count(*) FROM {sql}")[0])

    def kinds(self, relation: str) -> dict[str, str]:
        """The columns of a view, temporary table or sub-query (name -> SQL type)."""
        return {str(name): str(kind) for name, kind, *_ in self.rows(f"DESCRIBE FROM {relation}")}

    def scan(self, table: Table, *names: str, also: Mapping[str, str] = MappingProxyType({})) -> str:
        """A sub-query over a finished table with exactly its columns and `also` (name -> SQL type); absent ones null.

        FileNotFoundError where the table is not finished, unless these are the tables of a part of a run.
        """
        return _select({**table.columns, **also}, _filled(self._shapes(table, *names)))

    def whole(self, table: Table, *names: str) -> str:
        """As `scan`, and behind its columns all others that the table has, as they are."""
        found = self._shapes(table, *names)
        rest = dict.fromkeys(name for shape in found.values() for name in shape.columns if name not in table.columns)
        return _select(table.columns, found, tuple(rest))

    def _shapes(self, table: Table, *names: str) -> dict[Path, Shape]:
        absent = self._partial and not self.finished(table, *names)
        return {} if absent else shapes(self.folder(table, *names))

    def folder(self, table: Table, *names: str) -> Path:
        """Where the table of this object and source lies."""
        return self.run.folder.joinpath(*table.path(*names))

    def finished(self, table: Table, *names: str) -> bool:
        """Whether a stage has finished that table."""
        return exists(self.folder(table, *names))

    def spans(self, column: str, table: Table, *names: str) -> list["Span"]:
        """Spans of a whole number, about a row group of a table sorted by it each; together they hold every number."""
        largest = {end for part in paths(self.folder(table, *names)) for end in _largest(part, column)}
        ends = sorted(largest)[:-1]
        return [Span(after, upto) for after, upto in zip([None, *ends], [*ends, None], strict=True)]

    def publish(self, sql: str, table: Table, *names: str, parameters: Sequence[object] = ()) -> int:
        """Write the rows of an ordered query as a table of the run; returns how many. Same rows, same parts."""
        return self.publish_pieces([sql], table, *names, parameters=parameters)

    def publish_pieces(
        self, queries: Sequence[str], table: Table, *names: str, parameters: Sequence[object] = ()
    ) -> int:
        """Write the rows of ordered queries, one after the other, as one table: each is sorted by itself.

        Wide rows are dear to sort: in pieces they need no more memory than one piece, however many there are.
        """
        folder = self.folder(table, *names)
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


def scan_folder(folder: Path, columns: Mapping[str, str]) -> str:
    """A sub-query over a table outside the run with exactly these columns; no rows where there is no such table."""
    return _select(columns, _filled(shapes(folder)) if exists(folder) else {})


def _filled(found: Mapping[Path, Shape]) -> dict[Path, Shape]:
    """The files with rows: of a table that is known to be empty DuckDB need not open a file, nor plan what reads it."""
    return {path: shape for path, shape in found.items() if shape.rows}


def _select(columns: Mapping[str, str], found: Mapping[Path, Shape], rest: Sequence[str] = ()) -> str:
    there = {name for shape in found.values() for name in shape.columns}
    chosen = [f"{quoted(n) if n in there else 'NULL'}::{kind} AS {quoted(n)}" for n, kind in columns.items()]
    listed = ", ".join([*chosen, *map(quoted, rest)])
    if not found:
        return f"(SELECT {listed} WHERE FALSE)"
    # Where all parts are alike, DuckDB need not open every file of a table before it begins.
    alike = "" if len({shape.columns for shape in found.values()}) == 1 else ", union_by_name = true"
    return f"(SELECT {listed} FROM read_parquet([{', '.join(literal(str(part)) for part in found)}]{alike}))"


def _largest(path: Path, column: str) -> Iterator[int]:
    """The largest value of a column in each row group, by the statistics of the file."""
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index(column)
    for group in (metadata.row_group(number) for number in range(metadata.num_row_groups)):
        if group.num_rows:
            yield int(group.column(place).statistics.max)


@contextmanager
def relations(run: Run, stage: str, *, partial: bool = False) -> Iterator[Relations]:
    """A connection for one stage; it spills into the folder of the stage and leaves nothing there.

    `partial`: the run may have ended before some stage, and a table that is not finished has no rows. DamagedFile where
    a table of an earlier stage has gone.
    """
    check_tables(run)
    spill = run.table(stage, ".spill")
    try:
        with connected(spill, MEMORY) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield Relations(run, connection, partial=partial)
    finally:
        shutil.rmtree(spill, ignore_errors=True)
