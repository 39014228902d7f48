"""Describe calls: an object with every member that a real one has, from the little that the catalogue keeps."""

from typing import Any

from crm_migrate_simulators.salesforce.catalogue import AUDIT, Compact
from crm_migrate_simulators.salesforce.org_store import SETUP, OrgStore

_TYPED = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "Case",
    "Task",
    "Event",
    "Campaign",
    "Product2",
    "Asset",
    "Contract",
)
MASTER = "012000000000000AAA"
_FIELD: Compact = {
    "aggregatable": True, "aiPredictionField": False, "autoNumber": False, "byteLength": 0, "calculated": False,
    "calculatedFormula": None, "cascadeDelete": False, "caseSensitive": False, "compoundFieldName": None,
    "controllerName": None, "createable": False, "custom": False, "defaultValue": None, "defaultValueFormula": None,
    "defaultedOnCreate": False, "dependentPicklist": False, "deprecatedAndHidden": False, "digits": 0,
    "displayLocationInDecimal": False, "encrypted": False, "externalId": False, "extraTypeInfo": None,
    "filterable": True, "filteredLookupInfo": None, "formulaTreatNullNumberAsZero": False, "groupable": True,
    "highScaleNumber": False, "htmlFormatted": False, "idLookup": False, "inlineHelpText": None, "label": "",
    "length": 0, "mask": None, "maskType": None, "name": "", "nameField": False, "namePointing": False,
    "nillable": True, "permissionable": False, "picklistValues": [], "polymorphicForeignKey": False, "precision": 0,
    "queryByDistance": False, "referenceTargetField": None, "referenceTo": [], "relationshipName": None,
    "relationshipOrder": None, "restrictedDelete": False, "restrictedPicklist": False, "scale": 0,
    "searchPrefilterable": False, "soapType": "xsd:string", "sortable": True, "type": "string", "unique": False,
    "updateable": False, "writeRequiresMasterRead": False,
}  # fmt: skip
_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "time": "xsd:time", "base64": "xsd:base64Binary", "address": "urn:address",
}  # fmt: skip
_GLOBAL: Compact = {
    "activateable": False, "associateEntityType": None, "associateParentEntity": None, "createable": True,
    "custom": False, "customSetting": False, "deepCloneable": False, "deletable": True, "deprecatedAndHidden": False,
    "feedEnabled": True, "hasSubtypes": False, "isInterface": False, "isSubtype": False, "keyPrefix": "",
    "label": "", "labelPlural": "", "layoutable": True, "mergeable": False, "mruEnabled": True, "name": "",
    "queryable": True, "replicateable": True, "retrieveable": True, "searchable": True, "triggerable": True,
    "undeletable": True, "updateable": True,
}  # fmt: skip
_OBJECT: Compact = {
    "actionOverrides": [], "compactLayoutable": True, "defaultImplementation": None, "extendedBy": None,
    "extendsInterfaces": None, "implementedBy": None, "implementsInterfaces": None, "listviewable": None,
    "lookupLayoutable": None, "namedLayoutInfos": [], "networkScopeFieldName": None, "searchLayoutable": True,
    "sobjectDescribeOption": "FULL",
}  # fmt: skip


def field(said: Compact, *, editable: bool = True) -> dict[str, Any]:
    """A field in full."""
    kind, length = said["type"], said.get("length", 0)
    bytes_ = length if kind in ("id", "reference") else length * 3
    told = _FIELD | {"byteLength": bytes_, "soapType": _SOAP.get(kind, "xsd:string")} | said
    told.pop("childRelationshipName", None)
    if kind == "boolean" and told["defaultValue"] is None:
        told["defaultValue"] = False
    told["digits"] = said.get("digits", 8 if kind == "int" else 0)
    told["picklistValues"] = [_choice(value) for value in said.get("picklistValues", [])]
    if not editable:
        told["createable"] = told["updateable"] = False
    return told


