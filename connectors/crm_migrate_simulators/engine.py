"""One request through the simulated system: noted, counted, struck by a fault or not, handled, noted again."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from crm_migrate_simulators.call import Call, Crm
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.faults import KINDS, Kind, Schedule
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.log import Asked, Creation, Log
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Schema
from crm_migrate_simulators.store import Record, Store
from crm_migrate_simulators.wire import Reply, Request


class Engine:
    """A simulated system without its socket."""

    def __init__(
        self,
        crm: Crm,
        schema: Schema,
        *,
        schedule: Schedule | None = None,
        clock: Clock | None = None,
        quotas: Quotas | None = None,
        keep: Keep | None = None,
        kinds: Mapping[str, Kind] = KINDS,
        store: Callable[[Schema], Store] = Store,
    ) -> None:
        self.crm = crm
        self.store = store(schema)
        self.log = Log()
        self.schedule = schedule or Schedule()
        self.kinds = kinds
        self.clock = clock or Clock()
        self.quotas = quotas or Quotas()
        self._keep = keep
        self._here = threading.local()
        self._late: list[threading.Thread] = []
        self._restore()
        self.store.listeners.append(self._changed)

    def answer(self, request: Request) -> Reply:
        """The reply to a request."""
        route, scope = self.crm.route(request)
        asked, counts = self.log.arrived(self.clock.now(), request.method, route, scope)
        reply = self._limited(request, asked, counts)
        asked.status = 0 if reply.drop else reply.status
        return reply

    def handle(self, call: Call) -> Reply:
        """The CRM's own answer to a call; what it creates is the call's."""
        self._here.call = call
        try:
            return self.crm.answer(call)
        except Refused as refused:
            return self.crm.error(_STATUS.get(refused.code, 400), refused.code, refused.message)
        except (ValueError, RecursionError):
            return self.crm.error(400, "MALFORMED", "the request cannot be read")
        finally:
            self._here.call = None

    def afterwards(self, call: Call, seconds: float) -> None:
        """Handle a call later, in a thread of its own; not at all when the system is closed before."""

        def late() -> None:
            if self.clock.wait(seconds):
                self.handle(call)

        thread = threading.Thread(target=late, daemon=True)
        self._late.append(thread)
        thread.start()

    def ids(self) -> set[str]:
        """Ids of all live records."""
        return {record.id for name in self.store.schema.objects for record in self.store.all(name)}

    def close(self) -> None:
        """Let go of all that wait; nothing is written any more when it returns."""
        self.clock.close()
        for thread in self._late:
            thread.join(5)
        if self._keep is not None:
            self._keep.close()

    def _limited(self, request: Request, asked: Asked, counts: Mapping[str, int]) -> Reply:
        if asked.scope == "auth":
            return self._struck(request, asked, counts)
        too_many = self.quotas.enter(self.clock.now())
        if too_many is not None:
            asked.refused = too_many.limit
            return self.crm.limited(too_many, self.clock.now())
        try:
            return self._struck(request, asked, counts)
        finally:
            self.quotas.leave()

    def _struck(self, request: Request, asked: Asked, counts: Mapping[str, int]) -> Reply:
        dice = random.Random(f"{self.schedule.seed}:{asked.number}")  # noqa: S311 -- repeatable on purpose
        call = Call(request, asked, self, dice)
        drawn = self.schedule.draw(asked.number, asked.scope, counts)
        if drawn is None:
            return call.proceed()
        kind, figure = drawn
        asked.fault = kind.name
        return kind.act(call, figure)

    def _changed(self, what: str, told: Mapping[str, Any]) -> None:
        if what == "record" and told["fresh"]:
            self._witness(told["record"])
        if self._keep is not None:
            kept = {**told, "record": asdict(told["record"])} if what == "record" else dict(told)
            self._keep.append(what, kept)

    def _witness(self, record: Record) -> None:
        call: Call | None = getattr(self._here, "call", None)
        if call is not None:
            call.created.append(record)
        witnessed = self.store.schema.witnessed(record.object)
        key = record.values.get(witnessed.name) if witnessed else None
        created = Creation(record.object, record.id, key, record.created, call.asked.number if call else 0)
        self.log.created(created)
        if self._keep is not None:
            self._keep.append("creation", asdict(created))

    def _restore(self) -> None:
        for what, told in self._keep.earlier() if self._keep is not None else ():
            if what == "creation":
                self.log.created(Creation(**told))
            else:
                self.store.restore(what, told)


_STATUS = {"UNKNOWN_OBJECT": 404, "NOT_FOUND": 404, "DELETED": 410, "UNAUTHORIZED": 401, "TOO_LARGE": 413}
