"""A run that removed a record because another one took it in is undone in Salesforce: it comes back with its id."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo.finished_run import FinishedRun
from moved import left
from salesforce_orgs import ENVIRONMENT, served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
ENVIRONMENT
    longest_seconds: "60"
objects:
  accounts:
    from: firms
    fields: {name: name, phone: tel}
    match: [{rule: same name, same: [name], do: merge}]
    on_rerun: {now_merged: merge}
  contacts: {from: people, fields: {last_name: last, company: {people: firm, ref: accounts}}}
""".replace("ENVIRONMENT\n", ENVIRONMENT)
BEFORE = "id,name,tel\n1,Alfa,+49 30 1234567\n2,Beta,\n"
AFTER = "id,name,tel\n1,Alfa,+49 30 1234567\n2,Alfa,\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with served(monkeypatch) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "firms.csv").write_text(BEFORE, encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,last,firm\n1,Ada,1\n2,Bob,2\n", encoding="utf-8")
    return tmp_path


def held(server: Any) -> set[tuple[str, ...]]:
    """Every record that is there: its id, our key, its values."""
    return {
        (object, each.id, *(str(each.values.get(name)) for name in names))
        for object, names in (
            ("Account", ("crm_migrate_id__c", "Name", "Phone")),
            ("Contact", ("crm_migrate_id__c", "LastName", "AccountId")),
        )
        for each in server.engine.store.all(object)
        if not each.deleted
    }


def test_it_comes_back_and_is_known_again(server: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert left("target", "prepare", folder) == 0
    assert left("run", folder) == 0
    loaded = held(server)
    assert len(loaded) == 4
    (folder / "firms.csv").write_text(AFTER, encoding="utf-8")
    left("run", folder)
    merged = held(server)
    assert sum(each[0] == "Account" for each in merged) == 1
    assert len({each[-1] for each in merged if each[0] == "Contact"}) == 1, "both people hang on the one that is left"
    run = FinishedRun(folder).folder.name
    assert left("undo", folder, run) == 0
    assert held(server) == merged, "it was only looked at"
    assert left("undo", folder, run, "--apply") == 0
    assert "accounts: 1 removed by the run, back again" in capsys.readouterr().out
    assert held(server) == loaded
    (folder / "firms.csv").write_text(BEFORE, encoding="utf-8")
    assert left("run", folder) == 0
    run = FinishedRun(folder)
    assert run.fates("accounts") == run.fates("contacts") == {("unchanged", ""): 2}
    assert held(server) == loaded
    (folder / "firms.csv").write_text(AFTER, encoding="utf-8")
    left("run", folder)
    assert held(server) == merged, "what was undone can be done again"
    (gone,) = {each[1] for each in loaded if each[0] == "Account"} - {each[1] for each in merged}
    server.engine.store.purge(gone)
    assert left("undo", folder, FinishedRun(folder).folder.name, "--apply") == 2
    assert held(server) == merged, "somebody has emptied the recycle bin: nothing was done"
