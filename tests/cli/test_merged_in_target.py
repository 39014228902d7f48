"""A user merges two of our records in the CRM between two runs: nothing is loaded again, and what hung on the one that
is gone hangs on the one that is left."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.test_rest_run import KEYS, MAPPING, run
from simulated import Wire

from crm_migrate.cli import main
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import tables
from crm_migrate.workspace.state import runs
from crm_migrate_simulators.rest import SIMULATOR

FIRMS = ["FirmaID,Name", "1,Quellhof GmbH", "2,Quellhof Handel", "3,Işık Makine"]
PEOPLE = ["KontaktID,Nachname,Mail,FirmaID", "1,Yılmaz,y@quellhof.example,1", "2,Öz,o@quellhof.example,2"]


class Crm:
    """A project and a simulated CRM that it was loaded into once."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.wire = folder, Wire(url)

    def write(self, firms: list[str] = FIRMS, people: list[str] = PEOPLE) -> None:
        (self.folder / "firmen.csv").write_text("\n".join([*firms, ""]), encoding="utf-8")
        (self.folder / "kontakte.csv").write_text("\n".join([*people, ""]), encoding="utf-8")

    def records(self, name: str) -> dict[str, dict[str, Any]]:
        """The live records by their name."""
        word = "name" if name == "accounts" else "last_name"
        return {each["values"][word]: each for each in self.wire.told(f"records/{name}")}

    def user(self, **said: Any) -> None:
        """What a user does in the CRM."""
        status, words, _ = self.wire.ask("POST", "/_simulator/user", said)
        assert status == 200, words

    def create(self, name: str, fields: dict[str, Any]) -> str:
        """A record that a user makes; its id."""
        status, words, _ = self.wire.ask("POST", f"/v1/objects/{name}/batch/create", {"records": [{"fields": fields}]})
        assert status == 200, words
        return str(json.loads(words)["results"][0]["id"])

    def writes(self) -> int:
        """How many requests have written so far."""
        return sum(each["scope"] == "write" for each in self.wire.told("requests"))

    def rows(self, *path: str) -> list[dict[str, Any]]:
        """A table of the latest run."""
        latest = runs(Project(self.folder, self.folder / "crm-migrate.yaml"))[-1]
        return [row for table in tables(latest.table(*path)) for row in table.to_pylist()]


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crm]:
    server = SIMULATOR.start({"objects": {name: {"fields": {}} for name in KEYS}})
    try:
        monkeypatch.setenv("CRM_URL", server.url)
        monkeypatch.setenv("CRM_SECRET", "not-a-secret")
        (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
        loaded = Crm(tmp_path, server.url)
        loaded.write()
        assert run(tmp_path) == 0
        yield loaded
    finally:
        server.stop()


def merge(crm: Crm, winner: str, loser: str) -> str:
    """Merge two firms; the id of the one that is left."""
    there = crm.records("accounts")
    crm.user(do="merge", object="accounts", id=there[winner]["id"], loser=there[loser]["id"])
    return str(there[winner]["id"])


def test_two_of_ours_that_a_user_merged_are_one_from_then_on(crm: Crm, capfd: pytest.CaptureFixture[str]) -> None:
    left = merge(crm, "Quellhof GmbH", "Quellhof Handel")
    before, written = crm.wire.told("records/accounts"), crm.writes()
    capfd.readouterr()

    assert run(crm.folder) == 0

    said = capfd.readouterr().err
    assert "followed" in said and "accounts" in said
    assert crm.wire.told("records/accounts") == before
    assert {each["values"]["company"] for each in crm.wire.told("records/contacts")} == {left}
    assert [row["state"] for row in crm.rows("reconcile", "accounts", "dispositions")] == [
        "unchanged", "merged", "unchanged"
    ]  # fmt: skip
    assert crm.writes() == written
    assert run(crm.folder) == 0
    assert crm.writes() == written, "nor does the run after that"


def test_what_the_sources_say_later_of_both_goes_into_the_one_that_is_left(crm: Crm) -> None:
    left = merge(crm, "Quellhof GmbH", "Quellhof Handel")
    crm.write(people=[*PEOPLE, "3,Kaya,k@quellhof.example,2"])

    assert run(crm.folder) == 0

    assert crm.records("contacts")["Kaya"]["values"]["company"] == left
    assert len(crm.wire.told("records/accounts")) == 2


@pytest.mark.sweep("as two of ours that a user merged")
def test_a_chain_is_followed_to_its_end(crm: Crm) -> None:
    merge(crm, "Quellhof Handel", "Quellhof GmbH")
    left = merge(crm, "Işık Makine", "Quellhof Handel")
    crm.write(people=[*PEOPLE, "3,Kaya,k@quellhof.example,1"])

    assert run(crm.folder) == 0

    assert {each["values"]["company"] for each in crm.wire.told("records/contacts")} == {left}
    assert len(crm.wire.told("records/accounts")) == 1


def test_a_record_that_was_merged_into_a_strangers_waits_and_says_into_which(crm: Crm) -> None:
    stranger = crm.create("accounts", {"name": "Quellhof Holding"})
    there = crm.records("accounts")
    crm.user(do="merge", object="accounts", id=stranger, loser=there["Quellhof Handel"]["id"])

    assert run(crm.folder) == 1

    (waits,) = [row for row in crm.rows("load", "accounts", "entities") if row["__action"] == "held"]
    assert waits["__code"] == "target_record_gone" and f"merged it into record {stranger}" in waits["__message"]
    assert "Quellhof Handel" not in crm.records("accounts")


@pytest.mark.sweep("as two of ours that a user merged")
def test_a_record_that_was_deleted_waits(crm: Crm) -> None:
    crm.user(do="delete", object="accounts", id=crm.records("accounts")["Işık Makine"]["id"])

    assert run(crm.folder) == 1

    (waits,) = [row for row in crm.rows("load", "accounts", "entities") if row["__action"] == "held"]
    assert waits["__code"] == "target_record_gone"
    assert "Işık Makine" not in crm.records("accounts")


@pytest.mark.sweep("a decision that they stay apart beats every rule (tests/properties/test_merging.py)")
def test_who_was_decided_to_stay_apart_is_not_made_one(crm: Crm) -> None:
    (crm.folder / "decisions").mkdir(exist_ok=True)
    decision = {"object": "accounts", "members": ["firmen:1", "firmen:2"], "decision": "apart"}
    told = {**decision, "who": "ayse", "when": "2026-01-05", "why": "two firms"}
    (crm.folder / "decisions" / "duplicates.yaml").write_text(json.dumps({"duplicates": [told]}), "utf-8")
    merge(crm, "Quellhof GmbH", "Quellhof Handel")

    assert run(crm.folder) == 1

    (waits,) = [row for row in crm.rows("load", "accounts", "entities") if row["__action"] == "held"]
    assert waits["__code"] == "target_record_gone" and "merged it into record" in waits["__message"]


@pytest.mark.sweep("as two of ours that a user merged")
def test_explain_says_who_made_them_one(crm: Crm, capfd: pytest.CaptureFixture[str]) -> None:
    merge(crm, "Quellhof GmbH", "Quellhof Handel")
    assert run(crm.folder) == 0
    capfd.readouterr()

    main(["explain", "firmen:2", str(crm.folder)])

    assert "merged in the target" in capfd.readouterr().out
