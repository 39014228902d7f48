"""The targets in memory keep the contract like any other: what the loader is tested with is no easier than the rest."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crm_migrate.connecting.conformance_jobs import JOB_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OpenTarget
from crm_migrate.connecting.contract import ENTITY, Action, Answer, Limits, TargetObject, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[[OpenTarget], None]) -> None:
    store = Store()
    check(lambda: MemoryTarget(store))


class JobsInMemory(MemoryTarget):
    """Jobs that are done as soon as they are given their records; `kept` outlives connections."""

    def __init__(self, store: Store, kept: dict[str, Answer | None]) -> None:
        super().__init__(store)
        self.kept = kept

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        return Limits(rows=10_000)

    def open_job(self, batch: WriteBatch) -> str:
        job = f"job-{len(self.kept)}"
        self.kept[job] = None
        return job

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        self.kept[job] = self.write(batch)
        return datetime.now(UTC)

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        keys = batch.rows[ENTITY].to_pylist()
        if job not in self.kept:
            return Answer(in_doubt=frozenset(keys))
        if self.kept[job] is None:
            self.kept[job] = Answer()
        answer = self.kept[job] or Answer()
        now = datetime.now(UTC)
        return Answer(
            answer.loaded, answer.refused, later={k: now for k in keys if k not in {*answer.loaded, *answer.refused}}
        )


@pytest.mark.parametrize("check", JOB_CHECKS, ids=lambda check: check.__name__)
def test_its_jobs_keep_the_contract(check: Callable[[OpenTarget], None]) -> None:
    store, kept = Store(), dict[str, Answer | None]()
    check(lambda: JobsInMemory(store, kept))
