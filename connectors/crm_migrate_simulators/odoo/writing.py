"""Records made, changed and taken away; what Odoo fills by itself, and what follows from a deletion."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_migrate_simulators.odoo.models import FIELDS, KEY, XMLIDS, stored
from crm_migrate_simulators.odoo.partners import PARTNER, followed
from crm_migrate_simulators.odoo.session import Fault, Session, invalid
from crm_migrate_simulators.odoo.values import checked, taken
from crm_migrate_simulators.schema import read_field


def create(session: Session, model: str, said: Mapping[str, Any], key: str | None = None) -> int:
    """The id of a new record."""
    filled = {**defaults(session, model), **taken(session, model, said)}  # who says nothing of a field has its default
    values = {name: value for name, value in filled.items() if value is not None}
    if model == XMLIDS:
        values["complete_name"] = f"{values.get('module')}.{values.get('name')}"
    checked(session, model, values)
    if model == FIELDS:
        values |= _made_field(session, values)
    more = {KEY: key} if key else {}
    made = session.store.create(model, {**values, **more}, session.now, session.call.bent).id
    if model == PARTNER:
        followed(session, made, values, new=True)
    return int(made)


def write(session: Session, model: str, ids: Sequence[Any], said: Mapping[str, Any]) -> None:
    """Change what is named of each record."""
    for id in ids:
        record = session.record(model, id)
        values = taken(session, model, said, record.values)
        checked(session, model, {**record.values, **values})
        session.store.update(model, record.id, values, session.now, session.call.bent)
        if model == PARTNER:
            followed(session, record.id, values, new=False)


def unlink(session: Session, model: str, ids: Sequence[Any]) -> None:
    """Take records away for good: what points to one is emptied, its external ids go along."""
    for id in ids:
        record = session.record(model, id)
        if model == "res.partner" and any(each.values.get("email") == record.values.get("email") is not None
                                          for each in session.store.all("res.users")):  # fmt: skip
            raise Fault("odoo.exceptions.ValidationError", "You cannot delete contacts linked to an active user.")
        _emptied(session, model, record.id)
        session.store.delete(model, record.id, session.now)


def _emptied(session: Session, model: str, id: str) -> None:
    for other in session.store.schema.objects.values():
        for name, of in other.fields.items():
            for each in session.store.all(other.name) if model in of.reference else ():
                if each.values.get(name) == id:
                    session.store.update(other.name, each.id, {name: None}, session.now)
    for each in session.store.all(XMLIDS):
        if (each.values["model"], str(each.values["res_id"])) == (model, id):
            session.store.delete(XMLIDS, each.id, session.now)


def defaults(session: Session, model: str) -> dict[str, Any]:
    """What Odoo fills where nothing is said: an opportunity is of the user who makes it, and of the first stage."""
    fields = session.fields(model)
    found: dict[str, Any] = {"active": True} if "active" in fields else {}
    if model == "res.partner":
        found["type"] = "contact"
    if model == "crm.lead":
        stages = session.store.all("crm.stage")
        first = min(stages, key=lambda each: each.values.get("sequence") or 0, default=None)
        found |= {"type": "opportunity", "user_id": str(session.uid), "priority": "0"}
        found |= {"stage_id": first.id} if first else {}
    if model == "mail.activity":
        found["user_id"] = str(session.uid)
    return found


def _made_field(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """A field of one's own is there at once; what is told of it besides."""
    name, of = str(values["name"]), str(session.record("ir.model", int(values["model_id"])).values["model"])
    if not name.startswith("x_"):
        raise invalid("Custom fields must have a name that starts with 'x_'!")
    label = str(values.get("field_description") or name)
    type = f"{values['ttype']} {values.get('relation') or ''}".strip()
    session.store.add_field(of, read_field(name, stored(of, name, label, type), of))
    return {"model": of, "state": "manual", "store": True}
