"""A generic CRM behind REST: no product's, but with the habits of many. It proves the engine and the HTTP room.

POST /oauth/token                            client_credentials (form) -> {access_token, expires_in}
GET  /v1/about                               organisation, limits of a request, what is used today
GET  /v1/objects/{object}                    its fields
POST /v1/objects/{object}/fields             {name, ...}: add a field
GET  /v1/objects/{object}/records            ?after=&limit=&fields=a,b -> {results, after}
GET  /v1/objects/{object}/records/{id}       the record; 404; 410 {error: {merged_into}}
POST /v1/objects/{object}/batch/create|update|upsert|delete|read|undelete|merge
POST /v1/associations/{kind}/batch/create|delete|read

A batch of writes is {records: [{id?, fields}], key?}: an upsert finds its record by the field `key`; every result has
the value of the external field, so that results are matched by identity. 200: all were done; 207: some were not.
"""

import math
import random
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.quotas import TooMany
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import read_field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply, Request

ROUTES: tuple[tuple[str, str, str], ...] = (
    ("POST", "/oauth/token", "auth"),
    ("GET", "/v1/about", "read"),
    ("GET", "/v1/objects/{object}", "read"),
    ("POST", "/v1/objects/{object}/fields", "write"),
    ("GET", "/v1/objects/{object}/records", "read"),
    ("GET", "/v1/objects/{object}/records/{id}", "read"),
    ("POST", "/v1/objects/{object}/batch/read", "read"),
    *(
        ("POST", f"/v1/objects/{{object}}/batch/{verb}", "write")
        for verb in ("create", "update", "upsert", "delete", "undelete", "merge")
    ),
    ("POST", "/v1/associations/{kind}/batch/read", "read"),
    ("POST", "/v1/associations/{kind}/batch/create", "write"),
    ("POST", "/v1/associations/{kind}/batch/delete", "write"),
)
_PATTERNS = [
    (method, template, scope, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)))
    for method, template, scope in ROUTES
]


@dataclass(frozen=True, slots=True)
class Habits:
    """How this CRM behaves, chosen by a test: the one a consultant meets may do either."""

    batch: int = 100
    page: int = 100
    atomic: bool = False  # one refused record refuses the whole batch
    names_culprit: bool = True  # ... and the refusal says which record it was
    returns_ids: bool = True
    shuffled: bool = False
    referred_stay: bool = False  # a record that others refer to cannot be deleted
    token_seconds: float = 3600
    client_id: str = "crm-migrate"
    client_secret: str = "not-a-secret"  # noqa: S105 -- of a simulator


