"""A whole run into a simulated CRM behind REST: each child finds its parent, and the second run writes nothing."""

import json
from pathlib import Path

import pytest
from simulated import Wire

from crm_migrate.cli import main
from crm_migrate_simulators.faults import Schedule, read_schedule
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
  contacts:
    from: kontakte
    fields:
      last_name: Nachname
      email: Mail
      company: {kontakte: FirmaID, ref: accounts.firmen}
"""
KEYS = ("accounts", "contacts")
TASKS = {"fields": {"about": {"type": "reference", "reference": "contacts"}}}  # which nobody migrates


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    firms = [f"{n},Öztürk {n} GmbH" for n in range(6)]
    people = [f"{n},Yılmaz-{n},k{n}@firma{n % 6}.example,{n % 6}" for n in range(14)]
    (tmp_path / "firmen.csv").write_text("\n".join(["FirmaID,Name", *firms, ""]), encoding="utf-8")
    lines = ["KontaktID,Nachname,Mail,FirmaID", *people, ""]
    (tmp_path / "kontakte.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def run(project: Path, *words: str) -> object:
    try:
        main([*(words or ("run",)), str(project)])
    except SystemExit as left:
        return left.code
    return 0


def test_a_small_company_is_moved_once_and_taken_back(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    server = SIMULATOR.start({"objects": {"tasks": TASKS} | {name: {"fields": {}} for name in KEYS}})
    try:
        monkeypatch.setenv("CRM_URL", server.url)
        monkeypatch.setenv("CRM_SECRET", "not-a-secret")
        monkeypatch.setenv("COLUMNS", "80")
        assert run(project) == 0
        wire = Wire(server.url)
        firms = {each["id"]: each["values"]["name"] for each in wire.told("records/accounts")}
        people = [each["values"] for each in wire.told("records/contacts")]
        assert (len(firms), len(people)) == (6, 14)
        assert all(f"firma{firms[p['company']].split()[1]}.example" in p["email"] for p in people)
        written = [each for each in wire.told("requests") if each["scope"] == "write"]
        assert run(project) == 0
        assert [each for each in wire.told("requests") if each["scope"] == "write"] == written
        _undone(project, server, wire, capfd)
    finally:
        server.stop()


def _undone(project: Path, server: Server, wire: Wire, capfd: pytest.CaptureFixture[str]) -> None:
    """Users have worked with two of the people; the CRM loses answers meanwhile."""
    there = {each["values"]["last_name"]: each["id"] for each in wire.told("records/contacts")}
    store, now = server.engine.store, server.engine.clock.now()
    store.update("contacts", there["Yılmaz-3"], {"email": "new@firma3.example"}, now)
    store.create("tasks", {"about": there["Yılmaz-4"]}, now)
    before = [wire.told(f"records/{name}") for name in (*KEYS, "tasks")]
    assert main(["undo", str(project)]) is None
    assert [wire.told(f"records/{name}") for name in (*KEYS, "tasks")] == before
    server.engine.schedule = Schedule(read_schedule("reset_after@1, cut_answer(0.5)@2"), 0)
    capfd.readouterr()
    assert main(["undo", str(project), "--apply"]) is None
    told = capfd.readouterr().out
    assert [line.split() for line in told.splitlines() if line.startswith(KEYS)] == [
        ["accounts", "6", "0", "4", "0", "0", "2"], ["contacts", "14", "0", "12", "0", "0", "2"],
    ]  # fmt: skip
    assert max(map(len, (line for line in told.splitlines() if not line.startswith("listed in")))) <= 80
    assert {each["values"]["last_name"] for each in wire.told("records/contacts")} == {"Yılmaz-3", "Yılmaz-4"}
    assert len(wire.told("records/accounts")) == 2
    assert wire.told("records/tasks") == before[2]
    removed = wire.told("requests")
    assert main(["undo", str(project), "--apply"]) is None
    assert [each["scope"] for each in wire.told("requests")[len(removed) :] if each["scope"] == "write"] == []
    assert run(project, "resume") == 0, "the last run was not undone: it had nothing to write"
    main(["report", "--project", str(project), json.loads(read(["undo", str(project), "--json"], capfd))["run"]])
    assert "was undone" in capfd.readouterr().err
    undone = json.loads(read(["undo", str(project), "--json"], capfd))["run"]
    for name, said in (
        ("Yılmaz-0", "undo: removed"),
        ("Yılmaz-3", "undo: kept undo_touched"),
        ("Yılmaz-4", "undo: kept"),
    ):
        told = read(["explain", f"contacts:{there[name]}", str(project), "--run", undone], capfd)
        assert said in told, told
    main(["runs", str(project)])
    assert "undone" in capfd.readouterr().out.splitlines()[-2], "the run before the last: that one had nothing to write"
    assert run(project) == 0
    assert len(wire.told("records/contacts")) == 14


def read(words: list[str], capfd: pytest.CaptureFixture[str]) -> str:
    """What a command prints on stdout."""
    capfd.readouterr()
    main(words)
    return capfd.readouterr().out
