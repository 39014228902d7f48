"""The Tooling API, as far as fields are made with it: CustomField as a row, and queries about fields and objects."""

from typing import Any

from crm_migrate_simulators.salesforce import ids, new_fields
from crm_migrate_simulators.salesforce.failures import Failure, not_found
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.soql.looking import look
from crm_migrate_simulators.salesforce.soql.parsing import malformed, read
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

_BASE = f"{DATA}/tooling"
_EMPTY = ("ApexLog", "ApexClass", "ApexTrigger", "ValidationRule", "FlowDefinition", "InstalledSubscriberPackage")


def _create(org: Org, work: Work, at: At) -> Reply:
    said = org.body(work)
    if set(said) - {"FullName", "Metadata"} or not isinstance(said.get("Metadata"), dict):
        raise Failure("INVALID_FIELD", "A CustomField is made of FullName and Metadata")
    made = new_fields.add(org, work, str(said.get("FullName", "")), said["Metadata"])
    name = str(said["FullName"]).partition(".")[2]
    told = {"id": field_id(work, made[0], name), "success": True, "errors": [], "warnings": [], "infos": []}
    return Reply(201, told)


def _one(org: Org, work: Work, at: At) -> Reply:
    row = _known(work, at["id"])
    url = f"/services/data/v{at['version']}/tooling/sobjects/CustomField/{row['Id']}"
    return Reply(200, {"attributes": {"type": "CustomField", "url": url}, **row})


def _remove(org: Org, work: Work, at: At) -> Reply:
    row = _known(work, at["id"])
    new_fields.remove(org, work, row["FullName"])
    return Reply(204)


def _query(org: Org, work: Work, at: At) -> Reply:
    text = work.call.request.query.get("q", "")
    query = read(text)
    kinds = {"customfield": _fields, "entitydefinition": _objects, "fielddefinition": _definitions}
    if query.source.casefold() in {name.casefold() for name in _EMPTY}:
        rows: list[dict[str, Any]] = []
    elif query.source.casefold() in kinds:
        rows = look(query, kinds[query.source.casefold()](work), work.now)
    else:
        raise malformed(text, query.source_at, f"sObject type '{query.source}' is not supported.", code="INVALID_TYPE")
    for row in rows:
        row["attributes"] = {
            "type": query.source,
            "url": f"/services/data/v{at['version']}/tooling/sobjects/{query.source}",
        }
    told = {"size": len(rows), "totalSize": len(rows), "done": True, "queryLocator": None, "entityTypeName": None}
    return Reply(200, {**told, "records": [{"attributes": row.pop("attributes"), **row} for row in rows]})


def field_id(work: Work, object: str, field: str) -> str:
    """The id of a custom field: by its place among all, so that it stays."""
    return next(str(row["Id"]) for row in _fields(work) if row["FullName"] == f"{object}.{field}")


def _known(work: Work, said: str) -> dict[str, Any]:
    id = ids.whole(said)
    row = next((row for row in _fields(work) if row["Id"] == id), None)
    if row is None:
        raise not_found()
    return row


def _fields(work: Work) -> list[dict[str, Any]]:
    rows = []
    for at, (name, object) in enumerate(sorted(work.store.schema.objects.items())):
        custom = [field for field in object.fields.values() if field.more.get("custom")]
        for number, field in enumerate(custom, 1):
            row = {"Id": ids.make("00N", at * 1000 + number), "TableEnumOrId": name, "DeveloperName": field.name[:-3]}
            rows.append({**row, "FullName": f"{name}.{field.name}", "Length": field.more.get("length") or None})
    return rows


def _objects(work: Work) -> list[dict[str, Any]]:
    told = []
    for name in sorted(work.store.schema.objects):
        more = work.store.compact(name)
        row = {"Id": name, "DurableId": name, "QualifiedApiName": name, "DeveloperName": name.removesuffix("__c")}
        told.append({**row, "Label": more["label"], "KeyPrefix": more["keyPrefix"], "IsCustomizable": True})
    return told


def _definitions(work: Work) -> list[dict[str, Any]]:
    return [
        {
            "Id": f"{name}.{field.name}", "DurableId": f"{name}.{field.name}", "QualifiedApiName": field.name,
            "EntityDefinitionId": name, "EntityDefinition.QualifiedApiName": name, "Label": field.more["label"],
            "DataType": field.more["type"], "Length": field.more.get("length", 0),
        }
        for name, object in sorted(work.store.schema.objects.items())
        for field in object.fields.values()
    ]  # fmt: skip


ROUTES = (
    *routes("write", _create, f"POST {_BASE}/sobjects/CustomField"),
    *routes("read", _one, f"GET {_BASE}/sobjects/CustomField/{{id}}"),
    *routes("write", _remove, f"DELETE {_BASE}/sobjects/CustomField/{{id}}"),
    *routes("read", _query, f"GET {_BASE}/query"),
)
