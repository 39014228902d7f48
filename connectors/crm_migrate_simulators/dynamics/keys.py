"""Alternate keys: defined, indexed after a while, and then unique."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.problems import TAKEN, Failure, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

MOST = 10  # keys of a table
Key = dict[str, Any]


def keys(work: Work, table: str) -> list[Key]:
    """The keys of a table as they are now."""
    kept = work.store.setting("keys", table) or []
    return [{**each, "EntityKeyIndexStatus": _status(work, each)} for each in kept]


def _status(work: Work, key: Key) -> str:
    if key["EntityKeyIndexStatus"] == "Failed":
        return "Failed"
    return "Active" if work.now >= key["due"] else "Pending"


def add(work: Work, table: str, said: dict[str, Any]) -> Key:
    """A new key. Records that have its values twice make its index fail, as one finds out afterwards."""
    columns, name = said.get("KeyAttributes"), said.get("SchemaName")
    if not isinstance(columns, list) or not columns or not isinstance(name, str) or "_" not in name:
        raise unreadable("a key has a SchemaName with a prefix, and KeyAttributes")
    there = keys(work, table)
    if lacking := [each for each in columns if work.store.column(table, str(each)) is None]:
        raise Failure(400, "0x80060890", f"The key attribute {lacking[0]} does not exist in {table}")
    if any(each["SchemaName"] == name for each in there):
        raise Failure(400, "0x80048416", f"An entity key with the name {name} already exists for entity {table}")
    if len(there) >= MOST:
        raise Failure(400, "0x8006088e", f"{table} has the maximum number of entity keys")
    key = {
        "MetadataId": f"00000000-0000-0000-0001-{len(there):012d}",
        "SchemaName": name,
        "LogicalName": name.lower(),
        "EntityLogicalName": table,
        "KeyAttributes": list(columns),
        "EntityKeyIndexStatus": "Failed" if _doubled(work, table, columns) else "Pending",
        "due": work.now + work.habits.key_seconds,
    }
    work.store.put("keys", table, [*(work.store.setting("keys", table) or []), key])
    return key


def _doubled(work: Work, table: str, columns: list[str]) -> bool:
    values = [tuple(str(r.values.get(c)).casefold() for c in columns) for r in work.store.all(table)
              if all(c in r.values for c in columns)]  # fmt: skip
    return len(values) != len(set(values))


def unique(work: Work, table: str, values: Mapping[str, Any], id: str | None) -> None:
    """Raises Failure where another record has the values of a key."""
    for key in keys(work, table):
        columns = key["KeyAttributes"]
        if key["EntityKeyIndexStatus"] != "Active" or any(values.get(column) is None for column in columns):
            continue
        other = holder(work, table, {column: str(values[column]) for column in columns})
        if other is not None and other.id != id:
            words = (
                f"A record that has the attribute values {', '.join(columns)} already exists. The entity key "
                f"{key['SchemaName']} requires that this set of attributes contains unique values. Select "
                "unique values and try again."
            )
            raise Failure(412, TAKEN, words, columns[0])


def holder(work: Work, table: str, values: Mapping[str, Any]) -> Record | None:
    """The live record with these values, whatever their case."""
    if len(values) == 1:
        ((column, value),) = values.items()
        work.store.indexed(table, column)
        return work.store.find(table, column, value)
    same = {column: str(value).casefold() for column, value in values.items()}
    return next((record for record in work.store.all(table)
                 if all(str(record.values.get(c)).casefold() == v for c, v in same.items())), None)  # fmt: skip
