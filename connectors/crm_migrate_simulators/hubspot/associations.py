"""Routes of associations, as v4 and the dated versions have them."""

from collections.abc import Callable, Sequence

from crm_migrate_simulators.hubspot import links
from crm_migrate_simulators.hubspot.batches import error_of, told_batch
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.link_types import SETTING, USERS, LinkType, add, between
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import page_404, refused
from crm_migrate_simulators.hubspot.records import asked_for, told
from crm_migrate_simulators.hubspot.single import why
from crm_migrate_simulators.hubspot.visit import Visit, mapping
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply

READ = 1000  # records in a batch that reads associations
LABELS = 10  # kinds that people may define between two objects


def ends(visit: Visit) -> tuple[ObjectType, ObjectType]:
    """The objects at both ends."""
    return visit.object("from"), visit.object("to")


def end(said: Json, name: str) -> str:
    """The id at one end of an input."""
    id = mapping(said.get(name)).get("id")
    if not isinstance(id, str | int) or id == "":
        raise refused(400, f"Invalid input JSON on line 1, column 1. Some required fields were not set: [{name}.id]")
    return str(id)


def wrong_end(visit: Visit, sides: Sequence[tuple[ObjectType, str]]) -> Json | None:
    """The error about two records that cannot be linked, None where they can."""
    for _, id in sides:
        if not id.isdigit():
            error = error_of("VALIDATION_ERROR", f"{id} is not a valid ID", id=[id])
            return {**error, "subCategory": "crm.associations.INVALID_IDENTIFIER"}
    for of, id in sides:
        if not links.live(visit, of, id):
            return error_of("VALIDATION_ERROR", f"{of.legacy}={id} is not valid")
    if sides[0] == sides[1]:
        return error_of("VALIDATION_ERROR", f"Object {sides[0][1]} cannot be associated to itself ({sides[1][1]})")
    return None


def _linked(left: ObjectType, right: ObjectType, ids: Sequence[str], types: Sequence[LinkType]) -> Json:
    return {
        "fromObjectTypeId": left.id,
        "fromObjectId": int(ids[0]),
        "toObjectTypeId": right.id,
        "toObjectId": int(ids[1]),
        "labels": [type.label for type in types if type.label],
    }


def _pairs(visit: Visit, one: Callable[[Json, tuple[str, str]], list[Json]], *, fine: int) -> Reply:
    left, right = ends(visit)
    results: list[Json] = []
    errors: list[Json] = []
    for said in visit.call.records(visit.inputs(visit.habits.links)):
        ids = end(said, "from"), end(said, "to")
        error = wrong_end(visit, ((left, ids[0]), (right, ids[1])))
        if error is not None:
            errors.append(error)
            continue
        try:
            results += one(said, ids)
        except Refused as refusal:
            if refusal.code != links.FULL:
                raise why(refusal) from None
            full = error_of("VALIDATION_ERROR", refusal.message, fromObjectId=[ids[0]], toObjectId=[ids[1]])
            errors.append({**full, "subCategory": "crm.associations.ASSOCIATION_LIMIT_EXCEEDED"})
    return told_batch(visit, results[::-1], errors, fine=fine)


def create(visit: Visit) -> Reply:
    """201. Without kinds, or with one of the other direction, there is no link and no error."""
    left, right = ends(visit)

    def one(said: Json, ids: tuple[str, str]) -> list[Json]:
        types = [links.read_type(visit, spec) for spec in said.get("types") or []]
        types = [type for type in types if (type.left, type.right) == (left.name, right.name)]
        for type in types:
            links.make(visit, type, *ids)
        return [_linked(left, right, ids, types)] if types else []

    return _pairs(visit, one, fine=201)


def create_default(visit: Visit) -> Reply:
    """The most general kind, told both ways."""
    left, right = ends(visit)
    type = links.default_of(visit, left, right)

    def one(said: Json, ids: tuple[str, str]) -> list[Json]:
        del said
        links.make(visit, type, *ids)
        return _default_told(type, ids)

    return _pairs(visit, one, fine=200)


def _default_told(type: LinkType, ids: tuple[str, str]) -> list[Json]:
    ways = ((type.number, ids), (type.inverse, ids[::-1]))
    return [
        {
            "from": {"id": one},
            "to": {"id": other},
            "associationSpec": {"associationCategory": type.category, "associationTypeId": number},
        }
        for number, (one, other) in ways
    ]


