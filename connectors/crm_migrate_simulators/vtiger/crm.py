"""vtiger as the engine of the simulators drives it: one address, operations, and the shapes of its answers."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record, Store
from crm_migrate_simulators.vtiger.asking import rows
from crm_migrate_simulators.vtiger.elements import Failed, described, taken, told, user_id
from crm_migrate_simulators.vtiger.habits import Habits
from crm_migrate_simulators.vtiger.modules import PREFIXES
from crm_migrate_simulators.vtiger.sessions import Sessions
from crm_migrate_simulators.wire import Reply, Request

PATH = "/webservice.php"
_POSTED = ("login", "create", "revise", "delete")
_SCOPES = {"getchallenge": "auth", "login": "auth", "create": "write", "revise": "write", "delete": "write"}
_GONE = ("RECORD_NOT_FOUND", "Record you are trying to access is not found")
ME, COLLEAGUE = user_id(1), user_id(5)
Words = Mapping[str, str]


class Vtiger:
    """An installation."""

    one_under = "result"

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._sessions = Sessions(clock, self.habits)
        self._operations: Mapping[str, Callable[[Call, Words], Any]] = {
            "listtypes": lambda call, _: {"types": [*call.store.schema.objects, "Users"]},
            "describe": lambda call, words: described(call, self._module(call, words.get("elementType", ""))),
            "query": lambda call, words: rows(call, words.get("query", ""), self.habits.page),
            "retrieve": lambda call, words: told(call, _live(call, words.get("id", ""))),
            "create": self._create,
            "revise": self._revise,
            "delete": self._delete,
        }

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        operation = _words(request).get("operation", "") if request.path == PATH else ""
        return (f"{PATH}?operation={operation}", _SCOPES.get(operation, "read")) if operation else ("?", "read")

    def answer(self, call: Call) -> Reply:
        """Do the operation; what fails is not done, in no part."""
        if call.request.path != PATH:
            return Reply(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html"})
        _furnish(call.store, self.habits)
        words = _words(call.request)
        try:
            with call.store.all_or_nothing():
                return Reply(200, {"success": True, "result": self._done(call, words)})
        except Failed as failed:
            return self.error(200, failed.code, failed.message)
        except Refused as refused:
            return self.error(200, "DATABASE_QUERY_ERROR", refused.message)

    def _done(self, call: Call, words: Words) -> Any:
        operation = words.get("operation", "")
        if operation in _POSTED and call.request.method != "POST":
            raise Failed("UNKNOWN_OPERATION", "Unknown operation requested")
        if operation == "getchallenge":
            return {"token": self._sessions.challenge(), "serverTime": 0, "expireTime": 300}
        if operation == "login":
            name = self._sessions.login(words.get("username", ""), words.get("accessKey", ""))
            if name is None:
                raise Failed("INVALID_USER_CREDENTIALS", "Invalid username or password")
            return {"sessionName": name, "userId": ME, "version": "0.22", "vtigerVersion": "7.5.0"}
        if operation not in self._operations:
            raise Failed("UNKNOWN_OPERATION", "Unknown operation requested")
        if not self._sessions.good(words.get("sessionName", "")):
            raise Failed("INVALID_SESSIONID", "Session Identifier provided is Invalid")
        return self._operations[operation](call, words)

    def _module(self, call: Call, name: str) -> str:
        if name not in call.store.schema.objects:
            raise Failed("ACCESS_DENIED", "Permission to perform the operation is denied")
        return name

    def _create(self, call: Call, words: Words) -> Any:
        module, said = self._module(call, words.get("elementType", "")), _element(words)
        call.asked.records = 1
        if "duplicate_rule" in call.bent:
            raise Failed("DUPLICATE_RECORD_FOUND", "Duplicate(s) detected")
        values = taken(call, module, said, self.habits.length, fresh=True)
        return told(call, call.store.create(module, values, call.clock.now()))

    def _revise(self, call: Call, words: Words) -> Any:
        said = _element(words)
        record = _live(call, str(said.get("id", "")))
        call.asked.records = 1
        values = taken(call, record.object, said, self.habits.length, fresh=False)
        return told(call, call.store.update(record.object, record.id, values, call.clock.now())[1])

    def _delete(self, call: Call, words: Words) -> Any:
        record = _live(call, words.get("id", ""))
        call.asked.records = 1
        call.store.delete(record.object, record.id, call.clock.now())
        for deal in call.store.all("Potentials") if record.object == "Accounts" else ():
            if deal.values.get("related_to") == record.id:
                call.store.delete("Potentials", deal.id, call.clock.now())
        return {"status": "successful"}

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """`{"success": false, "error": {"code", "message"}}`."""
        del until
        return Reply(status, {"success": False, "error": {"code": code, "message": message}})

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """vtiger has no limits of its own; a web server before it has: 429 with Retry-After."""
        return Reply(429, b"", {"Retry-After": str(max(1, round(too_many.until - now)))})

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        day = {"date_start": "2027-01-15", "due_date": "2027-01-15"}
        return "Calendar", {"subject": "Follow up", "taskstatus": "Not Started", "assigned_user_id": ME, **day}

    def another_owner(self) -> dict[str, Any]:
        """The colleague."""
        return {"assigned_user_id": COLLEAGUE}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The rows of a query."""
        found = body.get("result") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success that says nothing."""
        return Reply(200, {"success": True, "result": None})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A record with another id."""
        return {**like, "id": "12x999999999"}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        results[-1]["id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """All sessions are over."""
        self._sessions.forget()


def _words(request: Request) -> Words:
    """The operation and its session wherever they stand; what else it is told in the address or, where it is one that
    is posted, in the form alone, whatever the method of the request."""
    form = dict(parse_qsl(request.body.decode(), True)) if request.method == "POST" else {}
    either = {**request.query, **form}
    own = form if either.get("operation") in _POSTED else request.query
    return {**own, **{name: either[name] for name in ("operation", "sessionName") if name in either}}


def _element(words: Words) -> dict[str, Any]:
    said = json.loads(words.get("element", ""))
    if not isinstance(said, dict):
        raise Failed("INVALID_ID_ATTRIBUTE", "the element is no map")
    return said


def _live(call: Call, id: str) -> Record:
    module = next((name for name, number in PREFIXES.items() if id.startswith(f"{number}x")), "")
    found = call.store.get(module, id) if module else None
    if found is None or not found.seen(call.clock.now()):
        raise Failed(*_GONE)
    return found


def _furnish(store: Store, habits: Habits) -> None:
    if not store.setting("installation", "furnished"):
        admin = "on" if habits.administrator else "off"
        store.put("users", ME, {"user_name": habits.user, "email1": "", "status": "Active", "is_admin": admin})
        mail = "colleague@simulated.example"
        store.put("users", COLLEAGUE, {"user_name": "colleague", "email1": mail, "status": "Active", "is_admin": "off"})
        store.put("installation", "furnished", True)
