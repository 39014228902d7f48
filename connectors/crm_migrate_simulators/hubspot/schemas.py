"""Routes of the schemas of objects; a custom object is made here: /crm/schemas and /crm-object-schemas."""

from crm_migrate_simulators.hubspot import link_types
from crm_migrate_simulators.hubspot.definitions import new_definition
from crm_migrate_simulators.hubspot.kept import Json, kept
from crm_migrate_simulators.hubspot.object_types import STANDARD, ObjectType, custom, object_type
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.properties import definitions, field_of, kind
from crm_migrate_simulators.hubspot.visit import Visit, mapping, stamp
from crm_migrate_simulators.wire import Reply

OBJECTS = 10  # custom ones in a portal
LINKS = 10_000  # records of one kind at one record, unless its definition says less


def every(visit: Visit) -> Reply:
    """The custom objects."""
    schemas = visit.store.settings("schemas").values()
    return Reply(200, {"results": [_told(visit, custom(said), said) for said in schemas]})


def one(visit: Visit) -> Reply:
    """The schema of an object, one of HubSpot's own or a custom one."""
    of = visit.object()
    said = visit.store.settings("schemas").get(of.id) or _own(of)
    return Reply(200, _told(visit, of, said))


def _own(of: ObjectType) -> Json:
    name = of.singular.replace("_event", "").replace("_", " ").capitalize()
    return {
        "labels": {"singular": name, "plural": of.name.replace("_", " ").capitalize()},
        "requiredProperties": list(of.required),
        "searchableProperties": [],
        "primaryDisplayProperty": of.shown[0] if of.shown else "hs_object_id",
        "secondaryDisplayProperties": [],
        "archived": False,
        "restorable": True,
        "metaType": "HUBSPOT",
        "id": of.id.rpartition("-")[2],
        "fullyQualifiedName": of.legacy,
        "description": "",
        "allowsSensitiveProperties": True,
        "createdByUserId": None,
        "updatedByUserId": None,
        "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "2025-03-05T18:12:37.434Z",
        "objectTypeId": of.id,
        "name": of.legacy,
    }


def _told(visit: Visit, of: ObjectType, said: Json) -> Json:
    found = [type for type in link_types.link_types(visit.store) if type.left == of.name]
    objects = {each.name: each.id for each in STANDARD.values()}
    associations = [
        {
            "fromObjectTypeId": of.id,
            "toObjectTypeId": objects.get(type.right, type.right),
            "name": type.name.upper(),
            "cardinality": "ONE_TO_MANY",
            "inverseCardinality": "ONE_TO_MANY",
            "hasUserEnforcedMaxToObjectIds": False,
            "hasUserEnforcedMaxFromObjectIds": False,
            "maxToObjectIds": 1 if type.primary and type.left != "companies" else LINKS,
            "maxFromObjectIds": LINKS,
            "id": str(type.number),
            "createdAt": None,
            "updatedAt": None,
        }
        for type in found
    ]
    return {**said, "properties": definitions(visit.store, of.name), "associations": associations}


def create(visit: Visit) -> Reply:
    """201: a custom object with its properties; it can be linked to all activities and to what it names."""
    said, store = visit.body(), visit.store
    there = store.settings("schemas")
    if said["name"] in [each["name"] for each in there.values()]:
        raise refused(409, f"An object type named {said['name']} exists already", "OBJECT_ALREADY_EXISTS")
    if len(there) >= OBJECTS:
        raise refused(400, f"This portal has {OBJECTS} custom objects already")
    properties = [mapping(each) for each in said["properties"]]
    names = [each.get("name") for each in properties]
    shown = [said["primaryDisplayProperty"], *said.get("secondaryDisplayProperties", [])]
    missing = [name for name in [*shown, *said["requiredProperties"]] if name not in names]
    if missing:
        raise refused(400, f"There is no property {missing[0]} in this schema")
    made = _made(visit, said, f"2-{len(there) + 1}")
    with store.all_or_nothing():
        _put(visit, made, properties)
        for name in said.get("associatedObjects") or []:
            of, other = custom(made), object_type(store, str(name))
            link_types.add(store, of, other, None, None, f"{of.singular}_to_{other.singular}")
        link_types.add_for_activities(store, custom(made))
    return Reply(201, _told(visit, custom(made), made))


def _made(visit: Visit, said: Json, id: str) -> Json:
    at = stamp(visit.now)
    return {
        "labels": said["labels"],
        "requiredProperties": list(said["requiredProperties"]),
        "searchableProperties": list(said.get("searchableProperties", [])),
        "primaryDisplayProperty": said["primaryDisplayProperty"],
        "secondaryDisplayProperties": list(said.get("secondaryDisplayProperties", [])),
        "archived": False,
        "restorable": True,
        "metaType": "PORTAL_SPECIFIC",
        "id": id.partition("-")[2],
        "description": said.get("description", ""),
        "allowsSensitiveProperties": False,
        "createdByUserId": 9000002,
        "updatedByUserId": 9000002,
        "fullyQualifiedName": f"p{visit.habits.portal}_{said['name']}",
        "createdAt": at,
        "updatedAt": at,
        "objectTypeId": id,
        "name": said["name"],
    }


def _put(visit: Visit, made: Json, properties: list[Json]) -> None:
    id, store = made["objectTypeId"], visit.store
    group = f"{made['name']}_information"
    own = [new_definition(visit, {"groupName": group, **each}) for each in properties]
    unique = next((each["name"] for each in own if each["hasUniqueValue"]), None)
    fields = {each["name"]: field_of(each, external=each["name"] == unique) for each in own}
    store.add_object(id, fields)
    store.put("schemas", id, made)
    store.put(f"groups:{id}", group, {"name": group, "label": group, "displayOrder": 0, "archived": False})
    for each in own:
        store.put(kind(id), each["name"], each)
    for each in kept("properties")["notes"]:
        if each["name"].startswith(("hs_createdate", "hs_lastmod", "hs_object", "hs_merged", "hubspot_owner_id")):
            said = new_definition(visit, {**each, "groupName": group})
            said["externalOptions"] = "externalOptions" in each.get("flags", ())
            said["modificationMetadata"]["readOnlyValue"] = "readOnly" in each.get("flags", ())
            store.add_field(id, field_of(said))
            store.put(kind(id), said["name"], said)
