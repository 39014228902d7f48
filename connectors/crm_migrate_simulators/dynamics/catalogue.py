"""The tables of an environment: those of the Common Data Model from `data/tables.json`, a person's own from `--schema`.

{"organisation": "Muster", "tables": {
    "account": {"columns": {"new_size": {"type": "Picklist", "options": [[1, "Small"], [2, "Large"]]}}},
    "new_project": {"label": "Project", "columns": {"new_name": {"type": "String", "length": 200}}}},
 "units": ["North"],
 "users": [{"internalemailaddress": "ayse@example.com", "fullname": "Ayşe", "isdisabled": false}],
 "teams": [{"name": "Field", "unit": "North", "privileges": ["prvReadAccount"]}],
 "currencies": {"USD": 1.08}}
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from crm_migrate_simulators.schema import SchemaError

Words = dict[str, Any]  # what is said of a table or a column

_STORED = {
    "String": "text", "Memo": "text", "Integer": "integer", "BigInt": "integer", "Decimal": "decimal",
    "Double": "decimal", "Money": "decimal", "Boolean": "boolean", "DateTime": "datetime", "Picklist": "integer",
    "State": "integer", "Status": "integer", "MultiSelectPicklist": "text", "Lookup": "reference",
    "Customer": "reference", "Owner": "reference", "Uniqueidentifier": "text", "PartyList": "text",
}  # fmt: skip
CHOICES = ("Picklist", "State", "Status")
LOOKUPS = ("Lookup", "Customer", "Owner")
NUMBERS = ("Integer", "Decimal", "Double", "Money")
TEXTS = ("String", "Memo")
_TABLE_WORDS = {"set", "id", "name", "label", "activity", "columns"}
_COLUMN_WORDS = {
    "type", "label", "length", "options", "targets", "min", "max", "precision", "behavior", "format", "required",
    "read_only", "create_only", "navigation",
}  # fmt: skip
# Attributes that every custom table has beside its own.
_STANDARD: Mapping[str, Words] = {
    "createdon": {"type": "DateTime", "read_only": True},
    "modifiedon": {"type": "DateTime", "read_only": True},
    "overriddencreatedon": {"type": "DateTime", "create_only": True},
    "ownerid": {"type": "Owner", "targets": ["systemuser", "team"], "required": "SystemRequired"},
    "statecode": {"type": "State", "options": [[0, "Active"], [1, "Inactive"]], "required": "SystemRequired"},
    "statuscode": {"type": "Status", "options": [[1, "Active", 0], [2, "Inactive", 1]]},
}


@cache
def standard() -> Mapping[str, Words]:
    """The standard tables, parsed; not to be changed."""
    text = files("crm_migrate_simulators.dynamics").joinpath("data/tables.json").read_text("utf-8")
    said: dict[str, Words] = json.loads(text)
    return said


def furnished(said: Any) -> dict[str, Any]:
    """The schema of the engine, with what a person's own adds. Raises SchemaError."""
    said = {} if said is None else said
    own = said.get("tables", {}) if isinstance(said, Mapping) else None
    if not isinstance(own, Mapping):
        raise SchemaError("a schema is a JSON object with `tables`")
    tables = {name: {**table, "columns": dict(table["columns"])} for name, table in standard().items()}
    for name, words in own.items():
        tables[name] = _with(name, tables.get(name), words)
    known = set(tables)
    objects = {name: _object(name, table, known) for name, table in tables.items()}
    more = {
        "currencies": said.get("currencies", {}),
        **{name: said.get(name, []) for name in ("units", "users", "teams")},
    }
    return {"organisation": str(said.get("organisation", "simulated")), "objects": objects,
            "key": said.get("key", "crm_migrate_id"), "more": more}  # fmt: skip


def _with(name: str, there: Words | None, words: Any) -> Words:
    if not isinstance(words, Mapping) or (unknown := sorted(set(words) - _TABLE_WORDS)):
        raise SchemaError(
            f"{name}: a table has {', '.join(sorted(_TABLE_WORDS))}" + (f", not {unknown[0]}" * bool(unknown))
        )
    table = there or custom(name, str(words.get("label", name)), f"{name.partition('_')[0]}_name")
    columns = {**table["columns"], **words.get("columns", {})}
    return {**table, **{word: said for word, said in words.items() if word != "columns"}, "columns": columns}


def custom(name: str, label: str, primary: str) -> Words:
    """A table of a person's own: its key, its name, and what every table has."""
    columns: dict[str, Words] = {f"{name}id": {"type": "Uniqueidentifier", "required": "SystemRequired"}}
    columns[primary] = {"type": "String", "length": 100, "required": "ApplicationRequired"}
    return {
        "set": _plural(name),
        "id": f"{name}id",
        "name": primary,
        "label": label,
        "columns": columns | dict(_STANDARD),
    }


def _plural(name: str) -> str:
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch")) else f"{name}s"


def _object(name: str, table: Words, known: set[str]) -> dict[str, Any]:
    columns = {column: field(f"{name}.{column}", words, known) for column, words in table["columns"].items()}
    return {"fields": columns, "more": {word: said for word, said in table.items() if word != "columns"}}


def field(place: str, words: Any, known: set[str]) -> dict[str, Any]:
    """A column in the words of the engine. Raises SchemaError."""
    if not isinstance(words, Mapping) or words.get("type") not in _STORED:
        raise SchemaError(f"{place}: a column has a `type`: {', '.join(_STORED)}")
    if unknown := sorted(set(words) - _COLUMN_WORDS):
        raise SchemaError(f"{place}: unknown words: {', '.join(unknown)}")
    kind = str(words["type"])
    said: dict[str, Any] = {"type": _STORED[kind], "more": dict(words)}
    if kind in TEXTS:
        said["length"] = words.get("length", 100)
    if kind in CHOICES:
        said["choices"] = [option[0] for option in words.get("options", ())]
    if kind == "Boolean" and not words.get("read_only"):
        said["default"] = False
    said["required"] = kind == "Customer" and words.get("required") == "SystemRequired"
    if kind in LOOKUPS:
        said["reference"] = [target for target in words.get("targets", ()) if target in known]
    if kind == "DateTime" and words.get("behavior") == "DateOnly":
        said["type"] = "date"
    return said


def navigations(table: str, column: str, words: Words) -> Iterator[tuple[str, str]]:
    """(target, navigation property) of a lookup: one of several targets is told by the name of each."""
    if words["type"] not in LOOKUPS:
        return
    targets = words.get("targets", ())
    if words["type"] == "Owner":
        yield from ((target, column) for target in targets)
    elif len(targets) == 1:
        yield targets[0], str(words.get("navigation", column))
    else:
        behind = f"_{table}" if column == "regardingobjectid" else ""
        yield from ((target, f"{column}_{target}{behind}") for target in targets)
