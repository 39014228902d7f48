"""A simulated generic CRM for tests, and a client of plain `http.client` that knows nothing of ours."""

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.rest_crm import Habits, RestCrm
from crm_migrate_simulators.schema import read_schema
from crm_migrate_simulators.wire import Reply, Request

START = 1_800_000_000.0  # 2027-01-15 08:00 UTC
KEY = "crm_migrate_id"
_OURS = {"type": "text", "length": 40, "unique": True, "external": True}
SCHEMA: dict[str, Any] = {
    "organisation": "Musterfirma",
    "objects": {
        "accounts": {"fields": {KEY: _OURS, "name": {"length": 40, "required": True}, "owner": {}}},
        "contacts": {
            "fields": {
                KEY: _OURS,
                "last_name": {"length": 20, "required": True},
                "email": {"length": 80, "unique": True, "folded": True, "aliases": True},
                "stage": {"choices": ["new", "won", "lost"], "default": "new"},
                "revenue": {"type": "decimal"},
                "born": {"type": "date"},
                "account": {"type": "reference", "reference": "accounts"},
                "score": {"type": "integer", "read_only": True},
                "owner": {},
            }
        },
        "tasks": {"fields": {KEY: _OURS, "subject": {"required": True}}},
    },
}


def engine(
    faults: str = "",
    *,
    seed: int = 0,
    clock: Clock | None = None,
    quotas: Quotas | None = None,
    keep: Keep | None = None,
    **habits: Any,
) -> Engine:
    """An engine of the generic CRM with the schema above; its clock stands unless one is given."""
    clock = clock or Clock(START)
    crm = RestCrm(clock, Habits(**habits))
    schedule = Schedule(read_schedule(faults), seed)
    return Engine(crm, read_schema(SCHEMA), schedule=schedule, clock=clock, quotas=quotas, keep=keep)


class Direct:
    """Asks an engine without a socket."""

    def __init__(self, asked: Engine) -> None:
        self.engine = asked
        self._token = ""

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """The reply, with a token that is good."""
        if not self._token:
            form = urlencode(TOKEN_FORM).encode()
            self._token = self.engine.answer(Request("POST", "/oauth/token", {}, {}, form)).body["access_token"]
        headers = {"authorization": f"Bearer {self._token}"}
        data = b"" if body is None else json.dumps(body).encode()
        return self.engine.answer(Request(method, path, query, headers, data))

    def write(self, verb: str, records: list[dict[str, Any]], of: str = "contacts", **more: Any) -> Reply:
        """A batch of writes."""
        return self.ask("POST", f"/v1/objects/{of}/batch/{verb}", {"records": records, **more})

    def find(self, keys: list[str], of: str = "contacts") -> Reply:
        """Records by our key."""
        return self.ask("POST", f"/v1/objects/{of}/batch/read", {"key": KEY, "values": keys})


TOKEN_FORM = {"grant_type": "client_credentials", "client_id": "crm-migrate", "client_secret": "not-a-secret"}


def contact(number: int, **fields: Any) -> dict[str, Any]:
    """A record of a batch: a fictional contact with our key."""
    return {"fields": {KEY: f"c{number}", "last_name": f"Yılmaz {number}", **fields}}


class Wire:
    """One request per connection over the socket, byte for byte; raises what `http.client` raises."""

    def __init__(self, url: str, timeout: float = 5) -> None:
        self._host, self._timeout, self._token = urlsplit(url).netloc, timeout, ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers."""
        if not self._token and not path.startswith("/_simulator"):
            form = urlencode(TOKEN_FORM).encode()
            self._token = json.loads(self._once("POST", "/oauth/token", form)[1])["access_token"]
        return self._once(method, path, None if body is None else json.dumps(body).encode())

    def write(self, verb: str, records: list[dict[str, Any]]) -> tuple[int, bytes, dict[str, str]]:
        """A batch of writes of contacts."""
        return self.ask("POST", f"/v1/objects/contacts/batch/{verb}", {"records": records})

    def told(self, what: str) -> Any:
        """What the simulator says of itself."""
        return json.loads(self._once("GET", f"/_simulator/{what}", None)[1])

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes, dict[str, str]]:
        with closing(http.client.HTTPConnection(self._host, timeout=self._timeout)) as connection:
            connection.request(method, path, body, {"Authorization": f"Bearer {self._token}"} if self._token else {})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
