"""The ledger: append-only, chained, durable; and run ids and locks."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from company import Company, make_plan

from crm_migrate.errors import DamagedFile, TargetConflict, UsageError
from crm_migrate.workspace.ledger import Intent, Ledger, Settled, checked
from crm_migrate.workspace.locking import project_lock, target_lock
from crm_migrate.workspace.state import is_done, mark_done, new_run, open_run, read_state, runs


def filled(path: Path) -> Ledger:
    ledger = Ledger(path)
    ledger.begin("r1", "sql-1", "abc")
    ledger.intend(Intent("r1", "contacts", "contacts/create/00000", "create", "load/x.parquet", 3, "d1"))
    ledger.settle(Settled("r1", "contacts", "contacts/create/00000", 2, {"e9": "no"}))
    ledger.intend(Intent("r1", "contacts", "contacts/create/00001", "create", "load/y.parquet", 3, "d2"))
    return ledger


def test_what_was_intended_and_what_became_of_it(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        first, second = ledger.batches("r1")
        assert first.settled and first.rejected == {"e9": "no"}
        assert not second.settled and second.outcomes == ()
        assert ledger.runs_of("sql-1") == ["r1"]
        ledger.begin("r1", "sql-1", "abc")
        assert ledger.runs_of("sql-1") == ["r1"]
        assert ledger.verify() == []


def test_entries_stay_as_they_are(tmp_path: Path) -> None:
    filled(tmp_path / "l.db").close()
    with sqlite3.connect(tmp_path / "l.db") as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE entries SET body = '{}' WHERE seq = 2")
    with sqlite3.connect(tmp_path / "l.db") as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM entries")


@pytest.mark.parametrize("column", ["at", "kind", "body", "prev", "hash"])
@pytest.mark.parametrize("seq", [1, 3, 4])
def test_a_flipped_byte_is_found(tmp_path: Path, seq: int, column: str) -> None:
    filled(tmp_path / "l.db").close()
    with sqlite3.connect(tmp_path / "l.db") as connection:
        connection.execute("DROP TRIGGER entries_stay")
        connection.execute(
            f"UPDATE entries SET {column} = substr({column}, 1, 2) || 'X' || substr({column}, 4) WHERE seq = ?", (seq,)
        )
    with Ledger(tmp_path / "l.db") as ledger:
        (finding,) = ledger.verify()
        assert finding.code == "ledger_broken"
    with pytest.raises(DamagedFile):
        checked(tmp_path / "l.db")


def test_a_cut_tail_is_found_with_the_head(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        head = ledger.head()
    with sqlite3.connect(tmp_path / "l.db") as connection:
        connection.execute("DROP TRIGGER entries_remain")
        connection.execute("DELETE FROM entries WHERE seq = ?", (head[0],))
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger.verify() == []
        assert [f.code for f in ledger.verify(head)] == ["ledger_broken"]


def test_writes_are_synchronous(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_run_ids_sort_and_never_collide(tmp_path: Path) -> None:
    company = Company(tmp_path)
    made = [new_run(company.project, company.plan).id for _ in range(30)]
    assert made == sorted(set(made))
    assert [run.id for run in runs(company.project)] == made


def test_stages_are_marked_and_another_plan_is_refused(tmp_path: Path) -> None:
    company = Company(tmp_path)
    run = new_run(company.project, company.plan)
    mark_done(run, "extract", 1.5)
    again = open_run(company.project, plan=company.plan)
    assert again == run
    assert is_done(again, "extract") and not is_done(again, "map")
    assert read_state(again).epoch == 2
    other = make_plan(clear=True)
    with pytest.raises(UsageError, match=company.plan.hash[:12]) as caught:
        open_run(company.project, plan=other)
    assert other.hash[:12] in caught.value.message


HOLD = """
import sys, time
from pathlib import Path
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock, target_lock
folder = Path(sys.argv[1])
with project_lock(Project(folder, folder / "m.yaml")), target_lock("conformance-" + folder.name):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_writer_and_the_lock_dies_with_it(tmp_path: Path) -> None:
    project = Company(tmp_path).project
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        with pytest.raises(UsageError), project_lock(project):
            pass
        with pytest.raises(TargetConflict), target_lock("conformance-" + tmp_path.name):
            pass
    finally:
        holder.kill()
        holder.wait()
    with project_lock(project), target_lock("conformance-" + tmp_path.name), project_lock(project):
        pass
