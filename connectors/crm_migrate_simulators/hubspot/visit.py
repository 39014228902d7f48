"""A request on its way through one of HubSpot's routes, with what every route needs of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.hubspot.habits import Habits
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType, object_type
from crm_migrate_simulators.hubspot.portal_store import PortalStore
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.store import Record, Store

T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    """A request: the values of its path, and the version of the API that it calls (`v3`, `v4`, `2026-03`)."""

    call: Call
    at: Mapping[str, str]
    version: str
    habits: Habits

    @property
    def store(self) -> Store:
        """The data of the portal."""
        return self.call.store

    @property
    def portal(self) -> PortalStore:
        """The same, with what a portal knows beside."""
        if not isinstance(self.store, PortalStore):
            raise TypeError("a portal keeps its records in a PortalStore")
        return self.store

    @property
    def now(self) -> float:
        """The instant."""
        return self.call.clock.now()

    @property
    def query(self) -> Mapping[str, str]:
        """The query."""
        return self.call.request.query

    @property
    def dated(self) -> bool:
        """Whether the version is a date."""
        return self.version[:1].isdigit()

    def word(self, name: str) -> str:
        """A value of the path, as it was meant."""
        return unquote(self.at[name])

    def object(self, name: str = "object") -> ObjectType:
        """The object that the path names."""
        return object_type(self.store, self.word(name))

    def many(self, name: str) -> list[str]:
        """The values of a name of the query, said several times or with commas between."""
        pairs = self.call.request.pairs or tuple(self.query.items())
        return [each for said, value in pairs if said == name for each in value.split(",") if each]

    def yes(self, name: str) -> bool:
        """Whether the query says `true`."""
        return self.query.get(name, "false").lower() == "true"

    def body(self) -> Json:
        """The body, which is a JSON object."""
        return mapping(self.call.request.json())

    def inputs(self, most: int) -> list[Json]:
        """The inputs of a batch."""
        inputs: list[Any] = self.body()["inputs"]
        if not inputs:
            raise refused(400, "The batch must have at least one input")
        if len(inputs) > most:
            raise refused(400, f"Batch size {len(inputs)} exceeds the limit of {most}")
        return inputs

    def seen(self, record: Record | None) -> Record | None:
        """The record, unless a read does not find it now."""
        return record if record is not None and record.seen(self.now) else None

    def order(self, results: Iterable[T]) -> list[T]:
        """The results of a batch in the order in which HubSpot gives them: not that of its inputs."""
        listed = list(results)
        if self.habits.shuffled and len(listed) > 1:
            turn = self.call.asked.number % (len(listed) - 1) + 1
            listed = listed[turn:][::-1] + listed[:turn][::-1]
        return listed


def mapping(said: Any) -> Json:
    """A JSON object."""
    if not isinstance(said, dict):
        raise refused(400, "Invalid input JSON on line 1, column 1: this should be an object", "")
    return said


def stamp(instant: float) -> str:
    """An instant as answers tell it: ISO 8601, milliseconds where there are any."""
    at = datetime.fromtimestamp(round(instant * 1000) / 1000, UTC)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def changed(before: Json, said: Json, *names: str) -> Json:
    """What was there, with these members of a body instead where it has them."""
    return before | {name: said[name] for name in names if name in said}
