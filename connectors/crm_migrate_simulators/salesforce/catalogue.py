"""The objects of an org: the standard ones from `data/standard.json`, a person's own from `--schema`.

A field is kept as what differs from the default of its type (`Field.more`) and told in full (`described`). `--schema`
speaks the words of a describe call:

{"organisation": "Muster", "key": "Legacy_Key__c", "objects": {
    "Account": {"fields": {"Legacy_Key__c": {"type": "string", "length": 40, "externalId": true, "unique": true}},
                "recordTypes": {"Partner": {"Rating": ["Hot"]}},
                "validationRules": [{"name": "Name_no_X", "field": "Name", "matches": "X.*", "message": "no X"}],
                "duplicateRules": [{"name": "Same_name", "fields": ["Name"], "action": "Block"}]},
    "Invoice__c": {"label": "Invoice", "fields": {...}}},
 "users": [{"Username": "ayse@example.com", "LastName": "Yılmaz", "IsActive": false}],
 "personAccounts": true, "severalCurrencies": true, "contactsOfSeveralAccounts": false}
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from crm_migrate_simulators.schema import SchemaError

Compact = dict[str, Any]  # a field, an object: only what is not the default

AUDIT = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById")
OPTIONS = {"personAccounts": False, "severalCurrencies": False, "contactsOfSeveralAccounts": True}
OBJECT_WORDS = ("label", "labelPlural", "fields", "recordTypes", "validationRules", "duplicateRules")
RULE_WORDS = {
    "validationRules": {"name", "field", "matches", "message"},
    "duplicateRules": {"name", "fields", "action"},
}
_STORED = {
    "boolean": "boolean",
    "int": "integer",
    "double": "decimal",
    "currency": "decimal",
    "percent": "decimal",
    "date": "date",
    "datetime": "datetime",
    "reference": "reference",
    "picklist": "choice",
    "multipicklist": "choice",
    "combobox": "choice",
    "base64": "choice",
    "time": "choice",
    "id": "choice",
}
CUSTOM_TYPES = ("string", *(name for name in _STORED if name != "id"), "textarea", "email", "phone", "url")


@cache
def standard() -> dict[str, Any]:
    """The file of standard objects, parsed; not to be changed."""
    text = files("crm_migrate_simulators.salesforce").joinpath("data/standard.json").read_text("utf-8")
    said: dict[str, Any] = json.loads(text)
    return said


def furnished(said: Any) -> dict[str, Any]:
    """The generic schema of an org: standard objects and what a person says. Raises SchemaError with the place."""
    said = {} if said is None else said
    if not isinstance(said, dict) or not isinstance(said.get("objects", {}), dict):
        raise SchemaError("a schema is a JSON object with `objects`")
    unknown = sorted(set(said) - {"organisation", "key", "objects", "users", *OPTIONS})
    if unknown:
        raise SchemaError(f"unknown words: {', '.join(unknown)}")
    objects = {name: _standard_object(body) for name, body in standard()["objects"].items()}
    options = {word: bool(said.get(word, usual)) for word, usual in OPTIONS.items()}
    for option, object in (
        ("severalCurrencies", "CurrencyType"),
        ("contactsOfSeveralAccounts", "AccountContactRelation"),
    ):
        if not options[option]:
            del objects[object]
    if options["personAccounts"]:
        _with_persons(objects)
    if options["severalCurrencies"]:
        _with_currencies(objects)
    own: dict[str, Any] = said.get("objects", {})
    for name in own:
        if name not in objects:
            objects[name] = _custom_object(name, own[name], len(objects))
    for name, spec in own.items():
        _add(objects, name, spec)
    return {
        "organisation": said.get("organisation", "Simulated"),
        "key": said.get("key"),
        "objects": objects,
        "more": {"users": _users(said.get("users", [])), **options},
    }


def _standard_object(body: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field["name"]: stored(field, set(standard()["objects"])) for field in body["fields"]}
    return {"fields": fields, "more": {**body["object"], "children": body["children"]}}


def _with_persons(objects: dict[str, Any]) -> None:
    names = set(objects)
    for field in standard()["person_account_fields"]:
        objects["Account"]["fields"][field["name"]] = stored(field, names)
    flag = next(field for field in standard()["person_account_fields"] if field["name"] == "IsPersonAccount")
    objects["Contact"]["fields"]["IsPersonAccount"] = stored(flag, names)


def _with_currencies(objects: dict[str, Any]) -> None:
    said = custom_field("CurrencyIsoCode", type="picklist", length=3, picklistValues=["EUR", "USD", "TRY", "GBP"],
                        restrictedPicklist=True, label="Currency ISO Code")  # fmt: skip
    said["picklistValues"] = [
        {"value": c, "label": c, "active": True, "defaultValue": c == "EUR"} for c in said["picklistValues"]
    ]
    for body in objects.values():
        if any(field["more"]["type"] == "currency" for field in body["fields"].values()):
            body["fields"]["CurrencyIsoCode"] = stored(
                said | {"nillable": True, "defaultedOnCreate": True}, set(objects)
            )


def _custom_object(name: str, spec: Any, number: int) -> dict[str, Any]:
    if not name.endswith("__c"):
        raise SchemaError(f"{name}: the name of a custom object ends in __c, and there is no standard object so called")
    label = spec.get("label", name.removesuffix("__c")) if isinstance(spec, dict) else name
    head = {"name": name, "label": label, "labelPlural": spec.get("labelPlural", f"{label}s"), "custom": True}
    head |= {"keyPrefix": f"a{number:02d}", "createable": True, "updateable": True, "deletable": True}
    fields = [field for field in standard()["objects"]["Note"]["fields"] if field["name"] in _SYSTEM]
    named = {"name": "Name", "label": f"{label} Name", "type": "string", "length": 80, "nameField": True}
    fields.append(named | {"createable": True, "updateable": True, "defaultedOnCreate": True, "nillable": True})
    all_fields = {field["name"]: stored(field, {"User"}) for field in fields}
    return {"fields": all_fields, "more": {**head, "undeletable": True, "searchable": True, "children": []}}


_SYSTEM = [
    "Id",
    "IsDeleted",
    "OwnerId",
    "CreatedDate",
    "CreatedById",
    "LastModifiedDate",
    "LastModifiedById",
    "SystemModstamp",
]


def _add(objects: dict[str, Any], name: str, spec: Any) -> None:
    if not isinstance(spec, dict):
        raise SchemaError(f"{name}: an object is a JSON object")
    unknown = sorted(set(spec) - set(OBJECT_WORDS))
    if unknown:
        raise SchemaError(f"{name}: unknown words: {', '.join(unknown)}")
    more = objects[name]["more"]
    for word, known in RULE_WORDS.items():
        for rule in spec.get(word, []):
            if set(rule) - known:
                raise SchemaError(f"{name}.{word}: unknown words: {', '.join(sorted(set(rule) - known))}")
        more[word] = spec.get(word, [])
    more["recordTypes"] = spec.get("recordTypes", {})
    for field_name, said in spec.get("fields", {}).items():
        if not isinstance(said, dict):
            raise SchemaError(f"{name}.{field_name}: a field is a JSON object")
        try:
            field = custom_field(field_name, **said)
        except (TypeError, ValueError) as error:
            raise SchemaError(f"{name}.{field_name}: {error}") from None
        objects[name]["fields"][field_name] = stored(field, set(objects))


def custom_field(
    name: str,
    *,
    type: str = "string",
    label: str = "",
    length: int = 0,
    precision: int = 0,
    scale: int = 0,
    required: bool = False,
    unique: bool = False,
    external: bool = False,
    externalId: bool = False,  # noqa: N803 -- the word of a describe call
    caseSensitive: bool = False,  # noqa: N803
    restrictedPicklist: bool = False,  # noqa: N803
    picklistValues: list[Any] | None = None,  # noqa: N803
    referenceTo: list[str] | None = None,  # noqa: N803
    cascadeDelete: bool = False,  # noqa: N803
    childRelationshipName: str = "",  # noqa: N803
    createable: bool = True,
    updateable: bool = True,
    defaultValue: Any = None,  # noqa: N803
) -> Compact:
    """A custom field. Raises ValueError where its type is unknown."""
    if type not in CUSTOM_TYPES:
        raise ValueError(f"there is no type {type!r}; there are {', '.join(CUSTOM_TYPES)}")
    length = length or {"string": 255, "textarea": 255, "email": 80, "phone": 40, "url": 255, "reference": 18}.get(
        type, 0
    )
    if type in ("picklist", "multipicklist"):
        length = length or (255 if type == "picklist" else 4099)
    if type in ("double", "currency", "percent"):
        precision = precision or 18
    found: Compact = {
        "name": name,
        "label": label or name.removesuffix("__c").replace("_", " "),
        "type": type,
        "custom": name.endswith("__c"),
        "length": length,
        "precision": precision,
        "scale": scale,
        "nillable": not required and type != "boolean",
        "defaultedOnCreate": type == "boolean",
        "createable": createable,
        "updateable": updateable,
        "unique": unique,
        "externalId": externalId or external,
        "idLookup": externalId or external,
        "caseSensitive": caseSensitive,
        "restrictedPicklist": restrictedPicklist,
        "cascadeDelete": cascadeDelete,
        "permissionable": not required,
        "defaultValue": defaultValue,
    }
    if picklistValues:
        found["picklistValues"] = list(picklistValues)
    if referenceTo:
        found |= {"referenceTo": list(referenceTo), "relationshipName": name.removesuffix("__c") + "__r"}
        found["childRelationshipName"] = (childRelationshipName or f"{name.removesuffix('__c')}s") + "__r"
    return {word: value for word, value in found.items() if value not in (False, None, 0, "") or word in _SAID}


_SAID = ("nillable", "createable", "updateable")


def stored(field: Compact, objects: set[str]) -> dict[str, Any]:
    """A field as the store knows it: its backstop against users and automations; the API's own rules are stricter."""
    kind = _STORED.get(field["type"], "text")
    words: dict[str, Any] = {"type": kind, "more": field}
    if kind == "text":
        words["length"] = field.get("length") or None
    if kind == "reference":
        words["reference"] = [name for name in field.get("referenceTo", []) if name in objects]
    if field.get("unique"):
        words |= {"unique": True, "folded": not field.get("caseSensitive")}
    if field.get("externalId"):
        words["external"] = True
    return words


def _users(said: Any) -> list[dict[str, Any]]:
    if not isinstance(said, list) or not all(isinstance(user, dict) and user.get("Username") for user in said):
        raise SchemaError("users: a list of JSON objects with `Username`")
    return said


def choices(field: Compact) -> list[str]:
    """The active values of a picklist."""
    return [c if isinstance(c, str) else c["value"] for c in field.get("picklistValues", []) if _active(c)]


def default_choice(field: Compact) -> str | None:
    """The value of a picklist that is given where none is."""
    found = (c["value"] for c in field.get("picklistValues", []) if not isinstance(c, str) and c["defaultValue"])
    return next(found, None)


def _active(choice: Any) -> bool:
    return isinstance(choice, str) or bool(choice["active"])
