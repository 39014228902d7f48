"""What is asked of an amagi-crm, as data. Pure."""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.http import Request

ME = Request("GET", "/api/me")
STAGES = Request("GET", "/api/stages")


def page(offset: int, limit: int) -> Request:
    """Contacts behind so many others, in the order of their names."""
    return Request("GET", "/api/contacts", query={"limit": str(limit), "offset": str(offset)})


def whole(model: str) -> Request:
    """All records of a model other than contacts: there are no pages."""
    query = {"include_cancelled": "true"} if model == "appointments" else {}
    return Request("GET", f"/api/{model}", query=query)


def create(model: str, body: Mapping[str, Any]) -> Request:
    """A record."""
    return Request("POST", f"/api/{model}", json=dict(body))


def change(model: str, id: str, body: Mapping[str, Any]) -> Request:
    """A record's fields that are named."""
    return Request("PATCH", f"/api/{model}/{{id}}", {"id": id}, json=dict(body))


def delete(model: str, id: str) -> Request:
    """A record that goes."""
    return Request("DELETE", f"/api/{model}/{{id}}", {"id": id})
