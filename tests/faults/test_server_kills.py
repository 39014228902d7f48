"""SIGKILL while a real server is being loaded, each time behind a request that it had carried out; resume; count there.

In `make test` two processes are killed, `make soak` kills at every request that changes something, before it was
carried out and after.
"""

import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest
from amagis import Amagi, keys_of
from amagis import fresh as amagi
from between import between
from bottles import Bottle
from bottles import fresh as bottle
from bottles import keys_of as key_of
from tryton_sample import SELLERS, furnished
from trytons import VARIABLE as TRYTON
from trytons import fresh as tryton

FIRMS, PEOPLE, CHANCES = 4, 7, 4
KEY = "crm_migrate_id:"
MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
  chances: {file: chances.csv, key: id}
environments:
  uat:
"""
OBJECTS = """\
objects:
  accounts:
    from: firms
    fields:
      name: name
      parent: {firms: above, ref: accounts.firms}
  contacts:
    from: people
    fields:
      %s: name
      email: mail
      company: {people: firm, ref: accounts.firms}
  deals:
    from: chances
    fields:
      name: name
      company: {chances: firm, ref: accounts.firms}
      amount: amount
      stage: stage
"""


class Server(Protocol):
    """A server to be loaded: what its mapping says, which of its requests change something, and its own words."""

    url: str
    options: Mapping[str, str]
    objects: str
    stages: tuple[str, ...]
    changes: re.Pattern[bytes]
    often: int  # of the requests of a process that change something, the one at which it is killed

    def created(self) -> int:
        """How many records were ever made, as the server's own database counts them; none of them twice."""

    def keys(self) -> list[str]:
        """Our keys, of every record."""

    def parents(self) -> dict[str, str | None]:
        """Name -> name of its parent, of every record of ours."""

    def staged(self) -> dict[str, str]:
        """Name -> stage, of every chance."""


