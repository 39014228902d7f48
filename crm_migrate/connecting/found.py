"""The records that a change is about, found by id or by our key, and why others may not be changed. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import NOT_FOUND, Refusal

GONE = Refusal("there is no such record, or it was deleted", NOT_FOUND)
TAKEN = Refusal("the record carries another key of ours", "OTHER_KEY")
TWICE = Refusal("two records carry this key", "TWICE")

Record = Mapping[str, Any]
KeyOf = Callable[[Record], str | None]


@dataclass(slots=True)
class Current:
    """The records that a batch is about: by entity those that may be changed, and why others may not. Of two entities
    that are about one record the second is in neither: its turn comes when the first has its key."""

    records: dict[str, Record] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)


def by_id(ids: Mapping[str, str], there: Mapping[str, Record], key_of: KeyOf) -> Current:
    """Of entities with the ids of their records; a record that carries another key stays another's."""
    found = Current(refused={entity: GONE for entity, id in ids.items() if id not in there})
    given = set[str]()
    for entity, id in ids.items():
        if id not in there:
            continue
        if key_of(there[id]) not in (None, entity):
            found.refused[entity] = TAKEN
        elif id not in given:
            found.records[entity] = there[id]
            given.add(id)
    return found


def by_key(entities: Collection[str], records: Iterable[Record], key_of: KeyOf) -> Current:
    """Of entities whose records carry our key; a key that two have is nobody's."""
    found = Current(refused=dict.fromkeys(entities, GONE))
    for record in records:
        key = str(key_of(record))
        if key in found.records:
            del found.records[key]
            found.refused[key] = TWICE
        elif found.refused.get(key) is GONE:
            found.records[key] = record
            del found.refused[key]
    return found
