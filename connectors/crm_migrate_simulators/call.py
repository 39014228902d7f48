"""A request while it is handled: what the routes of a CRM answer, and what a fault may reach for."""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.log import Asked, Log
from crm_migrate_simulators.quotas import Quotas, TooMany
from crm_migrate_simulators.rules import Bent, Refused
from crm_migrate_simulators.store import Record, Store
from crm_migrate_simulators.wire import Reply, Request


class Crm(Protocol):
    """What a module of one CRM says: its routes and the shapes of its answers."""

    def route(self, request: Request) -> tuple[str, str]:
        """The template of the route, without values, and its scope: `auth`, `read` or `write`."""
        ...

    def answer(self, call: "Call") -> Reply:
        """Handle a request. May raise Refused, and ValueError for a body that cannot be read."""
        ...

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """How this CRM words an error; `until` is when a quota is back."""
        ...

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """How this CRM says that a limit is reached."""
        ...

    def task(self) -> tuple[str, dict[str, Any]]:
        """The object of tasks, and the values of one that an automation adds."""
        ...

    def another_owner(self) -> dict[str, Any]:
        """The values that give a record to another owner."""
        ...

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The list of results in the body of an answer, None where there is none."""
        ...

    def without_results(self) -> Reply:
        """A success that lists nothing."""
        ...

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A result about another record."""
        ...

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """Give the last result the id of the first."""
        ...

    def forget_tokens(self) -> None:
        """No token that was given out is good any more."""
        ...


@runtime_checkable
class AnswersOne(Protocol):
    """A CRM that writes one record per request, and tells of it under one member of its answer."""

    one_under: str


class System(Protocol):
    """What a call reaches of the simulated system that handles it."""

    crm: Crm
    store: Store
    clock: Clock
    quotas: Quotas
    log: Log

    def handle(self, call: "Call") -> Reply:
        """The CRM's own answer to a call."""
        ...

    def afterwards(self, call: "Call", seconds: float) -> None:
        """Handle a call later."""
        ...

    def ids(self) -> set[str]:
        """Ids of all live records."""
        ...


@dataclass
class Call:
    """A request while it is handled, with all that a fault may reach for."""

    request: Request
    asked: Asked
    engine: System
    random: random.Random
    bent: Bent = frozenset()
    share: float = 1.0
    created: list[Record] = field(default_factory=list)

    @property
    def crm(self) -> Crm:
        """The routes and shapes of the CRM."""
        return self.engine.crm

    @property
    def store(self) -> Store:
        """Its data."""
        return self.engine.store

    @property
    def clock(self) -> Clock:
        """Its time."""
        return self.engine.clock

    def proceed(self, *, bent: str = "", share: float = 1.0) -> Reply:
        """Do what was asked: by a silent habit of `bent`, or only that share of the records."""
        self.bent, self.share = frozenset({bent} - {""}), share
        return self.engine.handle(self)

    def later(self, seconds: float) -> None:
        """Do what was asked that many seconds from now, though nobody waits for it."""
        self.engine.afterwards(self, seconds)

    def records(self, said: Sequence[Any]) -> Iterator[Any]:
        """The records of a batch, as far as this request gets; counted in the log."""
        self.asked.records = len(said)
        yield from said[: math.floor(len(said) * self.share)]

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """An error as this CRM words it."""
        return self.crm.error(status, code, message, until=until)

    def parents(self) -> set[str]:
        """Ids of the records that those of this request point to."""
        try:
            return set(_texts(self.request.json())) & self.engine.ids()
        except ValueError:
            return set()

    def as_user(self, act: Callable[..., object], *arguments: Any) -> bool:
        """A user or an automation does something with the store now; False where the rules forbid it."""
        try:
            act(*arguments, self.clock.now())
        except Refused:
            return False
        return True

    def touch(self, act: Callable[..., object], record: Record, *more: Any) -> bool:
        """A user or an automation does something with a record now, and the log says with which one."""
        done = self.as_user(act, record.object, record.id, *more)
        if done:
            self.asked.touched.append(record.id)
        return done

    def at_hand(self) -> Iterator[list[Record]]:
        """The live records of each object, in the order of this request's dice; those that requests made come first.

        The rest of what a CRM holds, its users and stages say, is nothing that whoever loads it would have to notice.
        """
        names = self.store.in_use()
        self.random.shuffle(names)
        there = {name: self.store.all(name) for name in names}
        made = {each.id for each in self.engine.log.creations if each.request}
        yield from ([each for each in records if each.id in made] for records in there.values())
        yield from there.values()

    def any_record(self) -> Record | None:
        """A live record by this request's dice, of those that requests made if there is one."""
        return next((self.random.choice(records) for records in self.at_hand() if records), None)

    def plain_text(self, record: Record) -> str | None:
        """The name of a filled text field that is no key, choice or reference, None where there is none."""
        fields = self.store.definition(record.object).fields
        plain = [f.name for f in fields.values() if f.type == "text" and not (f.unique or f.choices or f.external)]
        return next((name for name in sorted(plain) if record.values.get(name)), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
