"""What `plan` says that a load will cost, held against what the CRM counted; quotas that do not suffice; no guesses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulated import Wire

from crm_migrate.cli import main
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.rest import SIMULATOR
from crm_migrate_simulators.server import Server

MAPPING = """\
crm_migrate: 1
sources:
  firmen: {file: firmen.csv, key: FirmaID}
  kontakte: {file: kontakte.csv, key: KontaktID}
environments:
  rehearsal:
    connector: rest
    profile: sql
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "2"
    settle_seconds: "0"
objects:
  accounts:
    from: firmen
    fields:
      name: Name
      city: Ort
      parent: {firmen: Mutter, ref: accounts.firmen}
  contacts:
    from: kontakte
    fields:
      last_name: Nachname
      email: Mail
      company: {kontakte: FirmaID, ref: accounts.firmen}
"""
KEYS = ("accounts", "contacts")


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = SIMULATOR.start({"objects": {name: {"fields": {}} for name in KEYS}}, habits={"batch": "5", "page": "4"})
    monkeypatch.setenv("CRM_URL", server.url)
    monkeypatch.setenv("CRM_SECRET", "not-a-secret")
    yield server
    server.stop()


def exported(folder: Path, firms: int, people: int, city: str = "Rize") -> Path:
    """Every second firm is in another city the second time; every third belongs to the first."""
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    lines = [f"{n},Öztürk {n} GmbH,{city if n % 2 else 'Bonn'},{0 if n and n % 3 == 0 else ''}" for n in range(firms)]
    (folder / "firmen.csv").write_text("\n".join(["FirmaID,Name,Ort,Mutter", *lines, ""]), encoding="utf-8")
    rows = [f"{n},Yılmaz-{n},k{n}@firma{n % 3}.example,{n % 3}" for n in range(people)]
    lines = ["KontaktID,Nachname,Mail,FirmaID", *rows, ""]
    (folder / "kontakte.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def planned(project: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capfd.readouterr()
    main(["plan", str(project), "--json"])
    forecast: dict[str, Any] = json.loads(capfd.readouterr().out)["forecast"]
    return forecast


def asked(wire: Wire, since: int) -> dict[str, int]:
    """What came since a request: writes with what was looked up for them, and pages that were read."""
    routes = [(each["method"], each["route"]) for each in wire.told("requests")[since:]]
    return {
        "requests": sum("/batch/" in route for _, route in routes),
        "reads": sum(method == "GET" and route.endswith("/records") for method, route in routes),
    }


def test_the_requests_of_a_load_are_those_that_the_crm_counts(
    tmp_path: Path, crm: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    wire = Wire(crm.url)
    for firms, people, city in ((11, 23, "Rize"), (13, 23, "Trabzon")):
        project = exported(tmp_path, firms, people, city)
        told = planned(project, capfd)
        since = len(wire.told("requests"))
        main(["resume", str(project)])
        found = asked(wire, since)
        assert told["requests"] == [found["requests"], found["requests"]]
        assert told["reads"] == found["reads"]
    assert sum(each["requests"][0] for each in told["objects"]) == told["requests"][0]
    assert {each["object"]: each["batches"][0] for each in told["objects"]} == {"accounts": 3, "contacts": 0}
    low, high = told["seconds"]
    assert 0 < low <= high
    assert "batch(es) of run 00001-" in told["measured"]


def test_a_quota_that_does_not_suffice_is_told_with_the_day_on_which_the_load_ends(
    tmp_path: Path, crm: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    project = exported(tmp_path, 40, 200)
    free = planned(project, capfd)
    assert (free["left"], free["days"]) == (None, None), "no limit is made up"
    needed = free["requests"][1] + free["reads"]
    crm.engine.quotas = Quotas(per_day=60)
    told = planned(project, capfd)
    assert told["per_day"] == 60
    assert told["left"] == 60 - crm.engine.quotas.usage(crm.engine.clock.now())["used_today"]
    assert told["days"] == 1 + -(-(needed - told["left"]) // 60) > 1
    main(["plan", str(project)])
    said = " ".join(capfd.readouterr().out.split())
    assert "of 60 requests are left today: IT DOES NOT SUFFICE" in said
    assert "`crm-migrate resume` ends it on day" in said
    crm.engine.quotas = Quotas(per_day=6_000)
    main(["plan", str(project)])
    assert "requests are left today: it suffices" in " ".join(capfd.readouterr().out.split())


def test_a_target_without_such_limits_says_what_it_can(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = exported(tmp_path, 3, 7)
    text = MAPPING.replace("connector: rest", 'connector: sql, url: "sqlite:///crm.db"')
    head, tail = text.split("  rehearsal:")
    text = f'{head}  mock: {{connector: sql, url: "sqlite:///crm.db"}}\nobjects:{tail.split("objects:")[1]}'
    (project / "crm-migrate.yaml").write_text(text, encoding="utf-8")
    told = planned(project, capfd)
    assert (told["batches"], told["requests"], told["reads"], told["days"]) == ([2, 2], None, None, None)
    assert told["seconds"] is None
    main(["plan", str(project)])
    said = capfd.readouterr().out
    assert "the load  2 batch(es)\n" in said
    assert "accounts: 1 batch(es)\n" in said
    assert "how long  not known yet" in said
    main(["run", str(project)])
    capfd.readouterr()
    main(["plan", str(project)])
    assert "the load" not in capfd.readouterr().out, "nothing is to be written"
