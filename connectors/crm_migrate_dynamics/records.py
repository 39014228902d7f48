"""Rows of ours as records of Dataverse, and back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_migrate.connecting import shaping
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, Refusal, TargetObject
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_dynamics.answers import LOOKUP_OF
from crm_migrate_dynamics.describe import Described, Place
from crm_migrate_dynamics.shapes import (
    CREATED,
    GIVEN,
    LINE,
    NO_MAIL,
    OF_DEAL,
    OWNER,
    PRICED,
    PRODUCT,
    REASON,
    ROLES,
    STAGE,
    STAGED,
    STATE,
    WRITTEN_IN,
)
from crm_migrate_dynamics.states import FIRST, Change
from crm_migrate_dynamics.values import json_of, text_of

Named = Mapping[tuple[str, str], Mapping[str, str]]  # (table, column) -> name -> id
Sets = Mapping[str, str]  # table -> entity set


Shape = shaping.Shape[Described, Place]


def shape_of(described: Described, object: TargetObject, names: Iterable[str], nobody: str = "") -> Shape:
    """Of these columns, those that the object has."""
    opts_out = bool(described.opted_out)
    return shaping.shape_of(described, described.place, object, names, opts_out=opts_out, nobody=nobody)


def named_in(shape: Shape, rows: Sequence[Row]) -> dict[tuple[str, str], set[str]]:
    """(table, column) -> the names that the rows say."""
    said: dict[tuple[str, str], set[str]] = {}
    for name, place in shape.places.items():
        if place.by:
            said.setdefault((place.of, place.by), set()).update(cell for row in rows if (cell := row.get(name)))
    return said


# ---------------------------------------------------------------------------------------------------- writing


def created(shape: Shape, row: Row, named: Named, sets: Sets) -> Change:
    """A record that is made: our key, its kind, and the cells that hold something. Raises Unfit."""
    kind = shape.described.kind
    filled = {name: cell for name, cell in row.items() if cell is not None and name in shape.places}
    values: dict[str, Any] = {shape.key_field: row[ENTITY]}
    if kind.field:
        values[kind.field] = json_of(kind.value, shape.described.columns[kind.field])
    parties = tuple(_party(shape.places[name], id, sets) for name, id in filled.items() if is_party(shape.places[name]))
    cells, reason = _cells(shape, filled, named, sets)
    given = {GIVEN: cells.pop(CREATED)} if CREATED in cells else {}
    return Change(values | cells | given | _line(shape.described, cells, creating=True), reason, parties)


def _line(described: Described, values: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """Whether a line of an opportunity is written in, and that else its own price holds."""
    if described.table != LINE:
        return {}
    bind = f"{described.columns[PRODUCT].leads['product']}@odata.bind"
    if not creating and bind not in values:
        return {}
    product = values.get(bind) is not None
    return {WRITTEN_IN: not product, PRICED: product}


def is_party(place: Place) -> bool:
    """Whether a field says who took part in an activity."""
    return place.column.type == "Party"


def parties(shape: Shape) -> list[str]:
    """The fields of a batch that say so."""
    return [name for name, place in shape.places.items() if is_party(place)]


def _party(place: Place, id: str | None, sets: Sets) -> dict[str, Any]:
    return {f"{place.nav}@odata.bind": f"/{sets[place.of]}({id})", "participationtypemask": ROLES[place.column.name]}


def changed(shape: Shape, row: Row, named: Named, sets: Sets, current: Record, key: str | None = "") -> Change:
    """The change of a record to what the row says; null clears. `key`: ours, where it is written, too ("" leaves it;
    None takes it away). Raises Unfit."""
    cells = {name: cell for name, cell in row.items() if name in shape.places}
    values, reason = _cells(shape, cells, named, sets)
    values = _not_fixed(shape, values, current)
    for name in (each for each in cells if is_party(shape.places[each])):
        if cells[name] != current.get(name):
            raise Unfit(
                Refusal("who took part in an activity is said when it is made, and changed by users", "PARTY", name)
            )
    if key is not None:
        values = _kept_out(shape, values, cells, current)
    values |= _line(shape.described, values, creating=False)
    return Change(({} if key == "" else {shape.key_field: key}) | values, reason)


def looked_at(shape: Shape) -> list[str]:
    """What has to be read of a record before it is changed: its state, and what is not changed again."""
    described, written = shape.described, {place.column.name for place in shape.places.values()}
    days = ("actualclosedate", "estimatedclosedate", "actualvalue") if described.staged else ()
    wanted = (STATE, REASON, *days, *(name for name in (CREATED, described.opted_out) if name in written))
    fixed = (name for name in written if name in described.columns and not described.columns[name].updatable)
    deal = [f"_{OF_DEAL}_value"] if described.table == LINE else []
    return [name for name in dict.fromkeys([*wanted, *fixed]) if name in described.columns or name == CREATED] + deal


def _not_fixed(shape: Shape, values: dict[str, Any], current: Record) -> dict[str, Any]:
    """Without what Dataverse takes at a creation only and has already. Raises Unfit for what differs: it would be
    passed over without a word."""
    for name, place in shape.places.items():
        column = place.column
        if column.updatable or column.name not in values or column.leads:
            continue
        sent = values.pop(column.name)
        if sent is not None and text_of(sent, column) != text_of(current.get(column.name), column):
            raise Unfit(Refusal("Dataverse takes this when a record is made, and never again", "CREATE_ONLY", name))
    return values


def _kept_out(shape: Shape, values: dict[str, Any], cells: Row, current: Record) -> dict[str, Any]:
    """A mark that somebody wants no mail is not taken away: by an empty cell not, and who says so is refused."""
    column = shape.described.opted_out
    if values.get(column) is not False or current.get(column) is not True:
        return values
    name = next(name for name, place in shape.places.items() if place.column.name == column)
    if cells.get(name) is not None:
        raise Unfit(Refusal("who opted out there stays so until a user takes the mark away", "OPTED_OUT", name))
    return {each: value for each, value in values.items() if each != column}


def _cells(shape: Shape, cells: Row, named: Named, sets: Sets) -> tuple[dict[str, Any], int | None]:
    """The values of a row, and the reason that it wants."""
    values, reason, leads = dict[str, Any](), None, dict[str, tuple[str, str | None]]()
    for name, cell in cells.items():
        place = shape.places[name]
        column = place.column
        if name in (REASON, STAGE):
            more, reason = _stage(shape, name, cell, reason)
            values |= more
        elif is_party(place):
            continue
        elif column.leads:
            id = _led_to(place, cell, named)
            if column.name == OWNER and id is None:
                id = shape.nobody or None
            if id is not None and leads.get(column.name, ("", None))[1] is not None:
                raise Unfit(Refusal(f"{column.name} leads to one record, and the row names two", "TWO", name))
            if id is not None or column.name not in leads:
                leads[column.name] = (place.nav, None if id is None else f"/{sets[place.of]}({id})")
        else:
            values[column.name] = _sent(place, cell)
    values |= {f"{nav}@odata.bind": path for column, (nav, path) in leads.items() if path or column != OWNER}
    if shape.consent and cells.get(shape.consent) in NO_MAIL:
        values[shape.described.opted_out] = True  # never False: whoever opted out there stays so
    return values, reason


def _stage(shape: Shape, name: str, cell: str | None, known: int | None) -> tuple[dict[str, Any], int | None]:
    """What a stage or a reason says: a value of the open record, or the reason that it is to have."""
    place, described = shape.places[name], shape.described
    if cell is None:
        if name == REASON:
            return {}, known  # a record always has a reason
        return {STAGED[described.table]: None}, known
    reasons = described.columns[REASON]
    if name == REASON:
        values, reason = {}, _sent(place, cell)
    else:
        state = described.closed.get(cell, FIRST)
        values = {} if state else {STAGED[described.table]: _sent(place, cell)}
        reason = min((value for value, of in reasons.states.items() if of == state), default=None)
    if known is not None and reasons.states.get(known) != reasons.states.get(reason):
        raise Unfit(Refusal("stage and reason say two states", "TWO", name))
    return values, reason if known is None or name == REASON else known


def _sent(place: Place, cell: str | None) -> Any:
    try:
        return json_of(cell, place.column)
    except ValueError:
        raise Unfit(_wrong(place)) from None


def _wrong(place: Place) -> Refusal:
    return Refusal(f"the value is no {place.column.type} of Dataverse", "TYPE", place.name)


def _led_to(place: Place, cell: str | None, named: Named) -> str | None:
    if cell is None or not place.by:
        return cell
    found = named.get((place.of, place.by), {})
    if cell not in found:
        words = f"there is not exactly one {place.of} with this {place.by}"
        raise Unfit(Refusal(words, "UNKNOWN", place.name))
    return found[cell]


# ---------------------------------------------------------------------------------------------------- reading


def asked(shape: Shape) -> list[str]:
    """What has to be read of a record, so that rows can be told."""
    described = shape.described
    names = [described.key, *([shape.key_field] if shape.key_field in described.columns else [])]
    for name, place in shape.places.items():
        if not is_party(place):
            names += [STAGED[described.table], STATE, REASON] if name == STAGE else [place.column.read_name]
    return list(dict.fromkeys([*names, *([described.opted_out] if shape.consent else [])]))


def key_of(shape: Shape, record: Record) -> str | None:
    """Our key in a record."""
    said = record.get(shape.key_field)
    return said if isinstance(said, str) and said else None


def led_to(shape: Shape, found: Iterable[Record]) -> dict[tuple[str, str], set[str]]:
    """(table, column) -> ids of the records that are told by that name."""
    ids: dict[tuple[str, str], set[str]] = {}
    for record in found:
        for place in shape.places.values():
            name = place.column.read_name
            if place.by and (id := record.get(name)) and record.get(f"{name}{LOOKUP_OF}", place.of) == place.of:
                ids.setdefault((place.of, place.by), set()).add(str(id))
    return ids


def told(shape: Shape, record: Record, names: Mapping[tuple[str, str], Mapping[str, str]]) -> dict[str, str | None]:
    """The fields of a record as canonical text; `names` is (table, column) -> id -> name."""
    row = {name: _told(shape, name, place, record, names) for name, place in shape.places.items()}
    if shape.nobody and record.get(f"_{OWNER}_value") == shape.nobody:
        row |= {name: None for name, place in shape.places.items() if place.column.name == OWNER}
    if shape.consent and record.get(shape.described.opted_out) is True and row[shape.consent] not in NO_MAIL:
        row[shape.consent] = "withdrawn"  # users said so
    return row


def _told(
    shape: Shape, name: str, place: Place, record: Record, names: Mapping[tuple[str, str], Mapping[str, str]]
) -> str | None:
    if name == STAGE:
        shut = record.get(STATE) != FIRST
        column = shape.described.columns[STATE if shut else STAGED[shape.described.table]]
        return text_of(record.get(column.name), column)
    column = place.column
    if is_party(place):
        return record.get(name)
    value = text_of(record.get(column.read_name), column)
    if value is None or not place.of:
        return value
    of = record.get(f"{column.read_name}{LOOKUP_OF}")
    if of is not None and of != place.of:
        return None
    return names.get((place.of, place.by), {}).get(value) if place.by else value