def archive(visit: Visit) -> Reply:
    """204, whatever was there; `labels/archive` takes the kinds that it names."""
    left, right = ends(visit)
    for said in visit.call.records(visit.inputs(visit.habits.links)):
        targets = said.get("to")
        for target in targets if isinstance(targets, list) else [targets]:
            id = mapping(target).get("id")
            links.take(visit, left, right, (end(said, "from"), str(id)), said.get("types") or ())
    return Reply(204)


def read(visit: Visit) -> Reply:
    """200; whoever has no association stands under `errors`, which makes it a 207."""
    left, right = ends(visit)
    results: list[Json] = []
    errors: list[Json] = []
    for said in visit.inputs(READ):
        id = str(said.get("id"))
        found = links.full(visit, left, right, id)
        if found:
            results.append({"from": {"id": id}, "to": found})
        else:
            errors.append(_none_found(left, right, id))
    return told_batch(visit, visit.order(results), errors)


def _none_found(left: ObjectType, right: ObjectType, id: str) -> Json:
    context = {"fromObjectId": [id], "fromObjectType": [left.singular], "toObjectType": [right.singular]}
    words = f"No {right.singular} is associated with {left.singular} {id}."
    error = error_of("OBJECT_NOT_FOUND", words, **context)
    return {**error, "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}


# ---------------------------------------------------------------------------------------------------- one record


def of_one(visit: Visit) -> Reply:
    """The associations of one record with one object: 500 a page."""
    left, right, id = visit.object("object"), visit.object("to"), visit.word("id")
    if not links.live(visit, left, id):
        raise page_404()
    if visit.version == "v3":
        return Reply(200, {"results": links.brief(visit, left, id, right)})
    limit, after = int(visit.query.get("limit", "500")), int(visit.query.get("after", "0"))
    found = links.full(visit, left, right, id)
    said: Json = {"results": found[after : after + limit]}
    if len(found) > after + limit:
        said["paging"] = {"next": {"after": str(after + limit), "link": "https://api.hubspot.example/"}}
    return Reply(200, said)


def put_one(visit: Visit) -> Reply:
    """201: two records, by the kinds that the body lists."""
    left, right = visit.object("object"), visit.object("to")
    ids = visit.word("id"), visit.word("to_id")
    _both(visit, left, right, ids)
    said = visit.call.request.json()
    if not isinstance(said, list) or not said:
        raise refused(400, "The body should be a list of association types")
    types = [links.read_type(visit, spec) for spec in said]
    types = [type for type in types if (type.left, type.right) == (left.name, right.name)]
    for type in types:
        links.make(visit, type, *ids)
    return Reply(201, _linked(left, right, ids, types))


def put_default(visit: Visit) -> Reply:
    """200: two records, by the most general kind."""
    left, right = visit.object("object"), visit.object("to")
    ids = visit.word("id"), visit.word("to_id")
    _both(visit, left, right, ids)
    type = links.default_of(visit, left, right)
    links.make(visit, type, *ids)
    return told_batch(visit, _default_told(type, ids), [])


def _both(visit: Visit, left: ObjectType, right: ObjectType, ids: tuple[str, str]) -> None:
    error = wrong_end(visit, ((left, ids[0]), (right, ids[1])))
    if error is not None:
        raise refused(400, error["message"])


def delete_one(visit: Visit) -> Reply:
    """204."""
    links.take(visit, visit.object("object"), visit.object("to"), (visit.word("id"), visit.word("to_id")))
    return Reply(204)


# ---------------------------------------------------------------------------------------------------- kinds


def labels(visit: Visit) -> Reply:
    """The kinds between two objects."""
    left, right = ends(visit)
    results = [_label(type) for type in between(visit.store, left, right)]
    return Reply(200, {"results": results})


def _label(type: LinkType) -> Json:
    return {"category": type.category, "typeId": type.number, "label": type.label}


def add_label(visit: Visit) -> Reply:
    """A kind that a person defines, told both ways; at most ten between two objects."""
    left, right = ends(visit)
    said = visit.body()
    known = [type for type in between(visit.store, left, right) if type.category == USERS]
    if len(known) >= LABELS:
        raise refused(400, f"There are {LABELS} association labels between {left.legacy} and {right.legacy}")
    if said["label"] in [type.label for type in known]:
        raise refused(400, f"There is an association label {said['label']} already", "OBJECT_ALREADY_EXISTS")
    kept = add(visit.store, left, right, said["label"], said.get("inverseLabel") or said["label"], said["name"])
    told = [{"category": USERS, "typeId": kept["typeId"], "label": kept["label"]}]
    if said.get("inverseLabel"):
        told.append({"category": USERS, "typeId": kept["inverseTypeId"], "label": kept["inverseLabel"]})
    return Reply(200, {"results": told})


def change_label(visit: Visit) -> Reply:
    """204: another label for a kind that a person defined."""
    said = visit.body()
    for name, kept in visit.store.settings(SETTING).items():
        if str(said["associationTypeId"]) in (str(kept["typeId"]), str(kept["inverseTypeId"])):
            word = "label" if str(said["associationTypeId"]) == str(kept["typeId"]) else "inverseLabel"
            visit.store.put(SETTING, name, {**kept, word: said["label"]})
    return Reply(204)


def delete_label(visit: Visit) -> Reply:
    """204; the links of that kind are gone."""
    number = visit.word("type_id")
    for name, said in visit.store.settings(SETTING).items():
        if number in (str(said["typeId"]), str(said["inverseTypeId"])):
            left, right = ends(visit)
            for type in between(visit.store, left, right):
                if str(type.number) == number and type.category == USERS:
                    for one, other in visit.store.links(type.kind):
                        visit.store.link(type.kind, one, other, present=False)
                        visit.store.link(type.back, other, one, present=False)
            visit.store.put(SETTING, name, None)
    return Reply(204)


# ---------------------------------------------------------------------------------------------------- limits


def limits(visit: Visit) -> Reply:
    """How many records administrators allow for each kind between two objects."""
    kept = visit.store.settings(links.LIMITS)
    types = [type for type in between(visit.store, *ends(visit)) if type.kind in kept]
    results = [{**_label(type), "userEnforcedMaxToObjectIds": kept[type.kind]} for type in types]
    return Reply(200, {"results": results})


def set_limits(visit: Visit) -> Reply:
    """Set them, kind by kind."""
    left, right = ends(visit)
    results = []
    for said in visit.call.records(visit.inputs(visit.habits.batch)):
        spec = {"associationCategory": said["category"], "associationTypeId": said["typeId"]}
        type = links.read_type(visit, spec)
        if (type.left, type.right) != (left.name, right.name):
            raise refused(400, f"{type.number} is no association type between {left.legacy} and {right.legacy}")
        visit.store.put(links.LIMITS, type.kind, int(said["maxToObjectIds"]))
        results.append({**_label(type), "userEnforcedMaxToObjectIds": int(said["maxToObjectIds"])})
    return told_batch(visit, results, [])


# ---------------------------------------------------------------------------------------------------- v3


def read_v3(visit: Visit) -> Reply:
    """The same, `{id, type}` each."""
    left, right = ends(visit)
    found = {id: links.brief(visit, left, id, right) for id in (str(said.get("id")) for said in visit.inputs(READ))}
    results = [{"from": {"id": id}, "to": to} for id, to in found.items() if to]
    errors = [_none_found(left, right, id) for id, to in found.items() if not to]
    return told_batch(visit, visit.order(results), errors)


def create_v3(visit: Visit) -> Reply:
    """201, `{from, to, type}` each."""
    left, right = ends(visit)

    def one(said: Json, ids: tuple[str, str]) -> list[Json]:
        links.make(visit, _named(visit, left, right, str(said.get("type"))), *ids)
        return [{"from": {"id": ids[0]}, "to": {"id": ids[1]}, "type": said["type"]}]

    return _pairs(visit, one, fine=201)


def _named(visit: Visit, left: ObjectType, right: ObjectType, name: str) -> LinkType:
    """A kind by its name or its number."""
    for type in between(visit.store, left, right):
        if name in (type.name, str(type.number)):
            return type
    raise refused(400, f"{name} is not a valid association type between {left.legacy} and {right.legacy}")


def put_v3(visit: Visit) -> Reply:
    """200 with the record and its associations with that object."""
    left, right = visit.object("object"), visit.object("to")
    ids = visit.word("id"), visit.word("to_id")
    _both(visit, left, right, ids)
    links.make(visit, _named(visit, left, right, visit.word("type")), *ids)
    record = asked_for(visit, left, ids[0], None)
    found = {right.name: {"results": links.brief(visit, left, ids[0], right)}}
    return Reply(200, {**told(visit, left, record), "associations": found})


def types_v3(visit: Visit) -> Reply:
    """Numbers and names of the kinds between two objects."""
    left, right = ends(visit)
    return Reply(200, {"results": [{"id": str(t.number), "name": t.name} for t in between(visit.store, left, right)]})
