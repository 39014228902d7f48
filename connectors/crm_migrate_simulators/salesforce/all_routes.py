"""All routes of an org, in the order in which they are tried."""

from urllib.parse import unquote

from crm_migrate_simulators.salesforce.routes import (
    about,
    bulk1,
    bulk2,
    collections,
    composite,
    metadata,
    partner,
    queries,
    rows,
    signing_in,
    tooling,
)
from crm_migrate_simulators.salesforce.routing import At, Route
from crm_migrate_simulators.wire import Request

ROUTES: tuple[Route, ...] = (
    *signing_in.ROUTES,
    *about.ROUTES,
    *collections.ROUTES,
    *composite.ROUTES,
    *queries.ROUTES,
    *bulk2.ROUTES,
    *bulk1.ROUTES,
    *metadata.ROUTES,
    *partner.ROUTES,
    *tooling.ROUTES,
    *rows.ROUTES,
)


def found(request: Request) -> tuple[Route, At] | None:
    """The route of a request and the values of its path."""
    for route in ROUTES:
        if route.method == request.method:
            at = route.match(request.path)
            if at is not None:
                return route, {name: unquote(value) for name, value in at.items()}
    return None


def methods(path: str) -> list[str]:
    """The methods that a path takes."""
    return list(dict.fromkeys(route.method for route in ROUTES if route.match(path) is not None))
