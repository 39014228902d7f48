"""A run whose plan another version froze is refused in words, not as a bug of ours."""

from pathlib import Path

import pytest

from crm_migrate.errors import UsageError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.workspace.layout import Run


def test_a_plan_of_another_version_is_named(tmp_path: Path) -> None:
    run = Run(tmp_path, "00001-abc")
    run.plan.write_text('{"project": "old", "a_word_of_the_future": 1}', encoding="utf-8")
    with pytest.raises(UsageError, match="00001-abc was written by another version"):
        read_plan(run)
