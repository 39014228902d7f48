"""What Odoo does by itself to people and their companies: addresses and tax numbers go down, and sometimes up."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.odoo.session import Session
from crm_migrate_simulators.store import Record

PARTNER = "res.partner"
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
COMMERCIAL = ("vat", "industry_id")


def followed(session: Session, id: str, said: Mapping[str, Any], *, new: bool) -> None:
    """After a partner was made or changed: it takes over from its company, its people from it, and a company without an
    address takes that of its first person."""
    record = _partner(session, id)
    above = record.values.get("parent_id")
    if above and (said.get("parent_id") or said.get("type") == "contact"):
        _taken_over(session, record, _partner(session, above), whole=not new)
    for child in _children(session, id):
        told = _among(said, ADDRESS) if child.values.get("type") == "contact" else {}
        told |= _among(said, COMMERCIAL) if not child.values.get("is_company") else {}
        _put(session, child, told)
    if new and above and len(_children(session, above)) == 1:
        _given_up(session, _partner(session, id), _partner(session, above))


def _taken_over(session: Session, record: Record, parent: Record, *, whole: bool) -> None:
    """An import takes over what the company has; any other change its whole address."""
    there = {name: parent.values.get(name) for name in ADDRESS}
    if record.values.get("type") == "contact" and any(there.values()):
        _put(session, record, {name: value for name, value in there.items() if whole or value is not None})
    if not record.values.get("is_company"):
        _put(session, record, {name: parent.values.get(name) for name in COMMERCIAL})


def _given_up(session: Session, record: Record, parent: Record) -> None:
    own = {name: record.values.get(name) for name in ADDRESS}
    if any(own.values()) and not any(parent.values.get(name) for name in ADDRESS):
        _put(session, parent, own)


def _partner(session: Session, id: str) -> Record:
    return session.record(PARTNER, int(id))


def _children(session: Session, id: str) -> list[Record]:
    return [each for each in session.store.all(PARTNER) if each.values.get("parent_id") == str(id)]


def _among(said: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def _put(session: Session, record: Record, values: Mapping[str, Any]) -> None:
    if any(record.values.get(name) != value for name, value in values.items()):
        session.store.update(PARTNER, record.id, dict(values), session.now)
