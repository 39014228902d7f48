"""A simulated Salesforce for tests, and a client that knows nothing of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.salesforce.catalogue import furnished
from crm_migrate_simulators.salesforce.crm import SalesforceCrm
from crm_migrate_simulators.salesforce.furniture import org
from crm_migrate_simulators.salesforce.habits import Habits
from crm_migrate_simulators.salesforce.simulator import SIMULATOR
from crm_migrate_simulators.schema import read_schema
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.wire import Reply, Request

START = 1_800_000_000.0  # 2027-01-15 08:00 UTC
KEY = "Legacy_Key__c"
_OURS = {"type": "string", "length": 40, "externalId": True, "unique": True}
SCHEMA: dict[str, Any] = {
    "organisation": "Musterfirma",
    "key": KEY,
    "objects": {
        name: {"fields": {KEY: _OURS}} for name in ("Account", "Contact", "Lead", "Opportunity", "Case", "Task")
    },
    "users": [{"Username": "gone@simulated.example", "LastName": "Gone", "IsActive": False}],
}
TOKEN = urlencode({"grant_type": "client_credentials", "client_id": "crm-migrate", "client_secret": "not-a-secret"})
DATA = "/services/data/v62.0"


def engine(
    faults: str = "",
    *,
    seed: int = 0,
    schema: Any = SCHEMA,
    clock: Clock | None = None,
    quotas: Quotas | None = None,
    keep: Path | None = None,
    **habits: Any,
) -> Engine:
    """An engine with the schema above; its clock stands unless one is given."""
    clock = clock or Clock(START)
    return Engine(
        SalesforceCrm(clock, Habits(**habits)),
        read_schema(furnished(schema)),
        schedule=Schedule(read_schedule(faults), seed),
        clock=clock,
        quotas=quotas,
        keep=Keep(keep) if keep else None,
        store=org,
    )


@contextmanager
def running(schema: Any = SCHEMA, faults: str = "", **habits: str) -> Iterator[Server]:
    """A server with the clock of the machine."""
    server = SIMULATOR.start(schema, faults=faults, habits=habits)
    try:
        yield server
    finally:
        server.stop()


class Salesforce:
    """Asks an engine without a socket."""

    def __init__(self, asked: Engine | None = None) -> None:
        self.engine = asked or engine()
        self._token = ""

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: str
    ) -> Reply:
        """The reply, with a session that is good; `body` is JSON, or text as it is."""
        if not self._token:
            self.sign_in()
        sent = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
        kept = {"authorization": f"Bearer {self._token}", **{n.lower(): v for n, v in (headers or {}).items()}}
        path = path if path.startswith("/services") else f"{DATA}/{path}"
        return self.engine.answer(Request(method, path, query, kept, sent, tuple(query.items())))

    def sign_in(self) -> None:
        """A new session."""
        said = self.engine.answer(Request("POST", "/services/oauth2/token", {}, {}, TOKEN.encode())).body
        self._token = said["access_token"]

    def write(
        self, method: str, rows: list[dict[str, Any]], of: str = "", *, together: bool = False, **headers: str
    ) -> Any:
        """The results of a collection; rows are (object, fields)."""
        said = {"allOrNone": together, "records": rows}
        return self.ask(
            method, f"composite/sobjects{of}", said, {n.replace("_", "-"): v for n, v in headers.items()}
        ).body

    def create(self, object: str, **fields: Any) -> str:
        """The id of a new record; an AssertionError where it was refused."""
        reply = self.ask("POST", f"sobjects/{object}", fields)
        assert reply.status == 201, reply.body
        return str(reply.body["id"])

    def query(self, text: str, of: str = "query") -> list[dict[str, Any]]:
        """The rows of a query without their attributes."""
        reply = self.ask("GET", of, q=text)
        assert reply.status == 200, reply.body
        return [{n: v for n, v in row.items() if n != "attributes"} for row in reply.body["records"]]

    def refused(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, str]:
        """Status and code of a refusal."""
        reply = self.ask(method, path, body, **query)
        return reply.status, reply.body[0]["errorCode"]

    def job(self, text: str, object: str, operation: str, key: str | None = None, **said: str) -> dict[str, Any]:
        """A bulk job from its opening to its end."""
        opened = {"object": object, "operation": operation, "lineEnding": "LF", **said}
        job = self.ask("POST", "jobs/ingest", opened | ({"externalIdFieldName": key} if key else {})).body
        assert self.ask("PUT", f"/{job['contentUrl']}", text, {"Content-Type": "text/csv"}).status == 201
        assert self.ask("PATCH", f"jobs/ingest/{job['id']}", {"state": "UploadComplete"}).status == 200
        told: dict[str, Any] = self.ask("GET", f"jobs/ingest/{job['id']}").body
        return told

    def rows(self, job: dict[str, Any], which: str) -> list[dict[str, Any]]:
        """successfulResults, failedResults or unprocessedrecords of a job."""
        rows: list[dict[str, Any]] = self.ask("GET", f"jobs/ingest/{job['id']}/{which}").body.rows
        return rows


def row(object: str, **fields: Any) -> dict[str, Any]:
    """A row of a collection."""
    return {"attributes": {"type": object}, **fields}
