"""Taking back what a load did: records that nobody refers to go."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from crm_migrate.connecting.batch_rows import cells_of, rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.taking_back import told
from crm_migrate_amagi import answers, requests
from crm_migrate_amagi.calls import GONE, Calls
from crm_migrate_amagi.records import keys_of, kind_of, pointing
from crm_migrate_amagi.shapes import CONTACTS, MODELS, POINTING, Model

Referring = tuple[str, str, str]  # the id that is referred to, the object that refers, and by which of its fields


class Removing:
    """Takes records away. amagi-crm itself would empty references to a record that goes."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        until = self._calls.until()
        model, rows = self._calls.model(batch.object), rows_of(batch)
        current, refused = self._calls.current(batch, model)
        refused |= {entity: TAKEN for entity, record in current.items() if entity not in keys_of(model, record)}
        gone = {entity: str(rows[entity][TARGET_ID]) for entity, why in refused.items() if why is GONE}
        ids = {entity: str(record["id"]) for entity, record in current.items() if entity not in refused}
        named = {id: f"{object}.{field}" for id, object, field in self._referring(model)} if ids else {}
        refused |= {e: Refusal(f"{named[id]} refers to it", "REFERRED") for e, id in ids.items() if id in named}

        def one(entity: str) -> str | Refusal:
            said = answers.deleted(self._calls.http.send(requests.delete(model.name, ids[entity])))
            return answers.without_values(said, cells_of(rows[entity])) if isinstance(said, Refusal) else ids[entity]

        known = Answer(gone, {e: why for e, why in refused.items() if e not in gone}, gone=frozenset(gone))
        return self._calls.one_by_one([entity for entity in ids if entity not in refused], one, known, until)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        yield told(self._referring(self._calls.model(object)), known)

    def _referring(self, model: Model) -> Iterator[Referring]:
        """Who refers to records of a model, by a field or by a value with a label."""
        fields = [(name, field) for name, field, other in POINTING if other == model.name]
        for name in dict.fromkeys((*MODELS, *(name for name, _ in fields))):
            for record in self._calls.looking.records(name):
                kind = kind_of(record) if name == CONTACTS else ""
                object = f"{name}:{kind}" if kind else name
                for field in (field for other, field in fields if other == name and record.get(field) is not None):
                    yield str(record[field]), object, field
                for other, id, field in pointing(MODELS[name], record) if name in MODELS else ():
                    if other == model.name:
                        yield id, object, field
