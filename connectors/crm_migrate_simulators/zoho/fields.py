"""What an organisation says of its fields, and the custom fields that are made by its API."""

import re
from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Field, read_field
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.modules import USERS, field
from crm_migrate_simulators.zoho.problems import Wrong, param, said
from crm_migrate_simulators.zoho.visit import Visit

MANY = 5  # fields that are made at a time
UNIQUE = 2  # unique fields of a module that are made
CUSTOM = 500  # custom fields of a module
_LENGTHS = {  # the most that a field of a type takes
    "text": 255, "textarea": 50_000, "email": 100, "phone": 30, "integer": 9, "autonumber": 255, "currency": 16,
    "percent": 5, "bigint": 18, "double": 18, "website": 450, "picklist": 120, "multiselectpicklist": 2000,
    "date": None, "datetime": None, "boolean": None,
}  # fmt: skip
_AREAS = {"small": 2000, "large": 32_000, "rich_text": 50_000}
_JSON = {
    "lookup": "jsonobject", "ownerlookup": "jsonobject", "multi_module_lookup": "jsonobject", "integer": "integer",
    "currency": "double", "double": "double", "percent": "double", "boolean": "boolean", "tags": "jsonarray",
    "multiselectpicklist": "jsonarray", "subform": "jsonarray",
}  # fmt: skip
_BLIND = ({"case_sensitive": False}, {"casesensitive": "false"})  # as the documents and as Zoho's SDK spell it
_LABEL = re.compile(r"[^A-Za-z0-9]+")


def listed(visit: Visit) -> Reply:
    """All fields of a module."""
    module = _module(visit)
    told = [_told(module, each, at) for at, each in enumerate(visit.fields(module).values())]
    return Reply(200, {"fields": [{**_told_id(module), **{"api_name": "id", "field_label": "Record Id"}}, *told]})


def created(visit: Visit) -> Reply:
    """New custom fields of a module, each by itself."""
    module = _module(visit)
    answers = [_made(visit, module, each, at) for at, each in enumerate(visit.member("fields", MANY))]
    failed = sum(each["status"] == "error" for each in answers)
    status = 201 if not failed else 400 if len(answers) == 1 else 207
    return Reply(status, {"fields": answers})


def _module(visit: Visit) -> str:
    name = visit.query.get("module")
    if not name:
        raise param("module")
    return visit.module(name)


def _made(visit: Visit, module: str, asked: Any, at: int) -> dict[str, Any]:
    try:
        made = _field(visit, module, asked)
        visit.store.add_field(module, made)
    except Refused as refused:
        code = "DUPLICATE_DATA" if refused.code == "FIELD_EXISTS" else refused.code
        name = "field_label" if refused.code == "FIELD_EXISTS" else refused.field
        details = {**getattr(refused, "details", {}), "api_name": name, "json_path": f"$.fields[{at}].{name}"}
        return said(code, "duplicate data" if code == "DUPLICATE_DATA" else refused.message, details)
    details = {"id": _id_of(module, made.name)}
    return {"code": "SUCCESS", "details": details, "message": "field created", "status": "success"}


def _field(visit: Visit, module: str, asked: Any) -> Field:
    """A field as it is asked for. Raises Wrong."""
    if not isinstance(asked, dict):
        raise Wrong("INVALID_DATA", "invalid data", "fields", expected_data_type="jsonobject")
    label, kind = (_text(asked, name) for name in ("field_label", "data_type"))
    if kind not in _LENGTHS:
        raise Wrong("INVALID_DATA", "data type not supported", "data_type")
    length = _length(asked, kind)
    unique = _unique(visit, module, asked)
    choices = tuple(str(each["actual_value"]) for each in asked.get("pick_list_values", ()))
    if kind in ("picklist", "multiselectpicklist") and not choices:
        raise Wrong("MANDATORY_NOT_FOUND", "required field not found", "pick_list_values")
    if sum(bool(each.more.get("custom")) for each in visit.fields(module).values()) >= CUSTOM:
        raise Wrong("LIMIT_EXCEEDED", "the limit of fields is exceeded", "fields", limit=CUSTOM)
    words = field(kind, length=length, choices=choices, unique=unique, custom=True)
    words["more"]["label"] = label
    name = _LABEL.sub("_", label).strip("_")
    return read_field(name, {word: value for word, value in words.items() if value not in (None, [])}, module)