class RestCrm:
    """Routes and rules of the generic CRM."""

    def __init__(self, clock: Clock, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------------------------------------ shapes

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`."""
        for method, template, scope, pattern in _PATTERNS:
            if method == request.method and pattern.fullmatch(request.path):
                return template, scope
        return "?", "read"

    def error(self, status: int, code: str, message: str, *, until: float | None = None) -> Reply:
        """{error: {code, message, until}}."""
        said = {"code": code, "message": message} | ({} if until is None else {"until": until})
        return Reply(status, {"error": said})

    def limited(self, too_many: TooMany, now: float) -> Reply:
        """403 for the day, 429 with Retry-After for the rest."""
        if too_many.limit == "day":
            return self.error(403, "QUOTA_GONE", "the daily limit is reached", until=too_many.until)
        reply = self.error(429, "TOO_MANY_REQUESTS", "too many requests")
        reply.headers["Retry-After"] = str(max(1, math.ceil(too_many.until - now)))
        return reply

    def task(self) -> tuple[str, dict[str, Any]]:
        """A subject."""
        return "tasks", {"subject": "Follow up"}

    def another_owner(self) -> dict[str, Any]:
        """In the field `owner`."""
        return {"owner": "automation"}

    def results(self, body: Any) -> list[dict[str, Any]] | None:
        """The member `results`."""
        found = body.get("results") if isinstance(body, dict) else None
        return found if isinstance(found, list) else None

    def without_results(self) -> Reply:
        """A success of nobody."""
        return Reply(200, {"results": []})

    def foreign_result(self, like: dict[str, Any]) -> dict[str, Any]:
        """A result of a record with another key and id."""
        return {**like, **{name: "999999999" for name in ("id", "key") if name in like}}

    def same_id(self, results: list[dict[str, Any]]) -> None:
        """The last has the first one's id."""
        if "id" in results[0]:
            results[-1]["id"] = results[0]["id"]

    def forget_tokens(self) -> None:
        """All tokens are void."""
        with self._lock:
            self._tokens.clear()

    # ------------------------------------------------------------------------------------------------ routes

    def answer(self, call: Call) -> Reply:
        """Find the route and do it."""
        for method, template, scope, pattern in _PATTERNS:
            found = pattern.fullmatch(call.request.path)
            if method == call.request.method and found:
                if scope != "auth":
                    self._authorised(call.request)
                return self._do(call, template, found.groupdict())
        return self.error(404, "UNKNOWN_ROUTE", "there is no such route")

    def _do(self, call: Call, template: str, at: Mapping[str, str]) -> Reply:
        plain: dict[str, Callable[[], Reply]] = {
            "/oauth/token": lambda: self._token(call),
            "/v1/about": lambda: self._about(call),
            "/v1/objects/{object}": lambda: self._describe(call, at["object"]),
            "/v1/objects/{object}/fields": lambda: self._add_field(call, at["object"]),
            "/v1/objects/{object}/records": lambda: self._page(call, at["object"]),
            "/v1/objects/{object}/records/{id}": lambda: self._one(call, at["object"], at["id"]),
            "/v1/objects/{object}/batch/read": lambda: self._read(call, at["object"]),
        }
        if template in plain:
            return plain[template]()
        verb = template.rsplit("/", 1)[1]
        if template.startswith("/v1/associations"):
            return self._associations(call, at["kind"], verb)
        return self._write(call, at["object"], verb)

    def _authorised(self, request: Request) -> None:
        word, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            until = self._tokens.get(token, 0.0) if word == "Bearer" else 0.0
        if until <= self._clock.now():
            raise Refused("UNAUTHORIZED", "the token is not valid")

    def _token(self, call: Call) -> Reply:
        form = {name: values[0] for name, values in parse_qs(call.request.body.decode()).items()}
        asked = (form.get("grant_type"), form.get("client_id"), form.get("client_secret"))
        if asked != ("client_credentials", self.habits.client_id, self.habits.client_secret):
            return Reply(400, {"error": "invalid_client"})
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = self._clock.now() + self.habits.token_seconds
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.habits.token_seconds})

    def _about(self, call: Call) -> Reply:
        return Reply(
            200,
            {
                "organisation": call.store.schema.organisation,
                "objects": sorted(call.store.schema.objects),
                "batch": self.habits.batch,
                "page": self.habits.page,
                "atomic": self.habits.atomic,
                "usage": call.engine.quotas.usage(call.clock.now()),
            },
        )

    def _describe(self, call: Call, object: str) -> Reply:
        fields = call.store.definition(object).fields
        return Reply(200, {"name": object, "fields": [{"name": f.name, **f.said()} for f in fields.values()]})

    def _add_field(self, call: Call, object: str) -> Reply:
        said = _mapping(call.request.json())
        name = _text(said.pop("name", None), "name")
        call.store.add_field(object, read_field(name, said, object))
        return Reply(201, {"name": name})

    # ------------------------------------------------------------------------------------------------ reading

    def _page(self, call: Call, object: str) -> Reply:
        query = call.request.query
        limit = min(int(query.get("limit", self.habits.page)), self.habits.page)
        records = call.store.page(object, query.get("after"), limit)
        wanted = query["fields"].split(",") if query.get("fields") else None
        seen = [_told(call, record, wanted) for record in records if record.seen(call.clock.now())]
        return Reply(200, {"results": seen, "after": records[-1].id if len(records) == limit else None})

    def _one(self, call: Call, object: str, id: str) -> Reply:
        record = call.store.get(object, id)
        if record is not None and record.deleted:
            gone = self.error(410, "DELETED", f"{id} was deleted")
            gone.body["error"]["merged_into"] = record.merged_into
            return gone
        if record is None or not record.seen(call.clock.now()):
            return self.error(404, "NOT_FOUND", f"there is no record {id}")
        return Reply(200, _told(call, record, None))

    def _read(self, call: Call, object: str) -> Reply:
        """By ids or by the values of a unique field; who is not found is not mentioned."""
        said = _mapping(call.request.json())
        wanted = said.get("fields")
        if "ids" in said:
            found = [call.store.get(object, _text(id, "ids")) for id in self._batch(said["ids"])]
        else:
            key = _text(said.get("key"), "key")
            found = [call.store.find(object, key, _text(v, "values")) for v in self._batch(said.get("values"))]
        here = [record for record in found if record is not None and record.seen(call.clock.now())]
        return self._listed(call, [_told(call, record, wanted) for record in here])

    # ------------------------------------------------------------------------------------------------ writing

    def _write(self, call: Call, object: str, verb: str) -> Reply:
        said = _mapping(call.request.json())
        records = [_mapping(each) for each in self._batch(said.get("records"))]
        self._each_once(call, object, records, said.get("key"))
        one = _one_record(call, object, verb, said.get("key"), alone=self.habits.referred_stay)
        if self.habits.atomic:
            return self._all_or_nothing(call, records, one)
        results = [self._result(call, object, record, one) for record in call.records(records)]
        refused = any(result["status"] == "refused" for result in results)
        return self._listed(call, results, 207 if refused else 200)

    def _all_or_nothing(self, call: Call, records: list[dict[str, Any]], one: "One") -> Reply:
        try:
            with call.store.all_or_nothing():
                results = [one(record) for record in records]
                if call.share < 1:
                    raise Refused("INTERNAL", "something went wrong")
        except Refused as refused:
            culprit = f" ({refused.field})" if self.habits.names_culprit and refused.field else ""
            return self.error(422, "BATCH_REFUSED", f"{refused.code}: {refused.message}{culprit}")
        call.asked.records = len(records)
        return self._listed(call, [self._shown(result) for result in results])

    def _result(self, call: Call, object: str, record: dict[str, Any], one: "One") -> dict[str, Any]:
        try:
            return self._shown(one(record))
        except Refused as refused:
            error = {"code": refused.code, "message": refused.message, "field": refused.field}
            who = {"key": _key(call, object, record.get("fields", {})), "id": record.get("id")}
            return {**_present(who), "status": "refused", "error": _present(error | {"existing": refused.existing})}

    def _shown(self, result: dict[str, Any]) -> dict[str, Any]:
        return result if self.habits.returns_ids else {name: v for name, v in result.items() if name != "id"}

    def _listed(self, call: Call, results: list[dict[str, Any]], status: int = 200) -> Reply:
        if self.habits.shuffled:
            random.Random(call.asked.number).shuffle(results)  # noqa: S311 -- repeatable on purpose
        return Reply(status, {"results": results})

    def _batch(self, said: Any) -> list[Any]:
        if not isinstance(said, list) or not said:
            raise Refused("MALFORMED", "a batch is a list of one or more")
        if len(said) > self.habits.batch:
            raise Refused("TOO_LARGE", f"a batch has at most {self.habits.batch}")
        return said

    def _each_once(self, call: Call, object: str, records: list[dict[str, Any]], key: Any) -> None:
        """The same id or key twice in one batch: nothing of it is done."""
        name = str(key or getattr(call.store.definition(object).external(), "name", ""))
        for values in ([r.get("id") for r in records], [_mapping(r.get("fields", {})).get(name) for r in records]):
            said = [value for value in values if value is not None]
            if len(set(map(str, said))) != len(said):
                raise Refused("TWICE_IN_BATCH", "the same record twice in one batch")

    def _associations(self, call: Call, kind: str, verb: str) -> Reply:
        said = _mapping(call.request.json())
        if verb == "read":
            asked = set(map(str, self._batch(said.get("ids"))))
            pairs = [{"from": left, "to": right} for left, right in call.store.links(kind) if left in asked]
            return self._listed(call, pairs)
        results = []
        for pair in call.records([_mapping(each) for each in self._batch(said.get("pairs"))]):
            left, right = _text(pair.get("from"), "from"), _text(pair.get("to"), "to")
            known = {left, right} <= call.engine.ids()
            if known:
                call.store.link(kind, left, right, present=verb == "create")
            results.append({"from": left, "to": right, "status": f"{verb}d" if known else "refused"})
        refused = any(result["status"] == "refused" for result in results)
        return self._listed(call, results, 207 if refused else 200)


One = Callable[[dict[str, Any]], dict[str, Any]]


def _one_record(call: Call, object: str, verb: str, key: Any, *, alone: bool) -> One:
    """What a verb does with one record, and the result that tells of it. Refused where a rule is broken.

    `alone`: only a record that no other refers to is deleted.
    """
    store, now = call.store, call.clock.now()

    def create(said: dict[str, Any]) -> dict[str, Any]:
        return _done(call, store.create(object, _fields(said), now, call.bent), "created")

    def update(said: dict[str, Any]) -> dict[str, Any]:
        before, after = store.update(object, _text(said.get("id"), "id"), _fields(said), now, call.bent)
        return _done(call, after, "unchanged" if before is after else "updated")

    def upsert(said: dict[str, Any]) -> dict[str, Any]:
        with store.lock:
            found = store.find(object, _text(key, "key"), _fields(said).get(key))
            return create(said) if found is None else update({**said, "id": found.id})

    def delete(said: dict[str, Any]) -> dict[str, Any]:
        id = _text(said.get("id"), "id")
        gone = store.get(object, id)
        if alone and gone is not None:
            store.unreferred(object, id)
        store.delete(object, id, now)
        return {"status": "deleted", **_present({"id": id, "key": gone and _key(call, object, gone.values)})}

    def undelete(said: dict[str, Any]) -> dict[str, Any]:
        return _done(call, store.undelete(object, _text(said.get("id"), "id"), now), "undeleted")

    def merge(said: dict[str, Any]) -> dict[str, Any]:
        winner, loser = _text(said.get("winner"), "winner"), _text(said.get("loser"), "loser")
        return _done(call, store.merge(object, winner, loser, now), "merged")

    verbs = {f.__name__: f for f in (create, update, upsert, delete, undelete, merge)}
    return verbs[verb]


def _done(call: Call, record: Record, status: str) -> dict[str, Any]:
    return _present({"id": record.id, "key": _key(call, record.object, record.values), "status": status})


def _told(call: Call, record: Record, wanted: Any) -> dict[str, Any]:
    names = record.values if wanted is None else [name for name in wanted if name in record.values]
    who = {"id": record.id, "key": _key(call, record.object, record.values), "version": record.version}
    return {**_present(who), "fields": {name: record.values[name] for name in names}}


def _key(call: Call, object: str, fields: Any) -> Any:
    external = call.store.definition(object).external()
    return fields.get(external.name) if external and isinstance(fields, dict) else None


def _present(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "")}


def _mapping(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise Refused("MALFORMED", "this should be a JSON object")
    return said


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    return _mapping(said.get("fields"))


def _text(said: Any, name: str) -> str:
    if not isinstance(said, str) or not said:
        raise Refused("MALFORMED", f"`{name}` should be a text")
    return said
