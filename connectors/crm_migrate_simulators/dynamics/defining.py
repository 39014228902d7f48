"""What an administrator adds: columns, keys and tables, by the metadata that a client posts."""

import re
from typing import Any

from crm_migrate_simulators.dynamics.catalogue import Words, custom, field
from crm_migrate_simulators.dynamics.keys import add
from crm_migrate_simulators.dynamics.metadata import known
from crm_migrate_simulators.dynamics.problems import Failure, not_simulated, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.schema import Field, read_field
from crm_migrate_simulators.wire import Reply

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}_[A-Za-z0-9_]+")
_KINDS = {
    "String",
    "Memo",
    "Integer",
    "Decimal",
    "Double",
    "Money",
    "Boolean",
    "DateTime",
    "Picklist",
    "MultiSelectPicklist",
}
_PREFIX = "Microsoft.Dynamics.CRM."


def column(work: Work, of: str, said: dict[str, Any]) -> Reply:
    """A new column. Raises Failure for one that is there, or that cannot be."""
    of = known(work, of)
    name, words = _column(said)
    if work.store.column(of, name) is not None:
        raise Failure(400, "0x80048403", f"An attribute with the specified name {name} already exists for entity {of}")
    work.store.add_field(of, _field(of, name, words, set(work.store.schema.objects)))
    return _made(work, f"EntityDefinitions(LogicalName='{of}')/Attributes(LogicalName='{name}')")


def key(work: Work, of: str, said: dict[str, Any]) -> Reply:
    """A new alternate key; its index is made afterwards."""
    made = add(work, known(work, of), said)
    return _made(work, f"EntityDefinitions(LogicalName='{of}')/Keys({made['MetadataId']})")


def table(work: Work, said: dict[str, Any]) -> Reply:
    """A new table with its columns, one of them its name."""
    name = _named(said)
    if name in work.store.schema.objects:
        raise Failure(400, "0x80048403", f"An entity with the specified name {name} already exists")
    columns = [_column(each) for each in said.get("Attributes", ())]
    primary = [_named(each) for each in said.get("Attributes", ()) if each.get("IsPrimaryName") is True]
    if len(primary) != 1:
        raise unreadable("a table has one primary name")
    words = custom(name, _text(said.get("DisplayName")) or name, primary[0])
    every = {**words["columns"], **dict(columns)}
    there = {*work.store.schema.objects, name}
    fields = {each: _field(name, each, told, there) for each, told in every.items()}
    work.store.add_table(name, {word: value for word, value in words.items() if word != "columns"}, fields)
    return _made(work, f"EntityDefinitions(LogicalName='{name}')")


def _field(of: str, name: str, words: Words, there: set[str]) -> Field:
    return read_field(name, field(f"{of}.{name}", words, there), of)


def _named(said: dict[str, Any]) -> str:
    name = said.get("SchemaName")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Failure(400, "0x80044363", "A SchemaName has the prefix of a publisher: new_Name")
    return name.lower()


def _column(said: dict[str, Any]) -> tuple[str, Words]:
    kind = str(said.get("@odata.type", "")).removeprefix("#").removeprefix(_PREFIX).removesuffix("AttributeMetadata")
    kind = kind.removeprefix("Complex")  # as an action calls the same
    if kind not in _KINDS:
        raise not_simulated(f"new columns of the type {kind or 'that nobody says'}")
    if not isinstance(said.get("DisplayName"), dict):
        raise unreadable("a column has a DisplayName")
    words: Words = {"type": kind, "label": _text(said["DisplayName"])}
    level = (said.get("RequiredLevel") or {}).get("Value", "None")
    words |= {"required": level} if level != "None" else {}
    words |= {"length": said["MaxLength"]} if kind in ("String", "Memo") else {}
    for word, member in (("min", "MinValue"), ("max", "MaxValue"), ("precision", "Precision")):
        words |= {word: said[member]} if said.get(member) is not None else {}
    words |= {"behavior": said["DateTimeBehavior"]["Value"]} if "DateTimeBehavior" in said else {}
    words |= {"format": said["Format"]} if kind == "DateTime" and "Format" in said else {}
    if "OptionSet" in said and kind != "Boolean":
        words["options"] = [[each["Value"], _text(each["Label"])] for each in said["OptionSet"]["Options"]]
    return _named(said), words


def _text(said: Any) -> str:
    labels = said.get("LocalizedLabels") if isinstance(said, dict) else None
    return str(labels[0]["Label"]) if labels else ""


def _made(work: Work, path: str) -> Reply:
    place = f"{work.host}/api/data/v9.2/{path}"
    return Reply(204, None, {"OData-Version": "4.0", "OData-EntityId": place})
