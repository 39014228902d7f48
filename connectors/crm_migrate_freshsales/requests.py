"""What is asked of a Freshsales account, as data. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_migrate.connecting.http import Request
from crm_migrate_freshsales.auth import API
from crm_migrate_freshsales.records import EXTERNAL
from crm_migrate_freshsales.shapes import CONTACTS, Model

PAGE = 100  # records
OWNERS = Request("GET", f"{API}/selector/owners")
PIPELINES = Request("GET", f"{API}/selector/deal_pipelines")
ACTIVITY_TYPES = Request("GET", f"{API}/selector/sales_activity_types")


def fields(model: Model) -> Request:
    """What the account says of the fields of a module."""
    return Request("GET", f"{API}/settings/{model.name}/fields")


def views(model: Model) -> Request:
    """The lists that there are of a module."""
    return Request("GET", f"{API}/{model.name}/filters")


def page(model: Model, view: str, number: int) -> Request:
    """A page of a view ("": of the module's own list), the oldest records first."""
    query = {"page": str(number), "per_page": str(PAGE), "sort": "created_at", "sort_type": "asc", **_include(model)}
    if not view:
        return Request("GET", f"{API}/{model.name}", query=query)
    return Request("GET", f"{API}/{model.name}/view/{{view}}", {"view": view}, query)


def newest(model: Model, view: str) -> Request:
    """The record of a list that was made last."""
    asked = page(model, view, 1)
    return replace(asked, query={**asked.query, "per_page": "1", "sort_type": "desc"})


def one(model: Model, id: str) -> Request:
    """A record."""
    return Request("GET", f"{API}/{model.name}/{{id}}", {"id": id}, _include(model))


def beside(model: Model, id: str, what: str) -> Request:
    """What hangs on a record: notes, tasks, appointments, documents."""
    return Request("GET", f"{API}/{model.name}/{{id}}/{what}", {"id": id})


def create(model: Model, body: Mapping[str, Any], key: str) -> Request:
    """A record. A contact that an earlier try has made is found by its external id, and is not made again."""
    if model.name == CONTACTS:
        said = {"unique_identifier": {EXTERNAL: key}, model.one: dict(body)}
        return Request("POST", f"{API}/{model.name}/upsert", query=_include(model), json=said)
    return Request("POST", f"{API}/{model.name}", query=_include(model), json={model.one: dict(body)})


def change(model: Model, id: str, body: Mapping[str, Any]) -> Request:
    """A record's fields that are named."""
    said = {model.one: dict(body)}
    return Request("PUT", f"{API}/{model.name}/{{id}}", {"id": id}, _include(model), json=said)


def delete(model: Model, id: str) -> Request:
    """A record that goes to the recycle bin."""
    return Request("DELETE", f"{API}/{model.name}/{{id}}", {"id": id})


def _include(model: Model) -> dict[str, str]:
    return {"include": ",".join(model.include)} if model.include else {}
