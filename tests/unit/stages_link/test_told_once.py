"""What is told about rows is told once, with the file's own line and with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {locale: en-US, time_zone: UTC}
sources:
  a: {file: a.csv, key: Id, skip: ["Name = 'TOTAL'"]}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: {a: {one_per: name}}
    fields:
      name: Name
      phone: Phone
      parent: {a: Parent, ref: accounts.a}
"""
ROWS = [
    "Id,Name,Phone,Parent",
    '1,"Alpha',
    'Works",,1',
    "2,Beta,123,Beta",
    "3,Beta,+1 212 555 0100,Beta",
    ",TOTAL,,",
    ",,,",
]


def invoke(*words: str) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"])
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "a.csv").write_text("\n".join(ROWS) + "\n", "utf-8")
    CliRunner().invoke(cli, ["run", str(folder)])
    return folder


def exceptions(project: Path) -> list[dict[str, Any]]:
    (path,) = (project / ".crm-migrate" / "runs").glob("*/reconcile/figures.json")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["exceptions"]
    return found


def test_a_note_of_link_is_listed_once(project: Path) -> None:
    told = [e for e in exceptions(project) if e["code"] in ("self_parent_cleared", "fold_differs")]

    # The first row names itself by the key of its row, the second by the key of the record that it makes.
    assert sorted((e["code"], e["count"], *(x["record"] for x in e["examples"])) for e in told) == [
        ("fold_differs", 1, "a:Beta"),
        ("self_parent_cleared", 2, "a:Alpha\nWorks", "a:Beta"),
    ]


def test_a_folded_row_is_named_by_its_line(project: Path) -> None:
    (told,) = [e for e in exceptions(project) if e["code"] == "fold_differs"]

    message = told["examples"][0]["message"]
    assert {"a.csv:4", "a.csv:5"} == {word.rstrip(",.") for word in message.split() if word.startswith("a.csv:")}


def test_a_finding_keeps_its_reason(project: Path) -> None:
    told = next(e for e in exceptions(project) if e["field"] == "phone" and e["state"] == "kept")

    assert told["examples"][0]["message"]


def test_rows_that_are_skipped_do_not_count_as_keyless(project: Path) -> None:
    (told,) = [e for e in exceptions(project) if e["code"] == "key_missing" and e["state"] == "read"]

    assert told["count"] == 1, "the blank line; the total is skipped"