def _text(asked: Mapping[str, Any], name: str) -> str:
    found = asked.get(name)
    if found is None:
        raise Wrong("MANDATORY_NOT_FOUND", "required field not found", name)
    if not isinstance(found, str) or not found or not found[0].isalpha():
        raise Wrong("INVALID_DATA", "invalid data", name, expected_data_type="string")
    return found


def _length(asked: Mapping[str, Any], kind: str) -> int | None:
    most, length = _LENGTHS[kind], asked.get("length")
    if kind == "textarea":
        area = asked.get("textarea")
        if not isinstance(area, dict) or area.get("type") not in _AREAS:
            raise Wrong("MANDATORY_NOT_FOUND", "required field not found", "textarea")
        return _AREAS[area["type"]]
    if length is None:
        return most
    if not isinstance(length, int) or most is None or not 0 < length <= most:
        raise Wrong("INVALID_DATA", "invalid data", "length", maximum_length=most)
    return length


def _unique(visit: Visit, module: str, asked: Mapping[str, Any]) -> bool:
    """Whether its values are there once, whatever their case: it cannot be another way."""
    if asked.get("unique") is None:
        return False
    if visit.store.schema.objects[module].more.get("subform_of"):
        raise Wrong("INVALID_DATA", "unique is not supported for the fields of a subform", "unique")
    if asked["unique"] not in _BLIND:
        raise Wrong("INVALID_DATA", "invalid data", "unique")
    if sum(each.unique for each in visit.fields(module).values()) >= UNIQUE:
        raise Wrong("LIMIT_EXCEEDED", "the limit of unique fields is exceeded", "unique", limit=UNIQUE)
    return True


def _id_of(module: str, name: str) -> str:
    """An id that is the same each time."""
    return str(4_876_875_000_000_000_000 + int.from_bytes(f"{module}.{name}".encode()[-6:], "big"))


def _told_id(module: str) -> dict[str, Any]:
    own = read_field("id", field("bigint", own=True) | {"length": 18}, module)
    return _told(module, own, 0)


def _told(module: str, each: Field, at: int) -> dict[str, Any]:
    kind, own = str(each.more["data_type"]), bool(each.more.get("own"))
    label = each.more.get("label") or each.name.replace("_", " ")
    targets = [{"api_name": name, "id": _id_of(name, "")} for name in each.reference if name != USERS]
    return {
        "api_name": each.name, "field_label": label, "display_label": label, "id": _id_of(module, each.name),
        "data_type": "text" if kind == "tags" else kind, "json_type": _JSON.get(kind, "string"),
        "length": each.more.get("length"), "system_mandatory": each.required,
        "custom_field": bool(each.more.get("custom")),
        "unique": {"casesensitive": "false"} if each.unique else {}, "external": None, "visible": True, "type": "used",
        "read_only": own, "field_read_only": own, "created_source": "default", "sequence_number": at + 1,
        "operation_type": {"web_update": not own, "api_create": not own, "web_create": not own, "api_update": not own},
        "lookup": {"module": targets[0], "display_label": label, "api_name": each.name} if kind == "lookup" else {},
        "multi_module_lookup": {"api_name": each.name, "modules": targets} if kind == "multi_module_lookup" else {},
        "associated_module": {"module": each.name, "id": _id_of(each.name, "")} if kind == "subform" else None,
        "pick_list_values": _choices(each), "decimal_place": 2 if kind in ("currency", "double", "percent") else None,
        "currency": {"precision": 2, "rounding_option": "normal"} if kind == "currency" else {},
    }  # fmt: skip


def _choices(each: Field) -> list[dict[str, Any]]:
    listed = each.more.get("choices", ())
    values = ["-None-", *listed] if each.more["data_type"] == "picklist" and not each.required else listed
    return [
        {"display_value": value, "actual_value": value, "sequence_number": at + 1, "type": "used"}
        for at, value in enumerate(values)
    ]
