"""Mappings on disk: every wrong one says exactly what is wrong and where, the worked example resolves green."""

import json
import os
from pathlib import Path

import pytest

from crm_migrate.cli.frames import render
from crm_migrate.codes import CODES
from crm_migrate.finding import Severity, errors
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

GOLDEN = Path(__file__).parents[2] / "golden" / "mapping"
WRONG = sorted(path for path in (GOLDEN / "wrong").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", WRONG, ids=lambda path: path.name)
def test_wrong_mapping(folder: Path) -> None:
    """`expected.txt`: one line per finding, `code line:column`."""
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"))
    found = "".join(f"{f.code} {f.place.line}:{f.place.column}\n" for f in findings)
    assert found == (folder / "expected.txt").read_text(encoding="utf-8"), render(findings)
    assert (plan is None) == bool(errors(findings))
    assert {f.code for f in findings} <= set(CODES)
    assert all(f.place.excerpt and f.message for f in findings)


def test_there_are_enough_of_them() -> None:
    assert len(WRONG) >= 30
    assert all((folder / "expected.txt").read_text(encoding="utf-8").strip() for folder in WRONG)


def test_the_worked_example_means_what_it_meant() -> None:
    """The whole plan, but for hashes of files. After a wanted change: `REFRESH=1 pytest tests/unit/mapping`."""
    plan, _ = examine(Project(GOLDEN / "worked", GOLDEN / "worked" / "crm-migrate.yaml"))
    assert plan is not None
    found = plan.model_dump(mode="json", exclude={"files", "decisions"}, exclude_defaults=True)
    path = GOLDEN / "worked" / "plan.json"
    if os.environ.get("REFRESH"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))


def test_the_worked_example_is_green() -> None:
    plan, findings = examine(Project(GOLDEN / "worked", GOLDEN / "worked" / "crm-migrate.yaml"))
    assert plan is not None, render(findings)
    assert [f for f in findings if f.severity is not Severity.NOTE] == []
