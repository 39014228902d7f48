"""Which path means what."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_migrate_simulators.freshsales import listing, records, settings
from crm_migrate_simulators.freshsales.visit import Visit
from crm_migrate_simulators.wire import Reply

API = "/crm/sales/api"


@dataclass(frozen=True, slots=True)
class Route:
    """One of them: its template behind the address of the API, whether it reads or writes, and who answers."""

    method: str
    template: str
    scope: str
    handler: Callable[[Visit], Reply]
    pattern: re.Pattern[str]


def _route(method: str, template: str, scope: str, handler: Callable[[Visit], Reply]) -> Route:
    kinds = {"id": r"\d+", "module": r"contacts|sales_accounts|deals|sales_activities|tasks|appointments|notes"}
    parts = re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{kinds.get(found[1], '[^/]+')})", template)
    return Route(method, template, scope, handler, re.compile(parts))


ROUTES: tuple[Route, ...] = (
    _route("GET", "/selector/{kind}", "read", settings.selector),
    _route("GET", "/settings/{module}/fields", "read", settings.fields),
    _route("GET", "/{module}/filters", "read", listing.views),
    _route("GET", "/{module}/view/{view}", "read", listing.view),
    _route("POST", "/filtered_search/{one}", "read", listing.search),
    _route("GET", "/lookup", "read", listing.lookup),
    _route("POST", "/{module}/upsert", "write", records.upsert),
    _route("DELETE", "/{module}/{id}/forget", "write", records.delete),
    _route("GET", "/{module}/{id}/{beside}", "read", records.related),
    _route("GET", "/{module}/{id}", "read", records.get),
    _route("PUT", "/{module}/{id}", "write", records.put),
    _route("DELETE", "/{module}/{id}", "write", records.delete),
    _route("POST", "/{module}", "write", records.post),
    _route("GET", "/{module}", "read", listing.listed),
)


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a request and the values of its path."""
    if not path.startswith(f"{API}/"):
        return None
    for route in ROUTES:
        found = route.pattern.fullmatch(path.removeprefix(API)) if route.method == method else None
        if found:
            return route, found.groupdict()
    return None
