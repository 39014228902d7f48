"""The Metadata API in SOAP: custom fields and permission sets, made, changed, read and taken away."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce import dml, new_fields, soap, xml
from crm_migrate_simulators.salesforce.failures import Failure, failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import At, routes
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

MOST = 10
Said = dict[str, Any]
One = Callable[[Said], dict[str, Any]]


def _asked(org: Org, work: Work, at: At) -> Reply:
    asked = soap.operation(work.call.request)
    verbs = {"createMetadata": _create, "upsertMetadata": _upsert, "deleteMetadata": _delete, "readMetadata": _read}
    verb = verbs.get(xml.name(asked))
    if verb is None:
        raise Failure("INVALID_OPERATION", f"This simulator does not know {xml.name(asked)}")
    return verb(org, work, asked)


def _create(org: Org, work: Work, asked: ElementTree.Element) -> Reply:
    def one(kind: str, said: Said) -> dict[str, Any]:
        if kind == "CustomField":
            new_fields.add(org, work, said["fullName"], said)
        else:
            if _known_set(work, said["fullName"]):
                raise Failure("DUPLICATE_DEVELOPER_NAME", f"There is a permission set named {said['fullName']} already")
            _set(work, said)
        return {"fullName": said["fullName"], "success": True}

    return soap.answer(soap.METADATA, "createMetadata", _each(work, asked, one))


def _upsert(org: Org, work: Work, asked: ElementTree.Element) -> Reply:
    def one(kind: str, said: Said) -> dict[str, Any]:
        created = new_fields.change(org, work, said["fullName"], said) if kind == "CustomField" else _set(work, said)
        return {"created": created, "fullName": said["fullName"], "success": True}

    return soap.answer(soap.METADATA, "upsertMetadata", _each(work, asked, one, created=False))


def _each(
    work: Work, asked: ElementTree.Element, one: Callable[[str, Said], dict[str, Any]], **first: bool
) -> list[dict[str, Any]]:
    results = []
    parts = [part for part in asked if xml.name(part) == "metadata"]
    if len(parts) > MOST:
        raise Failure("LIMIT_EXCEEDED", f"A call takes {MOST} components")
    for part in parts:
        kind, said = part.get(xml.TYPE, "").rpartition(":")[2], _typed(xml.said(part))
        try:
            if kind not in ("CustomField", "PermissionSet"):
                raise Failure("INVALID_TYPE", f"This simulator does not make a {kind}")
            with work.store.all_or_nothing():
                results.append(one(kind, said))
        except Refused as refused:
            results.append({**first, **_wrong(said.get("fullName", ""), failure(refused))})
    return results


def _wrong(name: str, failed: Failure) -> dict[str, Any]:
    return {"errors": {"message": failed.message, "statusCode": failed.code}, "fullName": name, "success": False}


def _typed(value: Any) -> Any:
    """Texts of XML as what they mean: true and false become that."""
    if isinstance(value, dict):
        return {name: _typed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return {"true": True, "false": False}.get(value, value.strip()) if isinstance(value, str) else value


def _set(work: Work, said: Said) -> bool:
    """Make or change a permission set; whether it is new."""
    known = _known_set(work, said["fullName"])
    values = {"Label": said.get("label") or said["fullName"], "Description": said.get("description") or None}
    made = known or dml.create(work, "PermissionSet", {"Name": said["fullName"], **values})
    if known:
        dml.update(work, "PermissionSet", made.id, values)
    for each in xml.several(said.get("fieldPermissions")):
        field = str(each["field"])
        rights = {"PermissionsRead": bool(each.get("readable")), "PermissionsEdit": bool(each.get("editable"))}
        found = [r for r in work.store.having("FieldPermissions", "ParentId", made.id) if r.values["Field"] == field]
        if found:
            dml.update(work, "FieldPermissions", found[0].id, rights)
        else:
            place = {"ParentId": made.id, "Field": field, "SobjectType": field.partition(".")[0]}
            dml.create(work, "FieldPermissions", {**place, **rights})
    return known is None


def _known_set(work: Work, name: str) -> Record | None:
    return next((record for record in work.store.all("PermissionSet") if record.values["Name"] == name), None)


def _delete(org: Org, work: Work, asked: ElementTree.Element) -> Reply:
    said = xml.said(asked)
    results: list[dict[str, Any]] = []
    for name in xml.several(said.get("fullNames")):
        try:
            if said.get("type") == "CustomField":
                new_fields.remove(org, work, name)
            else:
                found = _known_set(work, name)
                if found is None:
                    raise Failure("INVALID_CROSS_REFERENCE_KEY", f"no PermissionSet named {name} found")
                dml.delete(work, "PermissionSet", found.id)
            results.append({"fullName": name, "success": True})
        except Failure as failed:
            results.append(_wrong(name, failed))
    return soap.answer(soap.METADATA, "deleteMetadata", results)


def _read(org: Org, work: Work, asked: ElementTree.Element) -> Reply:
    said = xml.said(asked)
    kind = str(said.get("type"))
    told = ""
    for name in xml.several(said.get("fullNames")):
        members = _set_told(work, name) if kind == "PermissionSet" else _field_told(work, name)
        told += f'\n    <records xsi:type="{kind}">{xml.text(members, "     ")}\n    </records>'
    return soap.raw(soap.METADATA, "readMetadata", f"\n   <result>{told}\n   </result>")


def _set_told(work: Work, name: str) -> list[tuple[str, Any]]:
    found = _known_set(work, name)
    if found is None:
        return []
    fields = work.store.having("FieldPermissions", "ParentId", found.id)
    told = [
        {
            "editable": bool(r.values.get("PermissionsEdit")),
            "field": r.values["Field"],
            "readable": bool(r.values.get("PermissionsRead")),
        }
        for r in fields
    ]
    first: list[tuple[str, Any]] = [("fullName", name)]
    last = [("hasActivationRequired", False), ("label", found.values["Label"])]
    return [*first, *(("fieldPermissions", each) for each in told), *last]


def _field_told(work: Work, full_name: str) -> list[tuple[str, Any]]:
    object, _, name = full_name.partition(".")
    fields = work.store.schema.objects[object].fields if object in work.store.schema.objects else {}
    if name not in fields:
        return []
    more = fields[name].more
    return [("fullName", full_name), ("externalId", bool(more.get("externalId"))), ("label", more["label"]),
            ("length", more.get("length") or None), ("unique", bool(more.get("unique")))]  # fmt: skip


ROUTES = (*routes("write", _asked, r"POST /services/Soap/m/(?P<plain>\d+\.\d)(?:/\w+)?"),)
