"""One request while it is handled, and how this CRM says no."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.freshsales.account_store import AccountStore
from crm_migrate_simulators.freshsales.habits import Habits
from crm_migrate_simulators.freshsales.modules import MODULES, Module
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply


class Answered(Exception):
    """A request that ends here, with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def errors(status: int, *messages: str) -> Reply:
    """`{"errors": {"code", "message": [...]}}`."""
    return Reply(status, {"errors": {"code": status, "message": list(messages)}})


def refused(status: int, *messages: str) -> Answered:
    """The end of a request that is not done."""
    return Answered(errors(status, *messages))


@dataclass(frozen=True)
class Visit:
    """A call, the values of its path, and the habits of the account."""

    call: Call
    at: Mapping[str, str]
    habits: Habits

    @property
    def store(self) -> AccountStore:
        """The records."""
        return cast(AccountStore, self.call.store)

    @property
    def now(self) -> float:
        """The instant of the account's clock."""
        return self.call.clock.now()

    @property
    def module(self) -> Module:
        """The module of the path. A page of nothing where there is none."""
        found = MODULES.get(self.at.get("module", ""))
        if found is None:
            raise refused(404, "The requested resource does not exist")
        return found

    def record(self, module: str, id: str) -> Record:
        """A live record. 404 where there is none."""
        found = self.store.get(module, id)
        if found is None or not found.seen(self.now):
            raise refused(404, "The requested resource does not exist")
        return found

    def listed(self, module: str) -> Iterator[Record]:
        """The records as lists and searches see them: a little while ago."""
        for each in self.store.as_of(module, self.now - self.habits.index_seconds):
            current = self.store.get(module, each.id)
            if current is not None and not any(start <= self.now < end for start, end in current.hidden):
                yield each

    def included(self) -> frozenset[str]:
        """What is asked for besides."""
        return frozenset(filter(None, self.call.request.query.get("include", "").split(",")))

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. 400 where it is none."""
        said = self.call.request.json()
        if not isinstance(said, dict):
            raise refused(400, "The request is not a JSON object")
        return said

    def time(self, at: float) -> str:
        """An instant as it is told, in the time zone of the account."""
        told = datetime.fromtimestamp(round(at), UTC).astimezone(ZoneInfo(self.habits.time_zone))
        return told.isoformat().replace("+00:00", "Z")
