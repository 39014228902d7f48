"""Routes of one record, and of the pages of all: /crm/objects/{object} and /crm/objects/{object}/{id}."""

from urllib.parse import urlencode

from crm_migrate_simulators.hubspot import links
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType, object_type
from crm_migrate_simulators.hubspot.problems import Conflict, Invalid, Missing, invalid, refused
from crm_migrate_simulators.hubspot.records import (
    asked_for,
    by_id,
    by_value,
    create,
    forgotten,
    told,
    told_created,
    told_updated,
    update,
)
from crm_migrate_simulators.hubspot.visit import Visit, mapping
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply


def post(visit: Visit) -> Reply:
    """201 with what is filled; 409 where the e-mail address is taken."""
    of = visit.object()
    said = visit.body()
    visit.call.asked.records = 1
    try:
        with visit.store.all_or_nothing():
            record = create(visit, of, mapping(said["properties"]))
            links.from_new(visit, of, record.id, said.get("associations") or [])
    except (Invalid, Missing, Conflict, Refused) as error:
        raise why(error) from None
    place = f"https://api.hubspot.example/crm/v3/objects/{of.name}/{record.id}"
    return Reply(201, told_created(visit, of, record), {"Location": place})


def why(error: Exception) -> Exception:
    """The answer that says why a record was not written."""
    if isinstance(error, Invalid):
        return invalid(error.wrong)
    if isinstance(error, Missing):
        return refused(400, str(error), context={"properties": error.names})
    if isinstance(error, Conflict):
        return refused(409, str(error), "CONFLICT")
    if isinstance(error, Refused) and error.code == "DUPLICATES_DETECTED":
        return refused(409, "A record like this exists already.", "CONFLICT")
    if isinstance(error, Refused) and error.code == "UNABLE_TO_LOCK":
        return refused(423, error.message, "LOCKED")
    return error


def get(visit: Visit) -> Reply:
    """200, or a page of HTML."""
    of = visit.object()
    archived = visit.yes("archived")
    record = asked_for(visit, of, visit.word("id"), visit.query.get("idProperty"), archived=archived)
    return Reply(200, shown(visit, of, record))


def shown(visit: Visit, of: ObjectType, record: Record) -> Json:
    """A record with the properties, the history and the associations that the query asks for."""
    said = told(visit, of, record, visit.many("properties"), visit.many("propertiesWithHistory"))
    others = [object_type(visit.store, name) for name in visit.many("associations")]
    found = {other.name: links.brief(visit, of, record.id, other) for other in others}
    linked = {name: {"results": results} for name, results in found.items() if results}
    return said | ({"associations": linked} if linked else {})


def patch(visit: Visit) -> Reply:
    """200 with what was changed."""
    of = visit.object()
    said = visit.body()
    record = asked_for(visit, of, visit.word("id"), visit.query.get("idProperty"))
    visit.call.asked.records = 1
    try:
        after = update(visit, of, record, mapping(said["properties"]))
    except (Invalid, Conflict, Refused) as error:
        raise why(error) from None
    return Reply(200, told_updated(visit, of, after, said["properties"]))


def delete(visit: Visit) -> Reply:
    """204, whether it was there or not."""
    archive(visit, visit.object(), visit.word("id"))
    return Reply(204)


def archive(visit: Visit, of: ObjectType, id: str) -> None:
    """Take a record away, if it is there."""
    record = visit.store.get(of.name, id)
    if record is not None and not record.deleted:
        visit.call.asked.records += 1
        visit.store.delete(of.name, id, visit.now)


def page(visit: Visit) -> Reply:
    """A page of records in the order of their ids; `after` is the first id that may come next."""
    of = visit.object()
    limit, after = _limit(visit), visit.query.get("after") or "0"
    if not after.isdigit():
        raise refused(400, f"{after} is no valid `after`")
    archived = visit.yes("archived")
    records = visit.store.page(of.name, str(int(after) - 1), limit + 1, deleted=archived)
    here = [r for r in records[:limit] if _listed(visit, r, archived)]
    said: Json = {"results": [shown(visit, of, record) for record in here]}
    if len(records) > limit:
        following = str(int(records[limit - 1].id) + 1)
        said["paging"] = {"next": {"after": following, "link": _link(visit, of, following)}}
    return Reply(200, said)


def _listed(visit: Visit, record: Record, archived: bool) -> bool:
    if archived:
        return not record.merged_into and not forgotten(visit, record)
    return record.seen(visit.now)


def _limit(visit: Visit) -> int:
    said = visit.query.get("limit", "10")
    most = 50 if visit.query.get("propertiesWithHistory") else 100
    if not said.isdigit() or not 0 < int(said) <= most:
        raise refused(400, f"limit must be between 1 and {most}")
    return int(said)


def _link(visit: Visit, of: ObjectType, after: str) -> str:
    """Another path than the one that was called, and all that the query said."""
    query = urlencode([*((name, value) for name, value in visit.query.items() if name != "after"), ("after", after)])
    return f"https://api.hubspot.example/crm/objects/v3/{of.name}?{query}"


def merge(visit: Visit) -> Reply:
    """200 with the record that is left."""
    of = visit.object()
    said = visit.body()
    winner, loser = str(said["primaryObjectId"]), str(said["objectIdToMerge"])
    if winner == loser:
        raise refused(400, f"Cannot merge a {of.singular} with itself")
    first, second = (by_id(visit, of, id) for id in (winner, loser))
    if first is None or second is None or first.id == second.id:
        raise refused(400, f"{winner} or {loser} is not a valid {of.singular}, or it is being merged already")
    record = visit.store.merge(of.name, first.id, second.id, visit.now)
    return Reply(200, told(visit, of, record))


def forget(visit: Visit) -> Reply:
    """204: deleted for good; nothing of it is told any more, and its address makes no new contact."""
    of = visit.object()
    said = visit.body()
    record = by_value(visit, of, said.get("idProperty") or "hs_object_id", str(said["objectId"]))
    if record is None and said.get("idProperty") == "email":
        visit.store.put("blocklisted", str(said["objectId"]).lower(), True)
    if record is not None:
        with visit.store.all_or_nothing():
            visit.store.update(of.name, record.id, dict.fromkeys(record.values), visit.now)
            visit.store.delete(of.name, record.id, visit.now)
            visit.store.put("erased", record.id, True)
            visit.portal.forget(of.name, record.id)
            if record.values.get("email"):
                visit.store.put("blocklisted", record.values["email"], True)
    return Reply(204)
