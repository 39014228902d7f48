"""One request while it is handled, and how this CRM says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.suitecrm.habits import Habits
from crm_migrate_simulators.suitecrm.modules import NAMES, GuidStore
from crm_migrate_simulators.wire import Reply

TYPE = {"Content-Type": "application/vnd.api+json"}


class Failed(Exception):
    """An exception that the API tells of: 400, whatever it is about."""


def error(detail: str) -> Reply:
    """`errors` is one object, and its title is null."""
    return Reply(400, {"errors": {"status": 400, "title": None, "detail": detail}}, dict(TYPE))


@dataclass(frozen=True)
class Visit:
    """A call, the module and id of its path or body ("": none), and the habits of the installation."""

    call: Call
    module: str
    id: str
    habits: Habits

    @property
    def store(self) -> GuidStore:
        """The records."""
        assert isinstance(self.call.store, GuidStore)
        return self.call.store

    @property
    def now(self) -> float:
        """The instant."""
        return self.call.clock.now()

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields of the module."""
        return self.store.definition(self.module).fields

    @property
    def bean(self) -> str:
        """What the module calls a record."""
        return NAMES.get(self.module, self.module)

    def live(self) -> Record:
        """The record. Failed where there is none, or none to be seen."""
        found = self.store.get(self.module, self.id)
        if found is None or not found.seen(self.now):
            raise Failed(f"{self.module} module with id {self.id} is not found")
        return found

    def attributes(self) -> dict[str, Any]:
        """What is sent of a record. Failed where it is none of its fields."""
        said = self.call.request.json()["data"].get("attributes", {})
        for name in said:
            if name not in self.fields:
                raise Failed(f"Property {name} in {self.bean} module is invalid")
        return dict(said)
