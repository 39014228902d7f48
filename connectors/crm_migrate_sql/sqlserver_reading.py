"""SQL Server as a source, by pymssql: one snapshot, rolled back at its end. No server was run: see docs/sources.md."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql.backend import Backend, Portion, fetched

WORDS = frozenset({"encryption", "tds_version"})
PORT = 1433
# FreeTDS asks for none of these by itself; without the first a name in quotes would be a text.
SESSION = (
    "SET QUOTED_IDENTIFIER ON",
    "SET ANSI_NULLS ON",
    "SET ANSI_PADDING ON",
    "SET ANSI_WARNINGS ON",
    "SET CONCAT_NULL_YIELDS_NULL ON",
    "SET TEXTSIZE 2147483647",  # the server would cut long texts without a word
    "SET LOCK_TIMEOUT 30000",
)
STATE = "SELECT snapshot_isolation_state, is_read_only FROM sys.databases WHERE name = DB_NAME()"


def options(url: sa.URL, source: str) -> dict[str, Any]:
    """The words of `pymssql.connect` for a URL. UsageError where it says what they do not know."""
    unknown = sorted(set(url.query) - WORDS)
    if unknown:
        message = f"source `{source}`: a SQL Server url takes no option {', '.join(unknown)}"
        raise UsageError(message, hint=f"it takes {' and '.join(sorted(WORDS))}")
    if not url.host or not url.database:
        raise UsageError(
            f"source `{source}`: the url names no server or no database", hint="mssql://user:password@host/database"
        )
    said = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    return {
        "server": url.host, "port": str(url.port or PORT), "user": url.username, "password": url.password,
        "database": url.database, "login_timeout": 15, "timeout": 3600, "charset": "UTF-8", "appname": "crm-migrate",
        "read_only": True, "conn_properties": list(SESSION), "tds_version": "7.4", **said,
    }  # fmt: skip


def begin(connection: Any) -> None:
    """One moment for all that is read. InputError where the database allows none: rows could be read twice, or not."""
    cursor = connection.cursor()
    cursor.execute(STATE)
    state, read_only = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if not state and not read_only:
        raise InputError(
            "the database of SQL Server allows no snapshot: what is written meanwhile would be read in part",
            hint="ALTER DATABASE name SET ALLOW_SNAPSHOT_ISOLATION ON, or restore a copy and make it read-only",
        )
    cursor = connection.cursor()
    cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {'SNAPSHOT' if state else 'READ COMMITTED'}")
    cursor.close()


def selected(column: str, kind: Any) -> str:
    """A column as the text that people mean by it, where the driver gives something else or less."""
    name = kind.__visit_name__
    if name == "DATETIMEOFFSET":
        return f"CONVERT(nvarchar(34), {column}, 127)"  # the moment in UTC, with Z; the driver gives bytes
    if name == "DATETIME2":
        return f"CONVERT(nvarchar(27), {column}, 126)"  # seven decimals; the driver has six
    if name == "UNIQUEIDENTIFIER":
        return f"CONVERT(nchar(36), {column})"  # in capitals, as the server's own tools export it
    if name == "REAL":
        return f"CAST(CONVERT(varchar(30), {column}, 1) AS float)"  # its eight digits, not those of a double
    if name in ("SMALLDATETIME", "DATETIME"):
        return f"CONVERT(nvarchar(23), {column}, 126)"
    if name in ("CHAR", "NCHAR"):
        return f"RTRIM({column})"
    return f"CAST({column} AS nvarchar(4000))" if name == "SQL_VARIANT" else column


def _stream(connection: Any, statement: str, rows: int) -> Iterator[Portion]:
    return fetched(connection.cursor(), statement, rows)


def backend() -> Backend:
    """How it is read; the driver is there."""
    import pymssql

    def engine(url: sa.URL, source: str) -> sa.Engine:
        asked = options(url, source)
        return sa.create_engine("mssql+pymssql://", creator=lambda: pymssql.connect(**asked), poolclass=sa.NullPool)

    return Backend(engine, begin, _stream, (pymssql.Error, OSError), selected=selected)
