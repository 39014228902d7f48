"""A module of vtiger as `describe` tells it, and its records as values. Pure.

vtiger calls a field that people made `cf_852`: a number of the installation. So we name it by its label, behind `cf.`:
`cf.Tax number`. Everything is told as text: '1' is yes, '' is nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crm_migrate_opencrm.dialect import ID, Entity, Field, Kind, Record

KEY, KIND = "cf.crm_migrate_id", "cf.crm_migrate_kind"
OWNER = "assigned_user_id"
MADE = "cf_"
OF = "@module"  # behind the attribute of a link: of which module the record is that it names
BETWEEN = " |##| "  # of the values of a multiple choice
_KINDS: Mapping[str, Kind] = {
    "string": "text", "text": "long_text", "picklist": "choice", "multipicklist": "list", "boolean": "boolean",
    "integer": "integer", "double": "number", "currency": "money", "date": "date", "email": "email", "phone": "phone",
    "url": "url", "owner": "owner", "salutation": "text", "skype": "text", "datetime": "instant",
}  # fmt: skip
BY_HAND: Mapping[str, str] = {
    "long_text": "Text Area", "integer": "Integer", "number": "Decimal", "date": "Date", "birth_date": "Date",
    "url": "URL", "list": "Text Area", "tags": "Text Area",
}  # fmt: skip


def entity_of(said: Mapping[str, Any]) -> Entity:
    """The module. Our key and kind are attributes there, by the labels of their fields."""
    fields = {field.name: field for each in said.get("fields") or () for field in _fields(each)}
    key, kind = (fields[name].attribute if name in fields else "" for name in (KEY, KIND))
    mailbox, marks = ("email" if "email" in fields else "email1"), ("emailoptout" if "emailoptout" in fields else "")
    return Entity(str(said["name"]), fields, key, kind, mailbox, marks)


def _fields(said: Mapping[str, Any]) -> Iterator[Field]:
    attribute, type = str(said["name"]), said.get("type") or {}
    name = f"cf.{said.get('label')}" if attribute.startswith(MADE) else attribute
    read_only = said.get("editable") is False
    required = bool(said.get("mandatory")) and attribute != OWNER
    if type.get("name") == "reference":
        modules = [each for each in type.get("refersTo") or () if each not in ("Users", "Currency")]
        for module in modules:
            many = len(modules) > 1
            yield Field(
                f"{name}.{module}" if many else name, "reference", attribute, required and not many, read_only,
                to=module, type_attribute=f"{attribute}{OF}" if many else "",
            )  # fmt: skip
    elif type.get("name") in _KINDS:
        kind = _KINDS[type["name"]]
        choices = tuple(str(each.get("value")) for each in type.get("picklistValues") or () if each.get("value"))
        yield Field(
            name, kind, attribute, required, read_only, choices=choices if kind == "choice" else (),
            default=bool(said.get("default")) or kind == "owner",
        )  # fmt: skip


def typed(entity: Entity, record: Record, modules: Mapping[str, str]) -> Record:
    """A record with values in place of texts; `modules`: by the number before an id."""
    found: dict[str, Any] = {ID: record[ID]}
    for field in entity.fields.values():
        held = record.get(field.attribute)
        found[field.attribute] = _value(field, held)
        if field.type_attribute:
            found[field.type_attribute] = modules.get(str(held or "").partition("x")[0])
    return found


def _value(field: Field, held: Any) -> Any:
    if field.kind == "boolean":
        return str(held) in ("1", "on", "true", "yes")
    if held is None or held == "":
        return None
    return str(held).split(BETWEEN) if field.kind == "list" else held


def element(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a body."""
    return {name: _sent(value) for name, value in body.items() if not name.endswith(OF)}


def _sent(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return BETWEEN.join(value) if isinstance(value, list) else value
