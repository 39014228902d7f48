"""A sample's mapping with one line taken out at a time, against what its finished run has read."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.plan_lines import changed_places, taken_out
from crm_migrate.mapping.resolving import resolve
from crm_migrate.stages.reconcile.coverage import coverage
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.sealing import read_sealed

_FIELD = re.compile(r"      (\w+): +\{.*\}\s*")
_OBJECT = re.compile(r"  (\w+):\s*")


def lines_of_fields(mapping: str) -> Iterator[tuple[int, str]]:
    """Line number (from 0) and `object.field` of every line that maps one."""
    object_name, inside = "", False
    for number, line in enumerate(mapping.splitlines()):
        if found := _OBJECT.fullmatch(line):
            object_name, inside = found[1], False
        inside = line == "    fields:" or (inside and line.startswith("      "))
        if inside and (found := _FIELD.fullmatch(line)):
            yield number, f"{object_name}.{found[1]}"


def lines_of_rules(mapping: str) -> Iterator[tuple[int, str]]:
    """Line number (from 0) and text of every line of what a mapping does: sources, objects, checks, reconciliation."""
    does, inside = {"sources", "value_maps", "owners", "objects", "checks", "reconcile"}, False
    for number, line in enumerate(mapping.splitlines()):
        if line and not line.startswith((" ", "#")):
            inside = line.split(":")[0] in does
        if inside and (text := line.split(" #")[0].strip()) and not text.startswith("#"):
            yield number, text


class Less:
    """A project beside its finished run, whose mapping loses a line."""

    def __init__(self, project: Path, run: Path, scratch: Path) -> None:
        self._folder, self._run = scratch / "less", Run(run, run.name)
        shutil.copytree(project, self._folder, ignore=shutil.ignore_patterns(".crm-migrate", "reports", "*.db"))
        self.mapping = (project / "crm-migrate.yaml").read_text("utf-8")
        self._read = {
            path.name: read_sealed(path / "facts.json")["columns"]
            for path in (run / "extract").iterdir()
            if path.is_dir()
        }
        whole = self._without(None)
        assert whole is not None
        self._whole = whole

    def uncovered(self, number: int) -> str:
        """What notices in a first run that a line is not there: `refused`, `columns`, `relations`, or nothing."""
        plan = self._without(number)
        if plan is None:
            return "refused"
        with relations(self._run, "reconcile", partial=True) as tables:
            of_columns, of_relations = coverage(tables, plan)
        said = (("columns", of_columns), ("relations", of_relations))
        return next((name for name, each in said if any(one.fate == "unspoken" for one in each)), "")

    def changed(self, number: int) -> str:
        """The same behind a run that was good: `refused`, the gate `taken_out`, `told` by the report, or nothing;
        `same` where the line said what would hold anyway."""
        plan = self._without(number)
        if plan is None:
            return "refused"
        if taken_out(self._whole, plan):
            return "taken_out"
        if changed_places(self._whole, plan):
            return "told"
        return "same" if plan.meaning == self._whole.meaning else ""

    def _without(self, number: int | None) -> Plan | None:
        lines = self.mapping.splitlines()
        if number is not None:
            del lines[number]
        file = self._folder / "crm-migrate.yaml"
        file.write_text("\n".join(lines), "utf-8")
        try:
            return resolve(Project(self._folder, file), environment=None, columns=self._columns)[0]
        except MappingError:
            return None

    def _columns(self, source: SourcePlan) -> tuple[str, ...] | None:
        read = self._read.get(source.name)
        return None if read is None else tuple(read)


def fates(less: Less) -> dict[str, list[str]]:
    """What notices behind a good run -> the lines of what a mapping does."""
    found: dict[str, list[str]] = {}
    for number, text in lines_of_rules(less.mapping):
        found.setdefault(less.changed(number), []).append(text)
    return found
