"""A finished run as a test reads it: the tables on disk and the CRM, by way of the file and line of each source row."""

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

OBJECTS = ("accounts", "contacts", "deals")
IN_TARGET = ("created", "updated", "unchanged", "merged")
Origin = tuple[str, int, int]  # file, line, split


def crm_migrate(*arguments: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user calls it, in a process of its own; `environment` is added to ours."""
    code = "import sys; from crm_migrate.cli import main; sys.exit(main())"
    command = [sys.executable, "-X", "utf8", "-c", code, *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, env=variables
    )


def lines_of(path: Path) -> list[dict[str, str]]:
    """A truth file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_adds_up(figures: dict[str, Any]) -> None:
    """Every row ends once, every file has as many as were counted, and the target has what was made in it."""
    for line in figures["accounting"]:
        assert line["unexplained"] == 0, line
        assert line["read"] + line["extra"] == sum(line["states"].values()), line
    for source in figures["sources"]:
        assert source["counted"] is None or source["counted"] == source["records"] + source["quarantined"], source
    for target in figures["target_sets"]:
        assert target["unexpected"] == target["vanished"] == 0, target
        assert target["after"] == target["before"] + target["created"], target


@dataclass
class FinishedRun:
    """The last run of a project folder."""

    project: Path

    @cached_property
    def folder(self) -> Path:
        """The folder of the last run."""
        runs = (self.project / ".crm-migrate" / "runs").iterdir()
        return max((run for run in runs if run.is_dir()), key=lambda run: run.name)

    def table(self, *names: str) -> pl.DataFrame:
        """A table of the run; an empty frame where it has no parts."""
        folder = self.folder.joinpath(*names)
        assert (folder / "manifest.json").exists(), f"{'/'.join(names)} was never finished"
        parts = sorted(folder.glob("*.parquet"))
        return pl.concat([pl.read_parquet(part) for part in parts]) if parts else pl.DataFrame()

    @cached_property
    def figures(self) -> dict[str, object]:
        """The one model of figures."""
        return json.loads((self.folder / "reconcile" / "figures.json").read_text("utf-8"))

    def files(self, source: str) -> list[str]:
        """The files of a source in the order of their index."""
        facts = json.loads((self.folder / "extract" / source / "facts.json").read_text("utf-8"))
        found = facts["files"] if isinstance(facts, dict) else facts
        return [Path(file["path"]).as_posix() for file in found]

    def origins(self, source: str) -> dict[int, tuple[str, int]]:
        """Row number of a source -> file and line."""
        files = self.files(source)
        rows = self.table("extract", source, "records").select("__row", "__file", "__line").iter_rows()
        return {row: (files[file], line) for row, file, line in rows}

    def quarantine(self, source: str) -> dict[tuple[str, int], str]:
        """File and line -> code of the rows that could not be read."""
        files, found = self.files(source), self.table("extract", source, "quarantine")
        return {(files[r["file"]], r["line"]): r["code"] for r in found.iter_rows(named=True)}

    def dispositions(self, object_name: str) -> dict[Origin, dict[str, object]]:
        """(file, line, split) -> its disposition for that object; two lines for one row are an error."""
        lines = self.table("reconcile", object_name, "dispositions")
        where = {source: self.origins(source) for source in set(lines["__source"])}
        found: dict[Origin, dict[str, object]] = {}
        for line in lines.iter_rows(named=True):
            origin = (*where[line["__source"]][line["__row"]], line["__split"])
            assert origin not in found, f"{object_name} {origin} has two dispositions"
            found[origin] = line
        return found

    def fates(self, object_name: str) -> Counter[tuple[str, str]]:
        """State and code -> how many rows of an object have them."""
        lines = self.table("reconcile", object_name, "dispositions")
        return Counter((line["state"], line["code"] or "") for line in lines.iter_rows(named=True))

    def entities(self, object_name: str) -> dict[Origin, str]:
        """(file, line, split) -> the entity in the target that it became."""
        return {
            origin: str(line["__entity"])
            for origin, line in self.dispositions(object_name).items()
            if line["state"] in IN_TARGET
        }

    def actual(self, object_name: str) -> dict[str, dict[str, object]]:
        """Entity -> the record as it was read back from the target."""
        table = self.table("validate", object_name, "actual")
        return {str(line["__entity"]): line for line in table.iter_rows(named=True) if line["__entity"] is not None}

    def crm(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the CRM itself."""
        connection = sqlite3.connect(self.project / "crm.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
