"""Which path means what: the routes of version 8 of the API, each with its scope and who answers it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_migrate_simulators.wire import Reply, Request
from crm_migrate_simulators.zoho import fields, listing, recycling, roles, settings, tagging, writing
from crm_migrate_simulators.zoho.coql import answering
from crm_migrate_simulators.zoho.visit import Visit

ROOT = "/crm/v8"
TOKEN = "/oauth/v2/token"  # noqa: S105 -- a path
MODULE, ID = "/{module}", "/{module}/{id}"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a template of a path behind `ROOT`."""

    method: str
    template: str
    scope: str
    answer: Callable[[Visit], Reply]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What fits the template: an id is a number, a module is a name."""
        kinds = {"id": "[0-9]+", "contact": "[0-9]+", "module": "[A-Za-z][A-Za-z0-9_]*"}
        return re.compile(
            ROOT + re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{kinds[found[1]]})", self.template)
        )


_ALL = (
    Route("POST", "/coql", "read", answering.queried),
    Route("GET", "/org", "read", settings.organisation),
    Route("GET", "/org/currencies", "read", settings.currencies),
    Route("GET", "/users", "read", settings.users),
    Route("GET", "/settings/modules", "read", settings.modules),
    Route("GET", "/settings/modules/{module}", "read", settings.module),
    Route("GET", "/settings/fields", "read", fields.listed),
    Route("POST", "/settings/fields", "write", fields.created),
    Route("GET", "/settings/layouts", "read", settings.layouts),
    Route("GET", "/settings/tags", "read", tagging.listed),
    Route("GET", "/settings/recycle_bin", "read", recycling.listed),
    Route("POST", "/settings/recycle_bin/{id}/actions/restore", "write", recycling.restored),
    Route("GET", MODULE, "read", listing.listed),
    Route("POST", MODULE, "write", writing.insert),
    Route("PUT", MODULE, "write", writing.update),
    Route("DELETE", MODULE, "write", writing.delete),
    Route("POST", f"{MODULE}/upsert", "write", writing.upsert),
    Route("GET", f"{MODULE}/deleted", "read", listing.deleted),
    Route("GET", f"{MODULE}/actions/count", "read", listing.counted),
    Route("POST", f"{MODULE}/actions/add_tags", "write", tagging.added),
    Route("POST", f"{MODULE}/actions/remove_tags", "write", tagging.removed),
    Route("GET", "/Contacts/roles", "read", roles.named),
    Route("GET", f"{ID}/Contact_Roles", "read", roles.listed),
    Route("PUT", f"{ID}/Contact_Roles/{{contact}}", "write", roles.given),
    Route("DELETE", f"{ID}/Contact_Roles/{{contact}}", "write", roles.taken),
    Route("GET", ID, "read", listing.one),
    Route("PUT", ID, "write", writing.update),
    Route("DELETE", ID, "write", writing.delete),
)
ROUTES = tuple((route, route.pattern) for route in _ALL)


def found(request: Request) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a request and the values of its path, None where there is none."""
    for route, pattern in ROUTES:
        match = pattern.fullmatch(request.path) if route.method == request.method else None
        if match is not None:
            return route, match.groupdict()
    return None


def is_path(path: str) -> bool:
    """Whether some method is taken there."""
    return any(pattern.fullmatch(path) for _, pattern in ROUTES)
