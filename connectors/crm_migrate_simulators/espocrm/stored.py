"""The definitions of an installation in the words of the store: one field for each attribute."""

from collections.abc import Iterator, Mapping
from typing import Any

from crm_migrate_simulators.espocrm.entities import Defs, definitions
from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.store import Store

KEY = "cCrmMigrateId"  # unless a schema says another one: the field of the witness
_TYPES = {
    "bool": "boolean", "int": "integer", "float": "decimal", "currency": "decimal", "date": "date",
    "datetime": "datetime", "datetimeOptional": "datetime", "autoincrement": "integer",
}  # fmt: skip
_TEXTS = ("varchar", "text", "enum", "email", "phone", "url", "array", "multiEnum", "checklist", "wysiwyg")
CREATED = (*_TEXTS[:3], "url", "array", "multiEnum", "bool", "int", "float", "currency", "date", "datetime")


class HexStore(Store):
    """Ids of 17 hexadecimal digits."""

    def _id(self, object: str, number: int) -> str:
        del object
        return f"{number:017x}"

    def _place(self, id: str) -> int:
        return int(id, 16)


def furnished(schema: Any) -> Any:
    """A fresh installation, with the custom fields that a person's schema adds, in EspoCRM's own words:
    `{"objects": {"Contact": {"fields": {"cLevel": {"type": "enum", "options": ["gold"]}}}}}`. Raises SchemaError."""
    schema = {} if schema is None else schema
    asked = schema.get("objects", {}) if isinstance(schema, Mapping) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    defs = definitions()
    for name, said in asked.items():
        if name not in defs:
            raise SchemaError(f"{name}: there is no such entity; there are {', '.join(defs)}")
        for field, words in said.get("fields", {}).items():
            _add(defs[name], name, field, words)
    objects = {name: {"fields": dict(_attributes(each)), "more": each} for name, each in defs.items()}
    return {"organisation": schema.get("organisation", "simulated"), "key": schema.get("key", KEY), "objects": objects}


def _add(defs: Defs, entity: str, field: str, words: Any) -> None:
    if not isinstance(words, Mapping) or words.get("type", "varchar") not in (*CREATED, "link"):
        raise SchemaError(f"{entity}.{field}: a field that is made is of {', '.join((*CREATED, 'link'))}")
    defs["fields"][field] = {"type": "varchar", "isCustom": True, **words}
    if words.get("type", "varchar") == "varchar":
        defs["fields"][field].setdefault("maxLength", 100)
    if words.get("type") == "link":
        defs["links"][field] = {"type": "belongsTo", "entity": words.get("entity", "")}


def _attributes(defs: Defs) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, said in defs["fields"].items():
        type = said["type"]
        if type == "link":
            entity = defs["links"][name]["entity"]
            refers = {"type": "reference", "reference": [entity]} if entity not in ("User", "Team") else {}
            yield f"{name}Id", refers
        elif type == "linkParent":
            yield f"{name}Id", {"type": "reference", "reference": said["entityList"]}
            yield f"{name}Type", {}
        elif type in _TYPES:
            yield name, {"type": _TYPES[type]}
            if type == "currency":
                yield f"{name}Currency", {}
        elif type in _TEXTS:
            yield name, {"external": True} if name == KEY else {}
