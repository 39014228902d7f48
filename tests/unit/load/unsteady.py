"""A CRM in memory that misbehaves as its script says, a clock that moves when somebody waits, and a load into both."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import (
    ENTITY,
    Answer,
    By,
    Limits,
    Refusal,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.found import GONE
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import CrmMigrateError, InDoubt, QuotaGone, Retryable, Throttled
from crm_migrate.stages.load.sending import Kind, Sender, cut
from crm_migrate.stages.load.sending.answers import files
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import Ledger

LONGEST = 30.0


class Killed(BaseException):
    """The process ends here."""


class FakeClock:
    """Time passes only where somebody waits for it."""

    def __init__(self) -> None:
        self._now, self._lock = datetime(2026, 11, 2, 8, tzinfo=UTC), threading.Lock()

    def now(self) -> datetime:
        return self._now

    def wait(self, until: datetime, stopped: Callable[[], bool]) -> None:
        with self._lock:
            self._now = max(self._now, until)


class Unsteady(MemoryTarget):
    """`script(number, batch)` names what happens to the request of that number; None is nothing.

    It does not look after our key itself: a request that is sent twice makes two records, as in most CRMs.
    """

    def __init__(
        self, store: Store, clock: FakeClock, script: Callable[[int, WriteBatch], str | None], limits: Limits
    ) -> None:
        super().__init__(store, limits, unique=False)
        self.clock, self.script = clock, script
        self.requests: list[tuple[datetime, str, tuple[str, ...]]] = []
        self.late: list[tuple[datetime, WriteBatch]] = []
        self.flying: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self.most_flying = 0

    def write(self, batch: WriteBatch) -> Answer:
        return self._asked(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        return self._asked(batch)

    def release(self, batch: WriteBatch) -> Answer:
        return self._asked(batch)

    def _done(self, batch: WriteBatch) -> Answer:
        if batch.action == "remove":
            return super().remove(batch)
        return super().release(batch) if batch.action == "release" else super().write(batch)

    def _asked(self, batch: WriteBatch) -> Answer:
        with self.store.lock:
            self._arrive()
            number = len(self.requests)
            keys = batch.rows[ENTITY].to_pylist()
            parents = (
                frozenset(batch.rows["company"].to_pylist()) if "company" in batch.rows.column_names else frozenset()
            )
            for mine, theirs in self.flying.values():
                assert not mine & frozenset(keys), "two requests about one record at once"
                assert not theirs & parents, "two requests about children of one parent at once"
            self.flying[number] = frozenset(keys), parents
            self.most_flying = max(self.most_flying, len(self.flying))
            self.requests.append((self.clock.now(), batch.batch, tuple(keys)))
        try:
            return self._answer(self.script(number, batch), batch)
        finally:
            with self.store.lock:
                del self.flying[number]

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        with self.store.lock:
            self._arrive()
        yield from super().read(object, by, values)

    def _arrive(self) -> None:
        """What was sent long ago and took its time."""
        due = [batch for at, batch in self.late if at <= self.clock.now()]
        self.late[:] = [(at, batch) for at, batch in self.late if at > self.clock.now()]
        for batch in due:
            self._done(batch)

    def _answer(self, what: str | None, batch: WriteBatch) -> Answer:  # noqa: C901 -- a list of ways to go wrong
        now = self.clock.now()
        match what:
            case "refused connection":
                raise Retryable("nobody listens")
            case "throttled":
                raise Throttled("too many", now + timedelta(seconds=20))
            case "throttled until now":
                raise Throttled("too many", now)
            case "quota":
                raise QuotaGone("enough for today", now + timedelta(hours=16))
            case "lost before":
                raise InDoubt("no answer")
            case "late":
                self.late.append((now + timedelta(seconds=LONGEST - 1), batch))
                raise InDoubt("no answer")
            case "kill before":
                raise Killed
            case "busy":
                return Answer(later=dict.fromkeys(batch.rows[ENTITY].to_pylist(), now + timedelta(seconds=5)))
            case "unseen":  # a reading that is behind
                return Answer(refused=dict.fromkeys(batch.rows[ENTITY].to_pylist(), GONE))
            case "spoilt":
                return Answer(refused_whole=Refusal("one of them is wrong"))
            case "whole" if batch.rows.num_rows > 1:
                return Answer(refused_whole=Refusal("one of them is wrong"))
            case "half":
                self._done(replace(batch, rows=batch.rows.slice(0, batch.rows.num_rows // 2)))
                raise InDoubt("the connection was reset")
        answer = self._done(batch)
        _, *others = answer.loaded or [""]
        match what:
            case "lost after":
                raise InDoubt("no answer")
            case "kill after":
                raise Killed
            case "one missing":
                return replace(answer, loaded={key: answer.loaded[key] for key in others})
            case "shuffled":
                return replace(answer, loaded=dict(reversed(answer.loaded.items())))
            case "nobody":
                return Answer()
            case "one id" if len(answer.loaded) > 1:
                return replace(answer, loaded=dict.fromkeys(answer.loaded, "the same"))
            case "stranger":
                return replace(answer, loaded=answer.loaded | {"somebody": "x1"})
        return answer


FAULTS = (
    "refused connection", "throttled", "lost before", "late", "busy", "whole", "half", "lost after", "one missing",
    "shuffled", "nobody", "one id",
)  # fmt: skip
ENDS = ("kill before", "kill after", "quota", "stranger")


COMPANY = TargetObject("company", (TargetField("name", "company_name"),))
PERSON = TargetObject(
    "person", (TargetField("last_name", "family_name"), TargetField("company", "reference", reference="company"))
)
COMPANIES = [{ENTITY: f"a{n:02d}", "name": f"Company {n}"} for n in range(14)]
PEOPLE = [{ENTITY: f"c{n:02d}", "last_name": f"Person {n}", "company": f"company-of-a{n % 14:02d}"} for n in range(23)]
RENAMED = [{ENTITY: f"a{n:02d}", "name": f"Renamed {n}"} for n in range(3, 12)]
Rows = Sequence[Mapping[str, str]]


class Loading:
    """Companies and people that are sent to an unsteady CRM, and companies that change, in as many starts as needed."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.run, self.path = Run(folder, "r1"), folder / "ledger.db"
        self.store, self.clock = Store(), FakeClock()
        self.limits = limits or Limits(rows=5, longest_seconds=LONGEST, settle_seconds=1)
        self.script: Callable[[int, WriteBatch], str | None] = lambda number, batch: None
        self.targets: list[Unsteady] = []
        self.identity = "crm-1"
        self.stop: Callable[[], bool] = lambda: False
        self.people: Rows = PEOPLE
        self.kind: type[Unsteady] = Unsteady
        self.rows = self.limits.rows  # of a batch

    def go(self) -> None:
        """Send what is not known yet, as a new process would."""
        target = self.kind(self.store, self.clock, self.script, self.limits)
        self.targets.append(target)
        target.prepare((COMPANY, PERSON), apply=True)
        with Ledger(self.path) as ledger:
            sender = Sender(
                "p",
                self.identity,
                self.run,
                ledger,
                target,
                ledger.lines("r1"),
                self.stop,
                lambda name, rows: None,
                self.clock,
            )
            self._send(sender, COMPANY, "create", COMPANIES)
            self._send(sender, PERSON, "create", self.people)
            self._send(sender, COMPANY, "update", RENAMED)

    def _send(self, sender: Sender, object: TargetObject, kind: Kind, rows: Rows) -> None:
        sender.send(cut(self.run, object.name, object, kind, lambda: self._tables(rows)))

    def _tables(self, rows: Rows) -> Iterator[pa.Table]:
        for start in range(0, len(rows), self.rows):
            yield pa.Table.from_pylist([dict(row) for row in rows[start : start + self.rows]])

    def until_done(self, most: int = 200) -> int:
        """Start again whenever it ends before it is through; how many starts it took."""
        for start in range(1, most):
            try:
                self.go()
            except (Killed, CrmMigrateError):
                self.clock.wait(self.clock.now() + timedelta(hours=17), lambda: False)
            else:
                return start
        raise AssertionError("it never ends")

    @property
    def requests(self) -> list[tuple[datetime, str, tuple[str, ...]]]:
        return [request for target in self.targets for request in target.requests]

    def check(self) -> None:
        """Every record is there once, as it was sent last, and the ledger knows it; by the CRM's count, not by ours."""
        assert [made for made, count in Counter(self.store.made).items() if count > 1] == []
        wanted = {
            "company": {row[ENTITY]: row for row in (*COMPANIES, *RENAMED)},
            "person": {r[ENTITY]: r for r in self.people},
        }
        for name, rows in wanted.items():
            assert {str(record[ENTITY]): record for record in self.store.records[name].values()} == rows
        with Ledger(self.path) as ledger:
            lines = ledger.lines("r1")
            assert all(line.settled for line in lines.values())
            assert ledger.verify() == []
        for name, kind in (("company", "create"), ("person", "create"), ("company", "update")):
            answers = [row for file in files(self.run, lines, name, [kind]) for row in pq.read_table(file).to_pylist()]
            ids = {str(record[ENTITY]): id for id, record in self.store.records[name].items()}
            assert all(ids[row[ENTITY]] == row["target_id"] for row in answers if row["outcome"] == "loaded")
            assert sorted(row[ENTITY] for row in answers) == sorted(
                ids if kind == "create" else [r[ENTITY] for r in RENAMED]
            )
