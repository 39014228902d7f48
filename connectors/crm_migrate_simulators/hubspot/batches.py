"""Routes of many records: /crm/objects/{object}/batch/create, read, update, upsert, archive.

With a trace id at every input a batch is done input by input (207 where some were refused); without them one refused
input refuses all. Properties that do not exist refuse all in either way, and so does a conflict in an upsert.
"""

from collections.abc import Callable, Sequence
from typing import Any

from crm_migrate_simulators.hubspot import links
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import Answered, Conflict, Invalid, Missing, invalid, refused
from crm_migrate_simulators.hubspot.properties import EMAIL, definition
from crm_migrate_simulators.hubspot.records import (
    by_id,
    by_value,
    create,
    forgotten,
    is_key,
    told,
    told_created,
    told_updated,
    update,
)
from crm_migrate_simulators.hubspot.single import archive as archive_one
from crm_migrate_simulators.hubspot.single import why
from crm_migrate_simulators.hubspot.values import taken
from crm_migrate_simulators.hubspot.visit import Visit, mapping, stamp
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

Write = Callable[[Json], Json]
TRACE = "objectWriteTraceId"
_REFUSALS = (Invalid, Missing, Conflict, Refused, Answered)


def told_batch(visit: Visit, results: Sequence[Any], errors: Sequence[Json], *, fine: int = 200) -> Reply:
    """`{status, results, errors, numErrors}`: `fine`, or 207 where there are errors."""
    at = stamp(visit.now)
    said: Json = {"status": "COMPLETE", "results": list(results), "startedAt": at, "completedAt": at}
    if errors:
        said |= {"numErrors": len(errors), "errors": list(errors)}
    return Reply(207 if errors else fine, said)


def error_of(category: str, message: str, **context: Any) -> Json:
    """An error of a batch."""
    said: Json = {"status": "error", "category": category, "message": message}
    return said | ({"context": context} if context else {})


def not_found(of: ObjectType, ids: Sequence[str]) -> Json:
    """The one error about all ids that are not there; it has no trace id."""
    words = f"Could not get some {of.legacy} objects, they may be deleted or not exist. Check that ids are valid."
    return error_of("OBJECT_NOT_FOUND", words, ids=list(ids))


# ---------------------------------------------------------------------------------------------------- reading


def read(visit: Visit) -> Reply:
    """By id, or by a unique property: who is not there stands under `errors`, all ids in one."""
    of = visit.object()
    inputs = visit.inputs(visit.habits.batch)
    said = visit.body()
    key = said.get("idProperty")
    if key and not is_key(visit, of, key):
        raise refused(400, f"{key} is not a unique property of {of.id} in portal ID {visit.habits.portal}")
    ids = list(dict.fromkeys(_id(each) for each in inputs))
    found = {id: _read_one(visit, of, key, id) for id in ids}
    asked, history = said.get("properties") or [], said.get("propertiesWithHistory") or []
    results = {r.id: told(visit, of, r, asked, history) for r in found.values() if r is not None}
    missing = [id for id, record in found.items() if record is None]
    return told_batch(visit, visit.order(results.values()), [not_found(of, missing)] if missing else [])


def _read_one(visit: Visit, of: ObjectType, key: str | None, id: str) -> Record | None:
    if not visit.yes("archived"):
        return by_value(visit, of, key, id) if key else by_id(visit, of, id)
    record = visit.store.get(of.name, id)
    gone = record is not None and record.deleted and not record.merged_into and not forgotten(visit, record)
    return record if gone else None


def _id(said: Json) -> str:
    id = said.get("id")
    if not isinstance(id, str | int) or id == "":
        raise refused(400, "Invalid input JSON on line 1, column 1. Some required fields were not set: [id]")
    return str(id)


# ---------------------------------------------------------------------------------------------------- writing


def post_create(visit: Visit) -> Reply:
    """201; 207 with trace ids, 400 or 409 without."""
    of = visit.object()
    inputs = visit.inputs(visit.habits.batch)

    def one(said: Json) -> Json:
        record = create(visit, of, mapping(said.get("properties")))
        links.from_new(visit, of, record.id, said.get("associations") or [])
        return told_created(visit, of, record)

    return _written(visit, of, inputs, one, fine=201)


def post_update(visit: Visit) -> Reply:
    """200; ids that are not there: 207, in one error."""
    of = visit.object()
    inputs = visit.inputs(visit.habits.batch)
    for key in {str(said["idProperty"]) for said in inputs if said.get("idProperty")}:
        if key == EMAIL or not is_key(visit, of, key):
            raise _no_key(visit, of, key)
    _each_once(inputs)
    missing: list[str] = []

    def one(said: Json) -> Json:
        key = said.get("idProperty")
        record = by_value(visit, of, key, _id(said)) if key else by_id(visit, of, _id(said))
        if record is None:
            missing.append(_id(said))
            return {}
        given = mapping(said.get("properties"))
        return told_updated(visit, of, update(visit, of, record, given), given)

    reply = _written(visit, of, inputs, one, fine=200)
    if not missing:
        return reply
    body = reply.body
    return told_batch(visit, [r for r in body["results"] if r], [*body.get("errors", []), not_found(of, missing)])


