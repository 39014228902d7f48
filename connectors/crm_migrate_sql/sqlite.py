"""SQLite: prepared statements over many rows, durable, with constraints where it has no types."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql.bisecting import NO_RECORD, Refused
from crm_migrate_sql.tables import Column, Dialect, Table
from crm_migrate_sql.values import text_tables

BUSY_SECONDS = 30
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=10000",
    "temp_store=MEMORY",
)


class SqliteSession:
    """One connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, if it has any."""
        asked = statement.replace("%s", "?") if values else statement  # in which a key may be called `%s`
        return self.connection.execute(asked, values).fetchall()

    def put(self, place: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """As the journal asks for."""
        listed, key, last = ", ".join(columns), ", ".join(columns[:-1]), columns[-1]
        self.connection.executemany(
            f"INSERT INTO {place} ({listed}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT ({key}) DO UPDATE SET {last} = excluded.{last}",
            rows,
        )


class Sqlite:
    """A SQLite file."""

    batch_rows = 50_000

    def __init__(self, url: sa.URL) -> None:
        if not url.database or url.database == ":memory:":
            raise UsageError("a SQLite target needs a file", hint="url: sqlite:///crm.db")
        self.path = Path(url.database)
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.dialect = Dialect("sqlite", self.engine.dialect.identifier_preparer)
        self._writer: sqlite3.Connection | None = None

    # ------------------------------------------------------------------------------------------------ connections

    @contextmanager
    def reading(self) -> Iterator[SqliteSession]:
        """A connection of its own, in one snapshot, that a reader may abandon."""
        with self._told("read"):
            connection = self._connect()
            try:
                connection.execute("BEGIN")
                yield SqliteSession(connection)
            finally:
                connection.close()

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[SqliteSession]:  # noqa: ARG002 -- a file has one writer
        """One transaction; committed at the end, or nothing of it."""
        with self._told("write"):
            if self._writer is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)  # what is there keeps its mode
                self._writer = self._connect()
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteSession(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        """Whatever stops the database, in its words."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise TargetError(
                f"the database {self.path.name} could not {verb}: {error}",
                hint="see to the file and its disk; then resume",
            ) from error

    def close(self) -> None:
        """Give back the connections."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        self.engine.dispose()

    # ------------------------------------------------------------------------------------------------ writing

    @contextmanager
    def attempt(self, session: SqliteSession) -> Iterator[None]:
        """A savepoint: what is refused because of its content leaves nothing behind."""
        session.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except (Refused, sqlite3.IntegrityError, sqlite3.DataError) as error:
            session.connection.execute("ROLLBACK TO attempt")
            session.connection.execute("RELEASE attempt")
            raise Refused(str(error)) from error
        session.connection.execute("RELEASE attempt")

    def insert(self, session: SqliteSession, table: Table, key: str, rows: pa.Table) -> None:
        """New records; `rows` has our key as `__entity`."""
        with self.attempt(session):
            names = [key if name == ENTITY else name for name in rows.column_names]
            listed, places = ", ".join(map(self.dialect.quote, names)), ", ".join("?" * len(names))
            statement = f"INSERT INTO {self.dialect.place(table.name)} ({listed}) VALUES ({places})"
            session.connection.executemany(statement, _values(table, rows, rows.column_names))

    def update(self, session: SqliteSession, table: Table, key: str, rows: pa.Table, *, release: bool = False) -> None:
        """Changed records, found by our key, or by the target's id where they are adopted, or lose our key again."""
        with self.attempt(session):
            quote, adopt = self.dialect.quote, TARGET_ID in rows.column_names
            by = TARGET_ID if adopt else ENTITY
            names = [name for name in rows.column_names if name != by and not (release and name == ENTITY)]
            changes = [f"{quote(key if name == ENTITY else name)} = ?" for name in names]
            sets = ", ".join([*changes, *([f"{quote(key)} = NULL"] if release else [])])
            free = f" AND ({quote(key)} IS NULL OR {quote(key)} = ?)" if adopt else ""
            found = f"{quote(table.key if adopt else key)} = ?{free}"
            statement = f"UPDATE {self.dialect.place(table.name)} SET {sets} WHERE {found}"
            order = [*names, by, *([ENTITY] if adopt else [])]
            cursor = session.connection.executemany(statement, _values(table, rows, order))
            if cursor.rowcount != rows.num_rows:
                raise Refused(NO_RECORD)

    # ------------------------------------------------------------------------------------------------ reading

    def canonical(self, column: Column) -> str:
        """The expression that gives a column as canonical text."""
        name = self.dialect.quote(column.name)
        if column.storage == "boolean":
            return f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST({name} AS TEXT) END"
        text = f"CAST({name} AS TEXT)"
        return f"CASE typeof({name}) WHEN 'blob' THEN hex({name}) ELSE {text} END" if column.form else text

    def rows(self, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        """The rows of a query as text, streamed from one snapshot."""
        with self.reading() as session:
            yield from self._stream(session, query, names)

    def _stream(self, session: SqliteSession, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        yield from text_tables(session.connection.execute(query), names)


def _values(table: Table, rows: pa.Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples of what SQLite stores: booleans as 1 and 0, everything else as text that affinity converts."""
    columns = []
    for name in names:
        cells, column = rows[name], table.column(name)
        if column is not None and column.storage == "boolean":
            cells = pc.case_when(
                pc.make_struct(pc.equal(cells, "true"), pc.equal(cells, "false")), pa.scalar("1"), pa.scalar("0"), cells
            )
        columns.append(cells.to_pylist())
    return zip(*columns, strict=True)
