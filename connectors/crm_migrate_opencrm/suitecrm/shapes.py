"""A module of SuiteCRM as `meta/fields` tells it, and its records as values. Pure.

Of a field its type, length and default are told, and neither its choices nor the module that it leads to
(Api/V8/Service/MetaService.php). So links are those of the vardefs of the modules, and ids that Studio makes for a
field to one record, `account_id_c`, by their names. Values come as HTML has them: `O&#039;Hara` (issue 8101).
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from crm_migrate_opencrm.dialect import ID, Entity, Field, Kind, Record

KEY, KIND = "crm_migrate_id_c", "crm_migrate_kind_c"
MADE = "_c"  # ends the name of a field that people made
OWNER, MAILBOX, OPTED_OUT, DEAD = "assigned_user_id", "email1", "email_opt_out", "invalid_email"
OPTED_OUT_THERE = "opt_out"  # of a mailbox, which is a record of its own
CREATED = "date_entered"
_GIVEN = (ID, "date_modified", "modified_user_id", "created_by", "deleted", "case_number")  # by the CRM itself
_FILLED = ("probability",)  # by its stage, where nobody says one (modules/Opportunities/Opportunity.php: save)
_KINDS: Mapping[str, Kind] = {
    "varchar": "text", "name": "text", "text": "long_text", "longtext": "long_text", "enum": "choice",
    "radioenum": "choice", "dynamicenum": "choice", "multienum": "list", "bool": "boolean", "int": "integer",
    "decimal": "number", "float": "number", "double": "number", "currency": "money", "date": "date",
    "datetime": "instant", "datetimecombo": "instant", "phone": "phone", "url": "url", "email": "email",
}  # fmt: skip
_TEXTS = ("text", "long_text", "choice", "phone", "url", "email")
# Links to one record (vardefs of the modules); `parent_id` of these leads to a record of one of several modules.
_LINKS: Mapping[str, Mapping[str, str]] = {
    "Accounts": {"parent_id": "Accounts"},
    "Contacts": {"account_id": "Accounts", "reports_to_id": "Contacts"},
    "Leads": {"account_id": "Accounts", "contact_id": "Contacts", "opportunity_id": "Opportunities",
              "reports_to_id": "Contacts"},
    "Opportunities": {"account_id": "Accounts"},
    "Cases": {"account_id": "Accounts", "contact_created_by_id": "Contacts"},
    "Tasks": {"contact_id": "Contacts"},
    "Notes": {"contact_id": "Contacts"},
}  # fmt: skip
_FLEXIBLE = ("Tasks", "Notes", "Calls", "Meetings", "Emails")
PARENT, PARENT_TYPE = "parent_id", "parent_type"
PARENTS = ("Accounts", "Contacts", "Leads", "Opportunities", "Cases", "Tasks")
REFERRING = (*_LINKS, "Calls", "Meetings", "Emails")
_STUDIO = re.compile(r"(account|contact|lead|opportunity|acase|task)_id\d*_c")
_NAMED = dict(zip(("account", "contact", "lead", "opportunity", "acase", "task"), PARENTS, strict=True))
BY_HAND: Mapping[str, str] = {
    "long_text": "TextArea", "integer": "Integer", "number": "Decimal", "date": "Date", "birth_date": "Date",
    "instant": "Datetime", "url": "URL", "list": "TextArea", "tags": "TextArea",
}  # fmt: skip
BETWEEN = "^,^"  # the values of a multiple choice
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|\w+);")


def entity_of(module: str, said: Mapping[str, Mapping[str, Any]]) -> Entity:
    """The module; our key and kind where somebody has made them."""
    fields = {field.name: field for name, each in said.items() for field in _fields(module, name, each)}
    key, kind = (each if each in fields else "" for each in (KEY, KIND))
    marks = [each if each in fields else "" for each in (MAILBOX, OPTED_OUT, DEAD)]
    return Entity(module, fields, key, kind, *marks)


def _fields(module: str, name: str, said: Mapping[str, Any]) -> Iterator[Field]:
    if name in _GIVEN:
        return
    required = str(said.get("required")).lower() in ("true", "1")  # some vardefs say it as text
    to = _link(module, name)
    if name == PARENT and module in _FLEXIBLE:
        for each in PARENTS:
            yield Field(f"{PARENT}.{each}", "reference", PARENT, to=each, type_attribute=PARENT_TYPE)
    elif to:
        yield Field(name, "reference", name, required, to=to)
    elif name == OWNER:
        yield Field(name, "owner", name)
    elif kind := _kind(name, said):
        yield Field(
            name, kind, name, required, default=kind == "boolean" or bool(said.get("default")) or name in _FILLED,
            length=int(said["len"]) if kind in _TEXTS and str(said.get("len")).isdigit() else None,
        )  # fmt: skip


def _kind(name: str, said: Mapping[str, Any]) -> Kind | None:
    if name == MAILBOX:
        return "email"
    if name in (OPTED_OUT, DEAD):
        return "boolean"
    return None if said.get("source") == "non-db" else _KINDS.get(str(said.get("type")))


def _link(module: str, name: str) -> str:
    """The module that a field leads to; "" for none."""
    made = _STUDIO.fullmatch(name)
    return _NAMED[made[1]] if made else _LINKS.get(module, {}).get(name, "")


def typed(entity: Entity, record: Record) -> Record:
    """A record with values in place of texts, and the moment of its making."""
    found: dict[str, Any] = {ID: record[ID], CREATED: str(record.get(CREATED) or "")}
    for field in entity.fields.values():
        found[field.attribute] = _value(field, record.get(field.attribute))
        if field.type_attribute:
            found[field.type_attribute] = record.get(field.type_attribute) or None
    return found


def _value(field: Field, held: Any) -> Any:
    if field.kind == "boolean":
        return str(held) in ("1", "True", "true")
    if held is None or held == "" or not isinstance(held, str):
        return None if held == "" else held
    if field.kind == "instant" and _MOMENT.match(held):
        return f"{held[:10]} {held[11:19]}"  # in UTC, whatever the zone behind it (issue 9952)
    text = _ENTITY.sub(lambda found: unescape(found[0]), held)
    return text.strip("^").split(BETWEEN) if field.kind == "list" else text


def attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a body. Null would be left out there, so that an empty text empties a field (issue 10210)."""
    return {name: _sent(value) for name, value in body.items()}


def _sent(value: Any) -> Any:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"^{BETWEEN.join(value)}^" if isinstance(value, list) else value
