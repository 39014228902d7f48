"""What is asked of a BottleCRM, as data. Pure."""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.http import Request

ME = Request("GET", "/api/profile/")
ORGANISATION = Request("GET", "/api/org/settings/")
PEOPLE = Request("GET", "/api/users/get-teams-and-users/")
PIPELINES = Request("GET", "/api/opportunities/pipelines/")
SCHEMA = Request("GET", "/schema/", query={"format": "json"})
DEFINITIONS = Request("GET", "/api/custom-fields/", query={"include_counts": "false"})


def page(model: str, offset: int, limit: int) -> Request:
    """Records behind so many others."""
    return Request("GET", f"/api/{model}/", query={"limit": str(limit), "offset": str(offset), "slim": "true"})


def one(model: str, id: str) -> Request:
    """A record with what belongs to it."""
    return Request("GET", f"/api/{model}/{{id}}/", {"id": id})


def logged(home: str, id: str) -> Request:
    """How many calls, meetings and mails are logged on a record."""
    return Request("GET", "/api/interactions/", query={home: id, "limit": "0"})


def create(model: str, body: Mapping[str, Any]) -> Request:
    """A record."""
    return Request("POST", f"/api/{model}/", json=dict(body))


def change(model: str, id: str, body: Mapping[str, Any]) -> Request:
    """A record's fields that are named."""
    return Request("PATCH", f"/api/{model}/{{id}}/", {"id": id}, json=dict(body))


def delete(model: str, id: str) -> Request:
    """A record that goes."""
    return Request("DELETE", f"/api/{model}/{{id}}/", {"id": id})


def define(words: Mapping[str, Any]) -> Request:
    """A custom field of the organisation."""
    return Request("POST", "/api/custom-fields/", json=dict(words))


def revive(id: str) -> Request:
    """A custom field that was switched off."""
    return Request("PUT", "/api/custom-fields/{id}/", {"id": id}, json={"is_active": True})
