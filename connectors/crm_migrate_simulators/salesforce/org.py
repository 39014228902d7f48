"""A simulated org: sessions, cursors and jobs beside its store, and the shapes of its answers."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.cursors import Cursors
from crm_migrate_simulators.salesforce.failures import STATUS, Failure, in_list, no_column, not_found
from crm_migrate_simulators.salesforce.furniture import MOVED_IN
from crm_migrate_simulators.salesforce.habits import Habits
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.reading import instant_of, value
from crm_migrate_simulators.salesforce.sessions import Sessions
from crm_migrate_simulators.salesforce.tables import Table
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

_OWN_WORDS = {  # what the engine and its faults say, in the words of an org
    "INTERNAL": (
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support",
    ),
    "UNAVAILABLE": ("SERVER_UNAVAILABLE", "Server is unavailable or down. Contact Salesforce Customer Support."),
    "TOO_MANY_REQUESTS": ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    "QUOTA_GONE": ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "INVALID_TOKEN": ("INVALID_SESSION_ID", "Session expired or invalid"),
    "MALFORMED": ("JSON_PARSER_ERROR", "The request cannot be read"),
}


class Org(ABC):
    """What the routes of a simulated Salesforce share."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self.clock = clock
        self.sessions = Sessions(clock, self.habits.session_seconds)
        self.cursors = Cursors()
        self.schema_changed = MOVED_IN
        self._counted: set[str] = set()
        self._lock = threading.Lock()

    # ------------------------------------------------------------------------------------------------ the protocol

    @abstractmethod
    def dispatch(self, work: Work, *, session: str | None) -> Reply:
        """The answer of the route of a request; `session` None: it was checked already. Raises Refused."""

    def refused(self, failed: Failure) -> Reply:
        """The answer to a request that is refused."""
        headers = {"WWW-Authenticate": "Token"} if failed.code == "INVALID_SESSION_ID" else {}
        return Reply(STATUS.get(failed.code, 400), in_list(failed), headers)

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """[{message, errorCode}]; nobody is told until when a limit lasts."""
        del until
        code, words = _OWN_WORDS.get(code, (code, message))
        return Reply(status, [{"message": words, "errorCode": code}])

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """403 whatever the limit; no answer says until when."""
        del now
        return self.error(403, "QUOTA_GONE" if too_many.limit == "day" else "TOO_MANY_REQUESTS", "")

    def task(self) -> tuple[str, dict[str, Any]]:
        """A task."""
        return "Task", {"Subject": "Follow up", "Status": "Not Started", "Priority": "Normal"}

    def another_owner(self) -> dict[str, Any]:
        """A colleague of the API's user."""
        return {"OwnerId": self.other_owner}

    other_owner = ""

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """Results of a collection, records of a query, rows of a file."""
        if isinstance(body, Table):
            return body.rows
        if isinstance(body, list):
            return body if body and isinstance(body[0], dict) and "errorCode" not in body[0] else None
        found = body.get("records") or body.get("compositeResponse") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success of nobody."""
        return Reply(200, [])

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A result of another record of the same object."""
        name = next((name for name in ("id", "Id", "sf__Id") if like.get(name)), None)
        return {**like, name: ids.make(str(like[name])[:3], 62**5)} if name else dict(like)

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        for name in ("id", "Id", "sf__Id"):
            if results[0].get(name):
                results[-1][name] = results[0][name]

    def forget_tokens(self) -> None:
        """No session is good any more."""
        self.sessions.end_all()

    # ------------------------------------------------------------------------------------------------ for the routes

    def host(self, call: Call) -> str:
        """The address that the client knows."""
        return f"http://{call.request.headers.get('host', '127.0.0.1')}"

    def organisation(self, store: OrgStore) -> str:
        """The id of the org."""
        return store.all("Organization")[0].id

    def usage(self, call: Call) -> tuple[int, int]:
        """Requests used, and allowed."""
        usage = call.engine.quotas.usage(call.clock.now())
        return int(usage["used_today"] or 0), int(usage["per_day"] or self.habits.day_limit)

    def object(self, work: Work, said: str) -> str:
        """An object's name as it is spelled. Raises Failure NOT_FOUND."""
        found = work.store.named(said)
        if found is None:
            raise not_found()
        return found

    def body(self, work: Work) -> dict[str, Any]:
        """The body as a JSON object. Raises Failure."""
        try:
            said = json.loads(work.call.request.body)
        except (ValueError, RecursionError):
            raise Failure("JSON_PARSER_ERROR", "Unexpected character or end of input at [line:1, column:1]") from None
        if not isinstance(said, dict):
            raise Failure("JSON_PARSER_ERROR", "Cannot deserialize: the body is no JSON object at [line:1, column:1]")
        return said

    def texts(self, said: dict[str, Any]) -> dict[str, Any]:
        """The same, where every member is a text or nothing. Raises Failure."""
        wrong = next((name for name, value in said.items() if not isinstance(value, str | None)), None)
        if wrong is not None:
            raise Failure(
                "JSON_PARSER_ERROR", f"Cannot deserialize instance of string from {wrong} at [line:1, column:1]"
            )
        return said

    def instant(self, text: str) -> float:
        """An instant of the query. Raises Failure."""
        try:
            at = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise Failure("INVALID_REPLICATION_DATE", f"{text} is no date and time") from None
        return instant_of((at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat())

    def counted(self, object: str) -> bool:
        """Whether statistics of an object exist: from the second time on that somebody asks."""
        with self._lock:
            known = object in self._counted
            self._counted.add(object)
            return known

    def attributes(self, record: Record, version: str) -> dict[str, str]:
        """Type and address."""
        return {"type": record.object, "url": f"/services/data/v{version}/sobjects/{record.object}/{record.id}"}

    def told_record(self, work: Work, record: Record, version: str) -> Reply:
        """A record with the fields that the query names, or all."""
        wanted = work.call.request.query.get("fields")
        names = [name.strip() for name in wanted.split(",")] if wanted else None
        told = _fields(work, record, names)
        return Reply(200, {"attributes": self.attributes(record, version), **told})

    def told_records(
        self, work: Work, object: str, said: list[str], fields: list[str], version: str
    ) -> list[dict[str, Any] | None]:
        """Records by their ids in that order; None for who is not there."""
        names = list(dict.fromkeys(name.strip() for name in fields if name.strip()))
        told: list[dict[str, Any] | None] = []
        for each in said:
            id = ids.whole(str(each))
            record = work.store.get(object, id) if id and work.store.object_of(id) == object else None
            if record is None or not record.seen(work.now):
                told.append(None)
            else:
                told.append({"attributes": self.attributes(record, version), **_fields(work, record, names)})
        return told


def _fields(work: Work, record: Record, names: list[str] | None) -> Mapping[str, Any]:
    told: dict[str, Any] = {}
    if names is None:
        return {field.name: value(work.store, record, field) for field in work.store.visible_fields(record.object)}
    for name in names:
        field = work.store.field(record.object, name)
        if field is None:
            raise no_column(name, record.object)
        told[field.name] = value(work.store, record, field)
    return told
