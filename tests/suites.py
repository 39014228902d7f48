"""A simulated SuiteCRM behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from crm_migrate_simulators.server import Server
from crm_migrate_simulators.suitecrm import SIMULATOR

CLIENT, SECRET = "suitecrm-simulated-client", "suitecrm-simulated"
KEY, KIND = "crm_migrate_id_c", "crm_migrate_kind_c"
MODULES = ("Accounts", "Contacts", "Leads", "Opportunities", "Cases", "Tasks")
CONFORMANCE: dict[str, Any] = {
    "conformance_born_c": {"type": "date"},
    "conformance_seen_c": {"type": "datetimecombo"},
    "conformance_visits_c": {"type": "int"},
    "conformance_vip_c": {},
}
Record = dict[str, Any]


def schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """Fields that an administrator has made, our key and kind in each module."""
    ours: dict[str, Any] = {KEY: {}, KIND: {}}
    return {"objects": {name: {"fields": {**ours, **fields.get(name, {})}} for name in MODULES}}


class Suite:
    """A fresh installation in which an administrator has made the fields."""

    def __init__(self, *sellers: str, fields: Any = None, faults: str = "", seed: int = 0, **habits: str) -> None:
        self.server: Server = SIMULATOR.start(fields or schema(), habits=habits, faults=faults, seed=seed)
        self.url = self.server.url
        self.options = {
            "url": self.url, "client_id": CLIENT, "client_secret": SECRET, "longest_seconds": "30",
        }  # fmt: skip
        form = urlencode({"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}).encode()
        kind = "application/x-www-form-urlencoded"
        self._token = self._sent("POST", "/Api/access_token", form, kind)[1]["access_token"]
        self.say("GET", "/current-user")  # what stands beside records is there from the first request on
        for place, mailbox in enumerate(sellers):
            user = {"user_name": mailbox.partition("@")[0], "email1": mailbox, "status": "Active", "is_admin": "0"}
            said = {"kind": "users", "name": f"00000000-0000-4000-8000-0000000001{place:02}", "value": user}
            self._sent("PUT", "/_simulator/settings", json.dumps(said).encode())

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of an answer."""
        return self._sent(method, f"/Api/V8{path}", None if body is None else json.dumps(body).encode())

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The body of a success; an AssertionError where it is none."""
        status, said = self.say(method, path, body)
        assert 200 <= status < 300, (status, said)
        return said

    def _sent(self, method: str, path: str, data: bytes | None, kind: str = "application/json") -> tuple[int, Any]:
        headers = {"content-type": kind, "authorization": f"Bearer {getattr(self, '_token', '')}"}
        try:
            with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
                said = answer.read()
                return answer.status, json.loads(said) if said else None
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def make(self, module: str, **attributes: str) -> str:
        """The id of a record that somebody else made."""
        said = self.ask("POST", "/module", {"data": {"type": module, "attributes": attributes}})
        return str(said["data"]["id"])

    def rows(self, module: str) -> list[Record]:
        """The attributes of every record, with its id."""
        there = self._sent("GET", f"/_simulator/records/{module}", None)[1]
        told = [self.ask("GET", f"/module/{module}/{each['id']}")["data"] for each in there]
        return [{**each["attributes"], "id": each["id"]} for each in told]

    def stop(self) -> None:
        """End it."""
        self.server.stop()
