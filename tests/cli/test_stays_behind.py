"""A source that stays behind by a decision: read and counted, told in the report, and nothing of it moved."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  kisi: {file: kisi.csv, key: No}
  log: {file: log.csv, key: No, stays_behind: D-004}
objects:
  contacts:
    from: kisi
    fields: {last_name: Ad}
"""
DECISIONS = """- {id: D-004, who: Ayşe Demir, when: 2025-03-03, text: calls stay in the old system}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "decisions").mkdir()
    for name, text in (
        ("crm-migrate.yaml", MAPPING),
        ("kisi.csv", "No,Ad\n1,Demir\n"),
        ("log.csv", "No,Kisi,Sure\n1,1,60\n2,1,90\n3,,5\n"),
        ("decisions/scope.yaml", DECISIONS),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def checked(folder: Path, mapping: str) -> list[tuple[str, int]]:
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    done = CliRunner().invoke(cli, ["mapping", "check", str(folder), "--format", "json"])
    return [(each["code"], each["place"]["line"]) for each in json.loads(done.stdout)]


def test_its_rows_are_counted_and_told_and_none_is_moved(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    assert done.exit_code == 0, done.output
    assert figures["verdict"] == "GO"
    assert {each["source"]: (each["records"], each["counted"]) for each in figures["sources"]} == {
        "kisi": (1, 1), "log": (3, 3),
    }  # fmt: skip
    assert [(each["object"], each["source"]) for each in figures["accounting"]] == [("contacts", "kisi")]
    (told,) = [text for text in figures["not_checked"] if text.startswith("log: ")]
    assert told.startswith("log: its 3 rows stay behind by decision D-004;")
    assert [(each[0], each[4]) for each in figures["decisions"]] == [("D-004", 3)]
    log = [(each["column"], each["fate"], each["why"]) for each in figures["columns"] if each["source"] == "log"]
    assert log == [(column, "dropped", "D-004") for column in ("No", "Kisi", "Sure")]
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        assert crm.execute("SELECT count(*) FROM contacts").fetchall() == [(1,)]


def test_the_decision_must_be_there(folder: Path) -> None:
    assert checked(folder, MAPPING.replace("D-004", "D-005")) == [("decision_unknown", 6)]


@pytest.mark.parametrize(
    "mapping",
    [
        MAPPING.replace("from: kisi", "from: [kisi, log]").replace("last_name: Ad", "last_name: {kisi: Ad, log: Kisi}"),
        MAPPING.replace("key: No}", "key: No, join: {l: {source: log, by: {No: Kisi}, take: first(No)}}}", 1),
    ],
)
def test_what_feeds_something_does_not_stay_behind(folder: Path, mapping: str) -> None:
    assert ("field_conflict", 6) in checked(folder, mapping)


def test_without_a_decision_a_source_that_feeds_nothing_is_refused(folder: Path) -> None:
    assert checked(folder, MAPPING.replace(", stays_behind: D-004", "")) == [("source_unused", 6)]
