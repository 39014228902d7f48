"""Where our key of a relation lives: with the party at its beginning. Pure.

A relation has no text field. So its key is an identifier of the party at its beginning, which says of what type it is
and who stands at its other end, by our key of that party: `crm_migrate_relation:KEY:TYPE:OTHER`. Both are made by one
change of that party, and both go along when users make one party of two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate_tryton.shapes import KEY_PREFIX, KEYED

Record = Mapping[str, Any]

PREFIX = "crm_migrate_relation:"
OTHER = "to"


@dataclass(frozen=True, slots=True)
class Keyed:
    """Our key of a relation, and the identifier that has it."""

    entity: str
    identifier: int


def code_of(entity: str, type: int, other: str) -> str:
    """The identifier of a relation, by our key of the party at its other end."""
    return f"{PREFIX}{entity}:{type}:{other}"


def keys_at(party: Record) -> list[tuple[str, str, str, int]]:
    """Our keys of relations that begin at a party: the entity, the type, the key of the other end, the identifier."""
    found = []
    for each in sorted(party.get(f"{KEYED}.") or (), key=lambda each: int(each["id"])):
        parts = str(each.get("code") or "").removeprefix(PREFIX).split(":")
        if str(each.get("code") or "").startswith(PREFIX) and len(parts) == 3:
            found.append((parts[0], parts[1], parts[2], int(each["id"])))
    return found


def own_keys(party: Record | None) -> list[str]:
    """Our keys of a party itself."""
    codes = (str(each.get("code") or "") for each in (party or {}).get(f"{KEYED}.") or ())
    return [code.removeprefix(KEY_PREFIX) for code in codes if code.startswith(KEY_PREFIX)]


def paired(party: Record, relations: Iterable[Record]) -> dict[int, Keyed]:
    """Relation -> its key, of those that begin at that party: a key is of the oldest that fits it."""
    found: dict[int, Keyed] = {}
    keys = keys_at(party)
    for each in sorted(relations, key=lambda each: int(each["id"])):
        others = own_keys(each.get(f"{OTHER}."))
        fits = (key for key in keys if key[1] == str(each["type"]) and key[2] in others)
        if is_straight(each) and (key := next(fits, None)) is not None:
            keys.remove(key)
            found[int(each["id"])] = Keyed(key[0], key[3])
    return found


def is_straight(relation: Record) -> bool:
    """Whether it is the relation itself; Tryton shows some a second time, the other way round."""
    return int(relation["id"]) % 2 == 0
