"""Rows of ours as records of Zoho CRM, and back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_migrate.connecting import shaping
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, Refusal, TargetObject
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_zoho.describe import Described, Place
from crm_migrate_zoho.shapes import EMAIL, MODULE_OF, MOST_TAGS, NO_MAIL, OWNER, PARENT, TAG
from crm_migrate_zoho.values import SEVERAL, TAGS, json_of, text_of

Values = dict[str, Any]


Shape = shaping.Shape[Described, Place]


def shape_of(described: Described, object: TargetObject, names: Iterable[str], nobody: str = "") -> Shape:
    """Of these columns, those that the object has."""
    opts_out = bool(described.opted_out)
    return shaping.shape_of(described, described.place, object, names, opts_out=opts_out, nobody=nobody)


def mailboxes_in(shape: Shape, rows: Sequence[Row]) -> set[str]:
    """The users that rows name."""
    names = [name for name, place in shape.places.items() if place.by == EMAIL]
    return {cell for row in rows for name in names if (cell := row.get(name))}


# ---------------------------------------------------------------------------------------------------- writing


def created(shape: Shape, row: Row, users: Mapping[str, str]) -> Values:
    """A record that is made: our key, its kind, and the cells that hold something. Raises Unfit."""
    kind = shape.described.kind
    filled = {name: cell for name, cell in row.items() if cell is not None and name in shape.places}
    own = {kind.field: kind.value} if kind.field else {}
    return {shape.key_field: row[ENTITY], **own, **_cells(shape, filled, users)}


def changed(shape: Shape, id: str, row: Row, users: Mapping[str, str], current: Record, key: str | None = "") -> Values:
    """The change of a record to what the row says; null clears. `key`: ours, where it is written, too ("" leaves it;
    None takes it away). Raises Unfit."""
    cells = {name: cell for name, cell in row.items() if name in shape.places}
    values = _cells(shape, cells, users)
    if key is not None:
        values = _kept_out(shape, values, cells, current)
    return {"id": id, **({} if key == "" else {shape.key_field: key}), **values}


def _kept_out(shape: Shape, values: Values, cells: Row, current: Record) -> Values:
    """A mark that somebody wants no mail is not taken away: by an empty cell not, and who says so is refused."""
    field = shape.described.opted_out
    if values.get(field) is not False or current.get(field) is not True:
        return values
    name = next(name for name, place in shape.places.items() if place.field == field)
    if cells.get(name) is not None:
        raise Unfit(Refusal("who opted out there stays so until a user takes the mark away", "OPTED_OUT", name))
    return {name: value for name, value in values.items() if name != field}


def _cells(shape: Shape, cells: Row, users: Mapping[str, str]) -> Values:
    values: Values = {}
    for name, cell in cells.items():
        place = shape.places[name]
        sent = _sent(place, cell, users)
        if sent is None and place.field == OWNER:
            if not shape.nobody:
                continue  # there is no record without an owner
            sent = {"id": shape.nobody}
        if values.get(place.field) is not None and sent is not None:
            raise Unfit(Refusal(f"{place.field} leads to one record, and the row names two", "TWO", name))
        if sent is not None or values.get(place.field) is None:
            values[place.field] = sent
        if place.type == SEVERAL and sent is not None:
            values[MODULE_OF] = place.of
    if shape.consent and cells.get(shape.consent) in NO_MAIL:
        values[shape.described.opted_out] = True  # never False: whoever opted out there stays so
    return values


def _sent(place: Place, cell: str | None, users: Mapping[str, str]) -> Any:
    if cell is not None and place.by:
        if cell not in users:
            raise Unfit(Refusal("there is not exactly one user with this mailbox", "UNKNOWN", place.name))
        return {"id": users[cell]}
    try:
        said = json_of(cell, place.type)
    except ValueError:
        raise Unfit(Refusal(f"the value is no {place.type} of Zoho CRM", "TYPE", place.name)) from None
    if place.type == TAGS and said is not None and len(said) > MOST_TAGS:
        raise Unfit(Refusal(f"a record has {MOST_TAGS} tags at most", "TAGS", place.name))
    return said


# ---------------------------------------------------------------------------------------------------- reading


def asked(shape: Shape, *, key: bool = True) -> list[str]:
    """What has to be read of a record, so that rows can be told."""
    fields = [place.field for place in shape.places.values()]
    ours = [shape.key_field] if key and shape.key_field in shape.described.fields else []
    return list(dict.fromkeys([*ours, *fields, *([shape.described.opted_out] if shape.consent else [])]))


def looked_at(shape: Shape) -> list[str]:
    """What has to be read of a record before it is changed, where it is written: the mark that it wants no mail, and
    its tags; of a row the record that it belongs to."""
    written = {place.field for place in shape.places.values()}
    told = [field for field in (shape.described.opted_out, TAG) if field in written]
    return [*told, PARENT] if shape.described.parent else told


def key_of(shape: Shape, record: Record) -> str | None:
    """Our key in a record."""
    said = record.get(shape.key_field)
    return said if isinstance(said, str) and said else None


def told(shape: Shape, record: Record, users: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of a record as canonical text; `users` is id -> mailbox."""
    row = {name: _told(place, record, users) for name, place in shape.places.items()}
    if shape.nobody and text_of(record.get(OWNER), "ownerlookup") == shape.nobody:
        row |= {name: None for name, place in shape.places.items() if place.field == OWNER}
    if shape.consent and record.get(shape.described.opted_out) is True and row[shape.consent] not in NO_MAIL:
        row[shape.consent] = "withdrawn"  # users said so
    return row


def _told(place: Place, record: Record, users: Mapping[str, str]) -> str | None:
    value = text_of(record.get(place.field), place.type)
    if place.by:
        return users.get(value or "")
    return value if not place.of or record.get(MODULE_OF) == place.of else None
