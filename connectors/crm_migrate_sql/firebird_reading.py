"""Firebird as a source, by a server or out of a file: one snapshot that only reads."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from firebird.driver import Connection, Isolation, TraAccessMode, connect, tpb
from firebird.driver.types import Error

from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql.backend import Backend, Portion, fetched

WORDS = frozenset({"charset", "role"})


def _engine(url: sa.URL, source: str) -> sa.Engine:
    unknown = sorted(set(url.query) - WORDS)
    if unknown:
        raise UsageError(
            f"source `{source}`: a Firebird url takes no option {', '.join(unknown)}", hint="it takes charset and role"
        )
    if not url.host and not Path(url.database or "").is_file():
        raise InputError(
            f"source `{source}`: there is no database file {Path(url.database or '').name or '(none named)'}"
        )
    return sa.create_engine("firebird+firebird://", creator=lambda: _connect(url), poolclass=sa.NullPool)


def _connect(url: sa.URL) -> Connection:
    """A connection; the file of an embedded engine is opened as the user of its owner, who has no password there."""
    server = f"{url.host}/{url.port or 3050}:" if url.host else ""
    connection = connect(
        f"{server}{url.database}",
        user=url.username or "SYSDBA",
        password=url.password,
        role=_word(url, "role"),
        charset=_word(url, "charset") or "UTF8",
    )
    connection.default_tpb = tpb(Isolation.SNAPSHOT, access_mode=TraAccessMode.READ)
    return connection


def _word(url: sa.URL, name: str) -> str | None:
    value = url.query.get(name)
    return value if isinstance(value, str) or value is None else value[-1]


def _begin(connection: Connection) -> None:
    connection.main_transaction.begin()


def _stream(connection: Connection, statement: str, rows: int) -> Iterator[Portion]:
    """Texts come without the blanks that fill up a CHAR; long ones and long bytes whole."""
    with closing(fetched(connection.cursor(), statement, rows)) as found:
        for names, codes, batch in found:
            yield names, codes, [tuple(map(_value, row)) for row in batch]


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value.rstrip(" ")
    return value.read() if hasattr(value, "read") else value  # a BlobReader, from 64 KiB on


BACKEND = Backend(_engine, _begin, _stream, (Error, OSError))
