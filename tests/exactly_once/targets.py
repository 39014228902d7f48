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

from exactly_once.company import Found, Wrong, wrong
from exactly_once.simulated_crms import (
    DynamicsEnvironment,
    EspoInstallation,
    FreshsalesAccount,
    HubSpotPortal,
    OdooDatabase,
    RestCrm,
    SalesforceOrg,
    SimulatedCrm,
    SuiteInstallation,
    VtigerInstallation,
    ZohoOrg,
)

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


PLACES: dict[str, type[Any]] = {
    place.name: place
    for place in (
        SqliteFile,
        PostgresqlSchema,
        MariadbDatabase,
        RestCrm,
        DynamicsEnvironment,
        EspoInstallation,
        FreshsalesAccount,
        HubSpotPortal,
        OdooDatabase,
        SalesforceOrg,
        SuiteInstallation,
        VtigerInstallation,
        ZohoOrg,
    )
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
