"""A request while an organisation handles it: its store, the instant, and the module that its path names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.zoho.habits import Habits, words
from crm_migrate_simulators.zoho.modules import HIDDEN
from crm_migrate_simulators.zoho.org_store import OrgStore
from crm_migrate_simulators.zoho.problems import Problem, no_module


@dataclass(frozen=True, slots=True)
class Visit:
    """What the routes reach."""

    call: Call
    habits: Habits
    at: Mapping[str, str]  # the values of the path

    @property
    def store(self) -> OrgStore:
        """The records."""
        return cast(OrgStore, self.call.store)

    @property
    def now(self) -> float:
        """The instant that it is."""
        return self.call.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which moments are told."""
        return ZoneInfo(self.habits.time_zone)

    @property
    def query(self) -> Mapping[str, str]:
        """The query of the request."""
        return self.call.request.query

    def knows(self, module: str) -> bool:
        """Whether our user may see a module."""
        hidden = module in HIDDEN or module in words(self.habits.denied)
        return module in self.store.schema.objects and not hidden

    def module(self, name: str | None = None) -> str:
        """The module of the path, or this one. Raises Problem where there is none."""
        said = self.at["module"] if name is None else name
        if not self.knows(said):
            raise no_module(in_path=name is None)
        return said

    def fields(self, module: str) -> Mapping[str, Field]:
        """The fields of a module."""
        return self.store.schema.objects[module].fields

    def body(self) -> dict[str, Any]:
        """The body as an object of JSON. Raises Problem."""
        try:
            found = self.call.request.json()
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Problem(400, "INVALID_DATA", "invalid data", expected_data_type="jsonobject")
        return found

    def member(self, name: str, most: int) -> list[Any]:
        """A list in the body, of at most so many. Raises Problem."""
        found = self.body().get(name)
        if found is None:
            words = "required field not found"
            raise Problem(400, "MANDATORY_NOT_FOUND", words, api_name=name, json_path=f"$.{name}")
        if not isinstance(found, list) or not found:
            details = {"expected_data_type": "jsonarray", "api_name": name, "json_path": f"$.{name}"}
            raise Problem(400, "INVALID_DATA", "invalid data", **details)
        if len(found) > most:
            at = {"api_name": name, "json_path": f"$.{name}"}
            raise Problem(400, "INVALID_DATA", "invalid data", maximum_length=most, **at)
        return found
