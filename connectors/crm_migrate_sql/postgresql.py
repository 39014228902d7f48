"""PostgreSQL: COPY in, COPY out, and the settings that make its text canonical."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv
import sqlalchemy as sa
from psycopg import errors
from psycopg.errors import IntegrityConstraintViolation, UniqueViolation

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate_sql.addresses import conninfo, masked, settings
from crm_migrate_sql.bisecting import NO_RECORD, Refused
from crm_migrate_sql.bounded import Silent, connect
from crm_migrate_sql.one_loader import alone, held
from crm_migrate_sql.tables import Column, Dialect, Table
from crm_migrate_sql.troubles import trouble

PATIENCE = {  # each may be set otherwise in the URL: ?options=-c statement_timeout=1h
    "statement_timeout": "600s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "600s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
SETTINGS = {
    "DateStyle": "ISO",
    "TimeZone": "UTC",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
}
# A table that is being filled has no statistics: without this the server reads all of it for each question by our keys.
BY_INDEX = "SET enable_seqscan = off"
READERS = 2  # connections that are kept: a new one costs more than most questions
READ_BLOCK = 8 << 20
READ_ROWS = 4096  # the server sends row by row; so many are joined at a time
COPY_ROWS = 5000
# Classes of SQLSTATE that are not about what is in a row: connection, transaction, rights and names, resources, the
# operator, the system. Whatever else stops a statement, and whatever a trigger raises, is about its rows.
OTHER_CLASSES = ("08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "XX")
RAISED = "exec_stmt_raise"  # where the server says that RAISE of a trigger is
LOCK_SPACE = 0x63726D  # "crm"
# What ends all sessions, and lets new ones in a little later; and what the next try may be spared.
ENDED = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.TooManyConnections)
PASSING = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


class PostgresSession:
    """One connection."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, if it has any."""
        cursor = self.connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def put(self, place: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """By COPY: a row in a pipeline of statements costs ten times as much. Where a key is there already, by COPY
        into a table beside it."""
        listed = ", ".join(columns)
        cells = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        table = pa.table(cells, names=list(columns))
        try:
            with self.connection.transaction():
                self.copy_in(f"COPY {place} ({listed}) FROM STDIN (FORMAT csv)", table)
        except UniqueViolation:
            self._replace(place, columns, table)

    def _replace(self, place: str, columns: Sequence[str], rows: pa.Table) -> None:
        listed, key, last = ", ".join(columns), ", ".join(columns[:-1]), columns[-1]
        self.run("DROP TABLE IF EXISTS pg_temp._crm_migrate_put")
        self.run(f"CREATE TEMP TABLE _crm_migrate_put ON COMMIT DROP AS SELECT {listed} FROM {place} WITH NO DATA")
        self.copy_in(f"COPY pg_temp._crm_migrate_put ({listed}) FROM STDIN (FORMAT csv)", rows)
        self.run(
            f"INSERT INTO {place} ({listed}) SELECT {listed} FROM pg_temp._crm_migrate_put"
            f" ON CONFLICT ({key}) DO UPDATE SET {last} = excluded.{last}"
        )

    def copy_in(self, statement: str, rows: pa.Table) -> None:
        """Send rows as CSV: null is nothing, the empty text is quoted. The server works while the next are written."""
        options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for batch in rows.to_batches(COPY_ROWS):
                buffer = pa.BufferOutputStream()
                pacsv.write_csv(batch, buffer, options)
                copy.write(memoryview(buffer.getvalue()))


class Postgres:
    """A PostgreSQL database or one schema of it."""

    batch_rows = 50_000

    def __init__(self, url: sa.URL, schema: str | None) -> None:
        self._url = url
        self._dsn, self._options = conninfo(url), settings(url, PATIENCE, SETTINGS)
        self.engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"), pool_size=READERS, pool_pre_ping=True, creator=self._connect
        )
        self.dialect = Dialect("postgresql", self.engine.dialect.identifier_preparer, schema)
        self._writer: psycopg.Connection[Any] | None = None
        self._locked = False  # once in this process

    # ------------------------------------------------------------------------------------------------ connections

    @contextmanager
    def reading(self) -> Iterator[PostgresSession]:
        """A connection of its own, in one snapshot; what a reader abandons is closed and not used again."""
        with self._told("read"):
            lent = self.engine.raw_connection()
            connection = cast("psycopg.Connection[Any]", lent.driver_connection)
            try:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                yield PostgresSession(connection)
                connection.rollback()
                connection.isolation_level, connection.read_only = None, None
            except BaseException:
                lent.detach()
                connection.close()
                raise
            lent.close()

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[PostgresSession]:
        """One transaction; committed at the end, or nothing of it."""
        with self._told("write"):
            if self._writer is None or self._writer.closed:
                self._writer = self._connect()
                self._writer.execute(BY_INDEX)
                self._writer.commit()
                if exclusive:
                    self._lock(self._writer)
            with self._writer.transaction():
                self._writer.execute("SET CONSTRAINTS ALL IMMEDIATE")  # refused at its row, not at the end for all
                yield PostgresSession(self._writer)

    def _lock(self, connection: "psycopg.Connection[Any]") -> None:
        """One loader per schema."""
        if not alone(lambda: self._may(connection)):
            connection.close()
            raise held(ours=self._locked)
        self._locked = True

    def _may(self, connection: "psycopg.Connection[Any]") -> bool:
        asked = connection.execute(
            "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (LOCK_SPACE, self.dialect.schema or "")
        )
        row = asked.fetchone()
        connection.commit()
        return bool(row and row[0])

    def _connect(self) -> "psycopg.Connection[Any]":
        return connect(self._dsn, self._options)

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        """Whatever stops the database, in its words and without its address."""
        try:
            yield
        except psycopg.Error as error:
            words = (error.diag.message_primary or str(error).splitlines()[0] if str(error) else "").strip()
            if self._writer is not None and self._writer.broken:
                self._writer = None
            passing = isinstance(error, PASSING)
            raise trouble(verb, masked(words, self._url), lost=_is_lost(error), passing=passing) from error

    def close(self) -> None:
        """Give back the connections."""
        if self._writer is not None:
            with suppress(psycopg.Error):  # the server may take its time to see that we have gone
                self._writer.execute("SELECT pg_advisory_unlock_all()")
                self._writer.commit()
            self._writer.close()
        self._writer = None
        self.engine.dispose()

    # ------------------------------------------------------------------------------------------------ writing

    @contextmanager
    def attempt(self, session: PostgresSession) -> Iterator[None]:
        """A savepoint: what is refused because of its content leaves nothing behind."""
        try:
            with session.connection.transaction():
                yield
        except psycopg.Error as error:
            if not _about_rows(error):
                raise
            raise Refused(_words(error)) from error

    def insert(self, session: PostgresSession, table: Table, key: str, rows: pa.Table) -> None:
        """New records; `rows` has our key as `__entity`."""
        with self.attempt(session):
            names = [key if name == ENTITY else name for name in rows.column_names]
            session.copy_in(self._copy(self.dialect.place(table.name), names), rows)

    def update(
        self, session: PostgresSession, table: Table, key: str, rows: pa.Table, *, release: bool = False
    ) -> None:
        """Changed records, found by our key, or by the target's id where they are adopted, or lose our key again."""
        with self.attempt(session):
            quote, place, adopt = self.dialect.quote, self.dialect.place(table.name), TARGET_ID in rows.column_names
            columns = [{ENTITY: key, TARGET_ID: table.key}.get(name, name) for name in rows.column_names]
            listed = ", ".join(map(quote, columns))
            session.run("DROP TABLE IF EXISTS pg_temp._crm_migrate_new")
            session.run(
                f"CREATE TEMP TABLE _crm_migrate_new ON COMMIT DROP AS SELECT {listed} FROM {place} WITH NO DATA"
            )
            session.copy_in(self._copy("pg_temp._crm_migrate_new", columns), rows)
            by = table.key if adopt else key
            value = {key: "NULL"} if release else {}
            sets = [f"{quote(c)} = {value.get(c, f'n.{quote(c)}')}" for c in columns if c != by]
            free = f" AND (t.{quote(key)} IS NULL OR t.{quote(key)} = n.{quote(key)})" if adopt else ""
            cursor = session.connection.execute(
                f"UPDATE {place} t SET {', '.join(sets)} FROM pg_temp._crm_migrate_new n "
                f"WHERE t.{quote(by)} = n.{quote(by)}{free}".encode()
            )
            if cursor.rowcount != rows.num_rows:
                raise Refused(NO_RECORD)

    def _copy(self, place: str, columns: Sequence[str]) -> str:
        return f"COPY {place} ({', '.join(map(self.dialect.quote, columns))}) FROM STDIN (FORMAT csv)"

    # ------------------------------------------------------------------------------------------------ reading

    def canonical(self, column: Column) -> str:
        """The expression that gives a column as canonical text."""
        name = self.dialect.quote(column.name)
        if column.storage != "instant":
            return f"{name}::text"
        fraction = (
            f"CASE WHEN date_trunc('second', {name}) = {name} THEN '' ELSE rtrim(to_char({name}, '.US'), '0') END"
        )
        return f"to_char({name}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || {fraction} || 'Z'"

    def rows(self, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        """The rows of a query as text, streamed from one snapshot."""
        with self.reading() as session:
            yield from self._stream(session, query, names)

    def _stream(self, session: PostgresSession, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        with (
            session.connection.cursor() as cursor,
            cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode()) as copy,
        ):
            source = _CopyReader(copy)
            if source.empty:
                return
            reader = pacsv.open_csv(
                source,
                pacsv.ReadOptions(column_names=list(names), block_size=READ_BLOCK, use_threads=False),
                pacsv.ParseOptions(newlines_in_values=True),
                pacsv.ConvertOptions(
                    column_types={name: pa.string() for name in names},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            with reader:
                for batch in reader:
                    yield pa.Table.from_batches([batch])


class _CopyReader(io.RawIOBase):
    """COPY TO STDOUT as a file that can be read in any portions."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._rows = iter(copy)
        self._rest = self._joined()
        self.empty = not self._rest

    def _joined(self) -> memoryview:
        return memoryview(b"".join(islice(self._rows, READ_ROWS)))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view) and self._rest:
            taken = min(len(view) - filled, len(self._rest))
            view[filled : filled + taken] = self._rest[:taken]
            filled += taken
            self._rest = self._rest[taken:] or self._joined()
        return filled


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, or could not be made, and it is not the server that is slow."""
    if isinstance(error, Silent) or not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith("08") or isinstance(error, ENDED)


def _about_rows(error: psycopg.Error) -> bool:
    """Whether an error is about what is in the rows: then they are tried one by one."""
    if error.diag.source_function == RAISED:
        return True
    return bool(error.sqlstate) and str(error.sqlstate)[:2] not in OTHER_CLASSES


def _words(error: psycopg.Error) -> str:
    """What the database says, with the column or constraint; quoted values of a data exception are not repeated."""
    words = error.diag.message_primary or "refused"
    if not isinstance(error, psycopg.IntegrityError | IntegrityConstraintViolation):
        head, _, _ = words.partition(': "')
        words = head
    place = " ".join(p for p in (error.diag.column_name, error.diag.constraint_name) if p and p not in words)
    return f"{words} ({place})" if place else words
