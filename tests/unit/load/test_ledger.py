"""The ledger: append-only, chained, durable; and run ids and locks."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from company import Company, make_plan

from crm_migrate.errors import DamagedFile, TargetConflict, UsageError
from crm_migrate.finding import Place
from crm_migrate.workspace.ledger import GENESIS, WAY_ON, Intent, Ledger, Settled, checked
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


def test_what_goes_out_together_is_written_together_or_not_at_all(tmp_path: Path) -> None:
    intents = [
        Intent("r1", "contacts", f"contacts/create/{n:05}", "create", "load/x.parquet", 3, "d") for n in range(4)
    ]
    with filled(tmp_path / "l.db") as ledger:
        before, _ = ledger.head()
        ledger.intend(*intents[2:])
        assert ledger.head()[0] == before + 2
        assert ledger.verify() == []
        ledger._connection.execute("PRAGMA max_page_count = 1")
        small = Settled("r1", "contacts", "contacts/create/00002", 3)
        large = Settled("r1", "contacts", "contacts/create/00003", 2, {"e1": "x" * 9000})
        with pytest.raises(OSError):
            ledger.settle(small, large)
        assert ledger.head()[0] == before + 2
        assert [line.outcomes for line in ledger.batches("r1")[2:]] == [(), ()]


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
        assert (finding.code, finding.place, finding.hint) == ("ledger_broken", Place(source="ledger", row=seq), WAY_ON)
    with pytest.raises(DamagedFile) as told:
        checked(tmp_path / "l.db")
    assert told.value.message.startswith(f"{tmp_path.name}/l.db: entry {seq} of the ledger")
    assert told.value.hint == WAY_ON


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_an_entry_that_was_taken_out_is_found(tmp_path: Path, gone: int) -> None:
    """Also where whoever took it out numbered the rest anew, or left the gap."""
    for renumbered in (False, True):
        path = tmp_path / f"{renumbered}.db"
        filled(path).close()
        with sqlite3.connect(path) as connection:
            connection.executescript("DROP TRIGGER entries_remain; DROP TRIGGER entries_stay;")
            connection.execute("DELETE FROM entries WHERE seq = ?", (gone,))
            if renumbered:
                connection.execute("UPDATE entries SET seq = seq - 1 WHERE seq > ?", (gone,))
        with Ledger(path) as ledger:
            assert [f.place.row for f in ledger.verify()] == [gone if renumbered else gone + 1]


@pytest.mark.parametrize(("change", "seq"), [("seq = 5", 5), (f"prev = '{GENESIS}'", 4)])
def test_an_entry_that_was_signed_anew_does_not_fit_its_place(tmp_path: Path, change: str, seq: int) -> None:
    """Whoever knows how entries are signed still has to sign all that follow, and the head that was kept elsewhere."""
    filled(tmp_path / "l.db").close()
    with sqlite3.connect(tmp_path / "l.db") as connection:
        connection.execute("DROP TRIGGER entries_stay")
        connection.execute(f"UPDATE entries SET {change} WHERE seq = 4")
        entry = connection.execute("SELECT seq, at, kind, body, prev FROM entries WHERE seq = ?", (seq,)).fetchone()
        signed = hashlib.sha256(json.dumps(list(entry), ensure_ascii=False).encode()).hexdigest()
        connection.execute("UPDATE entries SET hash = ? WHERE seq = ?", (signed, seq))
    with Ledger(tmp_path / "l.db") as ledger:
        assert [f.place.row for f in ledger.verify()] == [seq]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", r"is empty: what it knew of earlier loads was cut off"), (b"x" * 4096, "cannot be read")],
)
def test_what_is_no_ledger_is_told_with_the_way_on(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "l.db").write_bytes(content)
    with pytest.raises(DamagedFile, match=rf"^{tmp_path.name}/l\.db {said}") as told:
        Ledger(tmp_path / "l.db")
    assert told.value.hint == WAY_ON


def test_entries_of_any_letters_are_signed_alike_from_any_thread(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        thread = threading.Thread(target=ledger.note, args=("x", {"who": "ayşe"}))
        thread.start()
        thread.join()
        *entry, signed = ledger._connection.execute("SELECT * FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    assert entry[3] == '{"who":"ayşe"}'
    assert signed == hashlib.sha256(json.dumps(entry, ensure_ascii=False).encode()).hexdigest()
    if os.name == "posix":
        assert (tmp_path / "l.db").stat().st_mode & 0o777 == 0o600


def test_whoever_is_stopped_while_writing_leaves_no_open_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped() -> tuple[int, str]:
        raise KeyboardInterrupt

    with filled(tmp_path / "l.db") as ledger:
        with monkeypatch.context() as changed, pytest.raises(KeyboardInterrupt):
            changed.setattr(ledger, "head", stopped)
            ledger.note("x", {})
        ledger.note("x", {})
        assert ledger.verify() == []


def test_pages_of_another_file_are_a_damaged_ledger(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        for _ in range(40):
            ledger.note("x", {"text": "x" * 3000})
    data = bytearray((tmp_path / "l.db").read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    (tmp_path / "l.db").write_bytes(data)
    with pytest.raises(DamagedFile, match=rf"^{tmp_path.name}/l\.db cannot be read"):
        checked(tmp_path / "l.db")


def test_a_cut_tail_is_found_with_the_head(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        head = ledger.head()
        assert ledger.verify(head) == []
        ledger.note("preparing", {"run": "r1"})
        assert ledger.verify(head) == [], "what came after a head is no fault of it"
    with sqlite3.connect(tmp_path / "l.db") as connection:
        connection.execute("DROP TRIGGER entries_remain")
        connection.execute("DELETE FROM entries WHERE seq >= ?", (head[0],))
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger.verify() == []
        assert [(f.code, f.place.row) for f in ledger.verify(head)] == [("ledger_broken", head[0])]
        assert [f.code for f in ledger.verify((0, "another"))] == ["ledger_broken"]
        assert ledger.verify((0, GENESIS)) == []


def test_a_run_and_what_was_noted_are_read_as_they_were_written(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        ledger.begin("r2", "sql-2", "def", "ayşe", "uat")
        ledger.note("published", {"run": "r1", "at": "ü"})
        first, second = ledger.bodies("run")
        assert first == {"run": "r1", "identity": "sql-1", "plan_hash": "abc", "project": "", "environment": ""}
        assert second == first | {
            "run": "r2", "identity": "sql-2", "plan_hash": "def", "project": "ayşe", "environment": "uat",
        }  # fmt: skip
        assert ledger.bodies("published") == [{"run": "r1", "at": "ü"}]
        assert (ledger.targets_of("r1"), ledger.targets_of("r2"), ledger.targets_of("r3")) == (["sql-1"], ["sql-2"], [])
        assert (ledger.begun("r2"), ledger.begun("r3"), ledger.sent("r1"), ledger.sent("r2")) == (
            True,
            False,
            True,
            False,
        )
        written = ledger._connection.execute("SELECT body FROM entries ORDER BY seq DESC LIMIT 1").fetchone()[0]
        assert written == '{"at":"ü","run":"r1"}', "one writing, whatever the order of the keys"


def test_when_an_intent_was_written_is_an_instant(tmp_path: Path) -> None:
    """How long a target is waited for is counted from it, also where clocks were put on an hour in between."""
    before = datetime.now(UTC)
    with filled(tmp_path / "l.db") as ledger:
        at = datetime.fromisoformat(ledger.lines("r1")["contacts/create/00001"].attempts[0].at)
    assert at.utcoffset() == timedelta(0)
    assert before <= at <= datetime.now(UTC)


def test_an_entry_that_the_disk_refused_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        head = ledger.head()
        ledger._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(OSError, match=r"l\.db"):
            ledger.note("x", {"text": "x" * 9000})
        assert (ledger.head(), ledger._connection.in_transaction) == (head, False)
        ledger._connection.execute("PRAGMA max_page_count = 99999")
        ledger.note("x", {})
        assert ledger.verify(head) == []


def test_writes_are_synchronous(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_run_ids_sort_and_never_collide(tmp_path: Path) -> None:
    company = Company(tmp_path)
    made = [new_run(company.project, company.plan).id for _ in range(30)]
    assert made == sorted(set(made))
    assert [run.id for run in runs(company.project)] == made


def test_two_copies_of_a_project_never_share_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Stopped":
            return cls(2026, 11, 30, 9, 0, 0, tzinfo=tz)

    monkeypatch.setattr("crm_migrate.workspace.state.datetime", Stopped)
    copies = [Company(tmp_path / name) for name in ("one", "two")]
    first, second = (new_run(copy.project, copy.plan).id for copy in copies)
    assert first != second
    assert first[:23] == second[:23] == "00001-20261130T090000Z-"
    assert re.fullmatch(r"[0-9a-z-]+", first[:5] + first[22:]), "safe in names of files, whatever the system"


def test_a_run_is_named_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    company = Company(tmp_path)
    made = [new_run(company.project, company.plan).id for _ in range(3)]
    assert open_run(company.project, "00002").id == made[1]
    assert open_run(company.project, made[2]).id == made[2]
    (company.project.work / "runs" / made[2]).rename(company.project.work / "runs" / f"{made[1]}9")
    assert open_run(company.project, made[1]).id == made[1], "the whole id is no beginning of another"


@pytest.mark.parametrize(
    ("named", "told"), [("0000", "3 runs begin with 0000"), ("9", "no run '9'"), ("", "no run ''")]
)
def test_a_beginning_of_several_runs_or_of_none_is_refused_with_a_list(tmp_path: Path, named: str, told: str) -> None:
    company = Company(tmp_path)
    made = [new_run(company.project, company.plan).id for _ in range(3)]
    with pytest.raises(UsageError, match=told) as caught:
        open_run(company.project, named)
    assert all(each in f"{caught.value.message} {caught.value.hint}" for each in made)


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
