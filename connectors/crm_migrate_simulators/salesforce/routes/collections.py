"""Collections: up to 200 records in one request, a result for each in their order, together or each by itself."""

from itertools import pairwise
from typing import Any

from crm_migrate_simulators.salesforce import dml, ids
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.rows_of import One, done, each_by_itself, only_once, together
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

MOST = 200
MOST_CHUNKS = 10  # of rows of one object behind each other


def _create(org: Org, work: Work, at: At) -> Reply:
    def one(row: Any) -> dict[str, Any]:
        object, said = _typed(org, work, row)
        return done(dml.create(work, object, said).id)

    return _rows(org, work, one)


def _update(org: Org, work: Work, at: At) -> Reply:
    seen: set[str] = set()

    def one(row: Any) -> dict[str, Any]:
        object, said = _typed(org, work, row)
        id = next((value for name, value in said.items() if name.casefold() == "id"), None)
        if id in (None, ""):
            raise Failure("MISSING_ARGUMENT", "Id not specified in an update call")
        known = dml.known_id(work, object, id)
        only_once(seen, known, "duplicate id specified")
        return done(dml.update(work, object, known, said).id)

    return _rows(org, work, one)


def _upsert(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    field = dml.key_field(work, object, at["field"])
    seen: set[str] = set()

    def one(row: Any) -> dict[str, Any]:
        typed, said = _typed(org, work, row)
        if typed != object:
            raise Failure("INVALID_TYPE", f"The record is of type {typed}, the request of {object}")
        key = next((value for name, value in said.items() if name.casefold() == field.name.casefold()), None)
        if key not in (None, ""):
            only_once(seen, str(key).casefold(), "Duplicate external id specified")
        record, created = dml.upsert(work, object, field.name, key, said)
        return {**done(record.id), "created": created}

    return _rows(org, work, one)


def _delete(org: Org, work: Work, at: At) -> Reply:
    query = work.call.request.query
    rows = [each for each in query.get("ids", "").split(",") if each]
    _bounded(rows)

    def one(said: Any) -> dict[str, Any]:
        id = ids.whole(said)
        object = work.store.object_of(id) if id else None
        if id is None or object is None:
            raise Failure("MALFORMED_ID", f"malformed id {said}")
        dml.delete(work, object, id)
        return done(id)

    if query.get("allOrNone", "false").lower() in ("true", "1"):
        return Reply(200, together(work, rows, one, keeps_ids=True))
    return Reply(200, each_by_itself(work, rows, one))


def _retrieve(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    if work.call.request.method == "GET":
        query = work.call.request.query
        said: Any = {"ids": query.get("ids", "").split(","), "fields": query.get("fields", "").split(",")}
    else:
        said = org.body(work)
    if not isinstance(said.get("ids"), list) or not isinstance(said.get("fields"), list):
        raise Failure("MISSING_ARGUMENT", "ids and fields are lists")
    return Reply(200, org.told_records(work, object, said["ids"], said["fields"], at["version"]))


def _rows(org: Org, work: Work, one: One) -> Reply:
    said = org.body(work)
    rows = _bounded(said.get("records"))
    kinds = [str(row["attributes"].get("type")) for row in rows if isinstance(row, dict) and _has_attributes(row)]
    if 1 + sum(one != other for one, other in pairwise(kinds)) > MOST_CHUNKS:
        words = f"Cannot have more than {MOST_CHUNKS} chunks in a single operation"
        raise Failure("LIMIT_EXCEEDED", words)
    every = together if said.get("allOrNone") in (True, "true") else each_by_itself
    return Reply(200, every(work, rows, one))


def _has_attributes(row: dict[str, Any]) -> bool:
    return isinstance(row.get("attributes"), dict)


def _bounded(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not rows:
        raise Failure("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(rows) > MOST:
        raise Failure(
            "INVALID_BATCH_SIZE", f"record limit reached. cannot submit more than {MOST} records into this call"
        )
    return rows


def _typed(org: Org, work: Work, row: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(row, dict):
        raise Failure("JSON_PARSER_ERROR", "The value is no JSON object")
    attributes = row.get("attributes")
    if not isinstance(attributes, dict) or not isinstance(attributes.get("type"), str):
        raise Failure(
            "JSON_PARSER_ERROR", "Unexpected parameter encountered during deserialization: attributes is missing"
        )
    object = work.store.named(attributes["type"])
    if object is None:
        raise Failure("INVALID_TYPE", f"sObject type '{attributes['type']}' is not supported.")
    return object, row


_ALL = f"{DATA}/composite/sobjects"
ROUTES = (
    *routes("write", _create, f"POST {_ALL}"),
    *routes("write", _update, f"PATCH {_ALL}"),
    *routes("write", _delete, f"DELETE {_ALL}"),
    *routes("write", _upsert, f"PATCH {_ALL}/{{object}}/{{field}}"),
    *routes("read", _retrieve, f"GET {_ALL}/{{object}}", f"POST {_ALL}/{{object}}"),
)
