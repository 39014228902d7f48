"""What is asked of an EspoCRM, as data (docs.espocrm.com/development/api). Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from crm_migrate.connecting.http import Request

PAGE = 200  # records: more are refused (recordListMaxSizeLimit)
ME = Request("GET", "/api/v1/App/user")
Where = tuple[Mapping[str, Any], ...]


def definition(key: str) -> Request:
    """A part of the metadata."""
    return Request("GET", "/api/v1/Metadata", query={"key": key})


def page(entity: str, where: Where, select: Collection[str], offset: int, size: int) -> Request:
    """Records in the order of their making, behind so many others; all attributes without a selection."""
    query = {"maxSize": str(size), "offset": str(offset), "orderBy": "createdAt", "order": "asc"}
    if select:
        query["select"] = ",".join(select)
    return Request("GET", "/api/v1/{entity}", {"entity": entity}, query=query | dict(_flat("where", list(where))))


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Lists and objects in a query, as PHP reads them: `where[0][type]`."""
    if isinstance(value, Mapping):
        for each, one in value.items():
            yield from _flat(f"{name}[{each}]", one)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _flat(f"{name}[{place}]", one)
    else:
        yield name, str(value)


def one(entity: str, id: str) -> Request:
    """A record."""
    return Request("GET", "/api/v1/{entity}/{id}", {"entity": entity, "id": id})


def create(entity: str, body: Mapping[str, Any]) -> Request:
    """A record. Who is double is for the mapping to say, so the search for doubles of the CRM is left out."""
    return Request(
        "POST", "/api/v1/{entity}", {"entity": entity}, json=dict(body), headers={"X-Skip-Duplicate-Check": "true"}
    )


def change(entity: str, id: str, body: Mapping[str, Any]) -> Request:
    """A record's attributes that are named."""
    return Request(
        "PUT", "/api/v1/{entity}/{id}", {"entity": entity, "id": id}, json=dict(body),
        headers={"X-Skip-Duplicate-Check": "true"},
    )  # fmt: skip


def delete(entity: str, id: str) -> Request:
    """A record that is marked as deleted."""
    return Request("DELETE", "/api/v1/{entity}/{id}", {"entity": entity, "id": id})
