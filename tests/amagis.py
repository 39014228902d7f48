"""Installations of the amagi-crm server of CI, each a fresh copy of its template, and its own words about them."""

import http.client
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

VARIABLE = "CRM_MIGRATE_TEST_AMAGI"
MODELS = ("contacts", "deals", "tasks")
Record = dict[str, Any]


@dataclass
class Amagi:
    """An installation at `url`. A client of plain `http.client` that knows nothing of ours."""

    url: str
    token: str = field(repr=False)
    database: Path

    @property
    def options(self) -> dict[str, str]:
        """The options of an environment whose target is this installation."""
        return {"url": self.url, "token": self.token}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What a call gives; an error as an AssertionError."""
        place = urlsplit(self.url)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with closing(http.client.HTTPConnection(place.netloc, timeout=60)) as connection:
            connection.request(method, place.path + path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            said = answer.read()
        assert 200 <= answer.status < 300, (answer.status, said[:500])
        return json.loads(said) if said else None

    def rows(self, model: str) -> list[Record]:
        """All records of a model, in the order of their ids."""
        if model != "contacts":
            return sorted(self.ask("GET", f"/api/{model}"), key=lambda record: record["id"])
        found: list[Record] = []
        while page := self.ask("GET", f"/api/contacts?limit=1000&offset={len(found)}")["items"]:
            found += page
        return sorted(found, key=lambda record: record["id"])

    def witnessed(self, action: str) -> list[tuple[str, int]]:
        """What its audit says was created, changed or deleted: kind of record and id, in order. Its chain holds."""
        assert self.ask("GET", "/api/audit/verify")["ok"], "somebody has rewritten the audit"
        with closing(sqlite3.connect(self.database)) as connection:
            query = "SELECT entity, entity_id FROM audit_log WHERE action = ? ORDER BY id"
            return [(kind, id) for kind, id in connection.execute(query, (action,)) if f"{kind}s" in MODELS]


def fresh() -> Amagi:
    """An installation of its own. Skips visibly where there is no server, but not in CI."""
    told = os.environ.get(VARIABLE)
    if not told and os.environ.get("CI"):
        pytest.fail(f"CI must have an amagi-crm: {VARIABLE} is not set")
    if not told:
        pytest.skip(f"no amagi-crm: python scripts/servers.py run -- pytest (sets {VARIABLE})")
    url, _, place = told.partition("#")
    folder, name = Path(place), f"test_{uuid.uuid4().hex}"
    database = folder / f"{name}.db"
    shutil.copy(folder / "template.db", database)
    return Amagi(f"{url}/{name}", (folder / "token").read_text("utf-8"), database)


def keys_of(record: Record) -> list[str]:
    """Our keys in a record: among its tags, or below its notes."""
    lines: Sequence[str] = record["tags"] if "tags" in record else (record["notes"] or "").split("\n")
    return [line.removeprefix("crm_migrate_id: ") for line in lines if line.startswith("crm_migrate_id: ")]
