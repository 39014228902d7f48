"""A small company whose truth is known without asking our program: whom the CRM must hold, and under whom."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

FIRMS, PEOPLE = 12, 30
BATCH = 4  # rows of a request: many requests, many moments between two
MAPPING = """\
crm_migrate: 1
project: {name: small}
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  sqlite: {connector: sql, url: "sqlite:///crm.db"}
  postgresql: {connector: sql, url: "env:CRM_URL", schema: "env:CRM_SCHEMA"}
  mariadb: {connector: sql, url: "env:CRM_URL"}
  rest:
    connector: rest
    profile: sql
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  hubspot:
    connector: hubspot
    url: "env:CRM_URL"
    token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  dynamics:
    connector: dynamics
    url: "env:CRM_URL"
    login_url: "env:CRM_URL"
    tenant: 11111111-2222-3333-4444-555555555555
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  salesforce:
    connector: salesforce
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
    job_from: "20"
  zoho:
    connector: zoho
    url: "env:CRM_URL"
    login_url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    refresh_token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  freshsales:
    connector: freshsales
    url: "env:CRM_URL"
    token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  espocrm:
    connector: espocrm
    url: "env:CRM_URL"
    token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  suitecrm:
    connector: suitecrm
    url: "env:CRM_URL"
    client_id: suitecrm-simulated-client
    client_secret: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  vtiger:
    connector: vtiger
    url: "env:CRM_URL"
    user: admin
    token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
  odoo:
    connector: odoo
    url: "env:CRM_URL"
    database: simulated
    user: integration@simulated.example
    token: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0.3"
objects:
  accounts:
    from: firms
    fields:
      name: name
      parent: {firms: mother, ref: accounts}
  contacts:
    from: people
    fields:
      last_name: last
      email: mail
      company: {people: firm, ref: accounts}
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A record as a witness sees it: what it is called, its mailbox, and the name of the record it is under."""

    object: str
    name: str
    mail: str | None
    parent: str | None


def _mother(firm: int) -> int | None:
    return (firm - 1) // 3 if firm else None


TRUTH = {
    *(Found("accounts", f"Firm {n}", None, None if (m := _mother(n)) is None else f"Firm {m}") for n in range(FIRMS)),
    *(
        Found("contacts", f"Person-{n}", f"p{n}@firm{n % FIRMS}.example", f"Firm {n * 5 % FIRMS}")
        for n in range(PEOPLE)
    ),
}


def write_project(folder: Path) -> None:
    """The mapping and the two files."""
    folder.mkdir(parents=True)
    firms = [f"{n},Firm {n},{'' if (m := _mother(n)) is None else m}" for n in range(FIRMS)]
    people = [f"{n},Person-{n},p{n}@firm{n % FIRMS}.example,{n * 5 % FIRMS}" for n in range(PEOPLE)]
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "firms.csv").write_text("\n".join(["id,name,mother", *firms, ""]), encoding="utf-8")
    (folder / "people.csv").write_text("\n".join(["id,last,mail,firm", *people, ""]), encoding="utf-8")


@dataclass(slots=True)
class Wrong:
    """What a target holds that it should not, or does not hold."""

    lost: int = 0
    doubled: int = 0
    parents: int = 0
    others: int = 0  # other values, or records of nobody

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    def __add__(self, other: "Wrong") -> "Wrong":
        return Wrong(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def wrong(found: Iterable[Found], creations: Iterable[str] = ()) -> Wrong:
    """The records of a target against the truth; `creations` are the keys of ours that it says it created."""
    records = list(found)
    there = Counter((each.object, each.name) for each in records)
    truth = {(each.object, each.name): each for each in TRUTH}
    told = Wrong(lost=len(truth.keys() - there.keys()))
    told.doubled = sum(count - 1 for count in there.values())
    told.doubled += sum(count - 1 for count in Counter(creations).values())
    for each in records:
        meant = truth.get((each.object, each.name))
        told.parents += meant is not None and each.parent != meant.parent
        told.others += meant is None or each.mail != meant.mail
    return told
