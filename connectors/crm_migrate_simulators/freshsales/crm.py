"""Freshsales as the engine of the simulators drives it: routes, the key, limits, and the shapes of its answers."""

import math
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.freshsales.furniture import furnish
from crm_migrate_simulators.freshsales.habits import Habits, by_minute
from crm_migrate_simulators.freshsales.modules import MODULES
from crm_migrate_simulators.freshsales.routes import Route, find
from crm_migrate_simulators.freshsales.visit import Answered, Visit, errors
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.wire import Reply, Request

_SAID = {
    "DUPLICATE_VALUE": "{label} is not unique",
    "REQUIRED_FIELD_MISSING": "{label} can't be blank",
    "STRING_TOO_LONG": "{label} is too long (maximum is {length} characters)",
    "INVALID_CHOICE": "{label} is not included in the list",
    "PARENT_NOT_FOUND": "{label} is invalid",
}


class Freshsales:
    """An account."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock
        self._minute = by_minute(self.habits)

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        found = find(request.method, request.path)
        return (found[0].template, found[0].scope) if found else ("?", "read")

    def answer(self, call: Call) -> Reply:
        """Find the route and do it."""
        furnish(call.store, self.habits.account)
        too_many = self._minute.enter(call.clock.now())
        if too_many is not None:
            call.asked.refused = "minute"
            return self.limited(too_many, call.clock.now())
        try:
            return self._answer(call)
        finally:
            self._minute.leave()

    def _answer(self, call: Call) -> Reply:
        word, _, token = call.request.headers.get("authorization", "").partition(" token=")
        if (word, token) != ("Token", self.habits.token):
            return errors(401, "You are not authorized to perform this action.")
        found = find(call.request.method, call.request.path)
        if found is None:
            return errors(404, "The requested resource does not exist")
        visit = Visit(call, found[1], self.habits)
        try:
            return self._done(visit, found[0])
        except Answered as answered:
            return answered.reply
        except Refused as refused:
            return self._refused(visit, refused)

    def _done(self, visit: Visit, route: Route) -> Reply:
        if route.scope == "read":
            return route.handler(visit)
        visit.call.asked.records = 1
        with visit.store.all_or_nothing():  # what is refused is not done, in no part
            return route.handler(visit)

    def _refused(self, visit: Visit, refused: Refused) -> Reply:
        if refused.code in ("NOT_FOUND", "DELETED"):
            return errors(404, "The requested resource does not exist")
        if refused.code == "UNABLE_TO_LOCK":
            return errors(409, "The record is being changed")
        fields = visit.store.definition(visit.module.name).fields
        of = fields.get(refused.field, Field(refused.field, more={"label": refused.field}))
        words = _SAID.get(refused.code, refused.message)
        return errors(400, words.format(label=of.more.get("label", of.name), length=of.length))

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """`{"errors": {"code", "message"}}`; a limit says after how many seconds it ends."""
        if code == "QUOTA_GONE":
            reply = errors(429, "You have exceeded the limit of requests per hour")
            reply.headers["Retry-After"] = str(math.ceil((until or 0) - self._clock.now()))
            return reply
        return errors(status, message)

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """429 with Retry-After."""
        reply = errors(429, "You have exceeded the limit of requests")
        reply.headers["Retry-After"] = str(max(1, math.ceil(too_many.until - now)))
        return reply

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task of today."""
        return "tasks", {"title": "Follow up", "due_date": "2027-01-15T08:00:00+00:00", "status": 0}

    def another_owner(self) -> dict[str, Any]:
        """The second of a fresh account."""
        return {"owner_id": "71002"}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The records of a list."""
        found = next((body[name] for name in MODULES if name in body), None) if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success that says nothing."""
        return Reply(200, {})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A record with another id."""
        return {**like, "id": 999_999_999}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        results[-1]["id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """A key is good until a person makes another one."""
