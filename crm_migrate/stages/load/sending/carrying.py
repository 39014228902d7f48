"""Carrying requests to the target: what is called for which of them, in as many threads as the target takes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm_migrate.connecting.contract import (
    ENTITY,
    Action,
    Answer,
    Jobs,
    Journal,
    Limits,
    Remove,
    Target,
    TargetObject,
    Upload,
    WriteBatch,
)
from crm_migrate.stages.load.sending.asking import ask
from crm_migrate.stages.load.sending.clock import Clock
from crm_migrate.stages.load.sending.requests import Request
from crm_migrate.stages.load.sending.uploading import Files, carries_bytes

FILES = 100  # of a batch
Told = Answer | datetime | str  # what became of records, when to ask their job again, the id of a new job


@dataclass(frozen=True, slots=True)
class Carrier:
    """Calls the target, in a thread of its own or at once."""

    pool: Executor
    target: Target
    limits: Limits
    clock: Clock
    stop: Callable[[], bool]
    files: Files | None = None

    def open(self, written: WriteBatch) -> "Future[Told]":
        """A job, empty."""
        return self.pool.submit(self._jobs.open_job, written)

    def send(self, request: Request, written: WriteBatch) -> "Future[Told]":
        """The records, to their job where they have one."""
        if request.job:
            return self.pool.submit(self._jobs.submit, request.job, written)
        if carries_bytes(written.rows):
            assert self.files is not None
            return self.pool.submit(self.files.upload, self.target, written)
        return self.pool.submit(call(self.target, written.action), written)

    def ask(self, request: Request, written: WriteBatch) -> "Future[Told]":
        """The target's own journal knows what became of a batch, and takes it if it never came; a job knows it of its
        records. Elsewhere a record that was to be created or removed is looked for by our key, and a change is written
        again: it is the same values."""
        if request.job:
            return self.pool.submit(self._jobs.outcome, request.job, written)
        if isinstance(self.target, Journal):
            return self.pool.submit(call(self.target, written.action), written)
        if written.action in ("create", "remove"):
            return self.pool.submit(
                ask, self.target, written.object, written.action, written.rows, self.limits, self.clock, self.stop
            )
        again = dict.fromkeys(written.rows[ENTITY].to_pylist(), self.clock.now())
        return self.pool.submit(Answer, later=again)

    @property
    def _jobs(self) -> Jobs:
        assert isinstance(self.target, Jobs)
        return self.target


@contextmanager
def carrier(
    target: Target, limits: Limits, clock: Clock, stop: Callable[[], bool], files: Files | None
) -> Iterator[Carrier]:
    """A carrier while somebody needs it."""
    if limits.parallel == 1:
        yield Carrier(_Inline(), target, limits, clock, stop, files)
    else:
        with ThreadPoolExecutor(limits.parallel, thread_name_prefix="request") as pool:
            yield Carrier(pool, target, limits, clock, stop, files)


class _Inline(Executor):
    """One request at a time needs no thread."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **options: Any) -> "Future[Any]":
        """Make the call now."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **options))
        except Exception as error:  # noqa: BLE001 -- as in a thread: whoever asks for the result gets it
            future.set_exception(error)
        return future


def call(target: Target, action: Action) -> Callable[[WriteBatch], Answer]:
    """What carries batches of an action out."""
    if action in ("create", "update"):
        return target.write
    assert isinstance(target, Remove)
    return target.remove if action == "remove" else target.release


def batch_limits(target: Target, object: TargetObject, action: Action, records: Callable[[], int]) -> Limits:
    """What a batch may hold where so many records are to be written: what a job takes, or a request. Of files, which
    go one by one, a batch holds many: each as a part of its own on disk would be dear."""
    jobs = target.job_limits(object, action, records()) if isinstance(target, Jobs) else None
    if jobs is None and isinstance(target, Upload) and target.takes_bytes(object):
        return replace(target.limits(object, action), rows=FILES)
    return jobs or target.limits(object, action)
