"""`evidence.lock`: facts about columns, one line each, sorted, for people to review and for git to keep."""

import json
from pathlib import Path

from crm_migrate.workspace.files import SHARED, write_file

Facts = dict[str, dict[str, dict[str, str]]]  # source -> column -> fact -> value


def read_evidence(path: Path) -> Facts:
    """The locked facts; none where there is no file yet."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    facts: Facts = json.loads(text)["columns"]
    return facts


def write_evidence(path: Path, facts: Facts) -> None:
    """Write the facts when they differ from what is there, so that an unchanged file keeps its date."""
    if read_evidence(path) != facts:
        text = json.dumps({"crm_migrate": 1, "columns": facts}, ensure_ascii=False, indent=2, sort_keys=True)
        write_file(path, (text + "\n").encode(), SHARED)
