"""The dispatcher: as many requests at a time as the target takes, each written down before it goes out.

The thread that runs it alone touches the ledger and decides; others only carry requests to the target and answers back.
Doubt stops nobody: what waits for the target's longest request time lets others go first.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, Answer, Jobs, Journal, Limits, Target, WriteBatch
from crm_migrate.errors import InDoubt, Interrupted, Retryable, TargetConflict, TargetError, Throttled
from crm_migrate.stages.load.sending.answers import Said, record
from crm_migrate.stages.load.sending.batches import Batch
from crm_migrate.stages.load.sending.carrying import Carrier, Told, carrier
from crm_migrate.stages.load.sending.clock import GLANCE, Clock
from crm_migrate.stages.load.sending.requests import Request, accounted, halves, patient, settled_at, standing
from crm_migrate.stages.load.sending.sizes import Size
from crm_migrate.stages.load.sending.uploading import Files
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine, Intent, Ledger

DEADLINE = "deadline"  # the kind of a ledger's entry: before its instant nothing may be sent
PATIENCE = timedelta(minutes=15)  # a deadline that is farther away ends the run in good order
TRIES = 6  # of one request; after that the trouble is not of the moment
LOOKAHEAD = 4  # requests that are looked at for each that may be under way, to find one that shares no parent


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs: the run and its ledger, the target, the time, and whether somebody wants us to stop.

    `identity` is the target's: what another one said of its limits does not bind it. `lines` are the batches as the
    ledger knew them when the load began.
    """

    project: str
    identity: str
    run: Run
    ledger: Ledger
    target: Target
    lines: Mapping[str, BatchLine]
    stop: Callable[[], bool]
    progress: Callable[[str, int], None]
    clock: Clock
    files: Files | None = None  # only who creates and changes records sends any

    def send(self, batches: Sequence[Batch]) -> None:
        """Send every batch of one kind that has no final answer yet.

        Interrupted where somebody says stop or the target takes nothing more today; TargetError where it cannot go on.
        """
        unsettled = [b for b in batches if b.name not in self.lines or not self.lines[b.name].settled]
        if unsettled:
            _check_digests(unsettled, self.lines)
            object, action = unsettled[0].object, unsettled[0].action
            limits, largest = self.target.limits(object, action), max(batch.part.rows for batch in batches)
            jobs = None
            if isinstance(self.target, Jobs) and largest > limits.rows:  # they were cut as jobs
                jobs = self.target.job_limits(object, action, largest)
            _Dispatch(self, jobs or limits, unsettled, in_jobs=jobs is not None).run()


def _check_digests(batches: Sequence[Batch], lines: Mapping[str, BatchLine]) -> None:
    for batch in batches:
        if batch.name in lines and lines[batch.name].intent.digest != batch.part.sha256:
            raise TargetConflict(f"batch {batch.name} is not the one that was intended", hint="start a new run")


