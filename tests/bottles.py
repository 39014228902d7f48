"""Organisations of the BottleCRM server of CI, each a fresh one, and its database's own words about them."""

import http.client
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

VARIABLE = "CRM_MIGRATE_TEST_BOTTLE"
NONE = "none: "  # what stands in the variable where there can be no server, before the reason
MODELS = ("accounts", "contacts", "leads", "opportunities", "tasks", "cases")
LISTS = {  # where a list's rows are in its answer
    "accounts": (("active_accounts", "open_accounts"), ("closed_accounts", "close_accounts")),
    "contacts": (("results",),),
    "leads": (("open_leads", "open_leads"), ("close_leads", "close_leads")),
    "opportunities": (("opportunities",),),
    "tasks": (("tasks",),),
    "cases": (("cases",),),
}
TABLES = {"accounts": "accounts", "contacts": "contacts", "lead": "leads", "opportunity": "opportunities",
          "task": "tasks", "case": "cases"}  # fmt: skip
Record = dict[str, Any]


@dataclass
class Bottle:
    """An organisation at `url`. A client of plain `http.client` that knows nothing of ours."""

    url: str
    token: str = field(repr=False)
    org: str
    database: Path

    @property
    def options(self) -> dict[str, str]:
        """The options of an environment whose target is this organisation."""
        return {"url": self.url, "token": self.token}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What a call gives; an error as an AssertionError."""
        status, said = self.tried(method, path, body)
        assert 200 <= status < 300, (status, said)
        return said

    def tried(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer of a call."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return _call(self.url, method, path, None if body is None else json.dumps(body).encode(), headers)

    def rows(self, model: str) -> list[Record]:
        """All records of a model, in the order of their making."""
        said = self.ask("GET", f"/api/{model}/?limit=100000&slim=true")
        found: list[Record] = []
        for path in LISTS[model]:
            here = said
            for name in path:
                here = here[name]
            found += here
        return sorted(found, key=lambda record: str(record["created_at"]))

    def one(self, model: str, id: str) -> Record:
        """A record by itself."""
        said = self.ask("GET", f"/api/{model}/{id}/")
        return next((each for name, each in said.items() if name.endswith("_obj") and "id" in each), said)

    def witnessed(self, action: str) -> list[tuple[str, str]]:
        """What the database's own triggers say was created or deleted: model and id, in order."""
        with closing(sqlite3.connect(self.database, timeout=60)) as connection:
            query = "SELECT record, id FROM witness WHERE org = ? AND action = ? ORDER BY rowid"
            return [(TABLES[table], id) for table, id in connection.execute(query, (self.org, action))]


def _call(url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
    try:
        return answer.status, json.loads(said) if said else None
    except ValueError:
        return answer.status, said[:500]


def fresh(*mailboxes: str) -> Bottle:
    """An organisation of its own, with further users. Skips visibly where there is no server, in CI only where there
    is no Python for one."""
    told = os.environ.get(VARIABLE, "")
    if told.startswith(NONE):
        pytest.skip(f"no BottleCRM: {told.removeprefix(NONE)}")
    if not told and os.environ.get("CI"):
        pytest.fail(f"CI must have a BottleCRM: {VARIABLE} is not set")
    if not told:
        pytest.skip(f"no BottleCRM: python scripts/servers.py run -- pytest (sets {VARIABLE})")
    url, _, place = told.partition("#")
    _, made = _call(url, "POST", "/fresh", "\n".join(mailboxes).encode(), {})
    return Bottle(url, made["token"], made["org"], Path(place) / "crm.sqlite3")


def keys_of(record: Record) -> list[str]:
    """Our keys in a record."""
    key = record.get("custom_fields", {}).get("crm_migrate_id")
    return [key] if key else []
