"""SuiteCRM as the engine of the simulators drives it: its routes, its tokens, and the shapes of its answers."""

import re
import secrets
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Store
from crm_migrate_simulators.suitecrm import listing, records
from crm_migrate_simulators.suitecrm.habits import Habits
from crm_migrate_simulators.suitecrm.telling import ADMINISTRATOR
from crm_migrate_simulators.suitecrm.visit import TYPE, Failed, Visit, error
from crm_migrate_simulators.wire import Reply, Request

TOKEN, API = "/Api/access_token", "/Api/V8/"
_PATH = re.compile(r"(current-user)|(meta/fields|module)(?:/(\w+))?(?:/([\w-]+))?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Method, what stands behind /V8/, and how much of it: handler and template.
_ROUTES: Mapping[tuple[str, str, int], tuple[Callable[[Visit], Reply], str]] = {
    ("GET", "module", 1): (listing.listed, "module/{module}"),
    ("GET", "module", 2): (records.get, "module/{module}/{id}"),
    ("POST", "module", 0): (records.post, "module"),
    ("PATCH", "module", 0): (records.patch, "module"),
    ("DELETE", "module", 2): (records.delete, "module/{module}/{id}"),
}
_LISTS = {"Users": listing.users, "EmailAddresses": listing.mailboxes}
COLLEAGUE = "00000000-0000-4000-8000-000000000005"


class SuiteCrm:
    """An installation."""

    one_under = "data"

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock, self._lock = clock, threading.Lock()
        self._tokens: dict[str, float] = {}

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        if request.path == TOKEN:
            return TOKEN, "auth"
        found = _PATH.fullmatch(request.path.removeprefix(API)) if request.path.startswith(API) else None
        if found and request.method == "GET" and not found[4] and (found[1] or found[2] == "meta/fields"):
            return f"{API}{found[1] or 'meta/fields/{module}'}", "read"
        known = _ROUTES.get((request.method, found[2], bool(found[3]) + bool(found[4]))) if found else None
        return (f"{API}{known[1]}", "read" if request.method == "GET" else "write") if known else ("?", "read")

    def answer(self, call: Call) -> Reply:
        """Find the route and do it; what is refused is not done, in no part."""
        _furnish(call.store, self.habits)
        template, _ = self.route(call.request)
        if template == "?":
            return Reply(404, b"<h1>Page Not Found</h1>", {"Content-Type": "text/html"})
        if template == TOKEN:
            return self._token(call.request)
        if not self._good(call.request.headers.get("authorization", "")):
            return self.error(401, "", "")
        try:
            with call.store.all_or_nothing():
                return self._answer(call)
        except Failed as failed:
            return error(str(failed))
        except Refused as refused:
            return error(refused.message)

    def _answer(self, call: Call) -> Reply:
        found = _PATH.fullmatch(call.request.path.removeprefix(API))
        assert found is not None
        if found[1]:
            me = call.store.setting("users", ADMINISTRATOR)
            return Reply(200, {"data": {"type": "User", "id": ADMINISTRATOR, "attributes": me}}, dict(TYPE))
        if found[2] == "meta/fields":
            return _fields(call.store, found[3])
        visit = self._visit(call, found[3] or "", found[4] or "")
        if visit.module in _LISTS:
            return _LISTS[visit.module](visit)
        if call.request.method != "GET":
            call.asked.records = 1
        return _ROUTES[(call.request.method, found[2], bool(found[3]) + bool(found[4]))][0](visit)

    def _visit(self, call: Call, module: str, id: str) -> Visit:
        """Module and id stand in the path, or in the body of what is written."""
        if call.request.method in ("POST", "PATCH"):
            said = call.request.json()
            data = said.get("data") if isinstance(said, dict) else None
            if not isinstance(data, dict):
                raise Failed('The required option "data" is missing.')
            module, id = str(data.get("type", "")), str(data.get("id", ""))
            if id and not _GUID.fullmatch(id):
                raise Failed(f'The option "id" with value "{id}" is invalid.')
        if module not in (*call.store.schema.objects, *(_LISTS if call.request.method == "GET" and not id else ())):
            raise Failed(f"Module {module} does not exist")
        return Visit(call, module, id, self.habits)

    # ------------------------------------------------------------------------------------------------ tokens

    def _token(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if request.method != "POST" or form.get("grant_type") != "client_credentials":
            words = "The authorization grant type is not supported by the authorization server."
            return Reply(400, {"error": "unsupported_grant_type", "error_description": words})
        if _client(request, form) != (self.habits.client_id, self.habits.client_secret):
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens[token] = self._clock.now() + self.habits.token_seconds
        seconds = int(self.habits.token_seconds)
        return Reply(200, {"token_type": "Bearer", "expires_in": seconds, "access_token": token})

    def _good(self, said: str) -> bool:
        word, _, token = said.partition(" ")
        with self._lock:
            return word == "Bearer" and self._tokens.get(token, 0.0) > self._clock.now()

    def forget_tokens(self) -> None:
        """No token is good any more."""
        with self._lock:
            self._tokens.clear()

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """400 with the words of an exception; 401 in the words of OAuth; 429 of a web server before it, without any."""
        del code, until
        if status == 429:
            return Reply(429, b"")
        if status == 401:
            words = "The resource owner or authorization server denied the request."
            return Reply(401, {"error": "access_denied", "error_description": words})
        if status >= 500:
            return Reply(status, b"<h1>Slim Application Error</h1>", {"Content-Type": "text/html"})
        return error(message)

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """SuiteCRM has no limits of its own; a web server before it has: 429 with Retry-After."""
        return Reply(429, b"", {"Retry-After": str(max(1, round(too_many.until - now)))})

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        return "Tasks", {"name": "Follow up", "status": "Not Started", "priority": "High"}

    def another_owner(self) -> dict[str, Any]:
        """The colleague."""
        return {"assigned_user_id": COLLEAGUE}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The records of a list."""
        found = body.get("data") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success that says nothing."""
        return Reply(200, {}, dict(TYPE))

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A record with another id."""
        return {**like, "id": "f" * 8 + "-ffff-4fff-8fff-" + "f" * 12}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        results[-1]["id"] = results[0]["id"]


def _client(request: Request, form: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Who asks for a token: by the header, or in the form (RFC 6749, 2.3.1)."""
    word, _, said = request.headers.get("authorization", "").partition(" ")
    if word != "Basic":
        return form.get("client_id"), form.get("client_secret")
    name, _, secret = b64decode(said).decode().partition(":")
    return name, secret


def _fields(store: Store, module: str | None) -> Reply:
    if module not in store.schema.objects:
        raise Failed("The API user does not have access to this module.")
    fields = store.definition(module).fields.items()
    told = {name: {"dbType": field.more["type"], **field.more} for name, field in fields}
    id = {"type": "id", "dbType": "id", "required": True}
    return Reply(200, {"data": {"type": "fields", "id": "", "attributes": {"id": id, **told}}}, dict(TYPE))


def _furnish(store: Store, habits: Habits) -> None:
    if not store.setting("installation", "furnished"):
        admin = {
            "user_name": "admin",
            "email1": "",
            "status": "Active",
            "is_admin": "1" if habits.administrator else "0",
        }
        store.put("users", ADMINISTRATOR, admin)
        mail = "colleague@simulated.example"
        store.put("users", COLLEAGUE, {"user_name": "colleague", "email1": mail, "status": "Active", "is_admin": "0"})
        store.put("installation", "furnished", True)
