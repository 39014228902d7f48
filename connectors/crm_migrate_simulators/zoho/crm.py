"""Zoho CRM as the engine of the simulators drives it: tokens, limits, and the shapes of its answers."""

import secrets
import threading
from typing import Any, cast
from urllib.parse import parse_qsl

from crm_migrate_simulators import forms
from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply, Request
from crm_migrate_simulators.zoho.habits import Habits
from crm_migrate_simulators.zoho.modules import USERS
from crm_migrate_simulators.zoho.org_store import OrgStore
from crm_migrate_simulators.zoho.problems import Problem, row, said
from crm_migrate_simulators.zoho.routes import TOKEN, found, is_path
from crm_migrate_simulators.zoho.visit import Visit

_OWN_WORDS = {
    "INTERNAL": ("INTERNAL_ERROR", "Internal Server Error"),
    "UNAVAILABLE": ("INTERNAL_ERROR", "Internal Server Error"),
    "MALFORMED": ("INVALID_DATA", "invalid data"),
    "INVALID_TOKEN": ("INVALID_TOKEN", "invalid oauth token"),
    "UNAUTHORIZED": ("INVALID_TOKEN", "invalid oauth token"),
    "QUOTA_GONE": ("TOO_MANY_REQUESTS", "The number of API requests is exceeded"),
}
_LISTS = ("data", "fields", "users", "modules", "recycle_bin")


class ZohoCrm:
    """An organisation."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        self._colleague = ""

    # ------------------------------------------------------------------------------------------------ routes

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        if request.path == TOKEN:
            return TOKEN, "auth"
        known = found(request)
        return (f"/crm/v8{known[0].template}", known[0].scope) if known else ("?", "read")

    def answer(self, call: Call) -> Reply:
        """Find the route, see who asks, and do it."""
        if call.request.path == TOKEN:
            return self._token(call)
        reply = self._answer(call)
        usage = call.engine.quotas.usage(call.clock.now())
        used, most = usage["used_today"] or 0, usage["per_day"]
        if most and used * 2 >= most:
            reply.headers["X-API-CREDITS-REMAINING"] = str(int(max(0, most - used)))
        return reply

    def _answer(self, call: Call) -> Reply:
        store = cast(OrgStore, call.store)
        self._colleague = store.all(USERS)[-1].id
        if not self._good(call.request):
            return self.error(401, "INVALID_TOKEN", "")
        known = found(call.request)
        if known is None:
            return self._no_route(call.request)
        route, at = known
        try:
            return route.answer(Visit(call, self.habits, at))
        except Problem as problem:
            return problem.reply()
        except Refused as refused:
            return Reply(400, row(refused, 0))

    def _no_route(self, request: Request) -> Reply:
        if is_path(request.path):
            return Reply(400, said("INVALID_REQUEST_METHOD", "The http request method type is not a valid one"))
        words = "Please check if the URL trying to access is a correct one"
        return Reply(404, said("INVALID_URL_PATTERN", words))

    def _good(self, request: Request) -> bool:
        word, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            return word == "Zoho-oauthtoken" and self._tokens.get(token, 0.0) > self._clock.now()

    def _token(self, call: Call) -> Reply:
        """A token for a refresh token; what is wrong with it is said with 200, as accounts.zoho.com does."""
        form = _form(call.request)
        ways = self.habits
        if call.request.method != "POST" or form.get("grant_type") != "refresh_token":
            return Reply(200, {"error": "invalid_request"})
        if (form.get("client_id"), form.get("client_secret")) != (ways.client_id, ways.client_secret):
            return Reply(200, {"error": "invalid_client"})
        if form.get("refresh_token") != ways.refresh_token:
            return Reply(200, {"error": "invalid_code"})
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        with self._lock:
            self._tokens[token] = self._clock.now() + ways.token_seconds
        domain = f"http://{call.request.headers.get('host', '127.0.0.1')}"
        told = {"access_token": token, "api_domain": domain, "token_type": "Bearer", "scope": "ZohoCRM.modules.ALL"}
        return Reply(200, {**told, "expires_in": int(ways.token_seconds)})

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """{code, details, message, status}; nobody is told until when a limit lasts."""
        del until
        own, words = _OWN_WORDS.get(code, (code, message))
        return Reply(status, said(own, words))

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """429 whatever the limit, and never until when; where the credits are gone a header says so."""
        del now
        reply = self.error(429, "TOO_MANY_REQUESTS", "The number of API requests is exceeded")
        if too_many.limit == "day":
            reply.headers["X-API-CREDITS-REMAINING"] = "0"
        return reply

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        return "Tasks", {"Subject": "Follow up", "Status": "Not Started", "Owner": self._colleague}

    def another_owner(self) -> dict[str, Any]:
        """A colleague of the API's user."""
        return {"Owner": self._colleague}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The list of an answer."""
        listed = (body.get(name) for name in _LISTS) if isinstance(body, dict) else ()
        return next((each for each in listed if isinstance(each, list)), None)

    def without_results(self) -> Reply:
        """A success of nobody."""
        return Reply(200, {"data": []})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A result about another record."""
        foreign = "4876876009999999999"
        if isinstance(like.get("details"), dict) and "id" in like["details"]:
            return {**like, "details": {**like["details"], "id": foreign}}
        return {**like, "id": foreign} if "id" in like else dict(like)

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        first, last = results[0], results[-1]
        if "id" in first:
            last["id"] = first["id"]
        elif first.get("details", {}).get("id"):
            last["details"] = {**last.get("details", {}), "id": first["details"]["id"]}

    def forget_tokens(self) -> None:
        """No token is good any more."""
        with self._lock:
            self._tokens.clear()


def _form(request: Request) -> dict[str, str]:
    """What a form says, urlencoded or of parts, as Zoho's SDK for Node sends it, and the query."""
    kind = request.headers.get("content-type", "")
    if forms.is_form(kind):
        said = {part.name: part.content.decode() for part in forms.parts(kind, request.body)}
    else:
        said = dict(parse_qsl(request.body.decode()))
    return said | dict(request.query)
