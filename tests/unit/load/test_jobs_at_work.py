"""A job that nobody waits for any more: neither a new plan nor an undo reads a target that is still being written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from bench import Bench, counts
from company import Record, make_plan

from crm_migrate.connecting.contract import ENTITY, Action, Answer, Limits, Target, TargetObject, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import Interrupted, UsageError

PEOPLE: list[Record] = [{"id": f"c{n}", "last_name": f"Person {n}"} for n in range(5)]


class Slow(MemoryTarget):
    """Its jobs are worked off when `busy` is over."""

    busy = True
    filled: ClassVar[dict[str, WriteBatch]]
    done: ClassVar[dict[str, Answer]]

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        return Limits(rows=100) if action == "create" and records > 3 else None

    def open_job(self, batch: WriteBatch) -> str:
        return f"job-{len(self.filled)}"

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        self.filled[job] = batch
        return datetime.now(UTC) + timedelta(hours=1)

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        if self.busy:
            return datetime.now(UTC) + timedelta(hours=1)
        if job in self.filled:
            self.done.setdefault(job, self.write(self.filled.pop(job)))
        return self.done.get(job, Answer(in_doubt=frozenset(batch.rows[ENTITY].to_pylist())))


class Company(Bench):
    """A company and a slow CRM."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {}, make_plan())
        self.store = Store()
        self.kind = type("Here", (Slow,), {"filled": {}, "done": {}})

    def open(self) -> Target:
        return self.kind(self.store, Limits(rows=2))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """One whose job is at work when the load was stopped."""
    there = Company(tmp_path)
    there.plan(contacts=PEOPLE)
    with pytest.raises(Interrupted):
        there.execute(stop=lambda: bool(there.kind.filled))
    return there


def test_a_new_plan_waits_for_the_job_of_an_earlier_run(company: Company) -> None:
    with pytest.raises(UsageError, match=r"at work in the target still \(job-0\)"):
        company.plan(contacts=PEOPLE)
    company.kind.busy = False
    assert counts(company.plan(contacts=PEOPLE), "contacts") == {"unchanged": 5}


def test_so_does_an_undo(company: Company) -> None:
    with pytest.raises(UsageError, match="at work in the target still") as refused:
        company.undo()
    assert "when it is done" in str(refused.value.hint)
    company.kind.busy = False
    company.undo()
    assert company.there("contacts") == []


def test_the_run_itself_goes_on(company: Company) -> None:
    company.kind.busy = False
    company.execute()
    assert len(company.there("contacts")) == 5