def _choice(value: Any) -> dict[str, Any]:
    whole = {"value": value, "label": value} if isinstance(value, str) else value
    return {"active": True, "defaultValue": False, "validFor": None, **whole}


def brief(store: OrgStore, object: str, version: str) -> dict[str, Any]:
    """An object as the list of all tells it."""
    more = {n: v for n, v in store.compact(object).items() if n in _GLOBAL}
    base = f"/services/data/v{version}/sobjects/{object}"
    more.setdefault("layoutable", object not in SETUP)
    urls = {
        "compactLayouts": f"{base}/describe/compactLayouts",
        "rowTemplate": f"{base}/{{ID}}",
        "approvalLayouts": f"{base}/describe/approvalLayouts",
        "listviews": f"{base}/listviews",
        "describe": f"{base}/describe",
        "quickActions": f"{base}/quickActions",
        "layouts": f"{base}/describe/layouts",
        "sobject": base,
    }
    if not more["layoutable"]:
        urls = {name: urls[name] for name in ("rowTemplate", "describe", "sobject")}
    return {**_GLOBAL, **more, "urls": urls}


def everything(store: OrgStore, version: str) -> dict[str, Any]:
    """The list of all objects."""
    names = sorted(store.schema.objects)
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [brief(store, name, version) for name in names]}


def whole(store: OrgStore, object: str, version: str, host: str, *, audit: bool = False) -> dict[str, Any]:
    """An object with its fields, children and record types. With `audit` its dates may be set at a creation, and say
    so: tools that map fields by a describe offer them then."""
    fields = store.visible_fields(object)
    urls = {
        "uiDetailTemplate": f"{host}/{{ID}}",
        "uiEditTemplate": f"{host}/{{ID}}/e",
        "defaultValues": f"/services/data/v{version}/sobjects/{object}/defaultValues?recordTypeId&fields",
        "uiNewRecord": f"{host}/{store.compact(object)['keyPrefix']}/e",
    }
    told = {**_OBJECT, **brief(store, object, version)}
    told["urls"] = {**told["urls"], **(urls if told["layoutable"] else {})}
    told["fields"] = [field(dict(f.more), editable=store.editable(object, f.name)) for f in fields]
    for each in told["fields"]:
        each["createable"] |= audit and each["name"] in AUDIT
    told["childRelationships"] = [
        {
            "cascadeDelete": cascades, "childSObject": child, "deprecatedAndHidden": False, "field": name,
            "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": relationship,
            "restrictedDelete": forbids,
        }
        for child, name, relationship, cascades, forbids in store.children(object)
    ]  # fmt: skip
    told["recordTypeInfos"] = _record_types(store, object, version)
    scopes = (("All", "everything"), ("My", "mine")) if _is_owned(store, object) else (("All", "everything"),)
    told["supportedScopes"] = [{"label": f"{w} {told['labelPlural'].lower()}", "name": n} for w, n in scopes]
    return told


def _is_owned(store: OrgStore, object: str) -> bool:
    """Whether records of an object are somebody's."""
    return "OwnerId" in store.schema.objects[object].fields


def _record_types(store: OrgStore, object: str, version: str) -> list[dict[str, Any]]:
    if object not in _TYPED and not store.compact(object).get("custom"):
        return []
    own = [r for r in store.all("RecordType") if r.values["SobjectType"] == object and r.values.get("IsActive")]
    types = [(r.id, r.values["DeveloperName"], r.values["Name"], False) for r in own]
    layout = f"/services/data/v{version}/sobjects/{object}/describe/layouts"
    return [
        {
            "active": True, "available": True, "defaultRecordTypeMapping": id == (types[0][0] if types else MASTER),
            "developerName": developer, "master": master, "name": name, "recordTypeId": id,
            "urls": {"layout": f"{layout}/{id}"},
        }
        for id, developer, name, master in [*types, (MASTER, "Master", "Master", True)]
    ]  # fmt: skip
