"""The definitions of properties: those of a fresh portal, and those that were added or changed through the API."""

from collections.abc import Mapping
from functools import cache

from crm_migrate_simulators.hubspot.kept import Json, kept
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Store

EMAIL = "email"
TEXTS = frozenset({"string", "phone_number", "object_coordinates", "json"})
FIELD_TYPES: Mapping[str, frozenset[str]] = {
    "string": frozenset({"text", "textarea", "html", "phonenumber", "file", "calculation_equation"}),
    "phone_number": frozenset({"phonenumber"}),
    "object_coordinates": frozenset({"text"}),
    "json": frozenset({"text"}),
    "number": frozenset({"number", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
    "enumeration": frozenset({"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"}),
}


def kind(object: str) -> str:
    """Where the store keeps the definitions of an object that differ from those of a fresh portal."""
    return f"properties:{object}"


@cache
def fresh(object: str) -> dict[str, Json]:
    """The definitions of a fresh portal by name."""
    return {said["name"]: _told(said) for said in kept("properties").get(object, [])}


def definition(store: Store, object: str, name: str) -> Json | None:
    """The definition of a property, None where there is none, or where it is archived."""
    said: Json | None = store.setting(kind(object), name) or fresh(object).get(name)
    if said is None:
        field = store.definition(object).fields.get(name)
        return None if field is None else of_field(field)
    return None if said.get("archived") else said


def definitions(store: Store, object: str, *, archived: bool = False) -> list[Json]:
    """All definitions of an object, those that are archived or those that are not."""
    names = dict.fromkeys([*fresh(object), *store.definition(object).fields, *store.settings(kind(object))])
    changed = store.settings(kind(object))
    found = [changed.get(name) or fresh(object).get(name) or definition(store, object, name) for name in names]
    return [said for said in found if said is not None and bool(said.get("archived")) == archived]


def read_only(said: Json) -> bool:
    """Whether its value cannot be set."""
    return bool(said["modificationMetadata"]["readOnlyValue"])


def values_of(said: Json) -> list[str]:
    """The values that its options allow."""
    return [option["value"] for option in said["options"]]


def field_of(said: Json, *, external: bool = False) -> Field:
    """The field of the store that holds its values. An e-mail address is unique though no definition says so."""
    email = said["name"] == EMAIL
    unique = bool(said["hasUniqueValue"]) or email
    # The store keeps texts, empty ones too; what a text may say is judged in `values`.
    type = "text" if said["type"] in TEXTS else "choice"
    return Field(said["name"], type, unique=unique, folded=email, aliases=email, external=external)


def of_field(field: Field) -> Json:
    """The definition of a property that a person's schema names."""
    types = {"text": "string", "choice": "enumeration", "decimal": "number", "integer": "number", "boolean": "bool"}
    type = "enumeration" if field.choices else types.get(field.type, field.type)
    fields = {"enumeration": "select", "bool": "booleancheckbox", "number": "number", "date": "date"}
    said = {"name": field.name, "label": field.name, "type": type, "groupName": "simulated"}
    said["fieldType"] = "date" if type == "datetime" else fields.get(type, "text")
    flags = [flag for flag, there in (("readOnly", field.read_only), ("unique", field.unique)) if there]
    return _told(said | {"flags": flags, "options": [[choice] for choice in field.choices], "own": True})


def _told(said: Json) -> Json:
    flags = said.get("flags", [])
    options = [
        {"label": each[-1], "value": each[0], "displayOrder": at, "hidden": False}
        for at, each in enumerate(said.get("options", []))
    ]
    if said["type"] == "bool" and not options:
        options = [
            {"label": word, "value": word.lower(), "displayOrder": at, "hidden": False}
            for at, word in enumerate(("True", "False"))
        ]
    more = {"referencedObjectType": said["referencedObjectType"]} if "referencedObjectType" in said else {}
    return {
        "updatedAt": "2024-09-05T17:14:04.747Z",
        "createdAt": "2020-06-30T15:57:36.706Z",
        "name": said["name"],
        "label": said["label"],
        "type": said["type"],
        "fieldType": said["fieldType"],
        "description": "",
        "groupName": said["groupName"],
        "options": options,
        **more,
        "displayOrder": -1,
        "calculated": "calculated" in flags,
        "externalOptions": "externalOptions" in flags,
        "hasUniqueValue": "unique" in flags,
        "hidden": "hidden" in flags,
        **({} if said.get("own") else {"hubspotDefined": True}),
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": not said.get("own"),
            "readOnlyValue": "readOnly" in flags,
        },
        "formField": False,
        "dataSensitivity": "non_sensitive",
    }
