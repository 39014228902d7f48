"""Relations between parties as records of their own: their rows as changes of parties, and back. Pure.

A relation and its key (`relation_keys`) are made by one change of the party at its beginning. Of the same type there is
one relation from a party to another. The party at an end is a place by its kind: `from_` an organisation,
`from_.Person`, `to.Household`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Refusal
from crm_migrate_tryton.records import Name
from crm_migrate_tryton.relation_keys import OTHER, Keyed, code_of, keys_at, own_keys, paired
from crm_migrate_tryton.shapes import CATEGORIES, KEYED, KINDS, RELATIONS, REPLACED_BY, TYPES
from crm_migrate_tryton.values import json_of, text_of

Record = Mapping[str, Any]
Row = Mapping[str, str | None]
Values = dict[str, Any]

BEGINNING = "from_"
ENDS = (BEGINNING, OTHER)
TYPE = "type.name"
DATES = ("start_date", "end_date")
OF_PARTY = (REPLACED_BY, f"{KEYED}.code", f"{CATEGORIES}.name", f"{CATEGORIES}.parent")
ASKED = ("type", TYPE, *DATES, *ENDS, *(f"{end}.{each}" for end in ENDS for each in OF_PARTY))
EXISTS = Refusal("there is a relation of this type between the two already", "EXISTS", TYPE)
_ENDLESS = Refusal("a relation has one party at each end", "REQUIRED")
_TYPELESS = Refusal("a relation has a type", "REQUIRED", TYPE)
_KEYLESS = Refusal("the party at the other end carries no key of ours", "NOT_OURS", OTHER)


@dataclass(frozen=True, slots=True)
class Tie:
    """What makes a relation the one that it is: the parties at its ends, and its type."""

    beginning: int
    other: int
    type: int


def is_place(name: str, fields: Mapping[str, Any]) -> bool:
    """Whether a relation has a field of that name."""
    return name.partition(".")[0] in ENDS or name == TYPE or (name in DATES and name in fields)


def kind_of(name: str) -> str:
    """The kind of party that a place is for; "" where it is no end, or for organisations."""
    end, _, kind = name.partition(".")
    return kind if end in ENDS else ""


def replaced(relations: Sequence[Record]) -> set[int]:
    """The parties at ends that users have replaced by others; Tryton leaves their relations with them."""
    return {int(each[end]) for each in relations for end in ENDS if (each.get(f"{end}.") or {}).get(REPLACED_BY)}


def followed(relation: Record, left: Mapping[int, Record]) -> Record:
    """A relation with the parties that are left at its ends."""
    found = {end: left[relation[end]] for end in ENDS if relation[end] in left}
    return {**relation, **{e: party["id"] for e, party in found.items()}, **{f"{e}.": p for e, p in found.items()}}


# ---------------------------------------------------------------------------------------------------- rows


def row_of(names: Sequence[str], record: Record, root: int) -> dict[str, str | None]:
    """The fields of a relation as canonical text; `root` is the category of kinds."""
    return {name: _told(name, record, root) for name in names}


def _told(name: str, record: Record, root: int) -> str | None:
    end, _, kind = name.partition(".")
    if end in ENDS:
        return str(record[end]) if kind_at(record, end, root) == kind else None
    if name == TYPE:
        return text_of((record.get("type.") or {}).get("name"), "char")
    return text_of(record.get(name), "date")


def kind_at(record: Record, end: str, root: int) -> str:
    """The kind of the party at an end; "" for an organisation."""
    categories = (record.get(f"{end}.") or {}).get(f"{CATEGORIES}.") or ()
    return min((str(each["name"]) for each in categories if each.get("parent") == root), default="")


def type_of(row: Row) -> Name | None:
    """The type that a row names."""
    return Name(TYPES, "name", str(row[TYPE])) if row.get(TYPE) else None


def tie_of(row: Row, types: Mapping[Name, int], current: Record | None = None) -> Tie:
    """The relation as a row wants it, which may say a part of it where there is one. Raises Unfit."""
    ends = [_end(row, end, current) for end in ENDS]
    name = type_of(row)
    if name is None and (TYPE in row or current is None):
        raise Unfit(_TYPELESS)
    if name is not None and name not in types:
        raise Unfit(Refusal(f"there is not exactly one {name.model} with this name", "UNKNOWN", TYPE))
    return Tie(ends[0], ends[1], types[name] if name else int((current or {})["type"]))


def _end(row: Row, end: str, current: Record | None) -> int:
    said = {name: cell for name, cell in row.items() if name.partition(".")[0] == end}
    ids = {int(cell) for cell in said.values() if cell}
    if not said and current is not None:
        return int(current[end])
    if len(ids) != 1:
        raise Unfit(_ENDLESS)
    return ids.pop()


def dates_of(row: Row) -> Values:
    """The days that a row says. Raises Unfit."""
    try:
        return {name: json_of(str(row[name]), "date") if row[name] else None for name in DATES if name in row}
    except ValueError:
        raise Unfit(Refusal("the value is no date of Tryton", "TYPE")) from None


def made(entity: str, tie: Tie, dates: Values, parties: Mapping[int, Record]) -> Values:
    """The change of the party at the beginning that makes a relation with its key. Raises Unfit."""
    relation = {OTHER: tie.other, "type": tie.type, **{name: day for name, day in dates.items() if day}}
    stale = [key[3] for key in keys_at(parties[tie.beginning]) if key[0] == entity]
    identifiers: list[Any] = [["delete", stale]] if stale else []
    identifiers.append(["create", [{"code": _code(entity, tie, parties)}]])
    return {RELATIONS: [["create", [relation]]], KEYED: identifiers}


def changed(
    entity: str, tie: Tie, dates: Values, parties: Mapping[int, Record], current: Record, keyed: Keyed | None
) -> dict[int, Values]:
    """The changes of parties that make a relation what is wanted, with its key where the new one begins. Raises
    Unfit."""
    found, moved = _moved(tie, dates, current), tie != tie_at(current)
    code = {"code": _code(entity, tie, parties)} if moved or keyed is None else {}
    if keyed is None:
        merge(found, tie.beginning, {KEYED: [["create", [code]]]})
    elif moved:
        party = {"party": tie.beginning} if tie.beginning != current[BEGINNING] else {}
        merge(found, int(current[BEGINNING]), {KEYED: [["write", [keyed.identifier], code | party]]})
    return found


def freed(tie: Tie, dates: Values, current: Record, keyed: Keyed | None) -> dict[int, Values]:
    """The changes that make a relation what it was, and take our key off it."""
    found = _moved(tie, dates, current)
    if keyed is not None:
        merge(found, int(current[BEGINNING]), {KEYED: [["delete", [keyed.identifier]]]})
    return found


def _moved(tie: Tie, dates: Values, current: Record) -> dict[int, Values]:
    wanted = {BEGINNING: tie.beginning, OTHER: tie.other, "type": tie.type}
    values = dates | {name: value for name, value in wanted.items() if value != current[name]}
    return {int(current[BEGINNING]): {RELATIONS: [["write", [current["id"]], values]]}} if values else {}


def is_keyed(record: Record) -> bool:
    """Whether a key of ours fits a relation."""
    return bool(paired(record[f"{BEGINNING}."], [record]))


def tie_at(record: Record) -> Tie:
    """What a relation is."""
    return Tie(int(record[BEGINNING]), int(record[OTHER]), int(record["type"]))


def gone(current: Record, keyed: Keyed) -> Values:
    """The change that takes a relation away."""
    return {RELATIONS: [["delete", [current["id"]]]], KEYED: [["delete", [keyed.identifier]]]}


def merge(changes: dict[int, Values], party: int, values: Values) -> None:
    """Add what else is changed of a party."""
    there = changes.setdefault(party, {})
    for name, steps in values.items():
        there[name] = [*there.get(name, ()), *steps]


def _code(entity: str, tie: Tie, parties: Mapping[int, Record]) -> str:
    keys = own_keys(parties[tie.other])
    if not keys:
        raise Unfit(_KEYLESS)
    return code_of(entity, tie.type, keys[0])


def kinds_root(kinds: Mapping[tuple[str, str], int]) -> int:
    """The category whose children tell what a party is."""
    return kinds.get((CATEGORIES, KINDS), -1)
