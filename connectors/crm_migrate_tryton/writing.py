"""Creating and changing records: what is there already is not made again, and a state is reached by buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Answer, TargetObject, WriteBatch
from crm_migrate.errors import TargetError
from crm_migrate_tryton import records, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.calls import Calls
from crm_migrate_tryton.describe import Model
from crm_migrate_tryton.moving import Moving
from crm_migrate_tryton.records import Key, Row, Values
from crm_migrate_tryton.shapes import KEY_PREFIX, Path
from crm_migrate_tryton.workflow import UNFINISHED, Workflow, flow_of


class Writing:
    """Writes batches."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """One call, and those of buttons where a state is written."""
        rows = rows_of(batch)
        return self._create(batch, rows) if batch.action == "create" else self._update(batch, rows)

    def _create(self, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer:
        until = self._calls.until()
        object, model = batch.object, self._calls.model(batch.object)
        paths = self._calls.places(batch, model)
        flow, state = flow_of(model.model, paths)
        mark = UNFINISHED if flow else ""
        before = self._earlier(object, model, flow, state, rows)  # by a try that nobody had answered
        new = {entity: row for entity, row in rows.items() if entity not in (*before.loaded, *before.refused)}
        ids = self._calls.looking.ids(records.names(model, paths, list(new.values())))
        made: dict[str, Values] = {}
        refused = dict(before.refused)
        for entity, row in new.items():
            try:
                key = Key(object.key_field, entity + mark)
                made[entity] = records.created(model, _values(paths, state), row, key, ids)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        others = Answer(before.loaded, refused)
        if not made:
            return others
        if late := self._calls.put_off(until, made, others):
            return late
        said = self._calls.send(
            requests.create(self._calls.database, model.model, list(made.values()), self._calls.looking.context)
        )
        found = self._surely_named(object, list(made), mark, failed=isinstance(said, Failed))
        if isinstance(said, Failed) and not found:
            return self._calls.failed(model, said, {entity: new[entity] for entity in made}, others)
        ended = self._finished(object, model, flow, state, rows, found) if flow else Answer(found)
        return Answer({**others.loaded, **ended.loaded}, {**others.refused, **ended.refused})

    def _earlier(
        self, object: TargetObject, model: Model, flow: Workflow | None, state: str, rows: Mapping[str, Row]
    ) -> Answer:
        """Who is there already, and who is now because it was begun and not finished."""
        there = self._calls.named(object, list(rows))
        if flow is None:
            return Answer(there)
        begun = self._calls.named(object, [entity for entity in rows if entity not in there], UNFINISHED)
        ended = self._finished(object, model, flow, state, rows, begun)
        return Answer({**there, **ended.loaded}, ended.refused)

    def _finished(
        self,
        object: TargetObject,
        model: Model,
        flow: Workflow,
        state: str,
        rows: Mapping[str, Row],
        ids: Mapping[str, str],
    ) -> Answer:
        """Lead records that were made to their states, and give them their keys; take back whose state is refused."""
        if not ids:
            return Answer()
        moving = Moving(self._calls.http, self._calls.looking, model, flow)
        wanted = {entity: rows[entity].get(state) for entity in ids}
        refused = moving.move(ids, wanted, lambda said: self._calls.why(model, said, rows))
        for entity in refused:
            if not moving.withdraw(ids[entity]):
                words = f"{refused[entity].words} (it stays in Tryton, unfinished: {ids[entity]})"
                refused[entity] = replace(refused[entity], words=words)
        keys = {int(id): {object.key_field: KEY_PREFIX + each} for each, id in ids.items() if each not in refused}
        if keys:
            said = self._calls.send(
                requests.write(self._calls.database, model.model, keys, self._calls.looking.context)
            )
            if isinstance(said, Failed):
                return Answer(refused=refused)  # whoever is not named is in doubt, and finished by the next try
        return Answer({entity: id for entity, id in ids.items() if entity not in refused}, refused)

    def _surely_named(
        self, object: TargetObject, entities: Sequence[str], mark: str, *, failed: bool
    ) -> dict[str, str]:
        """Who was created. Where nobody can be asked, whoever is not named is in doubt: no error may lose an answer."""
        try:
            return self._calls.named(object, entities, mark)
        except TargetError:
            if failed:
                raise
            return {}

    def _update(self, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer:
        until = self._calls.until()
        object, model = batch.object, self._calls.model(batch.object)
        paths = self._calls.places(batch, model)
        flow, state = flow_of(model.model, paths)
        asked = records.asked(model, paths, object.key_field)
        current, refused = self._calls.current(batch, model, asked, rows)
        ids = self._calls.looking.ids(records.names(model, paths, [rows[entity] for entity in current]))
        changes: dict[int, Values] = {}
        loaded: dict[str, str] = {}
        later: dict[str, datetime] = {}
        for entity, record in current.items():
            id = int(record["id"])
            if id in changes:  # two of ours that somebody made one: one after the other
                later[entity] = self._calls.waiting.now()
                continue
            try:
                key = Key(object.key_field, entity)
                changes[id] = records.changed(model, _values(paths, state), rows[entity], key, ids, record)
                loaded[entity] = str(id)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        others = Answer(refused=refused, later=later)
        if loaded and (late := self._calls.put_off(until, loaded, others)):
            return late
        if written := {id: values for id, values in changes.items() if values}:
            said = self._calls.send(
                requests.write(self._calls.database, model.model, written, self._calls.looking.context)
            )
            if isinstance(said, Failed):
                return self._calls.failed(model, said, {entity: rows[entity] for entity in loaded}, others)
        if flow and loaded:
            moving, wanted = (
                Moving(self._calls.http, self._calls.looking, model, flow),
                {e: rows[e].get(state) for e in loaded},
            )
            refused |= moving.move(loaded, wanted, lambda said: self._calls.why(model, said, rows))
        return Answer({e: id for e, id in loaded.items() if e not in refused}, refused, later=later)


def _values(paths: Mapping[str, Path], state: str) -> dict[str, Path]:
    """The fields that are sent as values: all but the state."""
    return {name: path for name, path in paths.items() if name != state}
