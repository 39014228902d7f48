"""Taking records back: who may go, and how it is told who refers to whom."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.kinds import Kind

Referring = tuple[str, str, str]  # the id that is referred to, the object that refers, and by which of its fields


def judged(
    rows: Mapping[str, Mapping[str, Any]],
    there: Mapping[str, str | None],
    referring: Callable[[Sequence[str]], Iterable[Referring]],
) -> tuple[dict[str, str], Answer]:
    """Entity -> id of the records that may go; and the outcome of all others, which are gone already, carry another key
    than ours or are referred to. `there` is id -> our key of those that are there; `referring` is asked about ids."""
    ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
    gone = {entity: id for entity, id in ids.items() if id not in there}
    ours = {entity: id for entity, id in ids.items() if there.get(id) == entity}
    refused = {entity: TAKEN for entity in rows if entity not in gone and entity not in ours}
    named = {id: f"{object}.{field}" for id, object, field in referring(list(ours.values()))}
    refused |= {e: Refusal(f"{named[id]} refers to it", "REFERRED") for e, id in ours.items() if id in named}
    free = {entity: id for entity, id in ours.items() if entity not in refused}
    return free, Answer(gone, refused, gone=frozenset(gone))


def told(referring: Iterable[Referring], known: Collection[tuple[str, str]]) -> pa.Table:
    """Who refers to whom, in order and each once, as `Remove.referred` tells it; but for the fields `known`."""
    seen = sorted({each for each in referring if each[1:] not in known})
    names = ("target_id", "object", "field")
    columns = list(zip(*seen, strict=True)) or [()] * 3
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def kind_of(kinds: Iterable[Kind], object: str, record: Mapping[str, Any]) -> str:
    """What we call the object of a record: one of its kinds, where the load has such."""
    own = (kind for kind in kinds if str(record.get(kind.field)) == kind.value)
    return next((f"{kind.object}:{kind.field}={kind.value}" for kind in own), object)


# --------------------------------------------------------------------------- where everything has to be looked through

FRESH_SECONDS = 20  # a look at who refers is good for so long; what hangs on a record is seen right before it goes


@dataclass(frozen=True, slots=True)
class Reference:
    """That a record, `by`, refers to another one by a field of an object."""

    id: str
    object: str
    field: str
    by: str


class Referred:
    """Who is referred to in a CRM that cannot be asked for it: by a look through its records that is not old."""

    def __init__(self) -> None:
        self._looked: dict[str, tuple[float, list[Reference]]] = {}
        self._gone = set[str]()

    def forget(self) -> None:
        """That somebody else may be referred to now."""
        self._looked.clear()

    def went(self, id: str) -> None:
        """That a record is gone, with what it referred to."""
        self._gone.add(id)

    def named(self, object: str, look: Callable[[], Iterable[Reference]]) -> dict[str, str]:
        """Id -> by what it is referred to, of the records of an object."""
        at, found = self._looked.get(object, (0.0, []))
        if object not in self._looked or time.monotonic() - at > FRESH_SECONDS:
            found = list(look())
            self._looked[object] = (time.monotonic(), found)
        return {each.id: f"{each.object}.{each.field}" for each in found if each.by not in self._gone}


def told_of(references: Iterable[Reference], known: Collection[tuple[str, str]]) -> pa.Table:
    """As `told`."""
    return told(((each.id, each.object, each.field) for each in references), known)
