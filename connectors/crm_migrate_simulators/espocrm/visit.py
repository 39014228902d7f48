"""One request while it is handled, and how this CRM says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.espocrm.entities import Defs
from crm_migrate_simulators.espocrm.habits import Habits
from crm_migrate_simulators.store import Record, Store
from crm_migrate_simulators.wire import Reply


class Answered(Exception):
    """A request that ends here, with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def no(status: int, reason: str, body: Any = b"") -> Answered:
    """The end of a request that is not done: the reason stands in a header, most have no body."""
    return Answered(Reply(status, body, {"X-Status-Reason": reason}))


def translated(status: int, reason: str, label: str, **data: str) -> Answered:
    """The same with a body for the screen."""
    return no(status, reason, {"messageTranslation": {"label": label, "scope": None, "data": data}})


def invalid(entity: str, field: str, type: str) -> Answered:
    """A value that its field does not take."""
    reason = f"Field validation failure; entityType: {entity}, field: {field}, type: {type}."
    return translated(400, reason, "validationFailure", field=field, type=type)


@dataclass(frozen=True)
class Visit:
    """A call, the entity and id of its path, and the habits of the installation."""

    call: Call
    entity: str
    id: str
    habits: Habits

    @property
    def store(self) -> Store:
        """The records."""
        return self.call.store

    @property
    def now(self) -> float:
        """The instant."""
        return self.call.clock.now()

    @property
    def fields(self) -> Mapping[str, Defs]:
        """The fields of the entity, as its metadata says."""
        found: Mapping[str, Defs] = self.store.definition(self.entity).more["fields"]
        return found

    @property
    def links(self) -> Mapping[str, Defs]:
        """Its links."""
        found: Mapping[str, Defs] = self.store.definition(self.entity).more["links"]
        return found

    def live(self) -> Record:
        """The record of the path. 404 where there is none, or none to be seen."""
        found = self.store.get(self.entity, self.id)
        if found is None or not found.seen(self.now):
            raise no(404, f"Record {self.id} not found.")
        return found

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. 400 where it is none."""
        said = self.call.request.json()
        if not isinstance(said, dict):
            raise no(400, "Bad data.")
        return said


def moment(at: float) -> str:
    """An instant as it is told."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S")
