"""Runs of projects with attachments, and what became of their files."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli


def run(folder: Path) -> tuple[dict[str, int], dict[str, Any]]:
    """State -> rows of files, and all figures; nothing may be unexplained, and every field came back as it went."""
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.output
    figures = json.loads(done.stdout)["figures"]
    (line,) = (each for each in figures["accounting"] if each["object"] == "attachments")
    assert line["unexplained"] == 0
    fields = [each for each in figures["fields"] if each["object"] == "attachments"]
    assert fields
    assert [each for each in fields if each["compared"] != each["matched"]] == []
    return {state: count for state, count in line["states"].items() if count}, figures
