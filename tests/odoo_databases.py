"""A simulated Odoo behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.request import Request, urlopen

from crm_migrate_simulators.odoo import SIMULATOR
from crm_migrate_simulators.server import Server

DATABASE, LOGIN, PASSWORD = "simulated", "integration@simulated.example", "not-a-secret"


class Refusal(AssertionError):
    """What Odoo says in place of an answer: the name of its exception, and its words."""

    def __init__(self, said: Any) -> None:
        super().__init__(said["data"]["message"])
        self.name = said["data"]["name"]


class Database:
    """A fresh database, asked as a user."""

    def __init__(self, schema: Any = None, faults: str = "", seed: int = 0, **habits: str) -> None:
        self.server: Server = SIMULATOR.start(schema, faults=faults, seed=seed, habits=habits)
        self.url = self.server.url
        self.password = PASSWORD
        who = {"url": self.url, "database": DATABASE, "user": LOGIN, "token": PASSWORD}
        self.options = {**who, "longest_seconds": "30"}
        self.uid = self.call("common", "authenticate", DATABASE, LOGIN, PASSWORD, {})

    def call(self, service: str, method: str, *args: Any) -> Any:
        """The result of a call. Raises Refusal."""
        params = {"service": service, "method": method, "args": list(args)}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 7}
        said = self.say("POST", "/jsonrpc", body)
        assert (said["jsonrpc"], said["id"]) == ("2.0", 7)
        if "error" in said:
            raise Refusal(said["error"])
        return said["result"]

    def ask(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """What a method of a model answers. Raises Refusal."""
        who = (DATABASE, self.uid, self.password)
        return self.call("object", "execute_kw", *who, model, method, list(args), kwargs)

    def say(self, method: str, path: str, body: Any) -> Any:
        """The body of an answer."""
        headers = {"content-type": "application/json"}
        with urlopen(Request(self.url + path, json.dumps(body).encode(), headers, method=method)) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        """End it."""
        self.server.stop()
