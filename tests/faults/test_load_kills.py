"""Any kills and resumes leave the same target as an uninterrupted run; faults of disk and rights end in good order."""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "unit" / "load"))

from company import Company, Record  # noqa: E402 -- a module of the neighbouring room
from exactly_once.traces import usable  # noqa: E402

from crm_migrate.errors import TargetConflict, TargetError, UsageError  # noqa: E402
from crm_migrate.stages.load import execute_load, plan_load  # noqa: E402
from crm_migrate.workspace.ledger import Ledger  # noqa: E402
from crm_migrate.workspace.locking import project_lock, target_lock  # noqa: E402
from crm_migrate_sql.sqlite import Sqlite  # noqa: E402
from crm_migrate_sql.target import SqlTarget  # noqa: E402

ROWS = 12
ACCOUNTS: list[Record] = [
    {"id": f"a{n:03d}", "name": None if n % 13 == 5 else f"Company {n}", "parent": f"a{n // 3:03d}"} for n in range(60)
]
CONTACTS: list[Record] = [
    {"id": f"c{n:03d}", "last_name": f"Person {n}", "company": f"a{n % 60:03d}"} for n in range(90)
]


def staged(folder: Path) -> tuple[Company, dict[str, str]]:
    """A planned load that nobody has begun."""
    where = {"url": f"sqlite:///{folder / 'crm.db'}"}
    company = Company(folder / "project")
    run = company.stage(accounts=ACCOUNTS, contacts=CONTACTS)
    target = SqlTarget(where)
    plan_load(company.plan, company.project, run, target)
    target.close()
    return company, where


def process(company: Company, where: dict[str, str], *prefix: str) -> subprocess.Popen[str]:
    command = [*prefix, sys.executable, str(HERE / "load_once.py"), str(company.folder), json.dumps(where), str(ROWS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def digest(folder: Path) -> list[str]:
    """The target by our keys, without the ids that the database chose."""
    with sqlite3.connect(folder / "crm.db") as connection:
        parent = "p.crm_migrate_id FROM {} c LEFT JOIN company p ON p.id = c.{}"
        companies = f"SELECT c.crm_migrate_id, c.name, {parent.format('company', 'parent')}"
        people = f"SELECT c.crm_migrate_id, c.last_name, {parent.format('person', 'company')}"
        return sorted(map(str, connection.execute(companies))) + sorted(map(str, connection.execute(people)))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The target of a load that nobody disturbed."""
    folder = tmp_path_factory.mktemp("straight")
    company, where = staged(folder)
    loader = process(company, where)
    out, error = loader.communicate(timeout=120)
    assert loader.returncode == 0, error
    assert out.endswith("done\n")
    return digest(folder)


@pytest.mark.sweep("tests/exactly_once kills loads of every target")
def test_kills_and_resumes_end_like_a_straight_run(tmp_path: Path, expected: list[str]) -> None:
    dice, number = random.Random(20), 0
    for round_ in range(60):
        folder = tmp_path / f"r{round_}"
        company, where = staged(folder)
        for _ in range(4):
            loader = process(company, where)
            assert loader.stdout is not None
            loader.stdout.readline()
            time.sleep(dice.uniform(0.0, 0.5))
            loader.kill()
            loader.communicate()
            number += 1
        loader = process(company, where)
        _, error = loader.communicate(timeout=120)
        assert loader.returncode == 0, error
        assert digest(folder) == expected
        with Ledger(company.project.ledger) as ledger:
            assert ledger.verify() == []
            assert all(line.settled for line in ledger.batches(ledger.bodies("run")[0]["run"]))
        shutil.rmtree(folder)


@pytest.mark.skipif(not usable(), reason="needs strace")
def test_an_intent_is_synced_before_its_batch_is_written(tmp_path: Path) -> None:
    company, where = staged(tmp_path)
    trace = tmp_path / "trace"
    loader = process(company, where, "strace", "-f", "-y", "-e", "trace=pwrite64,fdatasync,fsync", "-o", str(trace))
    _, error = loader.communicate(timeout=300)
    assert loader.returncode == 0, error
    unsynced, commits = False, 0
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        if "ledger.db-wal" in line:
            unsynced = bool(re.search(r"pwrite64\(", line)) or (unsynced and not re.search(r"f(data)?sync\(", line))
        elif "crm.db-wal" in line and "pwrite64(" in line:
            commits += 1
            assert not unsynced, "the target was written while an entry of the ledger was not on disk"
    assert commits > 10


@pytest.mark.skipif(not usable(), reason="needs strace")
@pytest.mark.parametrize(
    "fault", ["pwrite64:error=ENOSPC:when=40", "fdatasync:error=EIO:when=12", "pwrite64:signal=KILL:when=90"]
)
def test_a_fault_of_the_disk_leaves_a_run_that_can_go_on(tmp_path: Path, expected: list[str], fault: str) -> None:
    company, where = staged(tmp_path / "faulty")
    injected = fault if "KILL" in fault else f"{fault}+"  # a full disk stays full
    loader = process(company, where, "strace", "-f", "-qq", "-e", f"inject={injected}", "-o", str(tmp_path / "trace"))
    loader.communicate(timeout=300)
    assert loader.returncode != 0
    again = process(company, where)
    _, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert digest(tmp_path / "faulty") == expected


def test_two_writers_one_is_sent_away(tmp_path: Path) -> None:
    company, where = staged(tmp_path)
    run = company.project.run(next(p.name for p in (company.project.work / "runs").iterdir() if p.is_dir()))
    target = SqlTarget(where)
    first = process(company, where)
    assert first.stdout is not None
    first.stdout.readline()
    seen = False
    while first.poll() is None:
        try:
            with project_lock(company.project):
                pass
        except UsageError:
            seen = True
            break
        time.sleep(0.005)
    first.communicate(timeout=120)
    assert seen, "the loader never held its project"
    target.prepare((), apply=True)
    with target_lock(target.identity()):
        script = f"from crm_migrate.workspace.locking import target_lock\nwith target_lock({target.identity()!r}): pass"
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "TargetConflict" in other.stderr
    assert execute_load(company.plan, company.project, run, target).objects
    target.close()


def test_a_full_disk_is_an_error_of_the_target_and_nothing_is_lost(
    tmp_path: Path, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    company, where = staged(tmp_path)
    run = company.project.run(next(p.name for p in (company.project.work / "runs").iterdir() if p.is_dir()))
    monkeypatch.setattr(Sqlite, "batch_rows", ROWS)
    monkeypatch.setattr(
        "crm_migrate_sql.sqlite.PRAGMAS",
        ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "max_page_count=11"),
    )
    target = SqlTarget(where)
    with pytest.raises(TargetError) as caught:
        execute_load(company.plan, company.project, run, target)
    target.close()
    assert "full" in caught.value.message and not isinstance(caught.value, TargetConflict)
    monkeypatch.undo()
    monkeypatch.setattr(Sqlite, "batch_rows", ROWS)
    target = SqlTarget(where)
    execute_load(company.plan, company.project, run, target)
    target.close()
    assert digest(tmp_path) == expected


def test_a_read_only_file_is_an_error_of_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company, where = staged(tmp_path)
    run = company.project.run(next(p.name for p in (company.project.work / "runs").iterdir() if p.is_dir()))
    monkeypatch.setattr("crm_migrate_sql.sqlite.PRAGMAS", ("query_only=ON",))
    target = SqlTarget(where)
    with pytest.raises(TargetError, match="readonly"):
        execute_load(company.plan, company.project, run, target)
    target.close()
