"""A run has one plan: what was resolved when it began, with the evidence of what it read."""

import subprocess
import sys
from pathlib import Path

import pytest

from crm_migrate.errors import InputError, MappingError, UsageError
from crm_migrate.mapping import resolving
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.pipeline import resume, start
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import read_state

MAPPING = """crm_migrate: 1
project: {name: One}
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals:
    from: x
    fields: {name: name, close_date: d}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "x.csv").write_text("id;name;d\n1;A;13/04/2025\n", "utf-8")
    return Project(tmp_path, tmp_path / "crm-migrate.yaml")


def silent(_stage: str, _what: str = "", _done: int = 0, _total: int = 0) -> None:
    return None


def test_what_is_changed_while_the_sources_are_read_is_of_the_next_run(project: Project) -> None:
    def edits(stage: str, _what: str = "", _done: int = 0, _total: int = 0) -> None:
        if stage == "extract":
            project.mapping.write_text(MAPPING.replace("name: One", "name: Two"), "utf-8")

    outcome = start(project, None, edits, until="extract")
    assert outcome.plan.title == "One" and outcome.plan.evidence["x"]["d"]["date_order"] == "DMY"
    with pytest.raises(UsageError) as refused:
        resume(project, None, silent)
    began = read_state(outcome.run).plan_hash[:12]
    assert f"it was {began}, it is " in refused.value.message


def test_a_run_resolves_its_mapping_once_and_describes_each_source_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read, columns = resolving.read, OpenSources.columns
    monkeypatch.setattr(resolving, "read", lambda p: asked.append("mapping") or read(p))

    def counted(self: OpenSources, source: SourcePlan) -> tuple[str, ...]:
        asked.append(source.name)
        return columns(self, source)

    monkeypatch.setattr(OpenSources, "columns", counted)
    start(project, None, silent, until="extract")
    assert asked == ["mapping", "x"]


def test_a_source_that_is_written_anew_while_the_run_begins_is_noticed(project: Project) -> None:
    def exports(stage: str, what: str = "", _done: int = 0, _total: int = 0) -> None:
        if stage == "extract" and not what:
            (project.folder / "x.csv").write_text("d;id;name\n13/04/2025;1;A\n14/04/2025;2;B\n", "utf-8")

    with pytest.raises(InputError, match="changed since its columns were read"):
        start(project, None, exports, until="extract")


def test_what_is_wrong_with_a_mapping_is_told_before_a_file_that_is_not_there(project: Project) -> None:
    (project.folder / "x.csv").unlink()
    project.mapping.write_text(MAPPING.replace("name: name", "nme: name"), "utf-8")
    with pytest.raises(MappingError):
        start(project, None, silent, until="extract")
    project.mapping.write_text(MAPPING, "utf-8")
    with pytest.raises(InputError, match="no file matches"):
        start(project, None, silent, until="extract")


def test_evidence_is_bound_to_a_plan_and_changes_nothing_else_of_it(project: Project) -> None:
    plan, _ = resolving.resolve(project)
    known = plan.with_evidence({"x": {"d": {"date_order": "DMY"}}})
    assert plan.evidence == {} and known.hash != plan.hash
    assert known.with_evidence({}) == plan and known.with_evidence({}).hash == plan.hash


def test_a_run_that_stopped_before_it_had_read_everything_goes_on_with_the_plan_as_it_is(project: Project) -> None:
    def stops(stage: str, what: str = "", _done: int = 0, _total: int = 0) -> None:
        if what:
            raise InputError("stopped")

    with pytest.raises(InputError, match="stopped"):
        start(project, None, stops, until="extract")
    outcome = resume(project, None, silent, until="extract")
    assert read_plan(outcome.run) == outcome.plan and outcome.plan.evidence["x"]


def test_a_check_imports_nothing_that_only_a_run_needs(project: Project) -> None:
    told = (
        "import sys; sys.argv = ['crm-migrate', 'mapping', 'check', '.']\n"
        "from crm_migrate.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'pandera', 'duckdb', 'sqlalchemy', 'openpyxl', 'crm_migrate.pipeline'}\n"
        "print('imported:', sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", told], cwd=project.folder, capture_output=True, text=True, check=False)
    assert "imported: []" in done.stdout, done.stdout + done.stderr
