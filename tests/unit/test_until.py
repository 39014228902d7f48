"""A run that was asked to stop after a stage stops after that stage, and goes on from there."""

from pathlib import Path

import pytest

from crm_migrate.pipeline import STAGES, resume, start
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import is_done

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: x, fields: {name: name}}
"""


def silent(_stage: str, _what: str = "", _done: int = 0, _total: int = 0) -> None:
    return None


@pytest.mark.cases(3)
@pytest.mark.parametrize("until", STAGES)
def test_nothing_is_done_behind_the_stage_that_was_asked_for(tmp_path: Path, until: str) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "x.csv").write_text("id;name\n1;Nordwind Labs\n", "utf-8")
    project = Project(tmp_path, tmp_path / "crm-migrate.yaml")

    outcome = start(project, None, silent, until=until, workers=1)

    assert [stage for stage in STAGES if is_done(outcome.run, stage)] == list(STAGES[: STAGES.index(until) + 1])
    assert (outcome.figures is not None) == (until in ("reconcile", "report"))
    if until in ("load", "reconcile"):
        ended = resume(project, outcome.run.id, silent)
        assert ended.figures is not None and ended.figures.verdict == "GO" and ended.reports
