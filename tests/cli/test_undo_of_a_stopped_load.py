"""A load into HubSpot that stops between a record and its links: what it has begun is not left behind by an undo."""

from pathlib import Path

import pytest
from moved import left
from portals import KEY, TOKEN, Portal

from crm_migrate.errors import TargetError
from crm_migrate_hubspot.linking import Linking

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  rehearsal:
    {connector: hubspot, url: "env:CRM_URL", token: "env:CRM_SECRET", longest_seconds: "1", settle_seconds: "0"}
objects:
  accounts: {from: firms, fields: {name: name}}
  contacts:
    from: people
    fields:
      last_name: last
      company: {people: firm, ref: accounts}
"""


def held(portal: Portal) -> list[str]:
    """Our keys of the people who are there."""
    return [str(each.get(KEY)) for each in portal.rows("contacts", KEY)]


def without_the_right(*_: object) -> None:
    raise TargetError("the app has lost the right to link", hint="give it back")


@pytest.mark.timeout(300)
def test_what_a_stopped_load_has_begun_is_finished_before_it_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    portal = Portal()
    monkeypatch.setenv("CRM_URL", portal.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN)
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "firms.csv").write_text("id,name\n1,Firm\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,last,firm\n1,Demir,1\n2,Lee,1\n", encoding="utf-8")
    assert left("target", "prepare", tmp_path) == 0
    assert left("plan", tmp_path) == 0
    with monkeypatch.context() as patch:
        patch.setattr(Linking, "tie", without_the_right)
        assert left("resume", tmp_path) == 4
    assert [key[-1] for key in held(portal)] == ["~", "~"]
    for words in ((), ("--apply",)):
        capfd.readouterr()
        assert left("undo", tmp_path, *words) == 2
        said = capfd.readouterr().err
        assert "2 record(s) of contacts were begun" in said
        assert f"crm-migrate resume {tmp_path}" in said
    assert left("resume", tmp_path) == 0
    assert left("undo", tmp_path, "--apply") == 0
    assert held(portal) == []
    portal.stop()
