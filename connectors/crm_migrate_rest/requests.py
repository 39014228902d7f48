"""What is asked of the CRM, as data. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Action, By, TargetObject, WriteBatch
from crm_migrate.connecting.http import Request
from crm_migrate_rest.describe import Described, Missing
from crm_migrate_rest.values import json_of

ABOUT = Request("GET", "/v1/about")
Row = Mapping[str, str | None]


def describing(object: str) -> Request:
    """The fields of an object."""
    return Request("GET", "/v1/objects/{object}", {"object": object})


def adding(field: Missing) -> Request:
    """A field that an object lacks."""
    words = {"name": field.name, **field.words}
    return Request("POST", "/v1/objects/{object}/fields", {"object": field.object}, json=words)


def page(object: TargetObject, fields: Sequence[str], limit: int, after: str | None) -> Request:
    """The records behind an id, with their fields."""
    query = {"limit": str(limit), "fields": ",".join(fields)} | ({"after": after} if after else {})
    return Request("GET", "/v1/objects/{object}/records", {"object": object.name}, query)


def finding(object: TargetObject, fields: Sequence[str], by: By, values: Sequence[str]) -> Request:
    """The records with one of these ids, or of these keys of ours."""
    asked = {"ids": list(values)} if by == "id" else {"key": object.key_field, "values": list(values)}
    return Request(
        "POST",
        "/v1/objects/{object}/batch/read",
        {"object": object.name},
        json={**asked, "fields": list(fields)},
        writes=False,
    )


def one(object: TargetObject, id: str) -> Request:
    """A record, or what became of it."""
    return Request("GET", "/v1/objects/{object}/records/{id}", {"object": object.name, "id": id})


def writing(batch: WriteBatch, described: Described, ids: Mapping[str, str]) -> Request:
    """A batch as one request: creations, or changes of the records whose `ids` (entity -> target id) are known.

    Our key goes along in both, so that every result carries it; who is released loses it. Rows without an id are left
    out of changes.
    """
    object, creates = batch.object, batch.action == "create"
    rows = [row for row in batch.rows.to_pylist() if creates or row[ENTITY] in ids]
    records = [
        ({} if creates else {"id": ids[row[ENTITY]]})
        | {"fields": _fields(described, row, creates) | _key(object, row, batch.action)}
        for row in rows
    ]
    verb = "create" if creates else "update"
    return Request("POST", f"/v1/objects/{{object}}/batch/{verb}", {"object": object.name}, json={"records": records})


def _fields(described: Described, row: Row, creates: bool) -> dict[str, Any]:
    """The cells of a record by field. A creation leaves out empty ones, a change clears them."""
    cells = {name: cell for name, cell in row.items() if name not in (ENTITY, TARGET_ID)}
    return {n: json_of(cell, described.type(n)) for n, cell in cells.items() if not (creates and cell is None)}


def _key(object: TargetObject, row: Row, action: Action) -> dict[str, str | None]:
    return {object.key_field: None if action == "release" else row[ENTITY]}


def deleting(object: TargetObject, ids: Sequence[str]) -> Request:
    """Records that go, by their ids."""
    records = [{"id": id} for id in ids]
    return Request("POST", "/v1/objects/{object}/batch/delete", {"object": object.name}, json={"records": records})
