"""One record: by its id, by an external id, made, changed, deleted; and the bytes of a file."""

import base64
import json
from typing import Any

from crm_migrate_simulators.forms import is_form, parts
from crm_migrate_simulators.salesforce import dml, ids
from crm_migrate_simulators.salesforce.failures import Failure, not_found
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.reading import blob
from crm_migrate_simulators.salesforce.routes.about import WINDOWS
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

_SUCCESS_WITH_BODY = 46.0  # from this version on an upsert that changed a record says so


def _create(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    kind = work.call.request.headers.get("content-type", "")
    said = _form(work, object, kind) if is_form(kind) else org.body(work)
    record = dml.create(work, object, said)
    place = f"/services/data/v{at['version']}/sobjects/{object}/{record.id}"
    return Reply(201, {"id": record.id, "success": True, "errors": []}, {"Location": place})


def _form(work: Work, object: str, kind: str) -> dict[str, Any]:
    """A record and the bytes of one of its fields, as a form of two parts. Raises Failure."""
    try:
        about, data = parts(kind, work.call.request.body)
        said = json.loads(about.content)
    except (ValueError, RecursionError):
        raise Failure("INVALID_MULTIPART_REQUEST", "Multipart message should include two parts") from None
    field = work.store.field(object, data.name)
    if about.type != "application/json" or not isinstance(said, dict) or not data.file_name:
        raise Failure("INVALID_MULTIPART_REQUEST", "The first part is JSON, the second one has a filename")
    if field is None or field.more["type"] != "base64":
        raise Failure("INVALID_MULTIPART_REQUEST", f"Binary data goes into a field for it: {data.name}")
    return {**said, field.name: base64.b64encode(data.content).decode()}


def _get(org: Org, work: Work, at: At) -> Reply:
    if at["id"] in ("updated", "deleted"):
        return WINDOWS[0].answer(org, work, {**at, "which": at["id"]})
    object = org.object(work, at["object"])
    return org.told_record(work, _record(work, object, at["id"]), at["version"])


def _update(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    dml.update(work, object, _record(work, object, at["id"]).id, org.body(work))
    return Reply(204)


def _delete(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    dml.delete(work, object, _record(work, object, at["id"]).id)
    return Reply(204)


def _post(org: Org, work: Work, at: At) -> Reply:
    """POST with `_HttpMethod=PATCH` is a PATCH, for clients that have none."""
    if work.call.request.query.get("_HttpMethod", "").upper() != "PATCH":
        raise Failure("METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are HEAD,GET,PATCH,DELETE")
    return _update(org, work, at)


def _by_key(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    id = ids.whole(at["field"])
    if id is not None:
        return _blob(org, work, object, id, at["value"])
    found = _known(work, object, at)
    return found if isinstance(found, Reply) else org.told_record(work, found, at["version"])


def _delete_by_key(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    found = _known(work, object, at)
    if isinstance(found, Reply):
        return found
    dml.delete(work, object, found.id)
    return Reply(204)


def _upsert(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    field = dml.key_field(work, object, at["field"])
    said = org.body(work)
    if any(name.casefold() == field.name.casefold() for name in said):
        raise Failure("INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
    try:
        record, created = dml.upsert(work, object, field.name, at["value"], said)
    except Failure as failed:
        if failed.code == "DUPLICATE_EXTERNAL_ID" and failed.more:
            return _several(object, at, failed.more["ids"])
        raise
    place = {"Location": f"/services/data/v{at['version']}/sobjects/{object}/{record.id}"} if created else {}
    told = {"id": record.id, "success": True, "errors": []}
    if work.version < _SUCCESS_WITH_BODY:
        return Reply(201, told, place) if created else Reply(204)
    return Reply(201 if created else 200, {**told, "created": created}, place)


def _several(object: str, at: At, found: list[str]) -> Reply:
    return Reply(300, [f"/services/data/v{at['version']}/sobjects/{object}/{id}" for id in found])


def _known(work: Work, object: str, at: At) -> Record | Reply:
    field = dml.key_field(work, object, at["field"])
    found = [record for record in work.store.having(object, field.name, at["value"]) if record.seen(work.now)]
    if not found:
        raise not_found()
    return found[0] if len(found) == 1 else _several(object, at, [record.id for record in found])


def _record(work: Work, object: str, said: str) -> Record:
    id = ids.whole(said)
    if id is None:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {said}")
    if work.store.object_of(id) != object:
        raise not_found()
    record = work.store.get(object, id)
    if record is not None and record.deleted:
        raise Failure("ENTITY_IS_DELETED", "entity is deleted")
    if record is None or not record.seen(work.now):
        raise not_found()
    return record


def _blob(org: Org, work: Work, object: str, id: str, name: str) -> Reply:
    record = _record(work, object, id)
    field = work.store.field(object, name)
    if field is None or field.more["type"] != "base64":
        raise not_found()
    return Reply(200, blob(record, field.name), {"Content-Type": "application/octetstream"})


_ONE = f"{DATA}/sobjects/{{object}}/{{id}}"
_KEY = f"{DATA}/sobjects/{{object}}/{{field}}/{{value}}"
ROUTES = (
    *routes("write", _create, f"POST {DATA}/sobjects/{{object}}"),
    *routes("read", _get, f"GET {_ONE}"),
    *routes("write", _update, f"PATCH {_ONE}"),
    *routes("write", _delete, f"DELETE {_ONE}"),
    *routes("write", _post, f"POST {_ONE}"),
    *routes("read", _by_key, f"GET {_KEY}"),
    *routes("write", _upsert, f"PATCH {_KEY}"),
    *routes("write", _delete_by_key, f"DELETE {_KEY}"),
)
