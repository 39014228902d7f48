"""The figures of a whole run: clean, and with one thing broken at a time."""

from pathlib import Path
from typing import Any

import mini_run

from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Figures


def figures(folder: Path, content: mini_run.Tables | None = None, **rules: Any) -> Figures:
    run = mini_run.write(folder, content or mini_run.tables())
    return reconcile(mini_run.plan(**rules), run, mini_run.HEADER, "sql:mini")


def failed(found: Figures) -> set[str]:
    return {gate.name for gate in found.gates if not gate.passed}


def test_a_consistent_run_fails_only_where_the_target_refused_a_record(tmp_path: Path) -> None:
    found = figures(tmp_path)

    assert failed(found) == {"failed"}
    assert found.verdict == "NO-GO"
    assert all(line.adds_up for line in found.accounting)
    assert all(sets.adds_up for sets in found.target_sets)
    assert {(b.currency, b.source_total, b.target_total, b.unexplained) for b in found.bridges} == {
        ("TRY", "1250000.50", "1250000.50", "0.00"),
        ("EUR", "870.25", "70.25", "0.00"),
        ("", "1250800.50", "0.00", "0.00"),  # the line of the total, excluded
    }
    assert Figures.model_validate_json(found.model_dump_json()) == found
