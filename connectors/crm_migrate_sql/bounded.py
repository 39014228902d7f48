"""Connections to PostgreSQL that do not wait for ever: a server, a proxy or a network that falls silent is an error."""

import time
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.abc import PQGen

from crm_migrate_sql.addresses import CONNECT_SECONDS

GRACE_SECONDS = 15.0  # beyond the server's own limit for a statement: then it is not the statement that is slow


class Silent(psycopg.OperationalError):
    """The server has not answered for longer than a statement may take; what was sent is in doubt."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when nothing comes from the server for as long as a statement may take, and more."""

    silence: float | None = CONNECT_SECONDS + GRACE_SECONDS

    def wait(self, gen: PQGen[Any], *args: Any, **options: Any) -> Any:
        """As psycopg's, but Silent where nothing moves for too long."""
        try:
            return super().wait(gen if self.silence is None else _bounded(gen, self.silence), *args, **options)
        except Silent:
            self.pgconn.finish()  # nothing more is said to it: a rollback would wait again
            raise


def _bounded(gen: PQGen[Any], seconds: float) -> Generator[Any, Any, Any]:
    """The same steps of a conversation with the server; Silent where none is taken for so long."""
    until = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready:
                until = time.monotonic() + seconds
            elif time.monotonic() > until:
                gen.close()
                raise Silent(f"it has not answered for {seconds:.0f} s")
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value


def connect(dsn: str, options: str) -> BoundedConnection:
    """A connection with the session's options, bounded by the statement time that it then has (0 is no bound)."""
    connection = BoundedConnection.connect(dsn, options=options)
    row = connection.execute("SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'").fetchone()
    connection.rollback()
    connection.silence = row[0] / 1000 + GRACE_SECONDS if row and row[0] else None
    return connection
