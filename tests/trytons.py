"""Databases of the Tryton server of CI, each a fresh copy of its template, and a way to ask them behind our back."""

import base64
import http.client
import json
import os
import shutil
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

VARIABLE = "CRM_MIGRATE_TEST_TRYTON"
USER, PASSWORD = "admin", "not-a-secret"


@dataclass
class Tryton:
    """A database of the server at `url`. A client of plain `http.client` that knows nothing of ours."""

    url: str
    name: str
    _session: str = field(default="", repr=False)

    @property
    def options(self) -> dict[str, str]:
        """The options of an environment whose target is this database."""
        return {"url": self.url, "database": self.name, "user": USER, "password": PASSWORD}

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call; its error as an AssertionError."""
        if not self._session and method != "common.db.login":
            id, key, _ = self.ask("common.db.login", USER, {"password": PASSWORD}, "en")
            self._session = base64.b64encode(f"{USER}:{id}:{key}".encode()).decode()
        said = self._post(f"/{self.name}/rpc/", {"id": 1, "method": method, "params": params})
        assert "error" not in said, said["error"]
        return said["result"]

    def rows(self, model: str, *fields: str, where: list[Any] | None = None) -> list[dict[str, Any]]:
        """All records of a model, active or not, in the order of their ids."""
        context = {"active_test": False}
        return self.ask(f"model.{model}.search_read", where or [], 0, None, [["id", "ASC"]], fields, context)

    def empty(self) -> "Tryton":
        """Without parties, categories and types of relations, as it was when it was copied."""
        for model in ("party.party", "party.category", "party.relation.type"):
            order = [["id", "DESC"]]  # children of categories first
            if ids := self.ask(f"model.{model}.search", [], 0, None, order, {"active_test": False}):
                self.ask(f"model.{model}.delete", ids, {})
        return self

    def start(self) -> "Tryton":
        """Let the server load the database; who asks one that is not loaded gets an error."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)) as connection:
            connection.request("GET", f"/{self.name}/r/start")
            connection.getresponse().read()
        return self

    def _post(self, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._session:
            headers["Authorization"] = f"Session {self._session}"
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)) as connection:
            connection.request("POST", path, json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            said = answer.read()
        assert answer.status == 200, (answer.status, said[:500])
        return json.loads(said)


def fresh() -> Tryton:
    """A database of its own. Skips visibly where there is no server, but not in CI."""
    told = os.environ.get(VARIABLE)
    if not told and os.environ.get("CI"):
        pytest.fail(f"CI must have a Tryton: {VARIABLE} is not set")
    if not told:
        pytest.skip(f"no Tryton: python scripts/servers.py run -- pytest (sets {VARIABLE})")
    url, _, folder = told.partition("#")
    name = f"test_{uuid.uuid4().hex}"
    shutil.copy(Path(folder) / "template.sqlite", Path(folder) / f"{name}.sqlite")
    return Tryton(url, name).start()
