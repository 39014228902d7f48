"""Rows of ours as lines of an import, and records back as rows. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_migrate.connecting import shaping
from crm_migrate.connecting.cells import unfit
from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_odoo.customers import Customers, partner
from crm_migrate_odoo.describe import Described, Place
from crm_migrate_odoo.shapes import (
    ABOUT_MODEL,
    ABOUT_NAME,
    ACTIVE,
    ADDRESS,
    BLACKLIST,
    KEY,
    LOST,
    NO_MAIL,
    OWNER,
    PARENT,
    PARTNER,
    PROBABILITY,
    STAGE,
    STAGED,
    TYPE,
)
from crm_migrate_odoo.tags import ids_of_tags, tags_in, text_of_tags
from crm_migrate_odoo.values import cell_of, id_of, text_of

By = tuple[str, str]  # model, column
Shape = shaping.Shape[Described, Place]
Line = dict[str, str]  # column of an import -> its cell
DATABASE_ID = "/.id"  # behind a column: what stands in it is an id of the database


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the records that rows name: (model, column) -> name -> id, the ids of models, who the customers
    are, and which mailboxes nobody may write to."""

    ids: Mapping[By, Mapping[str, str]] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    customers: Customers = field(default_factory=dict)
    names: Mapping[By, Mapping[str, str]] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


def shape_of(described: Described, object: TargetObject, names: Iterable[str]) -> Shape:
    """Of these columns, those that the object has."""
    places = {place.name: place for place in described.places()}
    return shaping.shape_of(
        described, places.get, object, names, opts_out=bool(described.mailbox) and described.model != BLACKLIST
    )


def named_in(shape: Shape, rows: Sequence[Row]) -> dict[By, set[str]]:
    """(model, column) -> the names that the rows say."""
    said: dict[By, set[str]] = {}
    for name, place in shape.places.items():
        if place.by:
            cells = [cell for row in rows if (cell := row.get(name))]
            spread = {tag for cell in cells for tag in tags_in(cell)} if place.many else {*cells} - {LOST}
            said.setdefault((place.of, place.by), set()).update(spread)
    return said


# ---------------------------------------------------------------------------------------------------- writing


def created(shape: Shape, row: Row, known: Known) -> Line:
    """A new record: its kind, and every cell; what is empty stays empty where Odoo would fill it in. Raises Unfit."""
    described, kind = shape.described, shape.described.kind
    line: Line = {}
    owner = described.columns.get(OWNER)
    if owner is not None and not owner.required and not owner.read_only:
        line[OWNER + DATABASE_ID] = ""  # else it is of our own user
    if kind.field:
        line |= {kind.field: cell_of(kind.value, described.columns[kind.field], kind.field)}
    return line | _address_type(shape, row, {}) | _cells(shape, row, known, new=True)


def _address_type(shape: Shape, row: Row, current: Record) -> Line:
    """Whoever has an address and belongs to a company keeps it only as an `other` one: a contact's is the company's.
    Of a record that is there already so is the address that it had before it belonged to anybody."""
    places = {place.column.name: name for name, place in shape.places.items()}
    if not _belongs(shape) or TYPE in places:
        return {}
    own = any(row.get(places[each]) for each in ADDRESS if each in places)
    own = own or any(current.get(each) for each in ADDRESS if each not in places and not current.get(PARENT))
    if own and row.get(places[PARENT]):
        return {TYPE: "other"}
    return {} if current else {TYPE: "contact"}


def _belongs(shape: Shape) -> bool:
    """Whether partners are written with the companies that they belong to."""
    columns = (place.column.name for place in shape.places.values())
    return shape.described.model == PARTNER and TYPE in shape.described.columns and PARENT in columns


