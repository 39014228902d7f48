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
from crm_migrate_sql.addresses import (
    conninfo,
    masked,
    read_address,
    require_firebird,
    require_oracledb,
    require_psycopg,
    require_pymssql,
    require_pymysql,
    settings,
)
from crm_migrate_sql.backend import Backend, Portion, fetched

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
_LINES = {"firebird": 4, "mssql": 4}  # of a driver's words; 1 where nothing is said
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
    reading: Backend

    def stream(self, statement: str, rows: int) -> Iterator[Portion]:
        """Names, type codes and rows of a statement, `rows` at a time; once with no rows where there are none."""
        yield from self.reading.stream(self.driver, statement, rows)

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
    return read_address(text, f"source `{source}`", folder, reads=True)


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


def _postgres(url: URL, _source: str) -> sa.Engine:
    from crm_migrate_sql.bounded import connect

    dsn, options = conninfo(url), settings(url, _POSTGRES_PATIENCE, _POSTGRES_SETTINGS)
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        creator=lambda: connect(dsn, options),
        isolation_level="REPEATABLE READ",
        poolclass=sa.pool.NullPool,
    )


def _begin_sqlite(driver: Any) -> None:
    driver.execute("BEGIN")
    driver.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins with the first read


def _backend(name: str) -> Backend:
    """By the name of a URL; a driver is loaded only where it is needed."""
    if name == "sqlite":
        return Backend(
            _sqlite, _begin_sqlite, lambda d, *asked: fetched(d.cursor(), *asked, coded=True), (sqlite3.Error,)
        )
    if name == "mariadb":
        require_pymysql()
        from crm_migrate_sql.mariadb_reading import BACKEND

        return BACKEND
    if name == "firebird":
        require_firebird()
        from crm_migrate_sql import firebird_reading

        return firebird_reading.BACKEND
    if name == "mssql":
        require_pymssql()
        from crm_migrate_sql import sqlserver_reading

        return sqlserver_reading.backend()
    if name == "oracle":
        require_oracledb()
        from crm_migrate_sql import oracle_reading

        return oracle_reading.backend()
    require_psycopg()
    import psycopg

    return Backend(
        _postgres, lambda _: None, lambda d, *asked: fetched(_text_cursor(d), *asked, coded=True), (psycopg.Error,)
    )


@contextmanager
def open_snapshot(url: URL, source: str) -> Iterator[Snapshot]:
    """Connect, begin one read-only transaction, and end it. InputError in the driver's words, without secrets."""
    name = url.get_backend_name()
    backend = _backend(name)
    engine = backend.engine(url, source)
    failures: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, *backend.failures)
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            backend.begin(driver)
            try:
                yield Snapshot(connection, driver, name, backend)
                connection.rollback()
            except BaseException:
                backend.leave(connection, driver)
                raise
    except failures as error:
        raise InputError(f"source `{source}`: the database says: {_words(error, url)}") from None
    finally:
        engine.dispose()


def _words(error: Exception, url: URL) -> str:
    """The driver's first line, without what the URL keeps secret; some say the cause in the lines behind it."""
    origin = getattr(error, "orig", None) or error
    said = str(origin)
    match origin.args:
        case (_, bytes(words)) | ((_, bytes(words)),):  # a number and words, as pymssql has them
            said = words.decode("utf-8", "replace")
    lines = [line.strip() for line in said.splitlines() if line.strip()] or [type(origin).__name__]
    return masked(" ".join(lines[: _LINES.get(url.get_backend_name(), 1)]), url)
