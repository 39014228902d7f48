"""Verbs that look at what a run left take the latest that came so far, not one that was stopped before."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import read_state, runs

MAPPING = """crm_migrate: 1
sources: {c: {file: c.csv, key: Id}}
environments: {mock: {connector: sql, url: "sqlite:///crm.db"}}
objects:
  contacts:
    from: c
    match: [{rule: same mailbox, same: [email], do: merge}]
    fields: {last_name: Last, email: Mail}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, and a later one that only read its sources."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "c.csv").write_text("Id,Last,Mail\n1,Kaya,k@kaya.example\n2,Kaya,k@kaya.example\n", "utf-8")
    (folder / "labels.csv").write_text("left,right,same,object\nc:1,c:2,yes,contacts\n", "utf-8")
    for more in ((), ("--until", "extract")):
        assert CliRunner().invoke(cli, ["run", str(folder), *more]).exit_code == 0
    return folder


QUESTIONS = (
    ("explain", "c:1", "PROJECT"),
    ("match", "score", "PROJECT/labels.csv", "PROJECT"),
    ("review", "PROJECT", "-o", "PROJECT/review.xlsx", "--json"),
    ("unmerge", "PROJECT", "c:1", "--who", "ada", "--why", "two people"),
)


@pytest.mark.parametrize("words", QUESTIONS, ids=lambda words: words[0])
def test_a_run_that_was_stopped_early_hides_no_finished_one(project: Path, words: tuple[str, ...]) -> None:
    first, second = runs(Project(project, project / "crm-migrate.yaml"))
    said = [word.replace("PROJECT", str(project)) for word in words]

    done = CliRunner().invoke(cli, said)
    assert done.exit_code == 0, done.output
    if words[0] == "explain":
        told = json.loads(CliRunner().invoke(cli, [*said, "--json"]).stdout)
        assert told["run"] == first.id

    if words[0] != "match":
        refused = CliRunner().invoke(cli, [*said, "--run", second.id])
        assert isinstance(refused.exception, UsageError)
    assert read_state(first).epoch == 1, "who only looks is no writer"