def changed(shape: Shape, row: Row, known: Known, current: Record) -> Line:
    """The change of a record to what the row says; an empty cell clears. Raises Unfit."""
    said = {name: cell for name, cell in row.items() if name in shape.places}
    customers = {place.column.name for place in shape.places.values() if place.whose and not place.about}
    others = {p.name: p for p in shape.described.places() if p.whose and p.column.name in customers}
    whole = replace(shape, places={**others, **shape.places})
    now = told(whole, current, known)
    line = _cells(whole, {**{name: now[name] for name in others}, **said}, known, new=False)
    return _address_type(shape, said, current) | line


def _cells(shape: Shape, row: Row, known: Known, *, new: bool) -> Line:
    line: Line = {}
    places = {name: place for name, place in shape.places.items() if name in row}
    for name, place in places.items():
        cell = row[name]
        if place.many:
            ids = ids_of_tags(cell, known.ids.get((place.of, place.by), {}), name)
            line[place.column.name + DATABASE_ID] = ",".join(ids)
        elif place.whose or name == STAGE:
            continue
        elif place.of:
            line[place.column.name + DATABASE_ID] = _led_to(place, cell, known) or _default(place, new)
        else:
            line[name] = cell_of(cell, place.column, name) or _default(place, new)
    for column in dict.fromkeys(place.column.name for place in places.values() if place.whose):
        said = {name: (place, row[name]) for name, place in places.items() if place.column.name == column}
        line |= _several(shape, column, said, known)
    return line | (_stage(shape, row[STAGE], row.get(PROBABILITY), known) if STAGE in places else {})


def _default(place: Place, new: bool) -> str:
    """What stands for an empty cell of a new record: what Odoo says itself, where the column cannot be empty, or
    is never empty to users."""
    column = place.column
    if not new or not (column.required or column.type in ("boolean", "selection")) or column.default is False:
        return ""
    return "1" if column.default is True else str(id_of(column.default) or column.default)


def _several(shape: Shape, column: str, said: Mapping[str, tuple[Place, str | None]], known: Known) -> Line:
    """A column that leads to one of several kinds of records."""
    filled = {name: (place, cell) for name, (place, cell) in said.items() if cell}
    if not next(iter(said.values()))[0].about:
        whose = {name.rpartition(".")[2]: cell for name, (_, cell) in filled.items()}
        return {column + DATABASE_ID: partner(whose, known.customers)}
    if len(filled) > 1:
        raise unfit("TWO", f"{column} leads to one record, and the row names two", next(iter(filled)))
    place, id = next(iter(filled.values()), (None, ""))
    model = place.of if place is not None else ""
    by_id = ABOUT_MODEL in shape.described.columns
    of = {ABOUT_MODEL + DATABASE_ID: known.models.get(model, "")} if by_id else {ABOUT_NAME: model}
    return {**of, column: id or ""}


def _led_to(place: Place, cell: str | None, known: Known) -> str:
    if cell is None or not place.by:
        return cell or ""
    found = known.ids.get((place.of, place.by), {})
    if cell not in found:
        raise unfit("UNKNOWN", f"there is not exactly one {place.of} with this {place.by}", place.name)
    return found[cell]


def _stage(shape: Shape, cell: str | None, probability: str | None, known: Known) -> Line:
    """A stage, or that it is lost: archived, with no probability. Who is won has the whole of it. Raises Unfit."""
    if cell is None:
        return {}  # it stays, or is the first one
    if cell == LOST:
        _fits(probability, "0")
        return {ACTIVE: "0", PROBABILITY: "0"}
    at = _led_to(shape.places[STAGE], cell, known)
    if cell not in shape.described.won:
        return {STAGED + DATABASE_ID: at, ACTIVE: "1"}
    _fits(probability, "100")
    return {STAGED + DATABASE_ID: at, ACTIVE: "1", PROBABILITY: "100"}


def _fits(probability: str | None, meant: str) -> None:
    if probability is not None and float(probability) != float(meant):
        raise unfit("TWO", "who is won has the probability 100, and who is lost 0: the row says another", PROBABILITY)


def fields_of_columns(shape: Shape) -> dict[str, str]:
    """Column of an import -> the field of ours that stands in it."""
    return {place.column.name: name for name, place in shape.places.items()}


