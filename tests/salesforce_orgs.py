"""A simulated Salesforce org for tests, the connector's options for it, and the environment of projects into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from one_of_a_kind import number

from crm_migrate.connecting.contract import Target
from crm_migrate.connecting.discovery import connector
from crm_migrate_simulators.salesforce.simulator import SIMULATOR
from crm_migrate_simulators.server import Server

WHO = {"client_id": "crm-migrate", "client_secret": "not-a-secret"}
QUICK = {"longest_seconds": "10", "settle_seconds": "0"}


# The environment of a mapping; the words that a project adds to it stand behind.
ENVIRONMENT = """\
environments:
  salesforce:
    connector: salesforce
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
"""


def started(schema: Any = None, *, habits: dict[str, str] | None = None, **how: Any) -> Server:
    """A running org, another one than any that runs beside it."""
    named = {**(schema or {}), "organisation": f"Org {number()}"}
    return SIMULATOR.start(named, habits=habits, **how)


def options(server: Server, **said: str) -> dict[str, str]:
    """What an environment says about it."""
    return {"url": server.url, **WHO, **QUICK, **said}


def opened(server: Server, **said: str) -> Target:
    """A target on it."""
    return connector("salesforce").target(options(server, **said))


@contextmanager
def served(patch: pytest.MonkeyPatch, **how: Any) -> Iterator[Server]:
    """A running org behind `ENVIRONMENT`."""
    server = started(**how)
    patch.setenv("CRM_URL", server.url)
    patch.setenv("CRM_SECRET", WHO["client_secret"])
    try:
        yield server
    finally:
        server.stop()
