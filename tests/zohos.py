"""A simulated Zoho CRM for tests: asked without a socket by a client that knows nothing of ours, or running."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from one_of_a_kind import number

from crm_migrate.connecting.contract import Target
from crm_migrate.connecting.discovery import connector
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.schema import read_schema
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.wire import Reply, Request
from crm_migrate_simulators.zoho import SIMULATOR, ZohoCrm, furnished
from crm_migrate_simulators.zoho.habits import Habits, limits
from crm_migrate_simulators.zoho.org_store import org

START = 1_800_000_000.0  # 2027-01-15 08:00 UTC
SECRET = "not-a-secret"
TOKEN = urlencode(
    {"grant_type": "refresh_token", "client_id": "crm-migrate", "client_secret": SECRET, "refresh_token": SECRET}
)
WHO = {"client_id": "crm-migrate", "client_secret": SECRET, "refresh_token": SECRET}
QUICK = {"longest_seconds": "10", "settle_seconds": "0"}
ENVIRONMENT = """\
environments:
  zoho:
    connector: zoho
    url: "env:CRM_URL"
    login_url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    refresh_token: "env:CRM_SECRET"
"""


def engine(faults: str = "", *, schema: Any = None, quotas: Quotas | None = None, **habits: Any) -> Engine:
    """An engine whose clock stands."""
    clock, ways = Clock(START), Habits(**habits)
    schedule = Schedule(read_schedule(faults, SIMULATOR.kinds), 0)
    said = read_schema(furnished(schema))
    return Engine(
        ZohoCrm(clock, ways), said, schedule=schedule, clock=clock, quotas=quotas or limits(ways),
        kinds=SIMULATOR.kinds, store=org,
    )  # fmt: skip


class Zoho:
    """Asks an engine without a socket."""

    def __init__(self, asked: Engine | None = None) -> None:
        self.engine = asked or engine()
        said = self.engine.answer(Request("POST", "/oauth/v2/token", {}, {}, TOKEN.encode())).body
        self.token = str(said["access_token"])

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """The reply; `body` is JSON."""
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Zoho-oauthtoken {self.token}"}
        return self.engine.answer(Request(method, f"/crm/v8/{path}", query, headers, sent, tuple(query.items())))

    def rows(self, method: str, path: str, *records: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        """What is said of each record."""
        told: list[dict[str, Any]] = self.ask(method, path, {"data": list(records), **more}).body["data"]
        return told

    def create(self, module: str, **fields: Any) -> str:
        """The id of a new record; an AssertionError where it was refused."""
        (told,) = self.rows("POST", module, fields)
        assert told["status"] == "success", told
        return str(told["details"]["id"])

    def query(self, text: str) -> list[dict[str, Any]]:
        """The records of a query."""
        reply = self.ask("POST", "coql", {"select_query": text})
        assert reply.status in (200, 204), reply.body
        found: list[dict[str, Any]] = reply.body["data"] if reply.body else []
        return found


def started(schema: Any = None, *, habits: dict[str, str] | None = None, **how: Any) -> Server:
    """A running organisation, another one than any that runs beside it."""
    return SIMULATOR.start({"organisation": f"Org {number()}", **(schema or {})}, habits=habits, **how)


def options(server: Server, **said: str) -> dict[str, str]:
    """What an environment says about it."""
    return {"url": server.url, "login_url": server.url, **WHO, **QUICK, **said}


def opened(server: Server, **said: str) -> Target:
    """A target on it."""
    return connector("zoho").target(options(server, **said))


@contextmanager
def served(patch: pytest.MonkeyPatch, **how: Any) -> Iterator[Server]:
    """A running organisation behind `ENVIRONMENT`."""
    server = started(**how)
    patch.setenv("CRM_URL", server.url)
    patch.setenv("CRM_SECRET", SECRET)
    try:
        yield server
    finally:
        server.stop()
