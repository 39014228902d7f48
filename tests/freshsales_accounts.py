"""A simulated Freshsales account behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from crm_migrate_simulators.freshsales import SIMULATOR
from crm_migrate_simulators.server import Server

TOKEN = "freshsales-simulated"
KEY = "cf_crm_migrate_id"
API = "/crm/sales/api"
Record = dict[str, Any]


def schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by module, our key in each of them that have some."""
    modules = ("sales_accounts", "contacts", "deals", "sales_activities")
    return {"objects": {name: {"fields": {KEY: {}, **fields.get(name, {})}} for name in modules}}


class Account:
    """A fresh account: any number of requests, and lists that are current, unless its habits say otherwise."""

    def __init__(self, *sellers: str, fields: Any = None, faults: str = "", seed: int = 0, **habits: str) -> None:
        ways = {"per_hour": "0", "per_minute": "0", "index_seconds": "0", **habits}
        self.server: Server = SIMULATOR.start(fields or schema(), habits=ways, faults=faults, seed=seed)
        self.url = self.server.url
        self.token = habits.get("token", TOKEN)
        self.ask("GET", "/selector/owners")  # what stands beside records is there from the first request on
        for place, mailbox in enumerate(sellers):
            user = {"id": 7001 + place, "display_name": mailbox.partition("@")[0], "email": mailbox, "is_active": True}
            self.put("owners", str(user["id"]), user)

    def put(self, kind: str, name: str, value: Any) -> None:
        """Set what stands beside records."""
        self._sent("PUT", "/_simulator/settings", {"kind": kind, "name": name, "value": value})

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of an answer."""
        return self._sent(method, f"{API}{path}", body)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The body of a success; an AssertionError where it is none."""
        status, said = self.say(method, path, body)
        assert 200 <= status < 300, (status, said)
        return said

    def _sent(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "authorization": f"Token token={self.token}"}
        try:
            with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
                said = answer.read()
                return answer.status, json.loads(said) if said else None
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def make(self, module: str, **fields: Any) -> int:
        """The id of a record that somebody else made."""
        said = self.ask("POST", f"/{module}", fields)
        return int(next(each["id"] for each in said.values() if isinstance(each, dict)))

    def rows(self, module: str, include: str = "") -> list[Record]:
        """Every record as its own page tells it."""
        there = self._sent("GET", f"/_simulator/records/{module}", None)[1]
        query = f"?{urlencode({'include': include})}" if include else ""
        told = [self.ask("GET", f"/{module}/{each['id']}{query}") for each in there]
        return [next(each for each in said.values() if isinstance(each, dict)) for said in told]

    def summary(self) -> Any:
        """What the witness counted."""
        return self._sent("GET", "/_simulator/summary", None)[1]

    def stop(self) -> None:
        """End it."""
        self.server.stop()
