"""Real CRM servers and a small company for them: its project, and what each server says of it afterwards."""

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from amagis import Amagi, keys_of
from amagis import fresh as amagi
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

    def values(self) -> dict[str, str | None]:
        """Name -> mailbox of every person, amount of every chance."""


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

    def values(self) -> dict[str, str | None]:
        parties = self.server.rows("party.party", "name", "contact_mechanisms.value")
        mails = {each["name"]: [m["value"] for m in each["contact_mechanisms."]] for each in parties}
        found = {name: ", ".join(values) for name, values in mails.items() if name.startswith("Kim ")}
        chances = self.server.rows("sale.opportunity", "description", "amount")
        return found | {each["description"]: _amount(each["amount"]["decimal"]) for each in chances}


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

    def values(self) -> dict[str, str | None]:
        contacts = self.server.rows("contacts")
        found = {each["last_name"]: each["email"] for each in contacts if (each["last_name"] or "").startswith("Kim ")}
        deals = self.server.rows("deals")
        return found | {each["title"]: _amount(Decimal(each["amount_cents"]) / 100) for each in deals}


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

    def values(self) -> dict[str, str | None]:
        people = {each["last_name"]: each["email"] for each in self.server.rows("contacts")}
        return people | {each["name"]: _amount(each["amount"]) for each in self.server.rows("opportunities")}


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


def wrong(server: Server) -> Iterator[str]:
    """What is not as it must be: each record once, by the server's own count, under its parent, with its values."""
    keys = Counter(server.keys())
    if doubled := sum(count - 1 for count in keys.values()):
        yield f"{doubled} doubled"
    if (created := server.created()) != len(keys) or len(keys) != FIRMS + PEOPLE + CHANCES:
        yield f"{created} created of {FIRMS + PEOPLE + CHANCES}, {len(keys)} there"
    parents: dict[str, str | None] = {f"Firm {n}": f"Firm {n - 1}" if n else None for n in range(FIRMS)}
    parents |= {f"Kim {n}": f"Firm {n % FIRMS}" for n in range(PEOPLE)}
    parents |= {f"Chance {n}": f"Firm {n % FIRMS}" for n in range(CHANCES)}
    values: dict[str, str | None] = {f"Kim {n}": f"k{n}@firm{n % FIRMS}.example" for n in range(PEOPLE)}
    values |= {f"Chance {n}": f"{n}.50" for n in range(CHANCES)}
    stages = {f"Chance {n}": server.stages[n] for n in range(CHANCES)}
    compared = (("parents", server.parents(), parents), ("stages", server.staged(), stages))
    for what, found, meant in (*compared, ("values", server.values(), values)):
        if found != meant:
            differing = {name for name in found.keys() | meant.keys() if found.get(name) != meant.get(name)}
            yield f"{what} of {', '.join(sorted(differing))}"


def _amount(said: object) -> str:
    return f"{Decimal(str(said)):.2f}"


IN_SERVERS: Mapping[str, type[InTryton] | type[InAmagi] | type[InBottle]] = {
    "tryton": InTryton,
    "amagi": InAmagi,
    "bottle": InBottle,
}
