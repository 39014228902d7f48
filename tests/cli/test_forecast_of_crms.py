"""What `plan` says that a load into HubSpot, Salesforce or Zoho CRM will cost, against what the simulators counted."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zohos
from moved import left
from portals import TOKEN, Portal
from salesforce_orgs import started
from salesforce_sample import ORG

from crm_migrate_simulators.server import Server

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  hubspot:
    connector: hubspot
    url: "env:CRM_URL"
    token: "env:CRM_SECRET"
    settle_seconds: "0"
    licence: starter
  salesforce:
    connector: salesforce
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    licence: {edition: enterprise, users: 2}
  zoho:
    connector: zoho
    url: "env:CRM_URL"
    login_url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    refresh_token: "env:CRM_SECRET"
    licence: {edition: enterprise, users: 2}
objects:
  accounts:
    from: firms
    fields:
      name: name
      phone: phone
      parent: {firms: mother, ref: accounts}
  contacts:
    from: people
    fields:
      last_name: last
      email: mail
      consent: wants
      company: {people: firm, ref: accounts}
"""
SELLER = "seller@firm.example"


def exported(folder: Path, firms: int, people: int, phone: str) -> Path:
    """Every third firm belongs to the first; every fourth person wants nothing, and the last ones belong nowhere."""
    mapping = MAPPING.replace("owners: {user: fallback, unknown: fallback, fallback: OWNER}\n", "")
    (folder / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
    lines = [f"{n},Firm {n},{phone}{n:02},{0 if n and n % 3 == 0 else ''}" for n in range(firms)]
    (folder / "firms.csv").write_text("\n".join(["id,name,phone,mother", *lines, ""]), encoding="utf-8")
    words = ("granted", "granted", "granted", "withdrawn")
    rows = [f"{n},P-{n},p{n}@firm.example,{words[n % 4]},{n % firms if n < 100 else ''}" for n in range(people)]
    (folder / "people.csv").write_text("\n".join(["id,last,mail,wants,firm", *rows, ""]), encoding="utf-8")
    return folder


def asked(server: Server, since: int) -> int:
    """Requests about records since one of them. Who asks Salesforce for its versions asks once for its name, too."""
    routes = [each.route for each in server.engine.log.requests[since:]]
    about = ("/objects/", "/batch/", "/query", "/composite/")
    return sum(any(part in route for part in about) for route in routes) - routes.count("/services/data")


def spent(server: Server, since: int, before: int) -> int:
    """Credits of Zoho CRM for requests about records, since one of them and so many credits."""
    routes = [each.route for each in server.engine.log.requests[since:] if each.scope != "auth"]
    others = sum("/coql" not in route and "{module}" not in route for route in routes)
    return used(server) - before - others


def used(server: Server) -> int:
    """What was used of the limits of the day."""
    return int(server.engine.quotas.usage(server.engine.clock.now())["used_today"] or 0)


STARTED: dict[str, Callable[[], Server]] = {
    "hubspot": lambda: Portal(SELLER).server,
    "salesforce": lambda: started(ORG),
    "zoho": lambda: zohos.started(),
}


@pytest.fixture(params=["hubspot", "salesforce", "zoho"])
def crm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Server]]:
    server = STARTED[request.param]()
    monkeypatch.setenv("CRM_URL", server.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN if request.param == "hubspot" else "not-a-secret")
    yield request.param, server
    server.stop()


def tell_what_was_bought(name: str, told: dict[str, Any], records: int) -> None:
    """Salesforce tells its own room, 10 GiB without 2 kB for each record; HubSpot none, but a contract has contacts."""
    if name == "hubspot":
        assert told["storage"] is None
        assert [(each["object"], each["after"], each["most"]) for each in told["tiers"]] == [("contacts", 130, 1000)]
        return
    if name == "zoho":
        assert told["storage"] is None and told["tiers"] == []
        return
    new = told["storage"]["records"]
    assert told["storage"]["told"] and told["storage"]["needed"] == 2000 * new
    there = records - new  # whole megabytes are told
    assert told["storage"]["left"] == (10_240 - there * 2 // 1024) << 20


@pytest.mark.cases(1)
@pytest.mark.timeout(600)
def test_the_requests_of_a_load_are_those_that_the_crm_counts(
    tmp_path: Path, crm: tuple[str, Server], capfd: pytest.CaptureFixture[str]
) -> None:
    name, server = crm
    for firms, phone in ((12, "+905320000"), (14, "+905321111")):
        project = exported(tmp_path, firms, 130, phone)
        left("target", "prepare", str(project), "--env", name)
        capfd.readouterr()
        left("plan", str(project), "--env", name, "--json")
        told = json.loads(capfd.readouterr().out)["forecast"]
        tell_what_was_bought(name, told["capacity"], records=firms + 130)
        since, before = len(server.engine.log.requests), used(server)
        left("resume", str(project))
        assert told["requests"][0] == told["requests"][1]
        counted = spent(server, since, before) if name == "zoho" else asked(server, since)
        assert told["requests"][0] + told["reads"] == counted
    assert [each["batches"][0] for each in told["objects"]] == [3, 1], "firms made, changed, linked; people linked"
