"""Rows of ours as what BottleCRM creates and changes, and its records as rows. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from crm_migrate_bottle.shapes import ACCOUNTS, CONTACTS, CUSTOM, KEY, KIND, Model, Path
from crm_migrate_bottle.values import (
    UUID,
    Names,
    Record,
    holds,
    id_of,
    ids,
    sent,
    sent_custom,
    told,
    told_custom,
)

Row = Mapping[str, str | None]
Body = dict[str, Any]


def created(model: Model, kind: str, paths: Mapping[str, Path], row: Row, key: str, names: Names) -> Body:
    """A record as one creation. Raises Unfit."""
    filled = {name: cell for name, cell in row.items() if cell is not None}
    return changed(model, kind, paths, filled, key, names, {CUSTOM: {}})


def changed(
    model: Model, kind: str, paths: Mapping[str, Path], row: Row, key: str | None, names: Names, current: Record
) -> Body:
    """The changes that make `current` hold what the row says, with our key or without. Raises Unfit.

    What BottleCRM fills by itself is not emptied.
    """
    body, custom = dict[str, Any](), dict[str, Any]({KEY: key})
    if kind:
        custom[KIND] = kind
    for name, path in paths.items():
        if name not in row:
            continue
        if path.custom:
            custom[path.field] = sent_custom(name, names.customs[path.field], row[name])
        elif row[name] is not None or not model.fields[path.field].default:
            body[path.field] = sent(name, model.fields[path.field], row[name], names)
    body = {name: each for name, each in body.items() if name not in current or not _held(model, name, each, current)}
    here = current[CUSTOM]
    custom = {name: each for name, each in custom.items() if not holds(None, each, here.get(name))}
    return {**body, CUSTOM: custom} if custom else body


def lost(model: Model, body: Body, record: Record) -> str | None:
    """What a record does not hold though it was sent and nobody said that it was not taken; None where it holds all."""
    for name, each in body.items():
        if name == CUSTOM:
            missing = (f"custom.{key}" for key, one in each.items() if not holds(None, one, record[CUSTOM].get(key)))
            found = next(missing, None)
            if found is not None:
                return found
        elif not _held(model, name, each, record):
            return name
    return None


def before(model: Model, body: Body, record: Record) -> Body:
    """What puts a record back that a change of ours has reached."""
    back: Body = {}
    for name in body:
        if name == CUSTOM:
            back[CUSTOM] = {key: record[CUSTOM].get(key) for key in body[CUSTOM]}
            continue
        shape, held = model.fields[name], record.get(name)
        back[name] = ids(held) if shape.many else id_of(held) if shape.reference else held
    return back


def _held(model: Model, name: str, value: Any, record: Record) -> bool:
    return holds(model.fields[name], value, record.get(name))


# ---------------------------------------------------------------------------------------------------- reading


def key_of(record: Record) -> str | None:
    """Our key in a record."""
    return told_custom(record[CUSTOM].get(KEY))


def kind_of(record: Record) -> str:
    """What a record is besides its model; "" for most."""
    return told_custom(record[CUSTOM].get(KIND)) or ""


def row_of(model: Model, paths: Mapping[str, Path], record: Record, names: Names) -> dict[str, str | None]:
    """The fields of a record as canonical text."""
    return {
        name: told_custom(record[CUSTOM].get(path.field))
        if path.custom
        else told(path.field, model.fields[path.field], record.get(path.field), names)
        for name, path in paths.items()
    }


def pointing(model: Model, record: Record) -> Iterator[tuple[str, str, str]]:
    """What a record points to: model ("" where that is not known), id, and by which of its fields."""
    for name, shape in model.fields.items():
        for id in ids(record.get(name) if shape.many else [record.get(name)]) if shape.reference else ():
            yield str(shape.reference), id, name
    for key, held in record[CUSTOM].items():
        if isinstance(held, str) and UUID.fullmatch(held):
            yield "", held, f"custom.{key}"
    if model.name == CONTACTS:
        linked = set(ids(record.get("linked_accounts"))) - {id_of(record.get("account"))}
        yield from ((ACCOUNTS, id, "linked_accounts") for id in sorted(linked))
    elif CONTACTS not in model.fields:
        yield from ((CONTACTS, id, CONTACTS) for id in ids(record.get(CONTACTS)))