def withdrawn(shape: Shape, row: Row, current: Record | None) -> str | None:
    """The mailbox of somebody who wants no mail."""
    if not shape.consent or row.get(shape.consent) not in NO_MAIL:
        return None
    mailbox = shape.described.mailbox
    said = row.get(mailbox) if mailbox in row else (current or {}).get(mailbox)
    return str(said).strip().lower() if said else None


# ---------------------------------------------------------------------------------------------------- reading


def asked(shape: Shape) -> list[str]:
    """What has to be read of a record, so that rows can be told."""
    names: list[str] = []
    for place in shape.places.values():
        names.append(place.column.name)
        if place.about:
            names.append(ABOUT_MODEL if ABOUT_MODEL in shape.described.columns else ABOUT_NAME)
        if place.name == STAGE:
            names += [ACTIVE, PROBABILITY]
    return list(dict.fromkeys([*names, *([shape.described.mailbox] if shape.consent else [])]))


def taken_over(shape: Shape) -> list[str]:
    """What has to be read before a partner is written with the company that it belongs to."""
    return [PARENT, *(each for each in ADDRESS if each in shape.described.columns)] if _belongs(shape) else []


def led_to(shape: Shape, found: Iterable[Record]) -> dict[By, set[int]]:
    """(model, column) -> ids of the records that are told by that name."""
    ids: dict[By, set[int]] = {}
    for record in found:
        for place in shape.places.values():
            if place.by:
                value = record.get(place.column.name)
                several = value if place.many and isinstance(value, list) else [id_of(value)]
                ids.setdefault((place.of, place.by), set()).update(id for id in several if id)
    return ids


def whose(shape: Shape, found: Iterable[Record], known: Mapping[str, str]) -> dict[str, set[int]]:
    """Model -> ids of the records of which has to be known which kind they are. `known`: id of a model -> its name."""
    ids: dict[str, set[int]] = {}
    for record in found:
        for place in shape.places.values():
            id = id_of(record.get(place.column.name)) if place.whose else None
            if id and _model_of(place, shape, record, known) == place.of:
                ids.setdefault(place.of, set()).add(id)
    return ids


def _model_of(place: Place, shape: Shape, record: Record, models: Mapping[str, str]) -> str:
    if not place.about:
        return place.of
    if ABOUT_MODEL in shape.described.columns:
        return models.get(str(id_of(record.get(ABOUT_MODEL))), "")
    return str(record.get(ABOUT_NAME) or "")


def key_of(record: Record) -> str | None:
    """Our key of a record, which `looking` puts there."""
    said = record.get(KEY)
    return said if isinstance(said, str) else None


def told(shape: Shape, record: Record, known: Known) -> dict[str, str | None]:
    """The fields of a record as canonical text."""
    row = {name: _told(shape, place, record, known) for name, place in shape.places.items()}
    mailbox = str(record.get(shape.described.mailbox) or "").strip().lower()
    if shape.consent and mailbox in known.blocked and row[shape.consent] not in NO_MAIL:
        row[shape.consent] = "withdrawn"  # users said so
    return row


def _told(shape: Shape, place: Place, record: Record, known: Known) -> str | None:
    value = record.get(place.column.name)
    if place.name == STAGE and not record.get(ACTIVE) and not record.get(PROBABILITY):
        return LOST
    if place.many:
        names = known.names.get((place.of, place.by), {})
        return text_of_tags([names.get(str(id), "") for id in value or ()])
    if place.whose:
        models = {id: name for name, id in known.models.items()}
        id = id_of(value) if _model_of(place, shape, record, models) == place.of else None
        who = known.customers.get((place.of, str(id)))
        if who is None:
            return None
        word = place.name.rpartition(".")[2]
        return str(id) if who.word == word else who.parent if word == "company" and not place.about else None
    text = text_of(value, place.column)
    return known.names.get((place.of, place.by), {}).get(str(id_of(value))) if place.by else text
