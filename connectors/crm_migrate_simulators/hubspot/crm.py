"""HubSpot as the engine of the simulators drives it: routes, rights, limits, and the shapes of its answers."""

import math
from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.hubspot import bodies
from crm_migrate_simulators.hubspot.habits import Habits
from crm_migrate_simulators.hubspot.portal import Tokens, check_rights, expired, furnish
from crm_migrate_simulators.hubspot.problems import JSON, Answered, page_404, problem, unknown_object
from crm_migrate_simulators.hubspot.routes import Route, find
from crm_migrate_simulators.hubspot.single import why
from crm_migrate_simulators.hubspot.visit import Visit
from crm_migrate_simulators.quotas import Quotas, TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply, Request

TOKENS = frozenset({"/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token"})
WHOSE = "/oauth/v1/access-tokens/"
_CATEGORIES: Mapping[str, str] = {"MALFORMED": "", "INTERNAL": "", "UNAVAILABLE": "SERVICE_UNAVAILABLE"}


class HubSpot:
    """A portal."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock
        self._tokens = Tokens(self.habits)
        self._searches = Quotas(per_window=self.habits.searches or None, window=1.0)

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        if request.path in TOKENS:
            return request.path, "auth"
        if request.path.startswith(WHOSE):
            return f"{WHOSE}{{token}}", "auth"
        found = find(request.method, request.path)
        return (f"/{found[1]}{found[0].template}", found[0].scope) if found else ("?", "read")

    # ------------------------------------------------------------------------------------------------ answers

    def answer(self, call: Call) -> Reply:
        """Find the route and do it."""
        furnish(call.store)
        if call.request.path in TOKENS:
            return _json(self._tokens.given(call.request, call.clock.now()))
        if call.request.path.startswith(WHOSE):
            return _json(self._tokens.told(call.request.path.removeprefix(WHOSE), call.clock.now()))
        found = find(call.request.method, call.request.path)
        try:
            self._tokens.check(call.request, call.clock.now())
            if found is None:
                raise page_404()
            route, version, at = found
            visit = Visit(call, at, version, self.habits)
            check_rights(visit, route.template.split("/")[1])
            if route.body is not None:
                bodies.check(route.body, call.request.json())
            reply = self._done(visit, route)
        except Answered as answered:
            reply = answered.reply
        except Refused as refused:
            reply = self._refused(refused)
        return _json(self._counted(call, found[0].template if found else "?", reply))

    def _done(self, visit: Visit, route: Route) -> Reply:
        if route.scope == "write":  # what is refused is not done, in no part
            with visit.store.all_or_nothing():
                return route.handler(visit)
        if not route.template.endswith("{object}/search"):
            return route.handler(visit)
        now = visit.now
        too_many = self._searches.enter(now)
        if too_many is not None:
            visit.call.asked.refused = "search"
            raise Answered(self._over("You have reached your secondly limit.", "SECONDLY"))
        try:
            return route.handler(visit)
        finally:
            self._searches.leave()

    def _refused(self, refused: Refused) -> Reply:
        if refused.code == "UNKNOWN_OBJECT":
            return unknown_object(refused.message.rpartition(" ")[2]).reply
        answered = why(refused)
        return answered.reply if isinstance(answered, Answered) else problem(400, refused.message, "VALIDATION_ERROR")

    def _counted(self, call: Call, template: str, reply: Reply) -> Reply:
        """With the headers of the limits: a search tells those of the day alone, a missing scope none."""
        body = reply.body if isinstance(reply.body, dict) else {}
        if body.get("category") == "MISSING_SCOPES" and reply.status == 403:
            return reply
        usage = call.engine.quotas.usage(call.clock.now())
        daily, used = usage["per_day"], usage["used_today"] or 0
        if daily is not None:
            reply.headers["X-HubSpot-RateLimit-Daily"] = str(daily)
            reply.headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(int(daily - used))
        window = usage.get("per_window")
        if window is not None and template != "/objects/{object}/search":
            recent = int(usage.get("used_in_window") or 0)
            left = max(0, int(window) - recent)
            reply.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
            reply.headers["X-HubSpot-RateLimit-Max"] = str(window)
            reply.headers["X-HubSpot-RateLimit-Remaining"] = str(left)
            reply.headers["X-HubSpot-RateLimit-Secondly"] = str(int(window) // 10)
            reply.headers["X-HubSpot-RateLimit-Secondly-Remaining"] = str(min(left, int(window) // 10))
        return reply

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """`{status: error, message, correlationId, category}`."""
        del until
        if code == "QUOTA_GONE":
            return _json(self._over("You have reached your daily limit.", "DAILY"))
        if code == "TOO_MANY_REQUESTS":
            return _json(self._over("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING"))
        if code == "INVALID_TOKEN":
            return _json(expired(self._clock.now(), self._clock.now()))
        return _json(problem(status, message, _CATEGORIES.get(code, code)))

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """429 that names the policy; only that of the ten seconds says when."""
        if too_many.limit == "day":
            return self.error(429, "QUOTA_GONE", "")
        reply = self.error(429, "TOO_MANY_REQUESTS", "")
        reply.headers["Retry-After"] = str(max(1, math.ceil(too_many.until - now)))
        return reply

    def _over(self, words: str, policy: str) -> Reply:
        reply = problem(429, words, "RATE_LIMITS", errorType="RATE_LIMIT", policyName=policy)
        reply.body["requestId"] = reply.body["correlationId"]
        return reply

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task of today."""
        return "tasks", {"hs_task_subject": "Follow up", "hs_timestamp": "2027-01-15T08:00:00Z"}

    def another_owner(self) -> dict[str, Any]:
        """The second of a fresh portal."""
        return {"hubspot_owner_id": "71002"}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The member `results`."""
        found = body.get("results") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A batch that is complete, with nothing in it."""
        at = "2027-01-15T08:00:00Z"
        return _json(Reply(200, {"status": "COMPLETE", "results": [], "startedAt": at, "completedAt": at}))

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A result of a record with another id."""
        properties = like.get("properties")
        more = {"properties": {**properties, "hs_object_id": "999999999"}} if isinstance(properties, dict) else {}
        return {**like, **({"id": "999999999"} if "id" in like else {}), **more}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        if "id" not in results[0]:
            return
        results[-1]["id"] = results[0]["id"]
        if isinstance(results[-1].get("properties"), dict):
            results[-1]["properties"]["hs_object_id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """What was given out is good no longer; a static token is."""
        self._tokens.forget()


def _json(reply: Reply) -> Reply:
    if reply.body is not None:
        reply.headers.setdefault("Content-Type", JSON)
    return reply
