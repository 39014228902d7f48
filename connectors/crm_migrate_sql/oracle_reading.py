"""Oracle as a source, by oracledb in its thin mode: one transaction that only reads. No server was run: see
docs/sources.md."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql.backend import Backend, Portion, fetched

PORT = 1521
READ_ONLY = "SET TRANSACTION READ ONLY"  # every query of it sees one moment, and nothing can be written
SESSION = ("ALTER SESSION SET TIME_ZONE = '+00:00'", "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'")
# Format of a moment; by TO_CHAR, for the driver leaves the zone away.
_MOMENT = '\'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"\''
_ZONED = ("DB_TYPE_TIMESTAMP_TZ", "DB_TYPE_TIMESTAMP_LTZ")
_LONG = {"DB_TYPE_CLOB": "DB_TYPE_LONG", "DB_TYPE_NCLOB": "DB_TYPE_LONG_NVARCHAR", "DB_TYPE_BLOB": "DB_TYPE_LONG_RAW"}


def options(url: sa.URL, source: str) -> dict[str, Any]:
    """The words of `oracledb.connect` for a URL. UsageError where it says what they do not know."""
    if url.query:
        raise UsageError(
            f"source `{source}`: an Oracle url takes no option {', '.join(sorted(url.query))}",
            hint="oracle://user:password@host:1521/service",
        )
    if not url.host or not url.database:
        raise UsageError(
            f"source `{source}`: the url names no server or no service", hint="oracle://user:password@host:1521/service"
        )
    return {
        "user": url.username, "password": url.password, "host": url.host, "port": url.port or PORT,
        "service_name": url.database, "tcp_connect_timeout": 15,
    }  # fmt: skip


def begin(connection: Any) -> None:
    """The session as we read it, then the moment that all is read of."""
    cursor = connection.cursor()
    for statement in (*SESSION, READ_ONLY):
        cursor.execute(statement)
    cursor.close()


def selected(column: str, kind: Any) -> str:
    """A column as the text that people mean by it, where the driver gives something else or less."""
    if getattr(kind, "timezone", False) or getattr(kind, "local_timezone", False):
        return f"TO_CHAR(SYS_EXTRACT_UTC({column}), {_MOMENT})"
    return f"RTRIM({column})" if kind.__visit_name__ in ("CHAR", "NCHAR") else column


def typed(cursor: Any, column: Any) -> Any:
    """How the driver shall give a column: numbers exactly, long texts whole. InputError where it would lose a zone."""
    import oracledb

    name = column.type_code.name
    if name == "DB_TYPE_NUMBER":
        return cursor.var(Decimal, arraysize=cursor.arraysize)
    if name in _LONG:
        return cursor.var(getattr(oracledb, _LONG[name]), arraysize=cursor.arraysize)
    if name in _ZONED:
        raise InputError(
            f"column `{column.name}` is a moment with its zone, which the driver of Oracle leaves away",
            hint=f"in a `query:` write TO_CHAR(SYS_EXTRACT_UTC({column.name}), {_MOMENT})",
        )
    return None


def _stream(connection: Any, statement: str, rows: int) -> Iterator[Portion]:
    cursor = connection.cursor()
    cursor.outputtypehandler = typed
    cursor.arraysize = rows
    return fetched(cursor, statement, rows)


def backend() -> Backend:
    """How it is read; the driver is there."""
    import oracledb

    def engine(url: sa.URL, source: str) -> sa.Engine:
        asked = options(url, source)
        return sa.create_engine("oracle+oracledb://", creator=lambda: oracledb.connect(**asked), poolclass=sa.NullPool)

    return Backend(engine, begin, _stream, (oracledb.Error, OSError), selected=selected)
