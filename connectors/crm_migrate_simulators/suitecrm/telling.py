"""A record as it is told: all of it is text, as HTML has it, and nothing is an empty text."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.suitecrm.taking import MARKS, MOMENTS
from crm_migrate_simulators.suitecrm.visit import Visit

ADMINISTRATOR = "1"
_HTML = (('"', "&quot;"), ("'", "&#039;"), ("<", "&lt;"), (">", "&gt;"))


def told(visit: Visit, record: Record, names: Collection[str] = ()) -> dict[str, Any]:
    """Type, id, attributes (those that are named, or all) and links."""
    said = {name: _told(visit, record, field) for name, field in visit.fields.items()}
    at = {"date_entered": record.values.get("date_entered") or _moment(record.created)}
    at["date_modified"] = _moment(record.changed)
    said |= {name: _shown(visit, moment) for name, moment in at.items()}
    said |= {"created_by": ADMINISTRATOR, "deleted": "0"}
    own = {name: value for name, value in said.items() if not names or name in names}
    related = f"/V8/module/{visit.module}/{record.id}/relationships/tasks"
    links = {"Tasks": {"links": {"related": related}}}
    return {"type": visit.bean, "id": record.id, "attributes": own, "relationships": links}


def _told(visit: Visit, record: Record, field: Field) -> str:
    held = record.values.get(field.name)
    if field.name == "email1" or field.name in MARKS:
        known = visit.store.setting("mailboxes", record.values.get("email1", "")) or {}
        return str(known.get("name" if field.name == "email1" else field.name, "" if field.name == "email1" else "0"))
    if held is None:
        return ""
    if field.reference and field.more["source"] == "non-db":
        found = visit.store.get(field.reference[0], held)
        return held if found is not None and not found.deleted else ""
    return _shown(visit, held) if field.more["type"] in MOMENTS else as_html(str(held))


def as_html(text: str) -> str:
    """A text as it is told."""
    for sign, entity in _HTML:
        text = text.replace(sign, entity)
    return text


def _moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _shown(visit: Visit, moment: str) -> str:
    seconds = moment[17:] if visit.habits.seconds else "00"
    return f"{moment[:10]}T{moment[11:17]}{seconds}{visit.habits.zone}"
