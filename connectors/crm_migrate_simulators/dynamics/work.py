"""One request's view of an environment: the store, who asks, when, and what its headers want."""

import re
from dataclasses import dataclass, replace
from typing import cast

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.dynamics.environment_store import EnvironmentStore
from crm_migrate_simulators.dynamics.habits import Habits
from crm_migrate_simulators.rules import Bent
from crm_migrate_simulators.wire import Request

_PAGE = re.compile(r"odata\.maxpagesize=(\d+)")


@dataclass(frozen=True, slots=True)
class Work:
    """What rules ask of the request that they judge. `made`: Content-ID -> (entity set, id), inside a change set."""

    call: Call
    store: EnvironmentStore
    habits: Habits
    user: str
    now: float
    made: dict[str, tuple[str, str]]

    @property
    def request(self) -> Request:
        """The request, or the part of a batch, that is answered."""
        return self.call.request

    @property
    def bent(self) -> Bent:
        """The silent habits of this request."""
        return self.call.bent

    @property
    def prefer(self) -> str:
        """What the client prefers, in small letters."""
        return self.request.headers.get("prefer", "").lower()

    @property
    def annotated(self) -> bool:
        """Whether labels and the tables of lookups are told."""
        return "odata.include-annotations" in self.prefer

    @property
    def page(self) -> int:
        """How many records a page has."""
        wanted = _PAGE.search(self.prefer)
        return min(int(wanted[1]), self.habits.page) if wanted and int(wanted[1]) else self.habits.page

    @property
    def host(self) -> str:
        """The address that the client knows."""
        return f"http://{self.request.headers.get('host', '127.0.0.1')}"

    def of(self, request: Request, made: dict[str, tuple[str, str]]) -> "Work":
        """The view of a part of this request."""
        part = replace(self.call, request=request)
        return replace(self, call=part, made=made)


def work_of(call: Call, habits: Habits, user: str) -> Work:
    """The view of a request."""
    return Work(call, cast(EnvironmentStore, call.store), habits, user, call.clock.now(), {})
