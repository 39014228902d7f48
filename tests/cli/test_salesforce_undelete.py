"""What users deleted in Salesforce waits until somebody says that it comes back, with its old id."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo.finished_run import FinishedRun
from moved import left
from portals import TOKEN, Portal
from salesforce_orgs import ENVIRONMENT, served

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
ENVIRONMENT
    longest_seconds: "60"
  hubspot: {connector: hubspot, url: "env:CRM_URL", token: "env:CRM_SECRET", longest_seconds: "5", settle_seconds: "0"}
objects:
  accounts: {from: firms, fields: {name: name}}
  contacts: {from: people, fields: {last_name: last, company: {people: firm, ref: accounts}}}
reconcile: {gates: {held: 100%}}
""".replace("ENVIRONMENT\n", ENVIRONMENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "firms.csv").write_text("id,name\n1,Alfa\n2,Beta\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,last,firm\n1,Ada,1\n2,Bob,2\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with served(monkeypatch) as made:
        yield made


def test_what_was_deleted_comes_back_when_somebody_says_so(
    server: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = ("--env", "salesforce")
    assert left("target", "prepare", folder, *env) == 0
    assert left("target", "undelete", folder, *env) == 2, "nothing was loaded yet"
    assert left("run", folder, *env) == 0
    store, now = server.engine.store, server.engine.clock.now()
    ids = {each.values["Name"]: each.id for each in store.all("Account")}
    person = next(each.id for each in store.all("Contact") if each.values["LastName"] == "Ada")
    store.delete("Account", ids["Alfa"], now)
    left("run", folder, *env)
    assert FinishedRun(folder).fates("accounts") == {("held", "target_record_gone"): 1, ("unchanged", ""): 1}
    capsys.readouterr()
    assert left("target", "undelete", folder, *env) == 0
    told = capsys.readouterr()
    assert "accounts: 1 of our records are not there, 1 can come back" in told.out
    assert "contacts: 1 of our records are not there, 1 can come back" in told.out
    assert store.get("Account", ids["Alfa"]).deleted, "it was only looked at"
    assert left("target", "undelete", folder, "--apply", *env) == 0
    assert not store.get("Account", ids["Alfa"]).deleted
    assert not store.get("Contact", person).deleted
    assert left("run", folder, *env) == 0
    assert FinishedRun(folder).fates("accounts") == FinishedRun(folder).fates("contacts") == {("unchanged", ""): 2}
    capsys.readouterr()
    assert left("target", "undelete", folder, *env) == 0
    assert "nothing that we loaded is missing" in capsys.readouterr().out


def test_a_target_that_cannot_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = Portal()
    monkeypatch.setenv("CRM_URL", portal.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN)
    assert left("target", "undelete", folder, "--env", "hubspot") == 2
    assert "own screens while it keeps them" in capsys.readouterr().err.replace("\n", " ").replace("  ", " ")
    portal.stop()
