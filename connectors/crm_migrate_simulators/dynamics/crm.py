"""A simulated Dataverse environment as the engine knows it: which route a request is, and its answer."""

import secrets
import threading
from typing import Any, cast
from urllib.parse import parse_qs, unquote

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.dynamics import batches, routes
from crm_migrate_simulators.dynamics.environment_store import EnvironmentStore
from crm_migrate_simulators.dynamics.furniture import api_user, other_user
from crm_migrate_simulators.dynamics.habits import Habits
from crm_migrate_simulators.dynamics.problems import Failure, body, failure, no_segment, not_simulated
from crm_migrate_simulators.dynamics.queries import JSON
from crm_migrate_simulators.dynamics.work import Work, work_of
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply, Request

_BATCH = ("/api/data/v9.0/$batch", "/api/data/v9.1/$batch", "/api/data/v9.2/$batch")
_TOKEN = "/oauth2/v2.0/token"  # noqa: S105 -- a path
_LIMITS = {  # which service protection limit it is
    "window": ("0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."),
    "concurrent": ("0x80072326", "Number of concurrent requests exceeded the limit of 52."),
    "day": ("0x80072322", "Number of requests exceeded the limit of the day."),
}
_OWN_WORDS = {  # what the engine and its faults say, in the words of an environment
    "INTERNAL": (500, "0x80040216", "An unexpected error occurred."),
    "UNAVAILABLE": (503, "0x80044183", "The service is unavailable."),
    "TOO_MANY_REQUESTS": (429, *_LIMITS["window"]),
    "QUOTA_GONE": (429, *_LIMITS["day"]),
    "INVALID_TOKEN": (401, "0x80072560", "The user is not a member of the organization."),
    "MALFORMED": (400, "0x80048d19", "Error identified in Payload provided by the user."),
}


class Dynamics:
    """Routes of a simulated environment, and its tokens."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        self._colleague = ""

    # ------------------------------------------------------------------------------------------------ the protocol

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; a batch that only asks is a read."""
        if request.path.endswith(_TOKEN):
            return "/{tenant}/oauth2/v2.0/token", "auth"
        if unquote(request.path) in _BATCH:
            if batches.describes(request.body):
                return "EntityDefinitions", "read"
            return "$batch", "write" if batches.writes(request.body) else "read"
        known = routes.found(request)
        return ("?", "read") if known is None else (known[0].template, known[0].scope)

    def answer(self, call: Call) -> Reply:
        """See who asks, and do it."""
        if call.request.path.endswith(_TOKEN):
            return self._token(call.request)
        store = cast(EnvironmentStore, call.store)
        self._colleague = other_user(store)
        if not self._good(call.request):
            return Reply(401, None, {"WWW-Authenticate": "Bearer authorization_uri=https://login.example/"})
        work = work_of(call, self.habits, api_user(store))
        try:
            if unquote(call.request.path) in _BATCH and call.request.method == "POST":
                return batches.answered(work, self._dispatched, self._refused)
            return self._dispatched(work)
        except Refused as refused:
            return self._refused(refused)

    def _dispatched(self, work: Work) -> Reply:
        if work.request.headers.get("mscrm.suppressduplicatedetection", "true").lower() == "false":
            raise not_simulated("duplicate detection rules")
        known = routes.found(work.request)
        if known is None:
            raise no_segment(work.request.path.rpartition("/")[2].partition("(")[0])
        return known[0].answer(work, known[1])

    def _refused(self, refused: Refused) -> Reply:
        failed: Failure = failure(refused)
        return Reply(failed.status, body(failed.code, failed.message), dict(JSON))

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """{error: {code, message}}; what is used up says until when."""
        known, code, words = _OWN_WORDS.get(code, (status, code, message))
        wait = {} if until is None else {"Retry-After": str(max(1, int(until - self._clock.now())))}
        return Reply(known, body(code, words), dict(JSON) | wait)

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """429 with Retry-After in seconds, whatever the limit."""
        wait = str(max(1, int(too_many.until - now + 0.999)))
        return Reply(429, body(*_LIMITS[too_many.limit]), dict(JSON) | {"Retry-After": wait})

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        return "task", {"subject": "Follow up", "statecode": 0, "statuscode": 2}

    def another_owner(self) -> dict[str, Any]:
        """A colleague of the application user."""
        return {"ownerid": self._colleague}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """Parts of a batch, records of a page."""
        if isinstance(body, batches.Parts):
            return body.listed
        found = body.get("value") if isinstance(body, dict) else None
        return found if isinstance(found, list) and found and isinstance(found[0], dict) else None

    def without_results(self) -> Reply:
        """A success that lists nobody."""
        return Reply(200, {"Ids": []}, dict(JSON))

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A part of somebody else's batch, or a record of another id."""
        own = {name for name in like if name.endswith("id") and not name.startswith("_")}
        return {**like, **dict.fromkeys(own, "99999999-9999-4999-8999-999999999999")}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last is what the first is: its address, or its key."""
        if "headers" in results[0]:
            results[-1]["headers"] = dict(results[0]["headers"])
        else:
            for name in results[0]:
                if name.endswith("id") and not name.startswith("_"):
                    results[-1][name] = results[0][name]

    def forget_tokens(self) -> None:
        """No token is good any more."""
        with self._lock:
            self._tokens.clear()

    # ------------------------------------------------------------------------------------------------ tokens

    def _token(self, request: Request) -> Reply:
        form = {name: said[0] for name, said in parse_qs(request.body.decode("latin-1")).items()}
        right = (form.get("grant_type"), form.get("client_id"), form.get("client_secret"))
        if right != ("client_credentials", self.habits.client_id, self.habits.client_secret):
            return _denied(401, "invalid_client", "AADSTS7000215: Invalid client secret.")
        if not request.path.startswith(f"/{self.habits.tenant}/"):
            return _denied(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if not form.get("scope", "").endswith("/.default"):
            return _denied(400, "invalid_scope", "AADSTS1002012: The scope is not valid.")
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._tokens[token] = self._clock.now() + self.habits.token_seconds
        seconds = int(self.habits.token_seconds)
        return Reply(200, {"token_type": "Bearer", "expires_in": seconds, "access_token": token})

    def _good(self, request: Request) -> bool:
        word, _, token = request.headers.get("authorization", "").partition(" ")
        return word == "Bearer" and self._tokens.get(token.strip(), 0.0) > self._clock.now()


def _denied(status: int, error: str, words: str) -> Reply:
    return Reply(status, {"error": error, "error_description": words})
