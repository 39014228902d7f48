"""Creating and changing records, one per request; what is there already is not made again.

Freshsales leaves out without a word what it does not know, and its answer tells the record as it became: who does not
hold what was sent is taken back and told as refused, so that nothing is lost silently.
"""

from crm_migrate.connecting.batch_rows import Row, fields_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.found import GONE
from crm_migrate.connecting.wording import without_values
from crm_migrate.errors import CrmMigrateError, InDoubt
from crm_migrate_freshsales import answers, records, requests
from crm_migrate_freshsales.answers import Record
from crm_migrate_freshsales.calls import Calls
from crm_migrate_freshsales.records import key_of
from crm_migrate_freshsales.shapes import Model, split
from crm_migrate_freshsales.values import Names


class Writing:
    """Writes batches."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """Creations, or changes."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    # ------------------------------------------------------------------------------------------------ creating

    def _create(self, batch: WriteBatch) -> Answer:
        calls, until = self._calls, self._calls.until()
        model, kind, rows = calls.model(batch.object), split(batch.object.name)[1], _cells(batch)
        names = calls.names(batch.object, fields_of(batch))
        there = calls.looking.keys(model)
        earlier = {entity: there[entity] for entity in rows if entity in there}  # by a try that nobody had answered

        def one(entity: str) -> str | Refusal:
            try:
                body = records.created(model, kind, rows[entity], entity, names)
            except Unfit as unfit:
                return unfit.refusal
            said = answers.written(calls.http.send(requests.create(model, body, entity)), model)
            if isinstance(said, Refusal):
                return _worded(said, rows[entity])
            return self._kept(model, rows[entity], entity, said, names)

        left = [entity for entity in rows if entity not in earlier]
        return calls.one_by_one(model, left, one, Answer(earlier), until)

    def _kept(self, model: Model, row: Row, entity: str, record: Record, names: Names) -> str | Refusal:
        """The id of a record that was made, if it holds what was sent. InDoubt where it is another's."""
        id = str(record["id"])
        if key_of(record) != entity:
            raise InDoubt(f"the answer is about another record of {model.name}", hint="crm-migrate resume")
        name = records.lost(model, row, record, names)
        if name is not None and self._taken_back(model, id):
            return _dropped(name)
        self._calls.looking.learned(model, entity, id)
        return id

    def _taken_back(self, model: Model, id: str) -> bool:
        """Whether a record is gone that we have just made; where nobody says so it counts as there."""
        self._calls.looking.forget(model)
        try:
            return answers.deleted(self._calls.http.send(requests.delete(model, id))) is True
        except CrmMigrateError:
            return False

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Changes of records that are there. Who is released loses our key, everybody else gets it."""
        calls, until = self._calls, self._calls.until()
        model, kind, rows = calls.model(batch.object), split(batch.object.name)[1], _cells(batch)
        names = calls.names(batch.object, fields_of(batch))
        ids = calls.ids(batch, model)
        firsts: dict[str, str] = {}
        for entity, id in ids.items():
            firsts.setdefault(id, entity)
        later = {entity: calls.waiting.now() for entity, id in ids.items() if firsts[id] != entity}

        def one(entity: str) -> str | Refusal:
            found = calls.current(model, ids[entity], entity)
            if isinstance(found, Refusal):
                return found
            key = None if batch.action == "release" else entity
            try:
                body = records.changed(model, kind, rows[entity], key, names, found)
            except Unfit as unfit:
                return unfit.refusal
            why = self._sent(model, body, rows[entity], found, names) if body else None
            return ids[entity] if why is None else _worded(why, rows[entity])

        refused = {entity: GONE for entity in rows if entity not in ids}
        answer = calls.one_by_one(model, list(firsts.values()), one, Answer(refused=refused, later=later), until)
        if batch.action == "release" or answer.refused:
            calls.looking.forget(model)
        return answer

    def _sent(self, model: Model, body: records.Body, row: Row, current: Record, names: Names) -> Refusal | None:
        """Why a record is not what it should be; what was written of it is put back then."""
        http, id = self._calls.http, str(current["id"])
        said = answers.written(http.send(requests.change(model, id, body)), model)
        if isinstance(said, Refusal):
            return said
        if str(said["id"]) != id:
            raise InDoubt(f"the answer is about another record of {model.name}", hint="crm-migrate resume")
        name = records.lost(model, row, said, names)
        if name is None:
            return None
        http.send(requests.change(model, id, records.before(model, row, names, current, said)))
        return _dropped(name)


def _cells(batch: WriteBatch) -> dict[str, Row]:
    """Entity -> its cells, without what we put beside them."""
    return {
        entity: {name: cell for name, cell in row.items() if name not in (ENTITY, TARGET_ID)}
        for entity, row in rows_of(batch).items()
    }


def _worded(refusal: Refusal, row: Row) -> Refusal:
    """Without any value of the record."""
    return Refusal(without_values(refusal.words, (row,)), refusal.code, refusal.field)


def _dropped(name: str) -> Refusal:
    return Refusal("Freshsales said that it took this value, and holds another one", "DROPPED", name)
