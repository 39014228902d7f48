"""The targets of these tests, and a witness for each: plain SQL, or what the simulated CRM says of itself.

Every target is emptied in place: it stays the one that a project was planned for.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from databases import VARIABLES, driven
from simulated import KEY

from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule
from crm_migrate_simulators.rest import SIMULATOR
from crm_migrate_simulators.server import Server
from exactly_once.company import BATCH, Found, Wrong, wrong

RECORDS = """
SELECT 'accounts' AS object, a.name AS name, NULL AS mail, p.name AS parent
FROM accounts a LEFT JOIN accounts p ON p.id = a.parent
UNION ALL
SELECT 'contacts', c.last_name, c.email, a.name FROM contacts c LEFT JOIN accounts a ON a.id = c.company
"""


class Place(Protocol):
    """A target, the variables that lead a process to it, and its witness."""

    name: str

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of the mapping refers to."""
        ...

    def empty(self, folder: Path) -> None:
        """As if nobody had ever loaded it; `folder` is the project's."""
        ...

    def strike(self, share: float, seed: int) -> None:
        """From now on so many of all requests go wrong; SQL targets leave that to the process (`lossy`)."""
        ...

    def wrong(self, folder: Path) -> Wrong:
        """What the witness says."""
        ...

    def requests(self) -> int:
        """How many requests arrived since it was emptied; 0 where nobody counts them."""
        ...


class SqliteFile:
    """A file in the project's folder."""

    name = "sqlite"
    variables: dict[str, str]

    def __init__(self) -> None:
        self.variables = {}

    def empty(self, folder: Path) -> None:
        for path in folder.glob("crm.db*"):
            path.unlink()

    def strike(self, share: float, seed: int) -> None:
        pass

    def wrong(self, folder: Path) -> Wrong:
        with closing(sqlite3.connect(folder / "crm.db")) as connection:
            return wrong(Found(*row) for row in connection.execute(RECORDS))

    def requests(self) -> int:
        return 0


class SharedFile(SqliteFile):
    """A file beside the projects that load it; `folder` is where it is."""

    name = "mariadb"  # the environment that takes any url

    def empty(self, folder: Path) -> None:
        super().empty(folder)
        self.variables = {"CRM_URL": f"sqlite:///{(folder / 'crm.db').as_posix()}"}


class PostgresqlSchema:
    """A schema of its own in the server of CI."""

    name = "postgresql"

    def __init__(self) -> None:
        self._url = os.environ[VARIABLES[self.name]]
        self._schema = f"once_{os.getpid()}"
        self._engine = sa.create_engine(driven(self._url), isolation_level="AUTOCOMMIT")

    @property
    def variables(self) -> dict[str, str]:
        return {"CRM_URL": self._url, "CRM_SCHEMA": self._schema}

    def empty(self, folder: Path) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")

    def strike(self, share: float, seed: int) -> None:
        pass

    def wrong(self, folder: Path) -> Wrong:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"SET search_path TO {self._schema}")
            return wrong(Found(*row) for row in connection.exec_driver_sql(RECORDS))

    def requests(self) -> int:
        return 0


class MariadbDatabase:
    """A database of its own in the server of CI."""

    name = "mariadb"

    def __init__(self) -> None:
        self._name = f"once_{os.getpid()}"
        url = sa.make_url(os.environ[VARIABLES[self.name]]).set(database=self._name)
        self._url = url.render_as_string(hide_password=False)
        self._engine = sa.create_engine(driven(os.environ[VARIABLES[self.name]]), isolation_level="AUTOCOMMIT")

    @property
    def variables(self) -> dict[str, str]:
        return {"CRM_URL": self._url}

    def empty(self, folder: Path) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {self._name}")
            connection.exec_driver_sql(f"CREATE DATABASE {self._name} CHARACTER SET utf8mb4")

    def strike(self, share: float, seed: int) -> None:
        pass

    def wrong(self, folder: Path) -> Wrong:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"USE {self._name}")
            return wrong(Found(*row) for row in connection.exec_driver_sql(RECORDS))

    def requests(self) -> int:
        return 0


