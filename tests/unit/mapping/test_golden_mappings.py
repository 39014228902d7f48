"""The worked example of the language on disk: it resolves green, to the plan that it always was."""

import json
import os
from pathlib import Path

from crm_migrate.cli.frames import render
from crm_migrate.finding import Severity
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

GOLDEN = Path(__file__).parents[2] / "golden" / "mapping"


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
