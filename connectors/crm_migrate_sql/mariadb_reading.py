"""MariaDB as a source: one consistent snapshot that only reads, and values as the server writes them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor

from crm_migrate.connecting.typed import unmistakable
from crm_migrate.errors import InputError, TargetError
from crm_migrate_sql.backend import Backend, Portion
from crm_migrate_sql.mariadb import check_version, connection_options, drop
from crm_migrate_sql.values import plain

SESSION = {
    "sql_mode": "'ANSI_QUOTES'",  # names are quoted as in the other databases; texts of a `query:` by single quotes
    "time_zone": "'+00:00'",
    "group_concat_max_len": "4294967295",  # the server would cut lists of partners without a word
    "max_statement_time": "3600",
    "lock_wait_timeout": "30",
    "net_write_timeout": "600",  # a reader of ours may be slow
}
Row = tuple[Any, ...]


def _engine(url: sa.URL, _source: str) -> sa.Engine:
    return sa.create_engine("mariadb+pymysql://", creator=lambda: _connect(url), poolclass=sa.NullPool)


def _connect(url: sa.URL) -> "pymysql.Connection[Any]":
    connection = pymysql.connect(**connection_options(url, "source"))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            _check(str((cursor.fetchone() or ("",))[0]))
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in SESSION.items()))
    except BaseException:
        drop(connection)
        raise
    return connection


def _check(version: str) -> None:
    try:
        check_version(version)
    except TargetError as error:
        raise InputError(error.message, hint=error.hint) from None


def _begin(connection: "pymysql.Connection[Any]") -> None:
    with connection.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _stream(connection: "pymysql.Connection[Any]", statement: str, rows: int) -> Iterator[Portion]:
    """All cells come as texts; their types are seen to here, so no codes are left to tell."""
    cursor = connection.cursor(SSCursor)
    decoders, connection.decoders = connection.decoders, {}  # texts as they come: Python has no day 0 and no hour 30
    try:
        cursor.execute(statement)
    finally:
        connection.decoders = decoders
    written = [_WRITTEN.get(column[1]) for column in cursor.description]
    names, codes = [column[0] for column in cursor.description], [0] * len(cursor.description)
    batch = cursor.fetchmany(rows)
    try:
        yield names, codes, _as_written(batch, written)
        while len(batch) == rows:
            batch = cursor.fetchmany(rows)
            if batch:
                yield names, codes, _as_written(batch, written)
    finally:
        if len(batch) == rows:  # given up: the driver would read all that is left as soon as the cursor is forgotten
            drop(connection)


def _leave(connection: sa.Connection, driver: "pymysql.Connection[Any]") -> None:
    """Closed at once: the driver would read the rest of a result first."""
    drop(driver)
    connection.invalidate()


def _as_written(rows: Sequence[Row], written: Sequence[Callable[[Any], Any] | None]) -> list[Row]:
    places = [(place, write) for place, write in enumerate(written) if write]
    return [_one(row, places) for row in rows] if places else list(rows)


def _one(row: Row, places: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    cells = list(row)
    for place, write in places:
        if cells[place] is not None:
            cells[place] = write(cells[place])
    return tuple(cells)


def _bits(value: bytes) -> str:
    return str(int.from_bytes(value, "big"))


def _local(value: str) -> str:
    return value.replace(" ", "T", 1)


def _instant(value: str) -> str:
    """A moment in the zone of the session; that of nothing is no moment."""
    return _local(value) if value.startswith("0000") else f"{_local(value)}Z"


def _double(value: str) -> str:
    return plain(float(value))


# By the server's type: what is not the text that people mean by it.
_WRITTEN: dict[int, Callable[[Any], Any]] = {
    FIELD_TYPE.BIT: _bits,
    FIELD_TYPE.DATETIME: _local,
    FIELD_TYPE.TIMESTAMP: _instant,
    FIELD_TYPE.FLOAT: _double,
    FIELD_TYPE.DOUBLE: _double,
    FIELD_TYPE.NEWDECIMAL: unmistakable,
}


BACKEND = Backend(_engine, _begin, _stream, (pymysql.Error, OSError), _leave)
