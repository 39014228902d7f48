"""Records that go as jobs: whatever happens to a job, every record is made once, and a witness counts it.

The CRM keeps its jobs while processes come and go, and does not look after our key itself.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from unsteady import COMPANIES, LONGEST, Killed, Loading, Unsteady

from crm_migrate.connecting.contract import ENTITY, Action, Answer, Limits, TargetObject, WriteBatch
from crm_migrate.errors import InDoubt, Interrupted, Retryable, TargetError
from crm_migrate.workspace.ledger import Ledger

WORKING = timedelta(minutes=3)


@dataclass
class Job:
    """A job as the CRM keeps it; it works from `begun` on, and is over `WORKING` later."""

    begun: datetime | None = None
    batch: WriteBatch | None = None
    answer: Answer | None = None
    ended: bool = False


JOBS: dict[str, dict[str, Job]] = {}  # by the name of the store: they outlive connections


class Working(Unsteady):
    """`script(number, batch)` names what happens to the n-th call about a job, the batch being None for an opening."""

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        return replace(self._limits, rows=10) if records > self._limits.rows else None

    @property
    def jobs(self) -> dict[str, Job]:
        return JOBS.setdefault(self.store.name, {})

    def _what(self, batch: WriteBatch) -> str | None:
        self.requests.append((self.clock.now(), batch.batch, tuple(batch.rows[ENTITY].to_pylist())))
        return self.script(len(self.requests), batch)

    def open_job(self, batch: WriteBatch) -> str:
        what = self._what(batch)
        if what == "refused connection":
            raise Retryable("nobody listens")
        job = f"job-{len(self.jobs)}"
        self.jobs[job] = Job()
        if what in ("lost before", "lost after", "late"):
            raise InDoubt("no answer")
        if what in ("kill before", "kill after"):
            raise Killed
        return job

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        with Ledger(self.ledger) as ledger:
            intents = [line.attempts[-1].intent for line in ledger.batches("r1")]
        assert job in [intent.job for intent in intents], "the job is on disk before its records are on their way"
        what, now = self._what(batch), self.clock.now()
        match what:
            case "refused connection":
                raise Retryable("nobody listens")
            case "lost before":
                raise InDoubt("no answer")
            case "kill before":
                raise Killed
        late = timedelta(seconds=LONGEST - 1) if what == "late" else timedelta()
        self.jobs[job].batch, self.jobs[job].begun = batch, now + late
        if what in ("lost after", "late"):
            raise InDoubt("no answer")
        if what == "kill after":
            raise Killed
        return now + timedelta(seconds=10)

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        what, now = self._what(batch), self.clock.now()
        match what:
            case "refused connection" | "lost before" | "lost after":
                raise Retryable("nobody listens")
            case "kill before" | "kill after":
                raise Killed
            case "forgotten":
                self._work(job)
                return Answer(in_doubt=frozenset(batch.rows[ENTITY].to_pylist()))
        kept = self.jobs[job]
        if kept.begun is None or kept.begun > now:
            kept.begun, kept.batch, kept.ended = None, None, True
        elif now < kept.begun + WORKING:
            return now + timedelta(seconds=30)
        self._work(job, half=what == "half")
        answer, asked = kept.answer or Answer(), batch.rows[ENTITY].to_pylist()
        later = [key for key in asked if key not in answer.loaded and what != "one missing"]
        told = {key: id for key, id in answer.loaded.items() if key in asked}
        if what == "one missing":
            told = dict(list(told.items())[1:])
        return Answer(dict(reversed(told.items())), later=dict.fromkeys(later, now))

    def _work(self, job: str, *, half: bool = False) -> None:
        """What the job does, once."""
        kept = self.jobs[job]
        if kept.batch is not None and kept.answer is None:
            rows = kept.batch.rows.slice(0, kept.batch.rows.num_rows // 2) if half else kept.batch.rows
            kept.answer = self._done(replace(kept.batch, rows=rows))

    ledger: Path


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    kind = type("Here", (Working,), {"ledger": tmp_path / "ledger.db"})
    there = Loading(tmp_path, Limits(rows=5, longest_seconds=LONGEST, settle_seconds=1))
    there.kind, there.rows = kind, 10
    yield there
    JOBS.pop(there.store.name, None)


def jobs(loading: Loading) -> dict[str, Job]:
    return JOBS[loading.store.name]


def test_many_records_go_as_jobs_and_are_asked_for_until_they_are_done(loading: Loading) -> None:
    loading.go()
    loading.check()
    made = [job for job in jobs(loading).values() if job.batch]
    assert [job.batch.rows.num_rows for job in made if job.batch] == [10, 4, 10, 10, 3, 9]
    with Ledger(loading.path) as ledger:
        intents = [a.intent for line in ledger.batches("r1") for a in line.attempts]
        assert [intent.job for intent in intents] == [name for name, job in jobs(loading).items() if job.batch]
        assert all(len(line.outcomes) == 1 for line in ledger.batches("r1")), "a job at work is nothing to write down"


def test_few_records_go_as_a_request(loading: Loading) -> None:
    loading.rows = 5
    loading.go()
    loading.check()
    assert loading.store.name not in JOBS


FAULTS = ("refused connection", "lost before", "lost after", "late", "half", "one missing", "forgotten")


@pytest.mark.parametrize("fault", [*FAULTS, "kill before", "kill after"])
@pytest.mark.parametrize("number", range(1, 9))
def test_whatever_happens_to_a_call_about_a_job(loading: Loading, fault: str, number: int) -> None:
    struck: list[int] = []

    def script(now: int, batch: WriteBatch) -> str | None:
        if not struck and now == number:
            struck.append(now)
            return fault
        return None

    loading.script = script
    starts = loading.until_done()
    loading.check()
    assert struck
    assert starts == (2 if fault.startswith("kill") else 1)


@pytest.mark.parametrize("seed", range(20))
def test_any_mixture(loading: Loading, seed: int) -> None:
    dice = random.Random(seed)
    loading.script = lambda number, batch: dice.choice([*FAULTS, "kill before", "kill after", *[None] * 12])
    loading.until_done(400)
    loading.check()


def test_a_stop_leaves_the_job_at_work_and_the_next_start_asks_it(loading: Loading) -> None:
    loading.stop = lambda: any(job.batch for job in JOBS.get(loading.store.name, {}).values())
    with pytest.raises(Interrupted, match="1 request"):
        loading.go()
    loading.stop = lambda: False
    loading.go()
    loading.check()
    made = [job for job in jobs(loading).values() if job.batch]
    assert len(made) == 6, "no job was given its records twice"


def test_a_job_that_never_comes_to_its_records_stops_the_run(loading: Loading) -> None:
    class Idle(loading.kind):  # type: ignore[misc, name-defined]
        def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
            now = self.clock.now()
            return Answer(later=dict.fromkeys(batch.rows[ENTITY].to_pylist(), now))

    loading.kind = Idle
    with pytest.raises(TargetError, match="put off by the target"):
        loading.go()
    assert len(jobs(loading)) == 12, "six tries of each batch"
    assert loading.store.records["company"] == {}


def test_where_no_job_can_be_opened_the_run_stops_and_nothing_is_in_doubt(loading: Loading) -> None:
    loading.script = lambda number, batch: "refused connection"
    with pytest.raises(Retryable):
        loading.go()
    with Ledger(loading.path) as ledger:
        assert ledger.batches("r1") == []
    loading.script = lambda number, batch: None
    loading.go()
    loading.check()
    assert len(COMPANIES) == len(loading.store.records["company"])
