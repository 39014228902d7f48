"""Routes of properties and their groups: /crm/properties/{object}."""

import re

from crm_migrate_simulators.hubspot.batches import error_of, told_batch
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import Answered, refused
from crm_migrate_simulators.hubspot.properties import FIELD_TYPES, definition, definitions, field_of, fresh, kind
from crm_migrate_simulators.hubspot.visit import Visit, changed, stamp
from crm_migrate_simulators.store import Store
from crm_migrate_simulators.wire import Reply

UNIQUE = 10  # properties with unique values that an object may have
_SET = ("label", "groupName", "type", "fieldType", "description", "displayOrder", "hidden", "formField")
_LISTED = ("updatedAt", "createdAt", "createdUserId", "updatedUserId", "archived")  # not told by a batch


def every(visit: Visit) -> Reply:
    """All of an object, those in use or those that are archived."""
    of = visit.object()
    return Reply(200, {"results": definitions(visit.store, of.name, archived=visit.yes("archived"))})


def one(visit: Visit) -> Reply:
    """A property, 404 where there is none."""
    return Reply(200, _known(visit, visit.object(), visit.word("name")))


def _known(visit: Visit, of: ObjectType, name: str) -> Json:
    said = definition(visit.store, of.name, name)
    if said is None:
        raise refused(404, f"Property {name} does not exist", "OBJECT_NOT_FOUND")
    return said


def create(visit: Visit) -> Reply:
    """201."""
    of = visit.object()
    made = _make(visit, of, visit.body())
    return Reply(201, made, {"Location": f"https://api.hubspot.example/crm/v3/properties/{of.name}/{made['name']}"})


def create_many(visit: Visit) -> Reply:
    """201; 207 where one exists already."""
    of = visit.object()
    results: list[Json] = []
    errors: list[Json] = []
    for said in visit.call.records(visit.inputs(visit.habits.batch)):
        try:
            made = _make(visit, of, said)
            results.append({name: value for name, value in made.items() if name not in _LISTED})
        except Answered as answered:
            body = answered.reply.body
            sub = {"subCategory": body["subCategory"]} if "subCategory" in body else {}
            error = error_of(body["category"], body["message"], name=[str(said.get("name"))])
            errors.append({**error, **sub})
    return told_batch(visit, results, errors, fine=201)


def read_many(visit: Visit) -> Reply:
    """The definitions of the names that a batch lists; 207 where one does not exist."""
    of = visit.object()
    names = [str(said.get("name")) for said in visit.inputs(visit.habits.batch)]
    found = {name: definition(visit.store, of.name, name) for name in names}
    errors = [
        error_of("OBJECT_NOT_FOUND", f"Property {name} does not exist", name=[name])
        for name, said in found.items()
        if said is None
    ]
    return told_batch(visit, [said for said in found.values() if said is not None], errors)


def archive_many(visit: Visit) -> Reply:
    """204."""
    of = visit.object()
    for said in visit.call.records(visit.inputs(visit.habits.batch)):
        _archive(visit, of, str(said.get("name")))
    return Reply(204)


def update(visit: Visit) -> Reply:
    """200. Its name and whether its values are unique stay as they were."""
    of = visit.object()
    before = _known(visit, of, visit.word("name"))
    said = visit.body()
    if before["modificationMetadata"]["readOnlyDefinition"]:
        raise refused(400, f"Property {before['name']} is defined by HubSpot and cannot be changed")
    if "hasUniqueValue" in said and bool(said["hasUniqueValue"]) != before["hasUniqueValue"]:
        raise refused(400, f"hasUniqueValue of {before['name']} cannot be changed")
    after = changed(before, said, *_SET) | {"updatedAt": stamp(visit.now)}
    if "options" in said:
        after["options"] = _options(said["options"])
    _checked(visit, of, after)
    visit.store.put(kind(of.name), before["name"], after)
    return Reply(200, after)


def delete(visit: Visit) -> Reply:
    """204, whether it was there or not."""
    _archive(visit, visit.object(), visit.word("name"))
    return Reply(204)


def _archive(visit: Visit, of: ObjectType, name: str) -> None:
    said = definition(visit.store, of.name, name)
    if said is None:
        return
    if said["modificationMetadata"]["readOnlyDefinition"]:
        raise refused(400, f"Property {name} is defined by HubSpot and cannot be archived")
    visit.store.put(kind(of.name), name, {**said, "archived": True, "archivedAt": stamp(visit.now)})


def _make(visit: Visit, of: ObjectType, said: Json) -> Json:
    name = str(said["name"])
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or len(name) > 100:
        words = f"Invalid property name {name}: it begins with a letter and has lower-case letters, digits and _"
        raise refused(400, words, subCategory="Properties.INVALID_NAME")
    store = visit.store
    if name in fresh(of.name) or name in store.definition(of.name).fields or name in store.settings(kind(of.name)):
        words = f"A property named '{name}' already exists."
        raise refused(409, words, "OBJECT_ALREADY_EXISTS", subCategory="Properties.PROPERTY_WITH_NAME_EXISTS")
    made = new_definition(visit, said)
    _checked(visit, of, made)
    if made["hasUniqueValue"]:
        _unique(store, of, made)
    first = made["hasUniqueValue"] and store.definition(of.name).external() is None
    with store.all_or_nothing():
        store.add_field(of.name, field_of(made, external=first))
        store.put(kind(of.name), name, made)
    return made


