"""Damaged and hostile files through the extract stage: clear words, exit codes as designed, nothing lost in silence."""

import collections
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sources_kit.hostile import BOOKS, TEXT, Case

from crm_migrate.errors import CrmMigrateError, InputError, UsageError
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.plan import FilePlan, SourcePlan
from crm_migrate.stages.extract import ExtractResult, extract
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import tables
from crm_migrate_files import CONNECTOR
from crm_migrate_files.workbook import Workbook


def plan(pattern: str, locale: str = "tr-TR") -> SourcePlan:
    return SourcePlan(name="s", files=(FilePlan(pattern=pattern),), key=(), locale=locale, time_zone="UTC")


def run_extract(folder: Path, pattern: str, locale: str = "tr-TR") -> ExtractResult:
    project = Project(folder, folder / "crm-migrate.yaml")
    source_plan = plan(pattern, locale)
    source = CONNECTOR.source(build_spec(source_plan, project))
    return extract(source_plan, project, project.run("r1"), source=source)


@pytest.mark.parametrize("case", [*TEXT, *BOOKS], ids=lambda case: case.name)
def test_hostile_file(case: Case, tmp_path: Path) -> None:
    (tmp_path / case.file).write_bytes(case.make())
    run = Project(tmp_path, tmp_path / "crm-migrate.yaml").run("r1")
    if case.refused:
        with pytest.raises(InputError, match=case.refused) as caught:
            run_extract(tmp_path, case.file)
        assert caught.value.exit_code == 3
        assert "Traceback" not in str(caught.value)
        assert not (run.table("extract", "s", "records") / "manifest.json").exists()
        return
    if "header_suspect" in case.findings:
        with pytest.raises(InputError, match="another number of cells"):
            run_extract(tmp_path, case.file)
        return
    result = run_extract(tmp_path, case.file)
    fact = result.files[0]
    assert fact.records + fact.quarantined == fact.counted
    assert result.records == case.records
    assert case.findings <= {finding.code for finding in result.findings}
    aside = [row for t in tables(run.table("extract", "s", "quarantine")) for row in t.to_pylist()]
    assert dict(collections.Counter(row["code"] for row in aside)) == case.aside
    if case.rows:
        found = [r for t in tables(run.table("extract", "s", "records")) for r in t.select(result.columns).to_pylist()]
        assert [tuple(row.values()) for row in found] == list(case.rows)


def test_there_are_at_least_thirty() -> None:
    assert len(TEXT) + len(BOOKS) >= 30
    assert len({case.name for case in (*TEXT, *BOOKS)}) == len(TEXT) + len(BOOKS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.csv")
    with pytest.raises(InputError, match="no plain file"):
        run_extract(tmp_path, "data.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").mkdir()
    with pytest.raises(InputError, match="no plain file"):
        run_extract(tmp_path, "data.csv")


@pytest.mark.parametrize(
    "pattern", ["../secret.csv", "a/../../secret.csv", "/etc/passwd", "..\\secret.csv", "C:/x.csv"]
)
def test_a_path_out_of_the_project_is_refused(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "secret.csv").write_bytes(b"a\n1\n")
    (tmp_path / "project").mkdir()
    with pytest.raises(CrmMigrateError, match=r"leads out of the project|no file matches"):
        run_extract(tmp_path / "project", pattern)


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"a\n1\n")
    (tmp_path / "project").mkdir()
    try:
        (tmp_path / "project" / "data.csv").symlink_to(tmp_path / "secret.csv")
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(InputError, match="a link that leads out"):
        run_extract(tmp_path / "project", "*.csv")


def test_a_missing_file_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "kontakte.csv").write_bytes(b"a\n1\n")
    with pytest.raises(InputError, match=r"no file matches `kontacte\.csv`") as caught:
        run_extract(tmp_path, "kontacte.csv")
    assert "kontakte.csv" in caught.value.hint


def test_one_file_under_two_patterns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    project = Project(tmp_path, tmp_path / "m.yaml")
    twice = plan("*.csv").model_copy(update={"files": (FilePlan(pattern="a.csv"), FilePlan(pattern="*.csv"))})
    with pytest.raises(UsageError, match="two patterns"):
        build_spec(twice, project)


def test_a_reader_that_dies_takes_nobody_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "book.xlsx").write_bytes(BOOKS[4].make())
    command = (sys.executable, "-c", "import os; os.abort()")
    monkeypatch.setattr("crm_migrate_files.workbook._COMMAND", command)
    with pytest.raises(InputError, match="its reader died"):
        run_extract(tmp_path, "book.xlsx")


def test_a_reader_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_migrate.connecting.contract import SourceSpec

    (tmp_path / "book.xlsx").write_bytes(BOOKS[4].make())
    monkeypatch.setattr("crm_migrate_files.workbook._COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(InputError, match=r"more than 0\.5 seconds"):
        _ = Workbook(tmp_path / "book.xlsx", SourceSpec("s"), seconds=0.5).header


def test_a_reader_dies_with_its_parent(tmp_path: Path) -> None:
    job = json.dumps({"folder": tmp_path.as_posix()}) + "\n"
    code = "import time; import crm_migrate_files.sheet_child as c; c._read = lambda *a: time.sleep(60); c.main()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(job.encode())
        child.stdin.close()
        assert child.wait(20) == 75
