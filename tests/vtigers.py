"""A simulated vtiger behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from hashlib import md5
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from crm_migrate_simulators.server import Server
from crm_migrate_simulators.vtiger import SIMULATOR

USER, KEY = "admin", "vtiger-simulated"
MODULES = ("Accounts", "Contacts", "Leads", "Potentials", "HelpDesk", "Calendar")
CONFORMANCE: dict[str, Any] = {
    "conformance_born": {"type": "date"},
    "conformance_visits": {"type": "integer"},
    "conformance_vip": {},
}
Record = dict[str, Any]


def schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """Fields that an administrator has made, by label; our key and kind in each module."""
    ours: dict[str, Any] = {"crm_migrate_id": {}, "crm_migrate_kind": {}}
    return {"objects": {name: {"fields": {**ours, **fields.get(name, {})}} for name in MODULES}}


class Installation:
    """A fresh one in which an administrator has made the fields."""

    def __init__(self, *sellers: str, fields: Any = None, faults: str = "", seed: int = 0, **habits: str) -> None:
        self.server: Server = SIMULATOR.start(fields or schema(), habits=habits, faults=faults, seed=seed)
        self.url = self.server.url
        self.options = {"url": self.url, "user": USER, "token": KEY, "longest_seconds": "30"}
        token = self.say(operation="getchallenge", username=USER)["result"]["token"]
        digest = md5(f"{token}{KEY}".encode(), usedforsecurity=False).hexdigest()
        self._session = self.say(True, operation="login", username=USER, accessKey=digest)["result"]["sessionName"]
        for place, mailbox in enumerate(sellers):
            said = {"user_name": mailbox.partition("@")[0], "email1": mailbox, "status": "Active", "is_admin": "off"}
            body = {"kind": "users", "name": f"19x{place + 10}", "value": said}
            self._sent("/_simulator/settings", json.dumps(body).encode(), "PUT")

    def say(self, post: bool = False, **words: str) -> Any:
        """An answer."""
        data = urlencode(words).encode()
        return self._sent("/webservice.php", data) if post else self._sent(f"/webservice.php?{data.decode()}", None)

    def ask(self, operation: str, post: bool = False, **words: str) -> Any:
        """What was answered; an AssertionError where it was refused."""
        said = self.say(post, operation=operation, sessionName=self._session, **words)
        assert said["success"], said
        return said["result"]

    def _sent(self, path: str, data: bytes | None, method: str | None = None) -> Any:
        kind = "application/json" if method == "PUT" else "application/x-www-form-urlencoded"
        with urlopen(Request(self.url + path, data, {"content-type": kind}, method=method)) as answer:
            said = answer.read()
            return json.loads(said) if said else None

    def make(self, module: str, **fields: str) -> str:
        """The id of a record that somebody else made."""
        element = json.dumps({"assigned_user_id": "19x1", **fields})
        return str(self.ask("create", True, elementType=module, element=element)["id"])

    def rows(self, module: str) -> list[Record]:
        """Every record, custom fields by their labels."""
        labels = {f["name"]: f["label"] for f in self.ask("describe", elementType=module)["fields"]}
        there = self._sent(f"/_simulator/records/{module}", None)
        told = [self.ask("retrieve", id=each["id"]) for each in there]
        return [{labels[n] if n.startswith("cf_") else n: v for n, v in each.items()} for each in told]

    def stop(self) -> None:
        """End it."""
        self.server.stop()
