"""EspoCRM as the engine of the simulators drives it: routes, the key, and the shapes of its answers."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.espocrm import listing, records
from crm_migrate_simulators.espocrm.habits import Habits
from crm_migrate_simulators.espocrm.visit import Answered, Visit, no
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Store
from crm_migrate_simulators.wire import Reply, Request

API = "/api/v1/"
_PATH = re.compile(r"([A-Z]\w*)(?:/([A-Za-z0-9_-]+))?")
_ROUTES: Mapping[tuple[str, bool], Callable[[Visit], Reply]] = {
    ("GET", False): listing.listed,
    ("POST", False): records.post,
    ("GET", True): records.get,
    ("PUT", True): records.put,
    ("DELETE", True): records.delete,
}
USERS = (
    ("0000000000000000a", "integration", "", True),
    ("0000000000000000b", "colleague", "colleague@simulated.example", True),
    ("0000000000000000c", "gone", "gone@simulated.example", False),
)


class EspoCrm:
    """An installation."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        path = request.path.removeprefix(API)
        found = _PATH.fullmatch(path) if path != request.path else None
        if path in ("App/user", "Metadata"):
            return f"{API}{path}", "read"
        if found is None or (request.method, bool(found[2])) not in _ROUTES:
            return "?", "read"
        return f"{API}{{entity}}{'/{id}' if found[2] else ''}", "read" if request.method == "GET" else "write"

    def answer(self, call: Call) -> Reply:
        """Find the route and do it; what is refused is not done, in no part."""
        _furnish(call.store)
        if call.request.headers.get("x-api-key") != self.habits.token:
            return Reply(401, b"")
        try:
            with call.store.all_or_nothing():
                return self._answer(call)
        except Answered as answered:
            return answered.reply
        except Refused as refused:
            return self.error(409 if refused.code == "UNABLE_TO_LOCK" else 400, refused.code, refused.message)

    def _answer(self, call: Call) -> Reply:
        path = call.request.path.removeprefix(API)
        if path == "App/user":
            return Reply(200, {"user": {"id": USERS[0][0], "type": "api"}, "acl": {"table": self._table(call.store)}})
        if path == "Metadata":
            return Reply(200, _metadata(call.store, call.request.query.get("key", "")))
        found = _PATH.fullmatch(path)
        handler = _ROUTES.get((call.request.method, bool(found[2]))) if found else None
        if found is None or handler is None or (found[1] != "User" and found[1] not in call.store.schema.objects):
            return Reply(404, b"")
        visit = Visit(call, found[1], found[2] or "", self.habits)
        if found[1] == "User":
            handler = listing.users
        elif call.request.method != "GET":
            call.asked.records = 1
        if self.habits.read == "no":
            raise no(403, "No read access.")
        return handler(visit)

    def _table(self, store: Store) -> dict[str, Any]:
        rights = {"create": "yes", "read": self.habits.read, "edit": "all", "delete": self.habits.delete}
        return dict.fromkeys((*store.schema.objects, "User"), rights)

    # ------------------------------------------------------------------------------------------------ shapes

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """The reason in a header, no body."""
        del code, until
        return no(status, message).reply

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """EspoCRM has no limits of its own; a web server before it has: 429 with Retry-After."""
        return Reply(429, b"", {"Retry-After": str(max(1, round(too_many.until - now)))})

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        return "Task", {"name": "Follow up", "status": "Not Started"}

    def another_owner(self) -> dict[str, Any]:
        """The colleague."""
        return {"assignedUserId": USERS[1][0]}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The records of a list."""
        found = body.get("list") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success that says nothing."""
        return Reply(200, {})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A record with another id."""
        return {**like, "id": "f" * 17}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        results[-1]["id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """A key is good until an administrator makes another one."""


def _furnish(store: Store) -> None:
    if not store.setting("installation", "furnished"):
        for id, name, mailbox, active in USERS:
            user = {"id": id, "userName": name, "emailAddress": mailbox or None, "isActive": active}
            store.put("users", id, user)
        store.put("installation", "furnished", True)


def _metadata(store: Store, key: str) -> Any:
    """What stands at a path like `entityDefs.Contact`; null where nothing does."""
    first, *path = key.split(".")
    at: Any = {name: each.more for name, each in store.schema.objects.items()} if first == "entityDefs" else None
    for name in path:
        at = at.get(name) if isinstance(at, Mapping) else None
    return b"null" if at is None else dict(at) if isinstance(at, Mapping) else at