def new_definition(visit: Visit, said: Json) -> Json:
    """A definition from what a body says of it."""
    at = stamp(visit.now)
    return {
        "updatedAt": at,
        "createdAt": at,
        "name": said["name"],
        "label": said["label"],
        "type": said["type"],
        "fieldType": said["fieldType"],
        "description": said.get("description", ""),
        "groupName": said["groupName"],
        "options": _options(said.get("options") or []),
        "createdUserId": "9000002",
        "updatedUserId": "9000002",
        "displayOrder": said.get("displayOrder", -1),
        "calculated": bool(said.get("calculationFormula")),
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": bool(said.get("hasUniqueValue")),
        "hidden": bool(said.get("hidden")),
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": False,
            "readOnlyValue": bool(said.get("calculationFormula")),
        },
        "formField": bool(said.get("formField")),
        "dataSensitivity": said.get("dataSensitivity", "non_sensitive"),
    }


def _options(said: object) -> list[Json]:
    if not isinstance(said, list):
        raise refused(400, "options should be a list")
    told: list[Json] = []
    for at, each in enumerate(said):
        if not isinstance(each, dict) or not each.get("label") or not each.get("value"):
            raise refused(400, "an option has a label and a value")
        more = {"description": each["description"]} if each.get("description") else {}
        option = {"label": each["label"], "value": each["value"], **more}
        option |= {"displayOrder": each.get("displayOrder", at + 1), "hidden": bool(each.get("hidden"))}
        told.append(option)
    for word in ("value", "label"):
        values = [option[word] for option in told]
        if len(set(values)) != len(values):
            raise refused(400, f"Property option {word}s must be unique")
    return told


def _checked(visit: Visit, of: ObjectType, said: Json) -> None:
    if said["fieldType"] not in FIELD_TYPES.get(said["type"], ()):
        raise refused(400, f"{said['type']} with {said['fieldType']} is no valid type and field type")
    if said["type"] == "bool" and {option["value"] for option in said["options"]} != {"true", "false"}:
        raise refused(400, "a property of type bool has exactly the options true and false")
    if said["groupName"] not in group_names(visit.store, of):
        raise refused(400, f"There is no property group {said['groupName']} of {of.legacy}")


def _unique(store: Store, of: ObjectType, said: Json) -> None:
    if said["type"] not in ("string", "number"):
        raise refused(400, f"a property of type {said['type']} cannot have unique values")
    there = sum(each["hasUniqueValue"] and "createdUserId" in each for each in definitions(store, of.name))
    if there >= UNIQUE:
        raise refused(400, f"{of.legacy} has {UNIQUE} properties with unique values already")


# ---------------------------------------------------------------------------------------------------- groups


def group_names(store: Store, of: ObjectType) -> set[str]:
    """The names of the groups of an object."""
    return {said["groupName"] for said in fresh(of.name).values()} | set(store.settings(f"groups:{of.name}"))


def groups(visit: Visit) -> Reply:
    """All groups of an object."""
    of = visit.object()
    return Reply(200, {"results": [_group(visit, of, name) for name in sorted(group_names(visit.store, of))]})


def _group(visit: Visit, of: ObjectType, name: str) -> Json:
    plain = {"name": name, "label": name, "displayOrder": -1, "archived": False}
    said: Json = visit.store.settings(f"groups:{of.name}").get(name, plain)
    return said


def group(visit: Visit) -> Reply:
    """A group, 404 where there is none."""
    of, name = visit.object(), visit.word("name")
    if name not in group_names(visit.store, of):
        raise refused(404, f"Property group {name} does not exist", "OBJECT_NOT_FOUND")
    return Reply(200, _group(visit, of, name))


def create_group(visit: Visit) -> Reply:
    """201; 409 where there is one of that name."""
    of, said = visit.object(), visit.body()
    if said["name"] in group_names(visit.store, of):
        words = f"A property group named '{said['name']}' already exists."
        raise refused(409, words, "OBJECT_ALREADY_EXISTS", subCategory="Properties.GROUP_WITH_NAME_EXISTS")
    made = {
        "name": said["name"],
        "label": said["label"],
        "displayOrder": said.get("displayOrder", 9),
        "archived": False,
    }
    visit.store.put(f"groups:{of.name}", said["name"], made)
    return Reply(201, made)


def update_group(visit: Visit) -> Reply:
    """200 with the group."""
    of, name, said = visit.object(), visit.word("name"), visit.body()
    if name not in visit.store.settings(f"groups:{of.name}"):
        raise refused(404, f"Property group {name} does not exist, or is HubSpot's own", "OBJECT_NOT_FOUND")
    after = changed(_group(visit, of, name), said, "label", "displayOrder")
    visit.store.put(f"groups:{of.name}", name, after)
    return Reply(200, after)


def delete_group(visit: Visit) -> Reply:
    """204; 400 while there are properties in it."""
    of, name = visit.object(), visit.word("name")
    if any(said["groupName"] == name for said in definitions(visit.store, of.name)):
        raise refused(400, f"Property group {name} has properties")
    visit.store.put(f"groups:{of.name}", name, None)
    return Reply(204)
