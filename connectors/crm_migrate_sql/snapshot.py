"""One read-only snapshot of a database: whatever is read in it is one moment of the source, and nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL

from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql.addresses import conninfo, masked, read_address, require_psycopg, require_pymysql, settings

_POSTGRES_PATIENCE = {"statement_timeout": "3600s"}  # may be set otherwise in the URL's `options`
_POSTGRES_SETTINGS = {
    "DateStyle": "ISO",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "default_transaction_read_only": "on",
}
# Types whose text, as the server writes it, is canonical already, or whose Python form cannot hold all values
# (dates before Christ, `infinity`, year 10000).
_POSTGRES_TEXT = (
    *("date", "timestamp", "timestamptz", "time", "timetz", "interval", "numeric", "int2", "int4", "int8"),
    *("float4", "float8", "uuid", "json", "jsonb", "inet", "cidr", "oid"),
)
_SQLITE_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot: the connection to reflect with and the driver's own to stream with."""

    connection: sa.Connection
    driver: Any
    backend: str

    def stream(self, statement: str, rows: int) -> Iterator[tuple[list[str], list[int], list[tuple[Any, ...]]]]:
        """Names, type codes and rows of a statement, `rows` at a time; once with no rows where there are none."""
        if self.backend == "mariadb":
            from crm_migrate_sql import mariadb_reading

            for names, batch in mariadb_reading.stream(self.driver, statement, rows):
                yield names, [0] * len(names), batch
            return
        cursor = _text_cursor(self.driver) if self.backend == "postgresql" else self.driver.cursor()
        try:
            cursor.execute(statement)
            names = [column[0] for column in cursor.description]
            codes = [column[1] or 0 for column in cursor.description]
            batch = cursor.fetchmany(rows)
            yield names, codes, batch
            while batch:
                batch = cursor.fetchmany(rows)
                if batch:
                    yield names, codes, batch
        finally:
            cursor.close()

    def one(self, statement: str) -> tuple[Any, ...]:
        """The one row of a statement."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(statement)
            return tuple(cursor.fetchone())
        finally:
            cursor.close()

    def only_reads(self) -> None:
        """From now on SQLite refuses everything but reading (no ATTACH, no PRAGMA)."""
        if self.backend == "sqlite":
            self.driver.set_authorizer(_sqlite_reads)


def _text_cursor(driver: Any) -> Any:
    """A cursor at the server's side that gives most values as the text that the server writes."""
    from psycopg.types.string import TextLoader

    cursor = driver.cursor(name="crm_migrate")
    for name in _POSTGRES_TEXT:
        cursor.adapters.register_loader(name, TextLoader)
    return cursor


def _sqlite_reads(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _SQLITE_READS else sqlite3.SQLITE_DENY


def parse_url(text: str | None, source: str, folder: Path | None = None) -> URL:
    """The URL of a source. UsageError where it is missing or none of ours; the text itself is never shown."""
    if not text:
        raise UsageError(f"source `{source}` names no database", hint="write `url: env:NAME` and `table:`")
    return read_address(text, f"source `{source}`", folder)


def _sqlite(url: URL, source: str) -> sa.Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise InputError(f"source `{source}`: there is no database file {path.name or '(none named)'}")
    address = f"file:{quote(path.resolve().as_posix())}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        # Bytes that are no text come as lone surrogates, so that their row is set aside and not mended.
        connection.text_factory = _sqlite_text
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)


def _sqlite_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _postgres(url: URL) -> sa.Engine:
    require_psycopg()
    from crm_migrate_sql.bounded import connect

    dsn, options = conninfo(url), settings(url, _POSTGRES_PATIENCE, _POSTGRES_SETTINGS)
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        creator=lambda: connect(dsn, options),
        isolation_level="REPEATABLE READ",
        poolclass=sa.pool.NullPool,
    )


def _mariadb(url: URL) -> sa.Engine:
    require_pymysql()
    from crm_migrate_sql import mariadb_reading

    return mariadb_reading.engine(url)


@contextmanager
def open_snapshot(url: URL, source: str) -> Iterator[Snapshot]:
    """Connect, begin one read-only transaction, and end it. InputError in the driver's words, without secrets."""
    backend = url.get_backend_name()
    engine = _sqlite(url, source) if backend == "sqlite" else _SERVERS[backend](url)
    failures = _failures(backend)
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            _begin(driver, backend)
            try:
                yield Snapshot(connection, driver, backend)
                connection.rollback()
            except BaseException:
                _leave(connection, driver, backend)
                raise
    except failures as error:
        raise InputError(f"source `{source}`: the database says: {_words(error, url)}") from None
    finally:
        engine.dispose()


_SERVERS = {"postgresql": _postgres, "mariadb": _mariadb}


def _begin(driver: Any, backend: str) -> None:
    if backend == "mariadb":
        from crm_migrate_sql import mariadb_reading

        mariadb_reading.begin(driver)
    if backend == "sqlite":
        driver.execute("BEGIN")
        driver.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins with the first read


def _leave(connection: sa.Connection, driver: Any, backend: str) -> None:
    """Give up a reading."""
    if backend == "mariadb":
        from crm_migrate_sql import mariadb_reading

        mariadb_reading.leave(driver)
        connection.invalidate()


def _failures(backend: str) -> tuple[type[Exception], ...]:
    if backend == "sqlite":
        return (sa.exc.SQLAlchemyError, sqlite3.Error)
    if backend == "mariadb":
        import pymysql

        return (sa.exc.SQLAlchemyError, pymysql.Error, OSError)
    import psycopg

    return (sa.exc.SQLAlchemyError, psycopg.Error)


def _words(error: Exception, url: URL) -> str:
    """The driver's first line, without what the URL keeps secret."""
    origin = getattr(error, "orig", None) or error
    words = next((line.strip() for line in str(origin).splitlines() if line.strip()), type(origin).__name__)
    return masked(words, url)
