"""Rows of ours as records of Salesforce, and back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_migrate.connecting import shaping
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, Refusal, TargetObject
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_salesforce.describe import Described, Place
from crm_migrate_salesforce.shapes import ENTRY, NAMED, NO_MAIL, OWNER, PERSONS, PREFIXES, PRICED, PRODUCT, of_people
from crm_migrate_salesforce.values import json_of, text_of

Values = dict[str, Any]
Named = Mapping[tuple[str, str], Mapping[str, str]]  # (object, field) -> name -> id


Shape = shaping.Shape[Described, Place]


def shape_of(described: Described, object: TargetObject, names: Iterable[str], nobody: str = "") -> Shape:
    """Of these columns, those that the object has."""
    opts_out = bool(described.opted_out)
    return shaping.shape_of(described, described.place, object, names, opts_out=opts_out, nobody=nobody)


def named_in(shape: Shape, rows: Sequence[Row]) -> dict[tuple[str, str], set[str]]:
    """(object, field) -> the names that the rows say."""
    said: dict[tuple[str, str], set[str]] = {}
    for name, place in shape.places.items():
        if place.by and name != PRICED:
            cells = {cell for row in rows if (cell := row.get(name))}
            said.setdefault((place.of, place.by), set()).update(cells)
    return said


# ---------------------------------------------------------------------------------------------------- writing


def created(shape: Shape, row: Row, named: Named) -> Values:
    """A record that is made: our key, its kind, and the cells that hold something. Raises Unfit."""
    kind = shape.described.kind
    filled = {name: cell for name, cell in row.items() if cell is not None and name in shape.places}
    own = {kind.field: _of_kind(shape)} if kind.field else {}
    values = {shape.key_field: row[ENTITY]} | own | _cells(shape, filled, named)
    if shape.described.sorts:
        values = _of_its_sort(values, person=any(of_people(shape.places[name].field) for name in filled))
    return _attributed(shape) | values


def changed(shape: Shape, id: str, row: Row, named: Named, current: Record, key: str | None = "") -> Values:
    """The change of a record to what the row says; null clears. `key`: ours, where it is written, too ("" leaves it;
    None takes it away). What can be said at a creation only is left out where it is so already. Raises Unfit."""
    cells = {name: cell for name, cell in row.items() if name in shape.places}
    values = ({} if key == "" else {shape.key_field: key}) | _not_fixed(shape, _cells(shape, cells, named), current)
    if key is not None:
        values = _kept_out(shape, values, cells, current)
    if shape.described.sorts:
        values = _of_its_sort(values, person=bool(current.get(PERSONS)))
    return _attributed(shape) | {"id": id} | values


def looked_at(shape: Shape) -> list[str]:
    """What has to be read of a record before it is changed: what cannot be changed, and whether it wants no mail."""
    written, described = {place.field for place in shape.places.values()}, shape.described
    fixed = [PRODUCT if field == ENTRY else field for field in sorted(written) if described.fixed(field)]
    return [field for field in (*fixed, described.opted_out) if field in described.fields and (
        field in written or field == PRODUCT)]  # fmt: skip


def _not_fixed(shape: Shape, values: Values, current: Record) -> Values:
    """Without what Salesforce takes at a creation only and has already, and without what was left empty then; what
    differs goes along, and is refused."""

    def same(field: str, value: Any) -> bool:
        kind, held = str(shape.described.fields[field].get("type")), current.get(PRODUCT if field == ENTRY else field)
        return value is None or text_of(value, kind) == text_of(held, kind)

    return {f: value for f, value in values.items() if not (shape.described.fixed(f) and same(f, value))}


def _kept_out(shape: Shape, values: Values, cells: Row, current: Record) -> Values:
    """A mark that somebody wants no mail is not taken away: by an empty cell not, and who says so is refused."""
    field = shape.described.opted_out
    if values.get(field) is not False or current.get(field) is not True:
        return values
    name = next(name for name, place in shape.places.items() if place.field == field)
    if cells.get(name) is not None:
        raise Unfit(Refusal("who opted out there stays so until a user takes the mark away", "OPTED_OUT", name))
    return {name: value for name, value in values.items() if name != field}


def _attributed(shape: Shape) -> Values:
    return {"attributes": {"type": shape.described.object}}


def _of_kind(shape: Shape) -> Any:
    kind = shape.described.kind
    return json_of(kind.value, str(shape.described.fields[kind.field].get("type")))


def _cells(shape: Shape, cells: Row, named: Named) -> Values:
    values: Values = {}
    for name, cell in cells.items():
        place = shape.places[name]
        sent = cell if name == PRICED else _sent(place, cell, named)
        if sent is None and place.field == OWNER and shape.nobody:
            sent = shape.nobody  # there is no record without an owner
        if values.get(place.field) is not None and sent is not None:
            raise Unfit(Refusal(f"{place.field} leads to one record, and the row names two", "TWO", name))
        values[place.field] = values[place.field] if values.get(place.field) is not None else sent
    if shape.consent and cells.get(shape.consent) in NO_MAIL:
        values[shape.described.opted_out] = True  # never False: whoever opted out there stays so
    return values


def _sent(place: Place, cell: str | None, named: Named) -> Any:
    if cell is None or not place.by:
        try:
            return json_of(cell, place.type)
        except ValueError:
            raise Unfit(Refusal(f"the value is no {place.type} of Salesforce", "TYPE", place.name)) from None
    found = named.get((place.of, place.by), {})
    if cell not in found:
        words = f"there is not exactly one {place.of} with this {place.by}"
        raise Unfit(Refusal(words, "UNKNOWN", place.name))
    return found[cell]


def _of_its_sort(values: Values, *, person: bool) -> Values:
    """Without what accounts of that sort do not have: people no name but that of their parts, others no such parts.
    What is empty there is left out; what is filled goes along, and is refused."""
    if person:
        return {name: value for name, value in values.items() if name != NAMED}
    return {name: value for name, value in values.items() if value not in (None, False) or not of_people(name)}


def with_entry(values: Values, entry: str) -> Values:
    """A line with the entry of the price book that stands for its product."""
    return values | {ENTRY: entry}


# ---------------------------------------------------------------------------------------------------- reading


def asked(shape: Shape) -> list[str]:
    """What has to be read of a record, so that rows can be told."""
    fields = [place.field for place in shape.places.values()]
    key = [shape.key_field] if shape.key_field in shape.described.fields else []
    return list(dict.fromkeys([*key, *fields, *([shape.described.opted_out] if shape.consent else [])]))


def key_of(shape: Shape, record: Record) -> str | None:
    """Our key in a record."""
    said = record.get(shape.key_field)
    return said if isinstance(said, str) and said else None


def led_to(shape: Shape, found: Iterable[Record]) -> dict[tuple[str, str], set[str]]:
    """(object, field) -> ids of the records that are told by that name; several references may lead to one object."""
    ids: dict[tuple[str, str], set[str]] = {}
    fields = [((place.of, place.by), place.field) for place in shape.places.values() if place.by]
    for record in found:
        for by, field in fields:
            ids.setdefault(by, set()).add(str(record.get(field)))
    return ids


def told(shape: Shape, record: Record, names: Mapping[tuple[str, str], Mapping[str, str]]) -> dict[str, str | None]:
    """The fields of a record as canonical text; `names` is (object, field) -> id -> name."""
    row = {name: _told(place, record, names) for name, place in shape.places.items()}
    if shape.nobody and record.get(OWNER) == shape.nobody:
        row |= {name: None for name, place in shape.places.items() if place.field == OWNER}
    if shape.consent and record.get(shape.described.opted_out) is True and row[shape.consent] not in NO_MAIL:
        row[shape.consent] = "withdrawn"  # users said so
    return row


def _told(place: Place, record: Record, names: Mapping[tuple[str, str], Mapping[str, str]]) -> str | None:
    value = text_of(record.get(place.field), place.type)
    if place.by:
        return names.get((place.of, place.by), {}).get(value or "")
    return value if not place.of or (value or "").startswith(PREFIXES[place.of]) else None