class InTryton:
    """Parties are one call, chances several: made, moved by buttons, given their keys."""

    changes = re.compile(rb'"model\.(party\.party|sale\.opportunity)\.(create|write|opportunity|lead|lost)"')
    stages = ("lead", "opportunity", "lost", "opportunity")
    often = 1

    def __init__(self) -> None:
        self.server = furnished(tryton())
        self.url = self.server.url
        self.options = {**self.server.options, "connector": "tryton", "longest_seconds": "6"}
        seller = f"{SELLERS[0]}@anadolu-makine.example"
        self.objects = OBJECTS % "full_name" + (
            f"      currency: {{constant: TRY}}\n"
            f"      seller: {{constant: {seller}, type: email, to: employee.email}}\n"
        )
        self.before = self._sequence()

    def _asked(self, query: str) -> list[tuple[object, ...]]:
        folder = Path(os.environ[TRYTON].partition("#")[2])
        with closing(sqlite3.connect(folder / f"{self.server.name}.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def _sequence(self) -> int:
        """The last id that was ever given out, of both tables: no id is given out again."""
        tables = "('party_party', 'sale_opportunity')"
        ((sum,),) = self._asked(f"SELECT coalesce(sum(seq), 0) FROM sqlite_sequence WHERE name IN {tables}")
        return int(str(sum))

    def created(self) -> int:
        return self._sequence() - self.before

    def keys(self) -> list[str]:
        codes = "SELECT code FROM party_identifier UNION ALL SELECT reference FROM sale_opportunity"
        return [str(code) for (code,) in self._asked(codes) if str(code).startswith(KEY)]

    def parents(self) -> dict[str, str | None]:
        parties = self.server.rows("party.party", "name", "identifiers.code", "relations.to.name")
        ours = [each for each in parties if any(i["code"].startswith(KEY) for i in each["identifiers."])]
        found = {each["name"]: next((r["to."]["name"] for r in each["relations."]), None) for each in ours}
        chances = self.server.rows("sale.opportunity", "description", "party.name")
        return found | {each["description"]: each["party."]["name"] for each in chances}

    def staged(self) -> dict[str, str]:
        return {
            each["description"]: each["state"] for each in self.server.rows("sale.opportunity", "description", "state")
        }


class InAmagi:
    """Every record is one request."""

    changes = re.compile(rb"(POST|PATCH|DELETE) ")
    stages = ("Lead", "Proposal", "Won", "Lost")
    often = 4

    def __init__(self) -> None:
        self.server: Amagi = amagi()
        self.url = self.server.url
        self.options = {**self.server.options, "connector": "amagi", "longest_seconds": "6"}
        self.objects = OBJECTS % "last_name"

    def created(self) -> int:
        made = self.server.witnessed("create")
        assert len(made) == len(set(made))
        return len(made)

    def _rows(self) -> list[dict[str, object]]:
        return [*self.server.rows("contacts"), *self.server.rows("deals")]

    def keys(self) -> list[str]:
        return [key for each in self._rows() for key in keys_of(each)]

    def parents(self) -> dict[str, str | None]:
        contacts = self.server.rows("contacts")
        names = {each["id"]: each["company"] or each["last_name"] for each in contacts}
        found: dict[str, str | None] = {}
        for each in contacts:
            numbers = [int(tag.partition(" #")[2]) for tag in each["tags"] if ": contact #" in tag]
            found[names[each["id"]]] = next((names[number] for number in numbers), None)
        return found | {each["title"]: names[each["contact_id"]] for each in self.server.rows("deals")}

    def staged(self) -> dict[str, str]:
        names = {each["id"]: each["name"] for each in self.server.ask("GET", "/api/stages")}
        return {each["title"]: names[each["stage_id"]] for each in self.server.rows("deals")}


class InBottle:
    """Every record is one request, and one more that reads it again."""

    changes = re.compile(rb"(POST|PATCH|DELETE) /api/[a-z]+/")
    stages = ("PROSPECTING", "PROPOSAL", "CLOSED_WON", "CLOSED_LOST")
    often = 4

    def __init__(self) -> None:
        self.server: Bottle = bottle()
        self.url = self.server.url
        self.options = {**self.server.options, "connector": "bottle", "longest_seconds": "10"}
        self.objects = OBJECTS % "first_name: {constant: Kim}\n      last_name" + (
            "      close_date: {constant: 2025-03-05, type: date}\n"
        )

    def created(self) -> int:
        made = self.server.witnessed("create")
        assert len(made) == len(set(made))
        return len(made)

    def _rows(self) -> list[tuple[str, dict[str, Any]]]:
        models = {"accounts": "name", "contacts": "last_name", "opportunities": "name"}
        return [(each[name], each) for model, name in models.items() for each in self.server.rows(model)]

    def keys(self) -> list[str]:
        return [key for _, each in self._rows() for key in key_of(each)]

    def parents(self) -> dict[str, str | None]:
        names = {each["id"]: name for name, each in self._rows()}
        found = {}
        for name, each in self._rows():
            said = each["account"] if "account" in each else each["custom_fields"].get("part_of")
            found[name] = names.get(said["id"] if isinstance(said, dict) else said)
        return found

    def staged(self) -> dict[str, str]:
        return {each["name"]: each["stage"] for each in self.server.rows("opportunities")}


def written(folder: Path, server: Server, url: str) -> Path:
    """The project of a small company."""
    folder.mkdir()
    options = "".join(f"    {name}: {value!r}\n" for name, value in {**server.options, "url": url}.items())
    options = re.sub(r"(token|password): '.*'", r'\1: "env:CRM_SECRET"', options)
    (folder / "crm-migrate.yaml").write_text(MAPPING + options + server.objects, encoding="utf-8")
    firms = [f"{n},Firm {n},{n - 1 if n else ''}" for n in range(FIRMS)]
    people = [f"{n},Kim {n},k{n}@firm{n % FIRMS}.example,{n % FIRMS}" for n in range(PEOPLE)]
    chances = [f"{n},Chance {n},{n % FIRMS},{n}.50,{server.stages[n]}" for n in range(CHANCES)]
    for name, head, lines in (
        ("firms", "id,name,above", firms),
        ("people", "id,name,mail,firm", people),
        ("chances", "id,name,firm,amount,stage", chances),
    ):
        (folder / f"{name}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return folder


class Killer:
    """Kills the process that asks: at one in so many of its requests that change something, before they are carried out
    or after (`phases`), and at none of them twice; `most` processes in all."""

    def __init__(self, changes: re.Pattern[bytes], often: int, phases: tuple[bool, ...], most: int) -> None:
        self._changes, self._often, self._phases, self._most = changes, often, phases, most
        self._killed: set[tuple[bytes, bool]] = set()
        self._seen = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def kills(self) -> int:
        return len(self._killed)

    def started(self, process: subprocess.Popen[str]) -> subprocess.Popen[str]:
        self.process, self._seen = process, 0
        return process

    def __call__(self, request: bytes, done: bool) -> bool:
        """Whether the connection ends here."""
        spared = done not in self._phases or (request, done) in self._killed or self.kills >= self._most
        if spared or self.process is None or not self._changes.search(request):
            return False
        self._seen += 1
        if self._seen < self._often:
            return False
        self.process.kill()
        self.process.wait()
        self._killed.add((request, done))
        self.process = None
        return True


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(InTryton, marks=pytest.mark.tryton),
        pytest.param(InAmagi, marks=pytest.mark.amagi),
        pytest.param(InBottle, marks=pytest.mark.bottle),
    ],
)
def test_a_load_that_is_killed_at_its_requests_creates_every_record_once(
    kind: type[InTryton] | type[InAmagi] | type[InBottle], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Server = kind()
    soak = request.config.getoption("--soak")
    often, phases, most = (1, (False, True), 200) if soak else (2 * server.often, (True,), 2)
    killer = Killer(server.changes, often, phases, most)
    secret = next(value for name, value in server.options.items() if name in ("token", "password"))
    with between(server.url, killer) as url:
        folder, arguments = written(tmp_path / "project", server, url), "run"
        for _ in range(most + 1):
            command = [sys.executable, "-m", "crm_migrate", arguments, str(folder)]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "CRM_SECRET": secret},
            )  # fmt: skip
            out, _ = killer.started(process).communicate(timeout=300)
            if process.returncode in (0, 1):
                break
            assert process.returncode < 0 or os.name == "nt", out
            arguments = "resume"
    assert process.returncode == 0, out
    assert killer.kills >= (4 if soak else 2), "fewer processes were killed than were to be"
    keys = Counter(server.keys())
    assert set(keys.values()) == {1}
    assert server.created() == len(keys) == FIRMS + PEOPLE + CHANCES, "by the count of the server's own database"
    parents: dict[str, str | None] = {f"Firm {n}": f"Firm {n - 1}" if n else None for n in range(FIRMS)}
    parents |= {f"Kim {n}": f"Firm {n % FIRMS}" for n in range(PEOPLE)}
    parents |= {f"Chance {n}": f"Firm {n % FIRMS}" for n in range(CHANCES)}
    assert server.parents() == parents
    assert server.staged() == {f"Chance {n}": server.stages[n] for n in range(CHANCES)}
