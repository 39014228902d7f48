"""A simulated EspoCRM behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from crm_migrate_simulators.espocrm import SIMULATOR
from crm_migrate_simulators.server import Server

TOKEN = "espocrm-simulated"
KEY, KIND = "cCrmMigrateId", "cCrmMigrateKind"
ENTITIES = ("Account", "Contact", "Lead", "Opportunity", "Case", "Task")
CONFORMANCE: dict[str, Any] = {
    "cConformanceBorn": {"type": "date"},
    "cConformanceSeen": {"type": "datetime"},
    "cConformanceVisits": {"type": "int"},
    "cConformanceVip": {},
}
Record = dict[str, Any]


def schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by entity, our key and kind in each of them."""
    ours: dict[str, Any] = {KEY: {"maxLength": 40}, KIND: {}}
    return {"objects": {name: {"fields": {**ours, **fields.get(name, {})}} for name in ENTITIES}}


class Espo:
    """A fresh installation in which an administrator has made the fields."""

    def __init__(self, *sellers: str, fields: Any = None, faults: str = "", seed: int = 0, **habits: str) -> None:
        self.server: Server = SIMULATOR.start(fields or schema(), habits=habits, faults=faults, seed=seed)
        self.url = self.server.url
        self.options = {"url": self.url, "token": habits.get("token", TOKEN), "longest_seconds": "30"}
        self.say("GET", "/App/user")  # what stands beside records is there from the first request on
        for place, mailbox in enumerate(sellers):
            user = {"id": f"{place:016x}d", "userName": mailbox.partition("@")[0], "emailAddress": mailbox}
            self.put("users", user["id"], {**user, "isActive": True})

    def put(self, kind: str, name: str, value: Any) -> None:
        """Set what stands beside records."""
        self._sent("PUT", "/_simulator/settings", {"kind": kind, "name": name, "value": value})

    def say(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, str | None]:
        """Status, body and reason of an answer."""
        return self._sent(method, f"/api/v1{path}", body, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The body of a success; an AssertionError where it is none."""
        status, said, reason = self.say(method, path, body, **headers)
        assert 200 <= status < 300, (status, said, reason)
        return said

    def _sent(self, method: str, path: str, body: Any, **more: str) -> tuple[int, Any, str | None]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "x-api-key": self.options["token"], **more}
        try:
            with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
                said = answer.read()
                return answer.status, json.loads(said) if said else None, answer.headers["X-Status-Reason"]
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), error.headers["X-Status-Reason"]

    def make(self, entity: str, **fields: Any) -> str:
        """The id of a record that somebody else made."""
        return str(self.ask("POST", f"/{entity}", fields)["id"])

    def rows(self, entity: str) -> list[Record]:
        """Every record as its own page tells it."""
        there = self._sent("GET", f"/_simulator/records/{entity}", None)[1]
        return [self.ask("GET", f"/{entity}/{each['id']}") for each in there]

    def summary(self) -> Any:
        """What the witness counted."""
        return self._sent("GET", "/_simulator/summary", None)[1]

    def stop(self) -> None:
        """End it."""
        self.server.stop()


def keys_of(record: Record) -> list[str]:
    """Our keys in a record."""
    return [record[KEY]] if record.get(KEY) else []
