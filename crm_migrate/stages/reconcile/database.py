"""The tables of a run as views of one bounded DuckDB, with the columns of the contract even where a table is not."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.relations import Relations, Row, relations
from crm_migrate.workspace.sql import literal
from crm_migrate.workspace.sql import quoted as quote

MEMORY = "400MB"  # twice that is what the process takes at most, other stages' libraries included

__all__ = ["Tables", "literal", "opened", "quote"]


class Tables(Relations):
    """One connection over the tables of one run, each seen as a view that is made when it is first asked for."""

    def __init__(self, run: Run, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(run, connection)
        self._columns: dict[str, set[str]] = {}

    def view(self, columns: Mapping[str, str], *path: str) -> str:
        """The quoted view over `run.table(*path)`: all its columns, and `columns` (name -> SQL type) in any case."""
        name = "/".join(path)
        view = quote(name)
        if not set(columns) <= self._columns.get(name, set()):
            self.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {self._select(columns, *path)}")
            self._columns[name] = {*self._columns.get(name, ()), *self.columns(view)}
        return view

    def columns(self, view: str) -> tuple[str, ...]:
        """The columns of a view or table."""
        return tuple(str(row[0]) for row in self.rows(f"DESCRIBE {view}"))

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Row:
        """The only row of a result."""
        (row,) = self.rows(sql, parameters)
        return row

    def _select(self, columns: Mapping[str, str], *path: str) -> str:
        folder = self.run.table(path[0], *path[1:])
        parts = paths(folder) if read_manifest(folder) is not None else []
        if not parts:
            return f"SELECT {', '.join(f'NULL::{kind} AS {quote(name)}' for name, kind in columns.items())} WHERE FALSE"
        scan = f"read_parquet([{', '.join(literal(str(part)) for part in parts)}], union_by_name = true)"
        there = self.columns(f"SELECT * FROM {scan}")
        chosen = [_column(name, columns.get(name), name in there) for name in dict.fromkeys((*columns, *there))]
        return f"SELECT {', '.join(chosen)} FROM {scan}"


def _column(name: str, kind: str | None, there: bool) -> str:
    if kind is None:
        return quote(name)
    return f"{quote(name) if there else 'NULL'}::{kind} AS {quote(name)}"


@contextmanager
def opened(run: Run) -> Iterator[Tables]:
    """The tables of a run for reconcile; nothing is left behind but what is published."""
    with relations(run, "reconcile") as found:
        found.execute(f"SET memory_limit = '{MEMORY}'")
        yield Tables(run, found.connection)
