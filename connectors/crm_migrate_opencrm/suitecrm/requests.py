"""What is asked of a SuiteCRM, as data (docs.suitecrm.com, JSON API; Api/V8/Config/routes.php). Pure."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from crm_migrate.connecting.http import Request
from crm_migrate_opencrm.dialect import ID

PAGE = 100  # records of an answer; each costs the server a query of its own
ME = Request("GET", "/Api/V8/current-user")
_MODULE, _RECORD = "/Api/V8/module/{module}", "/Api/V8/module/{module}/{id}"
Filter = tuple[str, str, str]  # field, operator, value


def token(client_id: str, client_secret: str) -> Request:
    """A token for client credentials; asking twice does no harm."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    return Request(
        "POST",
        "/Api/access_token",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        writes=False,
    )


def fields(module: str) -> Request:
    """The fields of a module."""
    return Request("GET", "/Api/V8/meta/fields/{module}", {"module": module})


def page(module: str, filters: Collection[Filter], names: Collection[str]) -> Request:
    """Records that every filter finds, in the order of their ids; all attributes where no names are said."""
    query = {"page[size]": str(PAGE), "sort": ID} | {f"filter[{name}][{by}]": value for name, by, value in filters}
    if names:
        query[f"fields[{module}]"] = ",".join(names)
    return Request("GET", _MODULE, {"module": module}, query=query)


def one(module: str, id: str) -> Request:
    """A record."""
    return Request("GET", _RECORD, {"module": module, "id": id})


def create(module: str, id: str, attributes: Mapping[str, Any]) -> Request:
    """A record with an id of our choice."""
    return _written("POST", module, id, attributes)


def change(module: str, id: str, attributes: Mapping[str, Any]) -> Request:
    """A record's attributes that are named."""
    return _written("PATCH", module, id, attributes)


def _written(method: str, module: str, id: str, attributes: Mapping[str, Any]) -> Request:
    return Request(method, "/Api/V8/module", json={"data": {"type": module, "id": id, "attributes": dict(attributes)}})


def delete(module: str, id: str) -> Request:
    """A record that is marked as deleted."""
    return Request("DELETE", _RECORD, {"module": module, "id": id})