def post_upsert(visit: Visit) -> Reply:
    """200; each result says whether it is `new`."""
    of = visit.object()
    inputs = visit.inputs(visit.habits.batch)
    for key in {str(said.get("idProperty")) for said in inputs}:
        if not is_key(visit, of, key):
            raise _no_key(visit, of, key)
    _each_once(inputs)

    def one(said: Json) -> Json:
        key, id = str(said["idProperty"]), _id(said)
        given = mapping(said.get("properties"))
        record = by_value(visit, of, key, id)
        if record is None:
            return {**told_created(visit, of, create(visit, of, {key: id, **given})), "new": True}
        kept = {name: v for name, v in given.items() if key != EMAIL or name != EMAIL}
        return {**told_updated(visit, of, update(visit, of, record, kept), kept), "new": False}

    return _written(visit, of, inputs, one, fine=200, conflicts_refuse=True)


def archive(visit: Visit) -> Reply:
    """204, whoever was there."""
    of = visit.object()
    inputs = visit.inputs(visit.habits.batch)
    for said in visit.call.records(inputs):
        archive_one(visit, of, _id(said))
    visit.call.asked.records = len(inputs)
    return Reply(204)


def _no_key(visit: Visit, of: ObjectType, key: str) -> Answered:
    words = f"Unable to perform update/upsert by non-unique {of.id} property {key} in portal ID {visit.habits.portal}"
    return refused(400, words)


def _each_once(inputs: Sequence[Json]) -> None:
    ids = [_id(said).lower() for said in inputs]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        words = f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique"
        raise refused(400, words, context={"ids": twice})


def _written(
    visit: Visit, of: ObjectType, inputs: Sequence[Json], one: Write, *, fine: int, conflicts_refuse: bool = False
) -> Reply:
    _known_properties(visit, of, inputs)
    if not all(said.get(TRACE) for said in inputs):
        return _all_or_none(visit, of, inputs, one, fine)
    if not conflicts_refuse:
        return _one_by_one(visit, inputs, one, fine)
    try:
        with visit.store.all_or_nothing():
            reply = _one_by_one(visit, inputs, one, fine)
            if any(error["category"] == "CONFLICT" for error in reply.body.get("errors", [])):
                raise refused(409, _exists(of), "CONFLICT")
    except Answered as answered:
        return answered.reply
    return reply


def _known_properties(visit: Visit, of: ObjectType, inputs: Sequence[Json]) -> None:
    """400 where any input names a property that does not exist."""
    wrong = [
        {"isValid": False, "message": f'Property "{n}" does not exist', "error": "PROPERTY_DOESNT_EXIST", "name": n}
        for said in inputs
        for n in mapping(said.get("properties") or {})
        if definition(visit.store, of.name, n) is None
    ]
    if wrong:
        raise invalid(wrong)


def _one_by_one(visit: Visit, inputs: Sequence[Json], one: Write, fine: int) -> Reply:
    results: list[Json] = []
    errors: list[Json] = []
    for said in visit.call.records(inputs):
        try:
            with visit.store.all_or_nothing():
                results.append(one(said))
        except _REFUSALS as error:
            errors.append(_traced(error, said))
    return told_batch(visit, visit.order(results), errors, fine=fine)


def _traced(error: Exception, said: Json) -> Json:
    trace = {TRACE: [str(said[TRACE])]}
    if isinstance(error, Conflict):
        return error_of("CONFLICT", str(error), **trace, existingId=[error.existing])
    if isinstance(error, Missing):
        return error_of("VALIDATION_ERROR", str(error), properties=error.names, **trace)
    told = why(error)
    body = told.reply.body if isinstance(told, Answered) else {}
    return error_of(body.get("category", "VALIDATION_ERROR"), body.get("message", str(error)), **trace)


def _all_or_none(visit: Visit, of: ObjectType, inputs: Sequence[Json], one: Write, fine: int) -> Reply:
    _all_valid(visit, of, inputs)
    try:
        with visit.store.all_or_nothing():
            results = [one(said) for said in inputs]
            if visit.call.share < 1:
                raise refused(500, "internal error", "")
    except Conflict as conflict:
        raise refused(409, str(conflict) if len(inputs) == 1 else _exists(of), "CONFLICT") from None
    except _REFUSALS as error:
        raise why(error) from None
    visit.call.asked.records = len(inputs)
    return told_batch(visit, visit.order(results), [], fine=fine)


def _all_valid(visit: Visit, of: ObjectType, inputs: Sequence[Json]) -> None:
    """400 with all that is wrong in any input."""
    wrong: list[Json] = []
    for said in inputs:
        try:
            taken(visit, of, mapping(said.get("properties")))
        except Invalid as error:
            wrong += error.wrong
    if wrong:
        raise invalid(wrong)


def _exists(of: ObjectType) -> str:
    return f"{of.singular.capitalize()} already exists"
