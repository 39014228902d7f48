"""A target that is not as we left it: restored, lost, exchanged. Told apart, and each has a way on."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import make_plan

from crm_migrate.errors import TargetConflict, TargetError
from crm_migrate.stages.load.restoring import adopt
from crm_migrate_sql.target import SqlTarget

MORE: list[Any] = [*CONTACTS, {"id": "4", "last_name": "Weiß"}]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path / 'crm.db'}"}, make_plan())


def put(bench: Bench, source: Path, target: Path) -> None:
    """Copy a database, or lose it where there is no source."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
        if Path(f"{source}{suffix}").exists():
            shutil.copy(f"{source}{suffix}", f"{target}{suffix}")


def adopted(bench: Bench) -> tuple[str, ...]:
    target = SqlTarget(bench.where)
    try:
        return adopt(bench.company.plan, bench.company.project, target)
    finally:
        target.close()


def test_a_restored_target_is_refused_and_loaded_again_once_it_is_adopted(bench: Bench, tmp_path: Path) -> None:
    crm, backup = tmp_path / "crm.db", tmp_path / "backup.db"
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.sql("DELETE FROM person WHERE last_name = 'Öz'")  # by a user, before the backup
    put(bench, crm, backup)
    again = [{**ACCOUNTS[0], "revenue": "7"}, ACCOUNTS[1], {"id": "C", "name": "Quellhof"}]
    bench.load(accounts=again, contacts=MORE)
    put(bench, backup, crm)
    with pytest.raises(TargetConflict, match="restored from a backup") as refused:
        bench.plan(accounts=again, contacts=MORE)
    assert "crm-migrate target adopt" in refused.value.hint
    assert adopted(bench) == (
        "accounts: 1 record(s) are loaded again by the next run, 1 compared anew",
        "contacts: 1 record(s) are loaded again by the next run, 0 compared anew",
    )
    plan = bench.load(accounts=again, contacts=MORE)
    assert counts(plan, "accounts") == {"create": 1, "unchanged": 1, "held": 1}
    assert waiting(bench, "accounts") == {"target_conflict": "held"}
    assert counts(plan, "contacts")["create"] == 1
    assert waiting(bench, "contacts") == {"target_record_gone": "held"}, "a user deleted it: it is not made again"
    assert adopted(bench) == ()


def test_a_backup_from_the_middle_of_a_load(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crm, backup = tmp_path / "crm.db", tmp_path / "backup.db"
    write = SqlTarget.write

    def backed_up(target: SqlTarget, batch: Any) -> Any:
        if batch.batch.startswith("contacts/"):
            put(bench, crm, backup)
        return write(target, batch)

    monkeypatch.setattr(SqlTarget, "write", backed_up)
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    monkeypatch.undo()
    put(bench, backup, crm)
    adopted(bench)
    plan = bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "contacts") == {"create": 2}
    assert plan.writes == 3, "and the link of the second pass"
    assert counts(bench.load(accounts=ACCOUNTS, contacts=CONTACTS), "accounts") == {"unchanged": 2}


def test_resuming_before_a_lost_database_leaves_the_new_one_clean(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SqlTarget.write

    def gone(target: SqlTarget, batch: Any) -> Any:
        if batch.batch.startswith("contacts/"):
            raise TargetError("the database went away")
        return write(target, batch)

    monkeypatch.setattr(SqlTarget, "write", gone)
    with pytest.raises(TargetError):
        bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    monkeypatch.undo()
    put(bench, tmp_path / "nothing", tmp_path / "crm.db")
    with pytest.raises(TargetConflict, match="lost or exchanged"):
        bench.execute()
    assert not (tmp_path / "crm.db").exists(), "looking makes no database"
    plan = bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert [finding.code for finding in plan.findings()] == ["target_exchanged"]
    assert counts(plan, "accounts") == {"create": 2}
    again = bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert again.writes == 0
    assert again.findings() == ()
