"""The databases that tests load into: a SQLite file, and a schema or database of its own in the servers of CI."""

import os
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

VARIABLES = {"postgresql": "CRM_MIGRATE_TEST_POSTGRESQL", "mariadb": "CRM_MIGRATE_TEST_MARIADB"}
TITLES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}
KINDS = ("sqlite", *(pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in TITLES))


def options(kind: str, folder: Path) -> dict[str, str]:
    """The options of an environment whose target is empty. Skips as `served` does."""
    if kind == "sqlite":
        return {"url": f"sqlite:///{folder / 'crm.db'}"}
    url, fresh = served(kind), f"test_{uuid.uuid4().hex}"
    return {"url": url, "schema": fresh} if kind == "postgresql" else {"url": _database(url, fresh)}


def served(kind: str) -> str:
    """The address of the server of CI, "" of what needs none. Skips visibly where there is no server, but not in CI."""
    if kind not in VARIABLES:
        return ""
    url, title = os.environ.get(VARIABLES[kind]), TITLES[kind]
    if not url and os.environ.get("CI"):
        pytest.fail(f"CI must have a {title}: {VARIABLES[kind]} is not set")
    if not url:
        pytest.skip(f"no {title}: python scripts/servers.py run -- pytest (sets {VARIABLES[kind]})")
    return url


def _database(url: str, name: str) -> str:
    """A MariaDB database of its own."""
    engine = sa.create_engine(driven(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_turkish_ci")
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def driven(url: str) -> sa.URL:
    """The url with the driver that is installed, for what somebody else does in the database."""
    drivers = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}
    made = sa.make_url(url)
    return made.set(drivername=drivers.get(made.drivername, made.drivername))
