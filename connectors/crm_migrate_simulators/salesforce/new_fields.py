"""A custom field that an administrator adds, as the Metadata and the Tooling API say it; nobody may see it at first."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.salesforce.catalogue import Compact, custom_field, stored
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.salesforce.xml import several
from crm_migrate_simulators.schema import read_field

_TYPES = {  # the word of the Metadata API: that of a describe call
    "Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Html": "textarea", "Email": "email",
    "Phone": "phone", "Url": "url", "Number": "double", "Currency": "currency", "Percent": "percent",
    "Checkbox": "boolean", "Date": "date", "DateTime": "datetime", "Time": "time", "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist", "Lookup": "reference", "MasterDetail": "reference",
}  # fmt: skip
_MAY_BE_EXTERNAL = ("Text", "Email", "Number")
MOST_EXTERNAL = 25


def add(org: Org, work: Work, full_name: str, metadata: Mapping[str, Any]) -> list[str]:
    """Add `Object.Field__c`; the names of the objects that have it now. Raises Failure."""
    said_object, _, name = full_name.partition(".")
    targets = ["Task", "Event"] if said_object == "Activity" else [said_object]
    for object in targets:
        if object not in work.store.schema.objects or (said_object in ("Task", "Event")):
            words = f"In field: fullName - no CustomObject named {said_object} found"
            raise Failure("INVALID_CROSS_REFERENCE_KEY", words)
    field = _field(work, targets[0], name, metadata)
    with work.store.lock:
        if name in work.store.schema.objects[targets[0]].fields:
            words = f"There is already a field named {name.removesuffix('__c')} on {said_object}."
            raise Failure("DUPLICATE_DEVELOPER_NAME", words)
        for object in targets:
            _put(work, object, field)
    org.schema_changed = work.now
    return targets


def change(org: Org, work: Work, full_name: str, metadata: Mapping[str, Any]) -> bool:
    """Add a field, or change its label and length; whether it is new. Raises Failure."""
    object, _, name = full_name.partition(".")
    known = work.store.schema.objects[object].fields.get(name) if object in work.store.schema.objects else None
    if known is None:
        add(org, work, full_name, metadata)
        return True
    field = _field(work, object, name, metadata, counting=not known.more.get("externalId"))
    if field["type"] != known.more["type"]:
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"Cannot change the type of {full_name}")
    _replace(work, object, field)
    org.schema_changed = work.now
    return False


def remove(org: Org, work: Work, full_name: str) -> None:
    """Take a custom field away, with its values. Raises Failure."""
    object, _, name = full_name.partition(".")
    fields = work.store.schema.objects[object].fields if object in work.store.schema.objects else {}
    if name not in fields or not fields[name].more.get("custom"):
        raise Failure("INVALID_CROSS_REFERENCE_KEY", "This custom field does not exist or is not accessible")
    work.store.remove_field(object, name)
    work.store.put("hidden", full_name, None)
    org.schema_changed = work.now


def _put(work: Work, object: str, field: Compact) -> None:
    name = field["name"]
    work.store.add_field(object, read_field(name, stored(field, set(work.store.schema.objects)), object))
    if field.get("permissionable"):
        work.store.put("hidden", f"{object}.{name}", True)


def _replace(work: Work, object: str, field: Compact) -> None:
    with work.store.lock:
        work.store.remove_field(object, field["name"], values=False)
        work.store.add_field(object, read_field(field["name"], stored(field, set(work.store.schema.objects)), object))


def _field(work: Work, object: str, name: str, said: Mapping[str, Any], *, counting: bool = True) -> Compact:
    kind = said.get("type")
    if kind not in _TYPES:
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"Must specify a known type, not {kind}, for the CustomField")
    if not name.endswith("__c") or not name.removesuffix("__c").replace("_", "").isalnum() or "__" in name[:-3]:
        words = "The field name can only contain alphanumeric characters and underscores, and ends in __c"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"{name}: {words}")
    if not said.get("label"):
        raise Failure("FIELD_INTEGRITY_EXCEPTION", "Must specify a non-empty label for the CustomField")
    _fits(kind, said)
    if counting and said.get("externalId") and _externals(work, object) >= MOST_EXTERNAL:
        raise Failure(
            "LIMIT_EXCEEDED", f"The object has {MOST_EXTERNAL} external id fields, which is all that it may have"
        )
    refers: dict[str, Any] = {}
    if _TYPES[kind] == "reference":
        refers = {"referenceTo": [said["referenceTo"]], "cascadeDelete": kind == "MasterDetail"}
        refers["childRelationshipName"] = str(said.get("relationshipName") or "")
    values = several(((said.get("valueSet") or {}).get("valueSetDefinition") or {}).get("value"))
    choices = [
        {
            "value": v["fullName"],
            "label": v.get("label") or v["fullName"],
            "active": True,
            "defaultValue": bool(v.get("default")),
        }
        for v in values
    ]
    return custom_field(
        name,
        type=_TYPES[kind],
        label=said["label"],
        length=int(said.get("length") or 0),
        precision=int(said.get("precision") or 0),
        scale=int(said.get("scale") or 0),
        required=bool(said.get("required")) or kind == "MasterDetail",
        unique=bool(said.get("unique")),
        externalId=bool(said.get("externalId")),
        caseSensitive=bool(said.get("caseSensitive")),
        restrictedPicklist=bool((said.get("valueSet") or {}).get("restricted")),
        picklistValues=choices,
        # A text in both APIs, as recorded in metadata_upsert_fields_mixed: `false` is no true.
        defaultValue=str(said.get("defaultValue")).lower() == "true" if kind == "Checkbox" else None,
        **refers,
    )


def _fits(kind: str, said: Mapping[str, Any]) -> None:
    if kind == "Checkbox" and said.get("required"):
        words = "Can not specify 'required' for a CustomField of type Checkbox"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", words)
    if kind in ("Text", "LongTextArea", "Html") and not said.get("length"):
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"Must specify 'length' for a CustomField of type {kind}")
    if kind == "Text" and not 1 <= int(said["length"]) <= 255:
        raise Failure("FIELD_INTEGRITY_EXCEPTION", "Text field: length must be between 1 and 255")
    for word in ("externalId", "unique"):
        if said.get(word) and kind not in _MAY_BE_EXTERNAL:
            raise Failure("FIELD_INTEGRITY_EXCEPTION", f"Can not specify '{word}' for a CustomField of type {kind}")
    if kind in ("Lookup", "MasterDetail") and not said.get("referenceTo"):
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"Must specify 'referenceTo' for a CustomField of type {kind}")


def _externals(work: Work, object: str) -> int:
    return sum(bool(field.more.get("externalId")) for field in work.store.schema.objects[object].fields.values())
