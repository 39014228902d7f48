"""An entity of EspoCRM as its metadata tells it (`entityDefs.Contact`). Pure.

Types of fields: docs.espocrm.com/administration/fields and metadata/fields of its source. A link `account` is written
as `accountId`; a currency, a mailbox and a number have attributes besides: `amountCurrency`, `emailAddressIsOptedOut`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crm_migrate_opencrm.dialect import Entity, Field, Kind

KEYS = ("cCrmMigrateId", "crmMigrateId")  # the second where an installation puts no `c` before custom names
KINDS = ("cCrmMigrateKind", "crmMigrateKind")
MAILBOX = "emailAddress"
OWNER = "assignedUser"
LONGEST, NUMBER = 255, 36  # characters of a text whose length nobody says, and of a phone number
_KINDS: Mapping[str, Kind] = {
    "varchar": "text", "text": "long_text", "wysiwyg": "long_text", "enum": "choice", "bool": "boolean",
    "int": "integer", "float": "number", "currency": "money", "date": "date", "datetime": "instant",
    "datetimeOptional": "instant", "email": "email", "phone": "phone", "url": "url", "multiEnum": "list",
    "array": "list", "checklist": "list", "autoincrement": "integer", "number": "text",
}  # fmt: skip
_GIVEN = ("autoincrement", "number")  # by the CRM itself
_FILLED = ("probability",)  # by its stage, where nobody says one (assumed)
# What an administrator chooses for values of a type; Varchar for any other. A checkbox is never empty.
BY_HAND: Mapping[str, str] = {
    "long_text": "Text", "integer": "Int", "number": "Float", "date": "Date", "instant": "Date-Time",
    "url": "Url", "list": "Array", "tags": "Array", "birth_date": "Date",
    **dict.fromkeys(("boolean", "restriction"), 'Enum with the options "", "true" and "false",'),
}  # fmt: skip


def entity_of(name: str, defs: Mapping[str, Any], options: Callable[[str], tuple[str, ...]]) -> Entity:
    """The entity; `options` are the choices of a field of another one, by `Account.industry`."""
    links, fields = defs.get("links") or {}, dict[str, Field]()
    for each, said in (defs.get("fields") or {}).items():
        for field in _fields(each, said, links, options):
            fields[field.name] = field
    marks = [f"{MAILBOX}{mark}" if MAILBOX in fields else "" for mark in ("", "IsOptedOut", "IsInvalid")]
    key, kind = (next((each for each in known if each in fields), "") for known in (KEYS, KINDS))
    return Entity(name, fields, key, kind, *marks)


def _fields(
    name: str, said: Mapping[str, Any], links: Mapping[str, Any], options: Callable[[str], tuple[str, ...]]
) -> Iterator[Field]:
    type = said.get("type")
    if said.get("disabled") or (said.get("notStorable") and said.get("utility")):
        return
    if type in ("link", "linkParent"):
        yield from _linked(name, said, links.get(name) or {})
    elif type in _KINDS:
        field = _field(name, said)
        if type == "enum" and said.get("optionsReference"):
            field = replace(field, choices=options(said["optionsReference"]))
        yield field
        yield from _beside(field)


def _field(name: str, said: Mapping[str, Any]) -> Field:
    kind = _KINDS[said["type"]]
    numbers = [Decimal(str(said[word])) if said.get(word) is not None else None for word in ("min", "max")]
    return Field(
        name, kind, name,
        required=bool(said.get("required")),
        read_only=bool(said.get("readOnly")) or said["type"] in _GIVEN,
        default=said.get("default") is not None or kind == "boolean" or name in _FILLED,
        trims=kind in ("text", "email", "phone", "url"),
        length=_length(kind, said),
        choices=tuple(str(each) for each in said.get("options") or () if each) if kind == "choice" else (),
        least=numbers[0],
        most=numbers[1],
    )  # fmt: skip


def _length(kind: Kind, said: Mapping[str, Any]) -> int | None:
    if kind in ("text", "url", "email", "phone"):
        return int(said.get("maxLength") or (NUMBER if kind == "phone" else LONGEST))
    return int(said["maxLength"]) if kind == "long_text" and said.get("maxLength") else None


def _beside(field: Field) -> Iterator[Field]:
    if field.kind == "money":
        yield Field(f"{field.name}Currency", "choice", f"{field.name}Currency", default=True)
    for mark in ("IsOptedOut", "IsInvalid") if field.kind in ("email", "phone") else ():
        yield Field(f"{field.name}{mark}", "boolean", f"{field.name}{mark}", default=True)


def _linked(name: str, said: Mapping[str, Any], link: Mapping[str, Any]) -> Iterator[Field]:
    plain = Field(f"{name}Id", "reference", f"{name}Id", read_only=bool(said.get("readOnly")))
    required = bool(said.get("required"))
    if said["type"] == "linkParent":
        for to in _parents(said, link):
            yield replace(plain, name=f"{name}.{to}", to=to, type_attribute=f"{name}Type")
    elif name == OWNER:
        yield replace(plain, kind="owner", required=required)
    else:
        yield replace(plain, to=str(said.get("entity") or link.get("entity") or ""), required=required)


def _parents(said: Mapping[str, Any], link: Mapping[str, Any]) -> tuple[str, ...]:
    """The entities that a parent may be of."""
    return tuple(said.get("entityList") or link.get("entityList") or ())


def referring(defs: Mapping[str, Any], to: str) -> Iterator[tuple[str, str]]:
    """The attributes of an entity that lead to records of another one: its name among fields, and its type ("" for a
    link that leads to one entity)."""
    for name, link in (defs.get("links") or {}).items():
        said = (defs.get("fields") or {}).get(name) or {}
        if link.get("type") == "belongsTo" and link.get("entity") == to:
            yield f"{name}Id", ""
        elif link.get("type") == "belongsToParent" and to in (_parents(said, link) or (to,)):
            yield f"{name}Id", f"{name}Type"


def many(defs: Mapping[str, Any], to: str) -> Iterator[str]:
    """The links of an entity that hold any number of records of another one, where that is a field of it: the other end
    of such a link is none."""
    for name, link in (defs.get("links") or {}).items():
        said = (defs.get("fields") or {}).get(name) or {}
        if said.get("type") == "linkMultiple" and link.get("type") == "hasMany" and link.get("entity") == to:
            yield name
