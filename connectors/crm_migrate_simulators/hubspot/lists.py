"""Routes of lists and their members: /crm/lists."""

from typing import Any

from crm_migrate_simulators.hubspot.bodies import LIST_SEARCH, check
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType, object_type
from crm_migrate_simulators.hubspot.problems import problem, refused
from crm_migrate_simulators.hubspot.visit import Visit, stamp
from crm_migrate_simulators.wire import Reply

KIND = "lists"
MOST = 100_000  # members in one request
MOST_READ = 100  # records whose lists one request asks for
_STATIC = ("MANUAL", "SNAPSHOT")


def _known(visit: Visit) -> Json:
    id = visit.word("list")
    said: Json | None = visit.store.setting(KIND, id)
    if said is None:
        context = {"listId": [id]}
        words = f"List does not exist with ID {id}."
        raise refused(404, words, "OBJECT_NOT_FOUND", context=context, subCategory="ListError.LIST_ID_DOES_NOT_EXIST")
    return said


def create(visit: Visit) -> Reply:
    """200 with the list; its name is there once in the portal."""
    said = visit.body()
    of = object_type(visit.store, str(said["objectTypeId"]))
    if said["processingType"] not in (*_STATIC, "DYNAMIC"):
        raise refused(400, f"{said['processingType']} is no processing type")
    if (said["processingType"] == "DYNAMIC") != ("filterBranch" in said):
        raise refused(400, "A dynamic list, and no other, has a filterBranch")
    there = visit.store.settings(KIND)
    _unused(visit, said["name"])
    made = _made(visit, said, of, str(max([584, *map(int, there)]) + 1))
    visit.store.put(KIND, made["listId"], made)
    return Reply(200, {"list": made})


def _unused(visit: Visit, name: str) -> None:
    if any(each["name"] == name for each in visit.store.settings(KIND).values()):
        raise refused(400, f"A list named {name} exists already", subCategory="ListError.DUPLICATE_NAME")


def _made(visit: Visit, said: Json, of: ObjectType, id: str) -> Json:
    at = stamp(visit.now)
    dynamic = said["processingType"] == "DYNAMIC"
    made: Json = {
        "listId": id,
        "listVersion": 1,
        "createdAt": at,
        "updatedAt": at,
        "filtersUpdatedAt": at,
        "processingStatus": "PROCESSING" if dynamic else "COMPLETE",
        "createdById": "9000002",
        "updatedById": "9000002",
        "processingType": said["processingType"],
        "objectTypeId": of.id,
        "name": said["name"],
    }
    made |= {"filterBranch": _branch(said["filterBranch"])} if dynamic else {}
    made["listPermissions"] = {"teamsWithEditAccess": [], "usersWithEditAccess": []}
    made["membershipSettings"] = {"membershipTeamId": None, "includeUnassigned": None}
    return made


def _branch(said: Json) -> Json:
    """The filters of a dynamic list as they are told: with what goes without saying."""
    told = {**said, "filterBranches": [_branch(each) for each in said.get("filterBranches", [])]}
    told["filterBranchOperator"] = said.get("filterBranchType")
    told["filters"] = [
        {**each, "operation": {"includeObjectsWithNoValueSet": False, **each["operation"]}}
        if "operation" in each
        else each
        for each in said.get("filters", [])
    ]
    return told


def one(visit: Visit) -> Reply:
    """A list, 404 in JSON where there is none."""
    return Reply(200, {"list": _known(visit)})


def named(visit: Visit) -> Reply:
    """A list of an object by its name."""
    of, name = visit.object(), visit.word("name")
    for said in visit.store.settings(KIND).values():
        if (said["objectTypeId"], said["name"]) == (of.id, name):
            return Reply(200, {"list": said})
    raise refused(404, f"List does not exist with name {name}.", "OBJECT_NOT_FOUND")


def of_record(visit: Visit) -> Reply:
    """The lists that a record is a member of."""
    id = visit.word("id")
    found = [
        each for each in visit.store.settings(KIND).values() if id in visit.store.linked(_kind(each), each["listId"])
    ]
    told = [{"listId": each["listId"], "listVersion": 1, "firstAddedTimestamp": each["updatedAt"]} for each in found]
    return Reply(200, {"results": told, "total": len(told)})


def of_records(visit: Visit) -> Reply:
    """The lists that records are members of; who is in none is told with none."""
    asked = [(object_type(visit.store, str(e["objectTypeId"])), str(e["recordId"])) for e in visit.inputs(MOST_READ)]
    every = visit.store.settings(KIND)
    at = stamp(visit.now)
    results: list[Json] = []
    for of, id in asked:
        of_it = [each for each in every.values() if each["objectTypeId"] == of.id and id in _members(visit, each)]
        told = [
            {"listId": each["listId"], "listVersion": 1, "isPublicList": True}
            | {"firstAddedTimestamp": each["updatedAt"], "lastAddedTimestamp": each["updatedAt"]}
            for each in of_it
        ]
        results.append({"objectTypeId": of.id, "recordId": id, "recordListMemberships": visit.order(told)})
    body = {"status": "COMPLETE", "results": visit.order(results), "startedAt": at, "completedAt": at}
    return Reply(200, body)


def rename(visit: Visit) -> Reply:
    """200 with the list."""
    before = _known(visit)
    changed = {**before, "name": visit.query.get("listName", "")}
    if not changed["name"]:
        raise refused(400, "listName is required")
    if changed["name"] != before["name"]:
        _unused(visit, changed["name"])
    visit.store.put(KIND, changed["listId"], changed)
    return Reply(200, {"updatedList": changed})