@dataclass(frozen=True, slots=True)
class _Flight:
    """A request that is under way, and whom it is about."""

    request: Request
    entities: list[str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was said of a request, if it is to be written down, and the requests that are left of it; `first` of all
    where it was halved or its job is open."""

    said: Said | None
    left: tuple[Request, ...]
    first: bool = False


class _Dispatch:
    """One kind of requests about one object, until none is open."""

    def __init__(self, sender: Sender, limits: Limits, batches: Sequence[Batch], *, in_jobs: bool) -> None:
        self._sender, self._limits, self._clock, self._in_jobs = sender, limits, sender.clock, in_jobs
        self._size = Size(limits)
        self._waiting = deque(r for b in batches for r in standing(b, sender.lines.get(b.name), limits))
        self._flying: dict[Future[Told], _Flight] = {}
        self._heard: list[_Heard] = []
        self._families: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
        self._attempts = {b.name: len(sender.lines[b.name].attempts) if b.name in sender.lines else 0 for b in batches}
        tried = (attempt for b in batches if b.name in sender.lines for attempt in sender.lines[b.name].attempts)
        self._spoken = {(each.intent.name, each.intent.attempt): len(each.outcomes) for each in tried}
        self._not_before = _deadline(sender)
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Until every request is known, or somebody or something says stop."""
        sender = self._sender
        with carrier(sender.target, self._limits, self._clock, sender.stop, sender.files) as carry:
            while self._waiting or self._flying or self._heard:
                if self._ending():
                    self._land()
                    raise self._reason()
                requests = self._next()
                if requests:
                    self._start(carry, requests)
                self._write_down()
                if not requests:
                    self._wait()
        if self._failure is not None:
            raise self._failure

    # ------------------------------------------------------------------------------------------------ when to end

    def _ending(self) -> bool:
        far = self._not_before - self._clock.now() > PATIENCE
        return self._failure is not None or far or self._sender.stop()

    def _reason(self) -> BaseException:
        if self._failure is not None:
            return self._failure
        if self._sender.stop():
            batch = self._waiting[0].batch.name if self._waiting else "the last one"
            return Interrupted(f"stopped before batch {batch}; {self._open()}", hint="crm-migrate resume")
        until = self._not_before.astimezone().isoformat(" ", "minutes")
        return Interrupted(
            f"the target takes no more requests before {until}; {self._open()}",
            hint=f"crm-migrate resume, after {until}",
        )

    def _open(self) -> str:
        doubtful = sum(request.state == "in_doubt" for request in self._waiting)
        return f"{doubtful} request(s) are in doubt" if doubtful else "nothing is in doubt"

    def _land(self) -> None:
        """Wait for the answers of what is on its way: an answer that is heard is no doubt."""
        self._write_down()
        while self._flying:
            self._hear(wait(self._flying, return_when=FIRST_COMPLETED).done)
            self._write_down()

    # ------------------------------------------------------------------------------------------------ what comes next

    def _next(self) -> list[Request]:
        """The requests that may go out now, no two of one family at a time."""
        now, chosen, looked = self._clock.now(), list[Request](), 0
        if len(self._flying) >= self._limits.parallel or now < self._not_before:
            return chosen
        busy = frozenset[str]().union(*(self._family(flight.request) for flight in self._flying.values()))
        for request in self._waiting:
            if request.ready > now:
                continue
            looked += 1
            if looked > LOOKAHEAD * self._limits.parallel or len(self._flying) + len(chosen) >= self._limits.parallel:
                break
            if not self._family(request) & busy:
                chosen.append(request)
                busy |= self._family(request)
        for request in chosen:
            self._waiting.remove(request)
        return chosen

    def _family(self, request: Request) -> frozenset[str]:
        """The target ids of parents: requests about children of one parent lock each other out in many a CRM."""
        known = (request.batch.name, request.entities)
        if known not in self._families:
            points = [f.name for f in request.batch.object.fields if f.reference] if self._limits.parallel > 1 else []
            rows = request.rows() if points else None
            self._families[known] = frozenset(_distinct(rows, points) if rows is not None else ())
        return self._families[known]

    def _wait(self) -> None:
        if self._flying:
            self._hear(wait(self._flying, timeout=GLANCE, return_when=FIRST_COMPLETED).done)
        elif self._waiting:
            until = max(self._not_before, min(request.ready for request in self._waiting))
            self._clock.wait(until, self._ending)

    # ------------------------------------------------------------------------------------------------ requests

    def _start(self, carry: Carrier, requests: Sequence[Request]) -> None:
        """Each on its way by what it is: asked about, cut smaller (not for a journal, which knows whole batches), given
        a job to go as, or written down and sent."""
        written: list[tuple[Request, WriteBatch]] = []
        for request in requests:
            sent = request.written(self._sender.project)
            if request.state == "in_doubt":
                self._fly(carry.ask(request, sent), request.on("ask"), sent)
            elif not isinstance(self._sender.target, Journal) and not self._size.holds(
                sent.rows
            ):  # one knows whole batches
                pieces = [replace(request, entities=entities, job="") for entities in self._size.pieces(sent.rows)]
                self._waiting.extendleft(reversed(pieces))
            elif self._in_jobs and not request.job:
                self._fly(carry.open(sent), request.on("open"), sent)
            else:
                written.append((self._intended(request), sent))
        if written:
            self._write(carry, written)

    def _intended(self, request: Request) -> Request:
        self._attempts[request.batch.name] += 1
        return replace(request, attempt=self._attempts[request.batch.name]).on("intend")

    def _write(self, carry: Carrier, written: Sequence[tuple[Request, WriteBatch]]) -> None:
        """Send requests whose intents are on disk: those that go out together are written down together."""
        self._sender.ledger.intend(*(_intent(request) for request, _ in written))
        for request, sent in written:
            self._fly(carry.send(request, sent), request.on("send"), sent)

    def _fly(self, answer: "Future[Told]", request: Request, sent: WriteBatch) -> None:
        self._flying[answer] = _Flight(request, sent.rows[ENTITY].to_pylist())

    # ------------------------------------------------------------------------------------------------ answers

    def _hear(self, futures: "Iterable[Future[Told]]") -> None:
        """Hear what came together. Where the target takes several requests at a time it is written down when the next
        ones, which are about others, are on their way: it does not wait for our disk."""
        self._heard += [each for future in futures for each in self._told(future, self._flying.pop(future))]
        if self._limits.parallel == 1:
            self._write_down()

    def _write_down(self) -> None:
        """Write all that was heard at once, then see to those who are not known yet."""
        heard, self._heard = self._heard, []
        if said := [each.said for each in heard if each.said is not None]:
            record(self._sender.ledger, *said)
        for each in heard:
            if each.first:
                self._waiting.extendleft(reversed(each.left))
            else:
                self._waiting.extend(each.left)
        for one in said:
            known = len(one.answer.loaded) + len(one.answer.refused)
            self._sender.progress(one.request.batch.object_name, known)

    def _told(self, future: "Future[Told]", flight: "_Flight") -> "Iterator[_Heard]":
        """What was said of a request; nothing where it ended otherwise."""
        request, entities, job = flight.request, flight.entities, ""
        try:
            told = future.result()
        except (Retryable, InDoubt) as error:
            request, told = self._unanswered(request, entities, error)
            job = request.job  # it has not been heard
        except Exception as error:  # noqa: BLE001 -- what others were answered is written down before it goes on up
            self._failure = self._failure or error
            return
        else:
            self._size.answered()
        if request.state == "opening":
            yield _Heard(None, (self._opened(request, told),), first=True)
        elif isinstance(told, datetime):  # a job that is at work
            working = request.on("silence" if request.state == "asked" else "doubt")
            yield _Heard(None, (replace(working, ready=told),))
        else:
            assert isinstance(told, Answer)
            yield from self._answered(request, entities, told, job)

    def _opened(self, request: Request, told: "Told") -> Request:
        """Planned still, with a job to go as; or without one, where none could be opened."""
        if isinstance(told, str):
            return replace(request.on("opened"), job=told)
        assert isinstance(told, Answer)
        until = max(told.later.values(), default=self._clock.now() + timedelta(seconds=2**request.tries))
        return replace(request.on("postpone"), ready=until, tries=request.tries + 1)

    def _answered(self, request: Request, entities: Sequence[str], answer: Answer, job: str) -> "Iterator[_Heard]":
        """Everybody in one place, and who is left; who is in doubt still is asked for by `job`, or by our key."""
        try:
            answer = patient(request, accounted(entities, answer), self._limits, self._clock.now())
        except TargetConflict as error:
            self._failure = self._failure or error
            answer = Answer(in_doubt=frozenset(entities))
        if answer.refused_whole is not None:
            answer = Answer(later=dict.fromkeys(entities, self._clock.now()))
            yield _Heard(self._said(request, answer), halves(request, entities), first=True)
        else:
            yield _Heard(self._said(request, answer), tuple(self._left(request, answer, job)))

    def _said(self, request: Request, answer: Answer) -> Said:
        attempt = (request.batch.name, request.attempt)
        before = self._spoken.get(attempt, 0)
        self._spoken[attempt] = before + 1
        return Said(request, answer, before)

    def _unanswered(
        self, request: Request, entities: Sequence[str], error: Retryable | InDoubt
    ) -> tuple[Request, Answer]:
        """Nothing was done, or nobody knows; a question without answer leaves the doubt that it was about.

        A deadline is on disk: whoever goes on after us keeps it too.
        """
        now = self._clock.now()
        deadline = error.until if isinstance(error, Throttled) and error.until > now else None
        if deadline is not None:
            self._not_before = max(self._not_before, deadline)
            self._sender.ledger.note(DEADLINE, {"identity": self._sender.identity, "until": deadline.isoformat()})
            request = replace(request, tries=request.tries - 1)  # whoever says until when has been heard: no try
        elif request.tries + 1 >= TRIES:
            self._failure = self._failure or error
        if isinstance(error, InDoubt) or request.state == "asked":
            self._size.silent()
            return request, Answer(in_doubt=frozenset(entities))
        until = deadline or now + timedelta(seconds=2**request.tries)
        return request, Answer(later=dict.fromkeys(entities, until))

    def _left(self, request: Request, answer: Answer, job: str) -> Iterator[Request]:
        """The requests that those become who are in doubt or were not written."""
        asked, now = request.state == "asked", self._clock.now()
        if answer.in_doubt:
            if request.tries + 1 >= TRIES:
                self._failure = self._failure or _doubtful(request, len(answer.in_doubt))
            doubtful = replace(request.on("silence" if asked else "doubt"), job=job)
            ready = max(settled_at(now, self._limits), now + _pause(request.tries))
            yield replace(doubtful, entities=tuple(sorted(answer.in_doubt)), ready=ready, tries=request.tries + 1)
        if answer.later:
            put_off = not asked or bool(request.job)
            if put_off and request.tries + 1 >= TRIES:
                self._failure = self._failure or _put_off(request, len(answer.later))
            planned = replace(request.on("miss" if asked else "postpone"), job="")
            ready = max(answer.later.values())
            yield replace(planned, entities=tuple(sorted(answer.later)), ready=ready, tries=request.tries + put_off)


def _intent(request: Request) -> Intent:
    batch = request.batch
    return Intent(
        batch.run.id, batch.object_name, batch.name, batch.action, batch.place, batch.part.rows, batch.part.sha256,
        request.attempt, request.entities, request.job,
    )  # fmt: skip


def _pause(tries: int) -> timedelta:
    """After which a target is asked about a doubt: at once, then later each time that it does not answer."""
    return timedelta(seconds=2**tries if tries else 0)


def _distinct(rows: pa.Table, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name in rows.column_names:
            yield from (value for value in pc.unique(rows[name]).to_pylist() if value is not None)


def _doubtful(request: Request, count: int) -> TargetError:
    return TargetError(
        f"{count} record(s) of batch {request.batch.name} are in doubt: the target did not answer for them",
        hint="crm-migrate resume (it asks the target by our key before it sends anything again)",
    )


def _put_off(request: Request, count: int) -> TargetError:
    return TargetError(
        f"{count} record(s) of batch {request.batch.name} were put off by the target {TRIES} times; none was written",
        hint="see what holds them there, then: crm-migrate resume",
    )


def _deadline(sender: Sender) -> datetime:
    """The instant before which the target wants no request."""
    said = [body["until"] for body in sender.ledger.bodies(DEADLINE) if body["identity"] == sender.identity]
    return max([sender.clock.now(), *map(datetime.fromisoformat, said)])


def check_journal(sender: Sender) -> None:
    """TargetConflict when the target has lost batches that the ledger knows as loaded: it was restored or exchanged."""
    if not isinstance(sender.target, Journal):
        return
    committed = sender.target.committed(sender.project, sender.run.id)
    lost = sorted(name for name, line in sender.lines.items() if line.settled and name not in committed)
    if lost:
        raise TargetConflict(
            f"the target does not know {len(lost)} batch(es) that were loaded in this run (first: {lost[0]})",
            hint="it was restored from a backup, or is an older copy: bring the newer one back and resume, or go on "
            "with what is there: crm-migrate target adopt, then crm-migrate run",
        )
