"""The relational work of one stage: DuckDB over the tables of a run, and tables published in ordered parts."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths, publish, read_manifest, write_manifest
from crm_migrate.workspace.sql import connected, literal, quoted

MEMORY = "400MB"  # beside what Python and Arrow need: a stage stays under a gigabyte
GROUPS_PER_PART = 2  # row groups of 122,880 rows: parts small enough to be read one at a time

Row = tuple[Any, ...]


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

    def publish(self, sql: str, *path: str, parameters: Sequence[object] = ()) -> int:
        """Write the rows of an ordered query as a table of the run; returns how many. Same rows, same parts."""
        folder = self.run.table(path[0], *path[1:])
        fresh = folder / ".fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUPS_PER_FILE {GROUPS_PER_PART}"
        (written,) = self.rows(f"COPY ({sql}) TO {literal(str(fresh))} ({options})", parameters)[0]
        parts = [
            publish(path, folder / f"part-{number:05}.parquet", "", _rows(self, path))
            for number, path in enumerate(sorted(fresh.glob("*.parquet"), key=_ordinal))
        ]
        write_manifest(folder, parts)
        shutil.rmtree(fresh)
        return int(written)


def _rows(relations: Relations, path: Path) -> int:
    return relations.count(f"read_parquet({literal(str(path))})")


def _ordinal(path: Path) -> int:
    """`data_10.parquet` comes after `data_9.parquet`."""
    return int(path.stem.rpartition("_")[2])


def _nulls(columns: Mapping[str, str]) -> str:
    return ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in columns.items())


@contextmanager
def relations(run: Run, stage: str) -> Iterator[Relations]:
    """A connection for one stage; it spills into the folder of the stage and leaves nothing there."""
    spill = run.table(stage, ".spill")
    try:
        with connected(spill, MEMORY) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield Relations(run, connection)
    finally:
        shutil.rmtree(spill, ignore_errors=True)
