"""One request while it is handled: who asks, and how Odoo says no."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.odoo.habits import Habits
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record, Store

Json = dict[str, Any]


class Fault(Exception):
    """An error of the server, by the name of its exception."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


def invalid(message: str) -> Fault:
    """A value that Odoo itself refuses."""
    return Fault("odoo.exceptions.ValidationError", message)


@dataclass(frozen=True)
class Session:
    """A call of somebody who is signed in, and the context that came with it."""

    call: Call
    habits: Habits
    uid: int
    context: Json

    @property
    def store(self) -> Store:
        """The records."""
        return self.call.store

    @property
    def now(self) -> float:
        """The instant of the database's clock."""
        return self.call.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the context, else that of the user: UTC."""
        try:
            return ZoneInfo(str(self.context.get("tz") or "UTC"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")

    def fields(self, model: str) -> dict[str, Field]:
        """The fields of a model. Fault where there is none."""
        if model not in self.store.schema.objects:
            raise Fault("builtins.KeyError", f"'{model}'")
        return self.store.definition(model).fields

    def record(self, model: str, id: Any) -> Record:
        """A live record, as who changes it finds it: no change reads what is behind. Fault where it is none."""
        found = self.store.get(model, str(id)) if isinstance(id, int) and not isinstance(id, bool) else None
        if found is None or found.deleted:
            raise _missing(model, id)
        return found

    def shown(self, model: str, id: Any) -> Record:
        """A live record, as who reads it finds it. Fault where it is none."""
        found = self.record(model, id)
        if not found.seen(self.now):
            raise _missing(model, id)
        return found


def _missing(model: str, id: Any) -> Fault:
    words = f"Record does not exist or has been deleted.\n(Record: {model}({id},))"
    return Fault("odoo.exceptions.MissingError", words)


def moment(at: float) -> str:
    """An instant as Odoo tells it: UTC, without its zone."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S")


def day(text: str) -> str:
    """The date that a text begins with. Raises ValueError."""
    return datetime.strptime(text[:10], "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()


def instant(text: str) -> datetime:
    """A moment, or the beginning of a day. Raises ValueError."""
    form = "%Y-%m-%d %H:%M:%S" if len(text) > len("2025-01-02") else "%Y-%m-%d"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
