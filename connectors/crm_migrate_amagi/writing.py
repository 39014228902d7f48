"""Creating and changing records, one per request; what is there already is not made again."""

from crm_migrate.connecting.batch_rows import cells_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.http import Request
from crm_migrate_amagi import answers, records, requests
from crm_migrate_amagi.calls import Calls
from crm_migrate_amagi.records import Record, Row, keys_of
from crm_migrate_amagi.shapes import split


class Writing:
    """Writes batches."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """Creations, or changes."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    def _create(self, batch: WriteBatch) -> Answer:
        until = self._calls.until()
        model, kind = self._calls.model(batch.object), split(batch.object.name)[1]
        paths, names = self._calls.paths(batch.object, _fields(batch)), self._calls.names(model)
        rows = rows_of(batch)
        there = {key: str(r["id"]) for r in self._calls.looking.records(model.name) for key in keys_of(model, r)}
        earlier = {entity: there[entity] for entity in rows if entity in there}  # by a try that nobody had answered

        def one(entity: str) -> str | Refusal:
            try:
                body = records.created(model, kind, paths, rows[entity], entity, names)
            except Unfit as unfit:
                return unfit.refusal
            said = self._sent(requests.create(model.name, body), rows[entity])
            return said if isinstance(said, Refusal) else str(said["id"])

        return self._calls.one_by_one([each for each in rows if each not in earlier], one, Answer(earlier), until)

    def change(self, batch: WriteBatch) -> Answer:
        """Changes of records that are there. Who is released loses our key, everybody else gets it."""
        until = self._calls.until()
        model, kind = self._calls.model(batch.object), split(batch.object.name)[1]
        paths, names = self._calls.paths(batch.object, _fields(batch)), self._calls.names(model)
        rows = rows_of(batch)
        current, refused = self._calls.current(batch, model)
        ids = {entity: str(record["id"]) for entity, record in current.items()}
        firsts: dict[str, str] = {}
        for entity, id in ids.items():
            firsts.setdefault(id, entity)
        later = {entity: self._calls.waiting.now() for entity, id in ids.items() if firsts[id] != entity}

        def one(entity: str) -> str | Refusal:
            key = None if batch.action == "release" else entity
            try:
                body = records.changed(model, kind, paths, rows[entity], key, names, current[entity])
            except Unfit as unfit:
                return unfit.refusal
            said = self._sent(requests.change(model.name, ids[entity], body), rows[entity], ids[entity]) if body else {}
            return said if isinstance(said, Refusal) else ids[entity]

        return self._calls.one_by_one(list(firsts.values()), one, Answer(refused=refused, later=later), until)

    def _sent(self, request: Request, row: Row, id: str = "") -> Record | Refusal:
        """The record as it is afterwards, or why it is not."""
        said = answers.written(self._calls.http.send(request), id)
        return answers.without_values(said, cells_of(row)) if isinstance(said, Refusal) else said


def _fields(batch: WriteBatch) -> list[str]:
    return [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
