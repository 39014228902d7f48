"""A database of its own on the servers of CI, and what an administrator and the server itself do to its sessions."""

import os
import signal
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from databases import VARIABLES, driven

from exactly_once.company import Found, Wrong, wrong
from exactly_once.targets import RECORDS
from exactly_once.wire import Talk


class Database(Protocol):
    """A database that a wire leads to. `port` is that of a connection, as the server sees it."""

    name: str
    lock_seconds: float  # for which its sessions wait for a lock

    def end(self, port: int) -> None:
        """End a session."""

    def cancel(self, port: int) -> None:
        """Cancel the statement of a session."""

    def lock(self) -> bool:
        """Lock all rows of our tables for somebody else; whether that could be done at once."""

    def unlock(self) -> None:
        """Give that lock back."""

    def deadlock(self) -> None:
        """Who holds that lock waits for what is locked by a load that waits for it."""

    def read_only(self, on: bool) -> None:
        """Whether new sessions may only read."""

    def heal(self) -> None:
        """Take back what lasts."""

    def greet_with_an_error(self, client: socket.socket) -> None:
        """Tell somebody who connects that there is no place."""

    def crash(self, port: int) -> None:
        """Kill the process of a session."""

    def fail(self, talk: Talk, data: bytes, why: str) -> None:
        """Have the server fail in place of a statement."""