# Kinds that leave a load nothing but to go on or to stop; what changes values is told apart by `validate`.
FIGURES = {"late_commit": 0.3, "settling": 0.25, "flickering": 0.12, "parent_locked": 0.1, "slow": 0.1, "throttled": 1}
FAULTS = [
    name
    for name, kind in KINDS.items()
    if kind.family in ("refused", "doubt", "answer", "read")
    and name not in ("duplicate_rule", "gzip_bomb", "hang_before", "hang_after", "dripping", "quota_gone")
    and name not in ("throttled_absurd", "throttled_garbage", "throttled_silent")  # minutes of real waiting
]


class SimulatedCrm:
    """The generic CRM on its socket, in this process: it outlives whoever loads it.

    It says that our key is unique there, and looks only where it is told to: else what is created twice is there twice.
    `patience` are the seconds that a loader waits for an answer: more where a busy machine must not look like a fault.
    """

    name = "rest"

    def __init__(self, *, unique: bool = False, patience: float = 0.6) -> None:
        self._unique, self._patience = unique, patience
        self._server: Server | None = None
        self._port = 0

    @property
    def server(self) -> Server:
        """The CRM that runs now."""
        assert self._server is not None
        return self._server

    @property
    def variables(self) -> dict[str, str]:
        return {"CRM_URL": self.server.url, "CRM_SECRET": "not-a-secret", "CRM_PATIENCE": str(self._patience)}

    def empty(self, folder: Path) -> None:
        self.stop()
        schema = {"objects": {"accounts": {"fields": {}}, "contacts": {"fields": {}}}}
        self._server = SIMULATOR.start(schema, port=self._port, habits={"batch": str(BATCH), "page": "20"})
        self._port = int(self._server.url.rpartition(":")[2])
        if not self._unique:
            self._server.engine.store._unique = lambda definition, values, id: None  # type: ignore[method-assign]

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def strike(self, share: float, seed: int) -> None:
        each = share / len(FAULTS)
        parts = (f"{name}{f'({FIGURES[name]})' if name in FIGURES else ''}:{each:.6f}" for name in FAULTS)
        self.server.engine.schedule = Schedule(read_schedule(", ".join(parts) if share else ""), seed)

    def wrong(self, folder: Path) -> Wrong:
        store, log = self.server.engine.store, self.server.engine.log
        accounts = {record.id: record for record in store.all("accounts")}
        records = [*accounts.values(), *store.all("contacts")]
        return wrong(
            (self._found(record.object, record.values, accounts) for record in records),
            (str(each.key) for each in log.creations if each.request),
        )

    @staticmethod
    def _found(object: str, values: dict[str, Any], accounts: dict[str, Any]) -> Found:
        above = values.get("parent" if object == "accounts" else "company")
        parent = accounts[above].values["name"] if above in accounts else above
        assert values.get(KEY), "a record without our key"
        name = values.get("name" if object == "accounts" else "last_name")
        return Found(object, str(name), values.get("email"), parent)

    def requests(self) -> int:
        return len(self.server.engine.log.requests)


PLACES: dict[str, type[Any]] = {
    place.name: place for place in (SqliteFile, PostgresqlSchema, MariadbDatabase, SimulatedCrm)
}
KINDS_OF_PLACE = {**PLACES, "shared": SharedFile}


@contextmanager
def opened(name: str, folder: Path, **habits: Any) -> Iterator[Place]:
    """A target of that kind, and nothing of it is left behind."""
    place: Place = KINDS_OF_PLACE[name](**habits)
    place.empty(folder)
    try:
        yield place
    finally:
        if isinstance(place, SimulatedCrm):
            place.stop()
        else:
            place.empty(folder)
