"""The value of a record's field as the API tells it: stored, or derived from what is stored."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record

ADDRESS = ("city", "country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street")


def instant_text(at: float) -> str:
    """An instant as the API writes it, in UTC with whole seconds."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def instant_of(text: str) -> float:
    """The instant that the API wrote."""
    return datetime.fromisoformat(text).timestamp()


def value(store: OrgStore, record: Record, field: Field) -> Any:
    """What the API tells of a field; None for nothing."""
    derived = _DERIVED.get(field.name)
    if derived is not None:
        return derived(store, record)
    kind = field.more["type"]
    if kind == "address":
        return _address(record, field.name)
    said = record.values.get(field.name)
    if said is None:
        return _person_name(store, record, field) if field.name == "Name" else False if kind == "boolean" else None
    if kind in ("double", "currency", "percent"):
        return float(said)
    return said


def blob(record: Record, name: str) -> bytes:
    """The bytes of a field that is base 64."""
    return base64.b64decode(record.values.get(name) or "")


def _address(record: Record, name: str) -> dict[str, Any] | None:
    start = name.removesuffix("Address")
    parts = {part: record.values.get(f"{start}{part[0].upper()}{part[1:]}") for part in ADDRESS}
    return parts if any(said is not None for said in parts.values()) else None


def _person_name(store: OrgStore, record: Record, field: Field) -> str | None:
    parts = [record.values[name] for name in ("FirstName", "LastName") if record.values.get(name)]
    if parts:
        return " ".join(parts)
    return record.id if field.more.get("custom") or store.compact(record.object).get("custom") else None


def _changed(store: OrgStore, record: Record) -> str:
    set_on_insert: str | None = record.values.get("LastModifiedDate")
    return set_on_insert if set_on_insert and record.version == 1 else instant_text(record.changed)


def _changed_by(store: OrgStore, record: Record) -> str | None:
    by: str | None = record.values.get("LastModifiedById") or record.values.get("CreatedById")
    return by


def _looked_at(store: OrgStore, record: Record) -> str | None:
    at = store.setting("looked_at", record.id)
    return instant_text(at) if at is not None else None


_DERIVED: dict[str, Callable[[OrgStore, Record], Any]] = {
    "Id": lambda _, record: record.id,
    "IsDeleted": lambda _, record: record.deleted,
    "CreatedDate": lambda _, record: instant_text(record.created),
    "LastModifiedDate": _changed,
    "SystemModstamp": lambda _, record: instant_text(record.changed),
    "LastModifiedById": _changed_by,
    "LastViewedDate": _looked_at,
    "LastReferencedDate": _looked_at,
}
