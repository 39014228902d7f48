"""Odoo as the engine of the simulators drives it: the envelope of JSON-RPC, who asks, and errors. All of it is 200."""

from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.odoo.furniture import furnish
from crm_migrate_simulators.odoo.habits import Habits
from crm_migrate_simulators.odoo.methods import WRITES, called_method
from crm_migrate_simulators.odoo.session import Fault, Json, Session
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply, Request

PATH, VERSION = "/jsonrpc", "/web/webclient/version_info"


class Odoo:
    """A database behind a server."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock

    def route(self, request: Request) -> tuple[str, str]:
        """Service and method; `load` and its like write, what signs in is `auth`."""
        if request.path == VERSION:
            return VERSION, "auth"
        if request.path != PATH:
            return "?", "read"
        try:
            params = request.json()["params"]
            service, method, args = params["service"], params["method"], params["args"]
            if service != "object":
                return f"{service}.{method}", "auth"
            return f"{args[3]}.{args[4]}", "write" if args[4] in WRITES else "read"
        except (ValueError, KeyError, TypeError, IndexError):
            return PATH, "read"

    # ------------------------------------------------------------------------------------------------ answers

    def answer(self, call: Call) -> Reply:
        """Open the envelope, and do what is asked."""
        uid = furnish(call.store, self.habits)
        if call.request.path not in (PATH, VERSION) or call.request.method != "POST":
            return Reply(404, b"<html><body>Not Found</body></html>", {"Content-Type": "text/html"})
        said = call.request.json()
        if not isinstance(said, dict):
            return Reply(400, b"<html><body>Bad Request</body></html>", {"Content-Type": "text/html"})
        envelope = {"jsonrpc": "2.0", "id": said.get("id")}
        try:
            return Reply(200, {**envelope, "result": self._result(call, said, uid)})
        except Fault as fault:
            return Reply(200, {**envelope, **_error(fault.name, fault.message)})
        except Refused as refused:
            return Reply(200, {**envelope, **_error("odoo.exceptions.ValidationError", refused.message)})

    def _result(self, call: Call, said: Json, uid: int) -> Any:
        if call.request.path == VERSION:
            return self._version()
        params = said.get("params")
        if not isinstance(params, dict) or not isinstance(params.get("args"), list):
            raise Fault("builtins.TypeError", "a call has service, method and args")
        service, method, args = params.get("service"), params.get("method"), params["args"]
        if (service, method) == ("common", "version"):
            return self._version()
        if service == "common" and method in ("login", "authenticate"):
            return uid if tuple(args[:3]) == (self.habits.database, self.habits.login, self.habits.password) else False
        if (service, method) == ("db", "list"):
            return [self.habits.database]
        if service == "object" and method in ("execute", "execute_kw"):
            return self._executed(call, args, uid, named=method == "execute_kw")
        raise Fault("builtins.AttributeError", f"there is no {service}.{method}")

    def _executed(self, call: Call, args: list[Any], uid: int, *, named: bool) -> Any:
        if len(args) < 5:
            raise Fault("builtins.IndexError", "database, user, password, model and method")
        database, user, password, model, method = args[:5]
        if (database, user, password) != (self.habits.database, uid, self.habits.password):
            raise Fault("odoo.exceptions.AccessDenied", "Access Denied")
        given, kwargs = (
            (args[5] if len(args) > 5 else [], args[6] if len(args) > 6 else {}) if named else (args[5:], {})
        )
        if not isinstance(given, list) or not isinstance(kwargs, dict):
            raise Fault("builtins.TypeError", "positional arguments are a list, named ones an object")
        context = kwargs.pop("context", None) or {}
        session = Session(call, self.habits, uid, context)
        if method not in WRITES:
            return called_method(session, str(model), str(method), given, kwargs)
        with call.store.all_or_nothing():  # a request is a transaction
            done = called_method(session, str(model), str(method), given, kwargs)
            if call.share < 1:
                raise Fault("psycopg2.OperationalError", "the connection was closed")
        call.asked.records = len(given[-1]) if given and isinstance(given[-1], list) else 1
        return done

    def _version(self) -> Json:
        major, _, minor = self.habits.version.partition(".")
        info = [int(major), int(minor or 0), 0, "final", 0, ""]
        said = {"server_version": self.habits.version, "server_version_info": info}
        return {**said, "server_serie": self.habits.version, "protocol_version": 1}

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """What a server before Odoo says; Odoo itself has no limits."""
        del code, until
        return Reply(status, f"<html><body>{message}</body></html>".encode(), {"Content-Type": "text/html"})

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """Only a server before Odoo limits."""
        del too_many, now
        return self.error(429, "", "too many requests")

    def task(self) -> tuple[str, dict[str, Any]]:
        """Nothing that hangs on no record is an activity: no automation adds one here."""
        return "", {}

    def another_owner(self) -> dict[str, Any]:
        """Of nobody."""
        return {"user_id": None}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The records that an answer lists."""
        found = body.get("result") if isinstance(body, dict) else None
        return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None

    def without_results(self) -> Reply:
        """A success that says nothing."""
        return Reply(200, {"jsonrpc": "2.0", "id": None, "result": {"ids": [], "messages": [], "nextrow": 0}})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A record with another id."""
        return {**like, "id": 999_999_999}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        if "id" in results[0]:
            results[-1]["id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """A password is good until a person changes it."""


def _error(name: str, message: str) -> Json:
    data = {"name": name, "debug": f"Traceback (most recent call last):\n{name}: {message}\n", "message": message}
    more = {"arguments": [message], "context": {}}
    return {"error": {"code": 200, "message": "Odoo Server Error", "data": {**data, **more}}}
