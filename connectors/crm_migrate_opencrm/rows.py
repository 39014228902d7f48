"""Rows of ours as what a CRM creates and changes, and its records as rows. Pure.

A consent has a field of its own. Where the CRM has marks that keep it from writing to a mailbox, who withdrew gets the
first one and a dead mailbox both; no mark is ever taken away.
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.cells import unfit
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, TargetObject
from crm_migrate_opencrm.dialect import ID, NO_MAIL, Entity, Field, Record
from crm_migrate_opencrm.values import holds, sent, told

Row = Mapping[str, str | None]
Body = dict[str, Any]


def consent_of(object: TargetObject, entity: Entity) -> str:
    """The column that says consent to mail, where the entity has marks that it decides on; "" for none."""
    said = [f.name for f in object.fields if f.type == "consent" and f.about != "phone" and f.name in entity.fields]
    return said[0] if said and entity.opted_out else ""


def created(entity: Entity, kind: str, consent: str, row: Row, key: str, people: Mapping[str, str]) -> Body:
    """A record as one creation. Raises Unfit."""
    filled = {name: cell for name, cell in row.items() if cell is not None}
    body = _body(entity, kind, consent, filled, key, people, {})
    return {name: value for name, value in body.items() if value != []}


def changed(
    entity: Entity, kind: str, consent: str, row: Row, key: str | None, people: Mapping[str, str], current: Record
) -> Body:
    """The changes that make `current` hold what the row says, with our key or without. Raises Unfit.

    What the CRM fills by itself is not emptied.
    """
    kept = {
        n: cell for n, cell in row.items() if cell is not None or n not in entity.fields or not entity.fields[n].default
    }
    body = _body(entity, kind, consent, kept, key, people, current)
    return {name: value for name, value in body.items() if not holds(value, current.get(name))}


def _body(
    entity: Entity, kind: str, consent: str, row: Row, key: str | None, people: Mapping[str, str], current: Record
) -> Body:
    body: Body = {entity.key: key} | ({entity.kind: kind} if kind else {})
    for name, cell in row.items():
        if name not in (ENTITY, TARGET_ID):
            _put(body, entity.fields[name], sent(entity.fields[name], cell, people))
    if consent and row.get(consent) in NO_MAIL and body.get(entity.mailbox, current.get(entity.mailbox)):
        body[entity.opted_out] = True
        if entity.dead and row[consent] == "bounced":
            body[entity.dead] = True
    return {name: value for name, value in body.items() if name not in (entity.opted_out, entity.dead) or value}


def _put(body: Body, field: Field, value: Any) -> None:
    if not field.type_attribute:
        body[field.attribute] = value
        return
    taken = body.get(field.attribute)
    if value is not None and taken is not None:
        raise unfit("TWO", f"{field.attribute} leads to one record, and the row names two", field.name)
    if value is not None or taken is None:
        body |= {field.attribute: value, field.type_attribute: field.to if value is not None else None}


def lost(body: Body, record: Record) -> str | None:
    """What a record does not hold though it was sent and nobody said that it was not taken; None where it holds all."""
    return next((name for name, value in body.items() if not holds(value, record.get(name))), None)


def before(body: Body, record: Record) -> Body:
    """What puts a record back that a change of ours has reached."""
    return {name: record.get(name) for name in body}


# ---------------------------------------------------------------------------------------------------- reading


def id_of(record: Record) -> str:
    """The CRM's own id of a record."""
    return str(record[ID])


def key_of(entity: Entity, record: Record) -> str | None:
    """Our key in a record."""
    said = record.get(entity.key) if entity.key else None
    return str(said) if said else None


def kind_of(entity: Entity, record: Record) -> str:
    """What a record is besides its entity; "" for most."""
    return str(record.get(entity.kind) or "") if entity.kind else ""


def row_of(entity: Entity, object: TargetObject, record: Record, people: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of a record as canonical text; `people`: mailbox by id of a user."""
    row = {
        each.name: _told(entity.fields[each.name], record, people)
        for each in object.fields
        if each.name in entity.fields
    }
    consent = consent_of(object, entity)
    if consent and record.get(entity.opted_out) and row[consent] not in NO_MAIL:
        row[consent] = "withdrawn"  # users said so
    return row


def _told(field: Field, record: Record, people: Mapping[str, str]) -> str | None:
    if field.type_attribute and record.get(field.type_attribute) != field.to:
        return None
    return told(field, record.get(field.attribute), people)
