"""Rows of ours as what Freshsales creates and changes, and its records as rows. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm_migrate.connecting.cells import Unfit, unfit
from crm_migrate_freshsales.shapes import (
    ABOUT,
    ACCOUNTS,
    ACTIVITIES,
    CONTACTS,
    CUSTOM,
    KEY,
    KIND,
    MODELS,
    PIPELINE,
    STAGE,
    TYPE,
    Model,
)
from crm_migrate_freshsales.values import Names, Record, same, sent, sent_custom, staged, told, told_plain

Row = Mapping[str, str | None]
Body = dict[str, Any]
EXTERNAL = "external_id"  # by which a contact is found that a lost answer has made


def created(model: Model, kind: str, row: Row, key: str, names: Names) -> Body:
    """A record as one creation. Raises Unfit."""
    body = body_of(model, {name: cell for name, cell in row.items() if cell is not None}, names, {})
    return _marked(model, body, kind, key, names)


def changed(model: Model, kind: str, row: Row, key: str | None, names: Names, current: Record) -> Body:
    """The changes that make `current` hold what the row says, with our key or without; empty where it does already.
    Raises Unfit.

    What Freshsales fills by itself is not emptied.
    """
    cells = {
        name: cell
        for name, cell in row.items()
        if not _holds(model, name, cell, current, names) and (cell is not None or not _fills(model, name))
    }
    body = body_of(model, cells, names, current)
    marked = key_of(current) == key and (model.name == ACTIVITIES or kind_of(current) == kind)
    return body if marked else _marked(model, body, kind, key, names)


def lost(model: Model, row: Row, record: Record, names: Names) -> str | None:
    """What a record does not hold though it was sent and nobody said that it was not taken; None where it holds all."""
    cells = ((name, cell) for name, cell in row.items() if cell is not None or not _fills(model, name))
    return next((name for name, cell in cells if not _holds(model, name, cell, record, names)), None)


def before(model: Model, row: Row, names: Names, current: Record, record: Record) -> Body:
    """What makes a record hold again what it held before a change of these fields, with the key that it had."""
    cells = {name: told_of(model, name, current, names) for name in row}
    try:
        body = body_of(model, cells, names, record)
    except Unfit:  # a user who is gone, or a choice: the rest is put back
        body = {}
    body.setdefault(CUSTOM, {})[KEY] = key_of(current)
    return body


def _fills(model: Model, name: str) -> bool:
    return name in model.fields and model.fields[name].default


def _holds(model: Model, name: str, cell: str | None, record: Record, names: Names) -> bool:
    type = model.fields[name].type if name in model.fields else str(names.customs.get(name, {}).get("type"))
    return same(type, told_of(model, name, record, names), cell)


def _marked(model: Model, body: Body, kind: str, key: str | None, names: Names) -> Body:
    """With our key, and with what its kind says."""
    custom = {**body.get(CUSTOM, {}), KEY: key}
    if model.name == ACTIVITIES:
        return {**body, TYPE: names.choices[TYPE][kind], CUSTOM: custom}
    return {**body, CUSTOM: {**custom, KIND: kind} if kind else custom}


def body_of(model: Model, cells: Row, names: Names, current: Record) -> Body:
    """These cells as Freshsales takes them, for a record that is as `current` says. Raises Unfit."""
    body: Body = {}
    custom = {
        name: sent_custom(name, names.customs[name], cell) for name, cell in cells.items() if name in names.customs
    }
    for name, cell in cells.items():
        if name in custom or name == STAGE or name.startswith(ABOUT):
            continue
        value = sent(name, model.fields[name], cell, names)
        body |= _SENT[model.name, name](value, current) if (model.name, name) in _SENT else {name: value}
    if cells.get(STAGE) is not None:
        pipeline, stage = staged(str(cells[STAGE]), body.get(PIPELINE), names)
        body |= {PIPELINE: pipeline, STAGE: stage}
    body |= _about({name: cell for name, cell in cells.items() if name.startswith(ABOUT)}, current)
    return {**body, CUSTOM: custom} if custom else body


def _mailbox(value: str | None, current: Record) -> Body:
    gone = [{"id": each["id"], "value": each["value"], "_destroy": True} for each in current.get("emails") or ()]
    if not gone:
        return {"emails": value}
    return {"emails": [*gone, *([{"value": value, "is_primary": True}] if value is not None else [])]}


def _account(value: int | None, current: Record) -> Body:
    left = [{"id": e["id"], "_destroy": True} for e in current.get(ACCOUNTS) or () if e.get("is_primary")]
    return {ACCOUNTS: [*left, *([{"id": value, "is_primary": True}] if value is not None else [])]}


def _contact(value: int | None, current: Record) -> Body:
    there = current.get("contact_ids") or []
    added = {"contacts_added_list": [value]} if value is not None and value not in there else {}
    left = [id for id in there if id != value]
    return {**added, **({"contacts_removed_list": left} if left else {})}


_SENT: Mapping[tuple[str, str], Any] = {
    (CONTACTS, "email"): _mailbox,
    (CONTACTS, ACCOUNTS): _account,
    ("deals", CONTACTS): _contact,
}


def _about(cells: Row, current: Record) -> Body:
    """The one record that an activity is about. Raises Unfit where several are named."""
    named = {name: cell for name, cell in cells.items() if cell is not None}
    if len(named) > 1:
        raise unfit("SHAPE", "an activity is about one record of Freshsales", next(iter(named)))
    for name, cell in named.items():
        module = name.removeprefix(ABOUT)
        if not cell or not cell.isdecimal():
            raise unfit("TYPE", "the value is no id of Freshsales", name)
        return {"targetable_id": int(cell), "targetable_type": MODELS[module].model}
    return {"targetable_id": None} if cells and current.get("targetables") else {}


# ---------------------------------------------------------------------------------------------------- reading


def key_of(record: Record) -> str | None:
    """Our key in a record."""
    return told_plain("text", record[CUSTOM].get(KEY))


def kind_of(record: Record) -> str:
    """What a record is besides its module; "" for most."""
    return told_plain("text", record[CUSTOM].get(KIND)) or ""


def told_of(model: Model, name: str, record: Record, names: Names) -> str | None:
    """A field of a record as canonical text."""
    if name in model.fields:
        return told(model, name, record, names)
    return told_plain(str(names.customs.get(name, {}).get("type")), record[CUSTOM].get(name))


def row_of(model: Model, wanted: Iterable[str], record: Record, names: Names) -> dict[str, str | None]:
    """These fields of a record as canonical text."""
    return {name: told_of(model, name, record, names) for name in wanted}


def pointing(model: Model, record: Record) -> Iterator[tuple[str, str, str]]:
    """What a record points to: module, id, and by which of its fields."""
    for name, shape in model.fields.items():
        if not shape.reference:
            continue
        if name == ACCOUNTS:
            ids: Iterable[Any] = (each["id"] for each in record.get(ACCOUNTS) or ())
        elif name == CONTACTS:
            ids = record.get("contact_ids") or ()
        elif name.startswith(ABOUT):
            of = MODELS[name.removeprefix(ABOUT)].model
            ids = (each["id"] for each in record.get("targetables") or () if each.get("type") == of)
        else:
            ids = () if record.get(name) is None else (record[name],)
        yield from ((shape.reference, str(id), name) for id in ids)