def delete(visit: Visit) -> Reply:
    """204."""
    visit.store.put(KIND, _known(visit)["listId"], None)
    return Reply(204)


def search(visit: Visit) -> Reply:
    """A page of lists whose name has the words of `query`; 20 unless `count` says more."""
    if visit.call.request.body in (b"", b"null"):
        return problem(400, "validation error", errors=["The request body may not be null"])
    said = visit.body()
    check(LIST_SEARCH, said)
    query, types = str(said.get("query", "")).lower(), said.get("processingTypes") or []
    found = [each for _, each in sorted(visit.store.settings(KIND).items(), key=lambda item: int(item[0]))]
    found = [e for e in found if query in e["name"].lower() and (not types or e["processingType"] in types)]
    wanted = set(map(str, said.get("listIds") or []))
    found = [each for each in found if not wanted or each["listId"] in wanted]
    offset, count = int(said.get("offset") or 0), min(int(said.get("count") or 20), 500)
    here = found[offset : offset + count]
    body = {"offset": offset + len(here), "hasMore": len(found) > offset + count}
    return Reply(200, {**body, "lists": [_brief(visit, each) for each in here], "total": len(found)})


def _brief(visit: Visit, said: Json) -> Json:
    told = {name: value for name, value in said.items() if name not in ("listPermissions", "membershipSettings")}
    more = {"hs_list_size": str(len(_members(visit, said))), "hs_list_reference_count": "0"}
    more |= visit.store.setting("list_times", said["listId"]) or {}
    return {**told, "additionalProperties": more}


# ---------------------------------------------------------------------------------------------------- members


def _kind(said: Json) -> str:
    return f"list:{said['listId']}"


def _ids(visit: Visit, said: Any) -> list[str]:
    if len(said) > MOST:
        raise refused(400, f"At most {MOST} records in one request")
    visit.call.asked.records = len(said)
    return list(dict.fromkeys(map(str, said)))


def _static(visit: Visit) -> Json:
    said = _known(visit)
    if said["processingType"] not in _STATIC:
        raise refused(400, f"The members of list {said['listId']} are chosen by its filters")
    return said


def add(visit: Visit) -> Reply:
    """200 with what was added, `{}` where nothing was."""
    said = _static(visit)
    return Reply(200, _put(visit, said, _ids(visit, visit.call.request.json())))


def remove(visit: Visit) -> Reply:
    """200 with what was taken away."""
    said = _static(visit)
    return Reply(200, _take(visit, said, _ids(visit, visit.call.request.json())))


def add_and_remove(visit: Visit) -> Reply:
    """Both in one."""
    said, body = _static(visit), visit.body()
    added = _put(visit, said, _ids(visit, body.get("recordIdsToAdd") or []))
    return Reply(200, added | _take(visit, said, _ids(visit, body.get("recordIdsToRemove") or [])))


def _put(visit: Visit, said: Json, ids: list[str]) -> Json:
    of = object_type(visit.store, said["objectTypeId"])
    known = [id for id in ids if _is_there(visit, of, id)]
    added = [id for id in known if visit.store.link(_kind(said), said["listId"], id)]
    _note(visit, said, "hs_last_record_added_at", added)
    missing = [id for id in ids if id not in known]
    return _present(recordsIdsAdded=visit.order(added), recordIdsMissing=missing)


def _take(visit: Visit, said: Json, ids: list[str]) -> Json:
    of = object_type(visit.store, said["objectTypeId"])
    known = [id for id in ids if _is_there(visit, of, id)]
    taken = [id for id in known if visit.store.link(_kind(said), said["listId"], id, present=False)]
    _note(visit, said, "hs_last_record_removed_at", taken)
    return _present(recordIdsRemoved=visit.order(taken), recordIdsMissing=[id for id in ids if id not in known])


def _note(visit: Visit, said: Json, name: str, ids: list[str]) -> None:
    if ids:
        times = visit.store.setting("list_times", said["listId"]) or {}
        visit.store.put("list_times", said["listId"], {**times, name: str(round(visit.now * 1000))})


def _present(**lists: list[str]) -> Json:
    return {name: ids for name, ids in lists.items() if ids}


def _members(visit: Visit, said: Json) -> list[str]:
    """Those who are not archived."""
    of = object_type(visit.store, said["objectTypeId"])
    return [id for id in visit.store.linked(_kind(said), said["listId"]) if _is_there(visit, of, id)]


def _is_there(visit: Visit, of: ObjectType, id: str) -> bool:
    record = visit.store.get(of.name, id)
    return record is not None and not record.deleted


def members(visit: Visit) -> Reply:
    """A page of members by their ids."""
    said = _known(visit)
    ids = sorted(_members(visit, said), key=int)
    limit, after = int(visit.query.get("limit", "100")), visit.query.get("after") or "0"
    rest = [id for id in ids if int(id) > int(after)]
    results = [{"membershipTimestamp": said["updatedAt"], "recordId": id} for id in rest[:limit]]
    body: Json = {"results": results}
    if len(rest) > limit:
        link = f"https://api.hubspot.example/crm/v3/lists/{said['listId']}/memberships?after={rest[limit - 1]}"
        body["paging"] = {"next": {"after": rest[limit - 1], "link": link}}
    body["total"] = len(ids)
    return Reply(200, body)
