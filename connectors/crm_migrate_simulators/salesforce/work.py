"""One request's view of an org: the store, who asks, when, and what its headers want."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.rules import Bent
from crm_migrate_simulators.salesforce.habits import Habits
from crm_migrate_simulators.salesforce.org_store import OrgStore


@dataclass(frozen=True, slots=True)
class Work:
    """What rules ask of the request that they judge. `text`: its values come from CSV or XML, not from JSON."""

    call: Call
    store: OrgStore
    habits: Habits
    user: str
    now: float
    version: float
    allow_save: bool = False
    auto_assign: bool = True
    text: bool = False

    @property
    def bent(self) -> Bent:
        """The silent habits of this request."""
        return self.call.bent


def work_of(call: Call, habits: Habits, user: str, version: float) -> Work:
    """The view of a request of the REST API."""
    headers = call.request.headers
    duplicates = _pairs(headers.get("sforce-duplicate-rule-header", ""))
    return Work(
        call,
        cast(OrgStore, call.store),
        habits,
        user,
        call.clock.now(),
        version,
        allow_save=duplicates.get("allowsave") == "true",
        auto_assign=headers.get("sforce-auto-assign", "true").lower() != "false",
    )


def _pairs(text: str) -> Mapping[str, str]:
    parts = (part.partition("=") for part in text.replace(",", ";").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in parts}
