"""Campaigns with members into a simulated HubSpot: lists, once, with what a user does meanwhile, and back out again."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun
from moved import left
from portals import TOKEN, Portal

from crm_migrate.workspace.parts import tables

MAPPING = """\
crm_migrate: 1
project: {name: lists}
sources:
  people: {file: people.csv, key: id}
  leads: {file: leads.csv, key: id}
  fairs: {file: fairs.csv, key: id}
  guests: {file: guests.csv, key: id}
environments:
  hubspot: {connector: hubspot, url: "env:CRM_URL", token: "env:CRM_SECRET", longest_seconds: "5", settle_seconds: "0"}
objects:
  contacts: {from: people, fields: {last_name: last}}
  leads: {from: leads, fields: {last_name: last}}
  campaigns: {from: fairs, fields: {name: name}}
  campaign_members:
    from: guests
    fields:
      campaign: {guests: fair, ref: campaigns}
      contact: {guests: person, ref: contacts}
      lead: {guests: lead, ref: leads}
reconcile: {gates: {held: 100%}}
"""
FILES = {
    "people.csv": "id,last\n1,Ada\n2,Bob\n3,Cem\n",
    "leads.csv": "id,last\n1,Deniz\n",
    "fairs.csv": "id,name\n10,Fair 24/25\n11,Open day\n12,Taken\n",
    "guests.csv": "id,fair,person,lead\n1,10,1,\n2,10,2,\n3,10,,1\n4,11,1,\n5,12,3,\n",
}


def lists_of(portal: Portal) -> dict[str, str]:
    """Name of a list -> its id."""
    found = portal.ask("POST", "/crm/v3/lists/search", {"count": 500})["lists"]
    return {each["name"]: each["listId"] for each in found}


def in_lists(portal: Portal) -> dict[str, set[str]]:
    """Name of a list -> the names of its members."""
    people = {each["id"]: each["lastname"] for each in portal.rows("contacts", "lastname")}
    found = {}
    for name, id in lists_of(portal).items():
        members = portal.ask("GET", f"/crm/v3/lists/{id}/memberships")["results"]
        found[name] = {people[one["recordId"]] for one in members}
    return found


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    made = Portal()
    monkeypatch.setenv("CRM_URL", made.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN)
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def states(run: FinishedRun, object_name: str) -> Counter[tuple[str, str]]:
    """How many rows are in which state, for which reason."""
    parts = tables(run.folder / "reconcile" / object_name / "dispositions")
    return Counter((row["state"], row["code"] or "") for part in parts for row in part.to_pylist())


def test_campaigns_become_lists_and_go_again(portal: Portal, folder: Path) -> None:
    taken = {"name": "Taken", "objectTypeId": "0-1", "processingType": "MANUAL"}
    portal.ask("POST", "/crm/v3/lists", taken)
    assert left("target", "prepare", folder) == 0
    assert left("run", folder) == 0
    loaded = {"Fair 24/25": {"Ada", "Bob", "Deniz"}, "Open day": {"Ada"}, "Taken": set()}
    assert in_lists(portal) == loaded, "a list of users is not ours because it is called so"
    first = FinishedRun(folder)
    assert states(first, "leads") == {("created", ""): 1}
    assert states(first, "campaigns") == {("created", ""): 2, ("held", "target_would_refuse"): 1}
    assert states(first, "campaign_members") == {("created", ""): 4, ("held", "parent_held"): 1}
    ids, people = lists_of(portal), {each["lastname"]: each["id"] for each in portal.rows("contacts", "lastname")}
    portal.ask("PUT", f"/crm/v3/lists/{ids['Fair 24/25']}/memberships/remove", [people["Bob"]])
    portal.ask("PUT", f"/crm/v3/lists/{ids['Open day']}/memberships/add", [people["Cem"]])
    left("run", folder)
    second = FinishedRun(folder)
    assert states(second, "campaign_members") == {
        ("unchanged", ""): 3, ("held", "target_record_gone"): 1, ("held", "parent_held"): 1,
    }  # fmt: skip
    assert in_lists(portal) == {"Fair 24/25": {"Ada", "Deniz"}, "Open day": {"Ada", "Cem"}, "Taken": set()}
    left("undo", folder, first.folder.name, "--apply")
    assert in_lists(portal) == {"Open day": {"Cem"}, "Taken": set()}, "what a user did stays"
    assert [each["lastname"] for each in portal.rows("contacts", "lastname")] == ["Cem"]
