"""Taking back what a load did: records that nobody refers to, and on which people have hung nothing, go."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import GONE, TAKEN
from crm_migrate.connecting.taking_back import told
from crm_migrate.connecting.wording import without_values
from crm_migrate_freshsales import answers, requests
from crm_migrate_freshsales.calls import Calls
from crm_migrate_freshsales.records import key_of, kind_of, pointing
from crm_migrate_freshsales.shapes import ACTIVITIES, MODELS, TYPE, Model

FRESH_SECONDS = 20  # a look at who refers is good for so long; what hangs on a record is seen right before it goes


@dataclass(frozen=True, slots=True)
class Reference:
    """That a record, `by`, refers to another one by a field of an object."""

    id: str
    object: str
    field: str
    by: str


class Removing:
    """Takes records away. Freshsales itself would leave behind what refers to a record that goes."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._looked: dict[str, tuple[float, list[Reference]]] = {}
        self._gone = set[str]()

    def forget(self) -> None:
        """That somebody else may be referred to now."""
        self._looked.clear()

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        calls, until = self._calls, self._calls.until()
        model, rows = calls.model(batch.object), rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        named = self._named(model)
        gone: set[str] = set()

        def one(entity: str) -> str | Refusal:
            found = calls.current(model, ids[entity], entity)
            if found is GONE:
                gone.add(entity)
                return ids[entity]
            if isinstance(found, Refusal) or key_of(found) != entity:
                return TAKEN
            who = named.get(ids[entity]) or calls.looking.hanging(model, ids[entity])
            if who:
                return Refusal(f"{who} refers to it", "REFERRED")
            said = answers.deleted(calls.http.send(requests.delete(model, ids[entity])))
            if isinstance(said, Refusal):
                return Refusal(without_values(said.words, (rows[entity],)), said.code)
            self._gone.add(ids[entity])
            return ids[entity]

        answer = calls.one_by_one(model, list(rows), one, Answer(), until)
        calls.looking.forget(model)
        return Answer(answer.loaded, answer.refused, answer.in_doubt, answer.later, gone=frozenset(gone))

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        referring = self._referring(self._calls.model(object))
        yield told(((each.id, each.object, each.field) for each in referring), known)

    def _named(self, model: Model) -> dict[str, str]:
        """Id -> by what it is referred to, as of a look that is not old."""
        at, found = self._looked.get(model.name, (0.0, []))
        if model.name not in self._looked or time.monotonic() - at > FRESH_SECONDS:
            found = list(self._referring(model))
            self._looked[model.name] = (time.monotonic(), found)
        return {each.id: f"{each.object}.{each.field}" for each in found if each.by not in self._gone}

    def _referring(self, model: Model) -> Iterator[Reference]:
        """Who refers to records of a module."""
        types = {int(each["id"]): str(each["name"]) for each in self._calls.looking.activity_types()}
        for other in MODELS.values():
            if not any(shape.reference == model.name for shape in other.fields.values()):
                continue
            for record in self._calls.looking.records(other):
                by = str(record["id"])
                kind = types.get(record.get(TYPE, 0), "") if other.name == ACTIVITIES else kind_of(record)
                for module, id, field in pointing(other, record):
                    if module == model.name and (id, other.name) != (by, model.name):
                        yield Reference(id, f"{other.name}:{kind}" if kind else other.name, field, by)
