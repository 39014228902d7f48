"""The dealer's mapping with one line of its fields taken out at a time, against what its finished run has read."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import Plan, SourcePlan
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


def noticed(project: Path, run: Path, scratch: Path) -> dict[str, str]:
    """`object.field` -> what notices that its line is not there: `refused`, `columns`, `relations`, or nothing."""
    folder = scratch / "less"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns(".crm-migrate", "reports", "*.db"))
    whole = (project / "crm-migrate.yaml").read_text("utf-8")
    read = {path.name: read_sealed(path / "facts.json")["columns"] for path in (run / "extract").iterdir()}
    found = {}
    for number, name in lines_of_fields(whole):
        lines = whole.splitlines()
        del lines[number]
        (folder / "crm-migrate.yaml").write_text("\n".join(lines), "utf-8")
        found[name] = _noticed(folder, Run(run, run.name), read)
    return found


def _noticed(folder: Path, run: Run, read: dict[str, list[str]]) -> str:
    def columns(source: SourcePlan) -> tuple[str, ...]:
        return tuple(read[source.name])

    try:
        plan: Plan = resolve(Project(folder, folder / "crm-migrate.yaml"), environment="sql", columns=columns)[0]
    except MappingError:
        return "refused"
    with relations(run, "reconcile", partial=True) as tables:
        of_columns, of_relations = coverage(tables, plan)
    said = (("columns", of_columns), ("relations", of_relations))
    return next((name for name, each in said if any(one.fate == "unspoken" for one in each)), "")