class _Own:
    """What both have in common. `port` is that of the wire before it, `missed` counts locks that a load had already."""

    name = ""
    _server: sa.URL

    def __init__(self) -> None:
        self.own = f"struck_{os.getpid()}"
        self.port, self.missed = 0, 0
        self._holder: sa.Connection | None = None
        self._server = driven(os.environ[VARIABLES[self.name]])
        self.there = (str(self._server.host), int(self._server.port or 0))
        self._admin = sa.create_engine(self._server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._inside = sa.create_engine(self._server.set(database=self.own), poolclass=sa.NullPool)

    def heal(self) -> None:
        """As if nobody had done anything to it; a server that starts again is waited for."""
        until = time.monotonic() + 60
        while True:
            try:
                self.unlock()
                return self.read_only(False)
            except sa.exc.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def read_only(self, on: bool) -> None:
        raise NotImplementedError

    def _do(self, statement: str) -> list[Any]:
        with self._admin.connect() as connection:
            done = connection.exec_driver_sql(statement)
            return list(done) if done.returns_rows else []

    def _hold(self, *statements: str) -> bool:
        """Whether somebody else could take these locks at once."""
        self._holder = self._inside.connect()
        try:
            for statement in statements:
                self._holder.exec_driver_sql(statement)
        except sa.exc.DBAPIError:  # the load has them
            self.missed += 1
            self.unlock()
            return False
        return True

    def unlock(self) -> None:
        if self._holder is not None:
            self._holder.invalidate()
            self._holder.close()
            self._holder = None

    def strike(self, share: float, seed: int) -> None:
        """Nothing: kinds are told to strike one by one."""

    def requests(self) -> int:
        return 0

    def wrong(self, folder: Path) -> Wrong:
        with self._inside.connect() as connection:
            return wrong(Found(*row) for row in connection.exec_driver_sql(RECORDS))

    def _url(self, url: sa.URL) -> str:
        """By way of the wire."""
        return url.set(host="127.0.0.1", port=self.port, database=self.own).render_as_string(hide_password=False)


class OwnPostgresql(_Own):
    """A database of PostgreSQL. Its sessions wait for a lock for a second, and ten for a statement."""

    name = "postgresql"
    lock_seconds = 1.0
    _CODES: Mapping[str, tuple[str, str]] = {
        "disk_full": ("53100", "could not extend file: No space left on device"),
        "serialization": ("40001", "could not serialize access due to concurrent update"),
        "out_of_memory": ("53200", "out of memory"),
    }

    @property
    def variables(self) -> dict[str, str]:
        url = sa.make_url(os.environ[VARIABLES[self.name]])
        bounded = {"options": f"-c lock_timeout={self.lock_seconds:.0f}s -c statement_timeout=10s"}
        return {"CRM_URL": self._url(url.update_query_dict(bounded)), "CRM_SCHEMA": "public"}

    def empty(self, folder: Path) -> None:
        self.unlock()
        self._do(f"DROP DATABASE IF EXISTS {self.own} WITH (FORCE)")
        self._do(f"CREATE DATABASE {self.own}")

    def remove(self) -> None:
        """Nothing of it is left."""
        self.unlock()
        self._do(f"DROP DATABASE IF EXISTS {self.own} WITH (FORCE)")

    def end(self, port: int) -> None:
        self._do(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE client_port = {port}")

    def cancel(self, port: int) -> None:
        self._do(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE client_port = {port}")

    def lock(self) -> bool:
        return self._hold("SET lock_timeout = '300ms'", "LOCK TABLE accounts, contacts IN EXCLUSIVE MODE")

    def deadlock(self) -> None:
        assert self._holder is not None
        self._holder.exec_driver_sql("SET lock_timeout = '10s'")
        with suppress(sa.exc.DBAPIError):  # it may be the one who pays
            self._holder.exec_driver_sql("LOCK TABLE _crm_migrate_batch IN ACCESS EXCLUSIVE MODE")

    def read_only(self, on: bool) -> None:
        self._do(f"ALTER DATABASE {self.own} SET default_transaction_read_only = {'on' if on else 'off'}")

    def crash(self, port: int) -> None:
        ((pid,),) = self._do(f"SELECT pid FROM pg_stat_activity WHERE client_port = {port}")
        os.kill(pid, signal.SIGKILL)

    def greet_with_an_error(self, client: socket.socket) -> None:
        first = client.recv(1024)
        while first[4:8] in (struct.pack("!I", 80877103), struct.pack("!I", 80877104)):  # TLS, or GSSAPI?
            client.sendall(b"N")
            first = client.recv(1024)
        said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
        client.sendall(b"E" + struct.pack("!I", len(said) + 4) + said)

    def fail(self, talk: Talk, data: bytes, why: str) -> None:
        code, words = self._CODES[why]
        query = f"DO $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = '{code}'; END $$\0".encode()
        talk.server.sendall(b"Q" + struct.pack("!I", len(query) + 4) + query)
        talk.client.sendall(talk.answer().replace(b"exec_stmt_raise", b"mdextend_______"))


class OwnMariadb(_Own):
    """A database of MariaDB, and a user who is no administrator. Its sessions wait half a minute for a lock."""

    name = "mariadb"
    lock_seconds = 30.0
    _CODES: Mapping[str, tuple[str, int, str]] = {
        "disk_full": ("HY000", 1114, "The table is full"),
        "serialization": ("40001", 1213, "Deadlock found when trying to get lock; try restarting transaction"),
        "out_of_memory": ("HY001", 1037, "Out of memory; restart server and try again"),
    }

    @property
    def variables(self) -> dict[str, str]:
        url = sa.make_url(os.environ[VARIABLES[self.name]])
        return {"CRM_URL": self._url(url.set(username=self.own, password="not-a-secret"))}

    def empty(self, folder: Path) -> None:
        self.remove()
        self._do(f"CREATE DATABASE {self.own} CHARACTER SET utf8mb4")
        self._do(f"CREATE USER {self.own}@'127.0.0.1' IDENTIFIED BY 'not-a-secret'")
        self._do(f"GRANT ALL ON {self.own}.* TO {self.own}@'127.0.0.1'")

    def remove(self) -> None:
        """Nothing of it is left."""
        self.unlock()
        self.read_only(False)
        for (session,) in self._do(f"SELECT id FROM information_schema.processlist WHERE user = '{self.own}'"):
            with suppress(sa.exc.DBAPIError):  # it has just gone
                self._do(f"KILL {session}")
        self._do(f"DROP DATABASE IF EXISTS {self.own}")
        self._do(f"DROP USER IF EXISTS {self.own}@'127.0.0.1'")

    def _session(self, port: int) -> int:
        ((id,),) = self._do(f"SELECT id FROM information_schema.processlist WHERE host = '127.0.0.1:{port}'")
        return int(id)

    def end(self, port: int) -> None:
        self._do(f"KILL {self._session(port)}")

    def cancel(self, port: int) -> None:
        self._do(f"KILL QUERY {self._session(port)}")

    def lock(self) -> bool:
        return self._hold(
            "SET SESSION innodb_lock_wait_timeout = 1",
            "CREATE TABLE IF NOT EXISTS ballast (n INT)",  # of two in a deadlock, who changed less pays
            "INSERT INTO ballast SELECT seq FROM seq_1_to_5000",
            "SELECT * FROM accounts FOR UPDATE",
            "SELECT * FROM contacts FOR UPDATE",
        )

    def deadlock(self) -> None:
        assert self._holder is not None
        with suppress(sa.exc.DBAPIError):  # it may be the one who pays
            self._holder.exec_driver_sql("SELECT * FROM _crm_migrate_batch FOR UPDATE")

    def read_only(self, on: bool) -> None:
        self._do(f"SET GLOBAL read_only = {int(on)}")

    def crash(self, port: int) -> None:
        raise NotImplementedError("MariaDB is one process")

    def greet_with_an_error(self, client: socket.socket) -> None:
        said = b"\xff" + struct.pack("<H", 1040) + b"#08004Too many connections"
        client.sendall(struct.pack("<I", len(said))[:3] + b"\0" + said)

    def fail(self, talk: Talk, data: bytes, why: str) -> None:
        state, code, words = self._CODES[why]
        query = f"\x03SIGNAL SQLSTATE '{state}' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = '{words}'".encode()
        talk.server.sendall(struct.pack("<I", len(query))[:3] + b"\0" + query)
        talk.client.sendall(talk.answer())


OWN: dict[str, type[OwnPostgresql] | type[OwnMariadb]] = {"postgresql": OwnPostgresql, "mariadb": OwnMariadb}
