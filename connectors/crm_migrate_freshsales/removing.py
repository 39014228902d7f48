"""Taking back what a load did: records that nobody refers to, and on which people have hung nothing, go."""

from collections.abc import Collection, Iterator
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import GONE, TAKEN
from crm_migrate.connecting.taking_back import Reference, Referred, told_of
from crm_migrate.connecting.wording import without_values
from crm_migrate_freshsales import answers, requests
from crm_migrate_freshsales.calls import Calls
from crm_migrate_freshsales.records import key_of, kind_of, pointing
from crm_migrate_freshsales.shapes import ACTIVITIES, MODELS, TYPE, Model


class Removing:
    """Takes records away. Freshsales itself would leave behind what refers to a record that goes."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._referred = calls, Referred()
        self.forget = self._referred.forget

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        calls, until = self._calls, self._calls.until()
        model, rows = calls.model(batch.object), rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        named = self._referred.named(model.name, partial(self._referring, model))
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
            self._referred.went(ids[entity])
            return ids[entity]

        answer = calls.one_by_one(model, list(rows), one, Answer(), until)
        calls.looking.forget(model)
        return Answer(answer.loaded, answer.refused, answer.in_doubt, answer.later, gone=frozenset(gone))

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        yield told_of(self._referring(self._calls.model(object)), known)

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
