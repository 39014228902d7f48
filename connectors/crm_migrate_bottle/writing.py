"""Creating and changing records, one per request; what is there already is not made again.

BottleCRM answers "done" also where it has left something out. So every record is read again, and who does not hold what
was sent is taken back and told as refused: nothing is lost without a word.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from crm_migrate.connecting.batch_rows import cells_of, fields_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Answer, Refusal, WriteBatch
from crm_migrate.errors import CrmMigrateError
from crm_migrate_bottle import answers, records, requests
from crm_migrate_bottle.calls import GONE, Calls
from crm_migrate_bottle.records import Body, key_of
from crm_migrate_bottle.shapes import Model, split
from crm_migrate_bottle.values import Record


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
        model, kind, rows = calls.model(batch.object), split(batch.object.name)[1], rows_of(batch)
        names = calls.looking.names(model)
        paths = calls.paths(batch.object, fields_of(batch), names)
        there = calls.looking.keys(model)
        earlier = {entity: there[entity] for entity in rows if entity in there}  # by a try that nobody had answered
        bodies: dict[str, Body] = {}

        def one(entity: str) -> str | Refusal:
            try:
                bodies[entity] = records.created(model, kind, paths, rows[entity], entity, names)
            except Unfit as unfit:
                return unfit.refusal
            said = answers.created(calls.http.send(requests.create(model.name, bodies[entity])), model)
            if isinstance(said, Refusal):
                return answers.without_values(said, cells_of(rows[entity]))
            if said:
                calls.looking.learned(model, entity, said)
            return said

        left = [entity for entity in rows if entity not in earlier]
        answer = calls.one_by_one(model, left, one, Answer(earlier), until)
        made = {entity: id for entity, id in answer.loaded.items() if entity not in earlier}
        return self._read_again(model, answer, made, bodies) if made else answer

    def _read_again(self, model: Model, answer: Answer, made: Mapping[str, str], bodies: Mapping[str, Body]) -> Answer:
        """The answer, without who does not hold what was sent. Where that cannot be asked, what was answered stands:
        the proof of the run reads everything once more."""
        looking, ids = self._calls.looking, dict(made)
        with suppress(CrmMigrateError):
            if model.nameless:
                there = looking.newer(model)
                ids = {entity: there[entity] for entity in made if entity in there}
            found = looking.of(model, list(ids.values()))
            # An answer may be another request's: what does not carry this key is not ours to take back.
            others = frozenset(e for e, id in ids.items() if id in found and key_of(found[id]) != e)
            short = {
                e: name
                for e, id in ids.items()
                if id in found and e not in others and (name := records.lost(model, bodies[e], found[id]))
            }
            if others:
                looking.forget(model)
            refused = {e: _dropped(name) for e, name in short.items() if self._taken_back(model, ids[e])}
            loaded = {e: ids.get(e, id) for e, id in answer.loaded.items() if e not in refused}
            unnamed = others | frozenset(e for e, id in loaded.items() if not id)
            return replace(
                answer,
                loaded={e: id for e, id in loaded.items() if e not in unnamed},
                refused={**answer.refused, **refused},
                in_doubt=answer.in_doubt | unnamed,
            )
        unnamed = frozenset(entity for entity, id in answer.loaded.items() if not id)
        loaded = {entity: id for entity, id in answer.loaded.items() if id}
        return replace(answer, loaded=loaded, in_doubt=answer.in_doubt | unnamed)

    def _taken_back(self, model: Model, id: str) -> bool:
        """Whether a record is gone that we have just made; where nobody says so it counts as there."""
        self._calls.looking.forget(model)
        try:
            return answers.deleted(self._calls.http.send(requests.delete(model.name, id))) is True
        except CrmMigrateError:
            return False

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Changes of records that are there. Who is released loses our key, everybody else gets it."""
        calls, until = self._calls, self._calls.until()
        model, kind, rows = calls.model(batch.object), split(batch.object.name)[1], rows_of(batch)
        names = calls.looking.names(model)
        paths = calls.paths(batch.object, fields_of(batch), names)
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
                body = records.changed(model, kind, paths, rows[entity], key, names, found[0])
            except Unfit as unfit:
                return unfit.refusal
            why = self._sent(model, body, found[0]) if body else None
            return ids[entity] if why is None else answers.without_values(why, cells_of(rows[entity]))

        refused = {entity: GONE for entity in rows if entity not in ids}
        answer = calls.one_by_one(model, list(firsts.values()), one, Answer(refused=refused, later=later), until)
        calls.looking.forget(model)
        return answer

    def _sent(self, model: Model, body: Body, current: Record) -> Refusal | None:
        """Why a record is not what it should be; what was written of it is put back then."""
        id = str(current["id"])
        why = answers.changed(self._calls.http.send(requests.change(model.name, id, body)))
        if why is not None:
            return why
        found = self._calls.looking.one(model, id)
        name = records.lost(model, body, found[0]) if found else None
        if name is None:
            return None
        self._calls.http.send(requests.change(model.name, id, records.before(model, body, current)))
        return _dropped(name)


def _dropped(name: str) -> Refusal:
    return Refusal("BottleCRM said that it took this value, and holds another one", "DROPPED", name)
