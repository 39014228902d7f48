"""Creating and changing records; who is there already is not made again.

Records that are all said by their values go as one message, which does all of them or none; where it is refused, and
where a record goes through states, each goes by itself in one batch, with all of its steps or none of them.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import Result, changed, created, joined
from crm_migrate.connecting.shaping import Row
from crm_migrate_dynamics import records, states
from crm_migrate_dynamics.calls import Calls
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.records import Shape
from crm_migrate_dynamics.reopening import Reopening, deal_held, deal_of
from crm_migrate_dynamics.shapes import REASON
from crm_migrate_dynamics.states import Change


class Writing:
    """Writes batches."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._reopening = calls, Reopening(calls)
        self._answered: dict[tuple[str, str], str] = {}  # (object, entity) -> the id that a creation was answered with

    def write(self, batch: WriteBatch) -> Answer:
        """One request that writes, or two where the first did nothing, and those that look before and behind."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    # ------------------------------------------------------------------------------------------------ creating

    def _create(self, batch: WriteBatch) -> Answer:
        """Dataverse takes each key once, so an earlier try is found behind the request."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        away = self._taken_away(batch.object, rows)
        made, refused = self._made(shape, {entity: row for entity, row in rows.items() if entity not in away})
        others = Answer(away, refused)
        if not made:
            return others
        if late := self._calls.late(until, made, others):
            return late
        said = self._sent(shape, made, [rows[entity] for entity in made], until)
        there = self._calls.surely(batch.object, made)
        if there is None:
            return joined(others, Answer(in_doubt=frozenset(made)))
        if isinstance(said, Refusal):
            left = [entity for entity in made if entity not in there]
            others = joined(others, Answer(there))
            return self._calls.whole(said, left, others) if left else others
        self._remember(batch.object, list(made), said, there)
        return joined(others, created(list(made), said, there, self._calls.now()))

    def _remember(
        self, object: TargetObject, made: Sequence[str], said: Sequence[Result], there: Collection[str]
    ) -> None:
        """With which ids those were made whom nobody finds: where they are asked for in vain, too, they come again."""
        if len(said) == len(made):
            answered = {
                e: each.id for e, each in zip(made, said, strict=True) if each.done and each.id and e not in there
            }
            self._answered |= {(object.name, entity): id for entity, id in answered.items()}

    def _taken_away(self, object: TargetObject, entities: Collection[str]) -> dict[str, str]:
        """Who was made already, with these ids, and then deleted by a user: nobody makes them again, and reading back
        tells that they are gone."""
        known = {e: self._answered.pop((object.name, e)) for e in entities if (object.name, e) in self._answered}
        there = self._calls.keyed(object, known) if known else {}
        return {**known, **there}

    def _made(self, shape: Shape, rows: Mapping[str, Row]) -> tuple[dict[str, Change], dict[str, Refusal]]:
        """Rows as records to be made, and why others cannot be."""
        named, sets = self._calls.named(shape, list(rows.values())), self._calls.sets(shape)
        made, refused = dict[str, Change](), dict[str, Refusal]()
        for entity, row in rows.items():
            try:
                made[entity] = records.created(shape, row, named, sets)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        return made, refused

    def _sent(
        self, shape: Shape, made: Mapping[str, Change], rows: Sequence[Row], until: float
    ) -> list[Result] | Refusal:
        """What becomes of new records: together, or each by itself."""
        described = shape.described
        closed = self._reopening.closed(described, {id for row in rows for id in deal_of(row)})
        alike = not closed and all(states.opens(described, change) for change in made.values())
        if described.many and len(made) > 1 and alike:
            bodies = [_opened(change) for change in made.values()]
            said = self._calls.together(self._calls.api.making_many(described.set, described.table, bodies), rows)
            if not isinstance(said, Refusal):
                return [Result(id, done=True) for id in said]
            if self._calls.late(until, made, Answer()):
                return said
        groups = [states.made(described, change, str(uuid.uuid4())) for change in made.values()]
        around = [self._reopening.around(steps, deal_of(row), closed) for steps, row in zip(groups, rows, strict=True)]
        return self._calls.each(around, rows)

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Records changed by their ids; adopted ones get our key, and released ones lose it."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        steps, refused, ids = self._changes(shape, batch, rows)
        now = self._calls.now()
        same = {entity: id for entity, id in ids.items() if not steps[entity]}
        unsaid = {e: now for e in rows if e not in ids and e not in refused}
        others, going = Answer(same, refused, later=unsaid), {e: s for e, s in steps.items() if s}
        if not going:
            return others
        if late := self._calls.late(until, going, others):
            return late
        wanted = {entity: ids[entity] for entity in going}
        said = self._changed(shape, wanted, going, [rows[entity] for entity in going], until)
        if isinstance(said, Refusal):
            return self._calls.whole(said, list(going), others)
        return joined(others, changed(wanted, said, self._calls.now()))

    def _changes(
        self, shape: Shape, batch: WriteBatch, rows: Mapping[str, Row]
    ) -> tuple[dict[str, list[Step]], dict[str, Refusal], dict[str, str]]:
        """The steps of records that are there, why others cannot be changed, and the ids. Who is in neither waits for
        another one that is about the same record."""
        current = self._calls.current(shape, batch)
        named = self._calls.named(shape, [rows[entity] for entity in current.records])
        sets, described = self._calls.sets(shape), shape.described
        steps, refused = dict[str, list[Step]](), dict(current.refused)
        deals = {e: {*deal_of(rows[e]), *deal_held(record)} for e, record in current.records.items()}
        closed = self._reopening.closed(described, {id for each in deals.values() for id in each})
        for entity, record in current.records.items():
            key = None if batch.action == "release" else entity if TARGET_ID in batch.rows.column_names else ""
            try:
                change = records.changed(shape, rows[entity], named, sets, record, key)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
                continue
            found = states.changed(described, str(record[described.key]), change, record)
            steps[entity] = self._reopening.around(found, deals[entity], closed) if found else found
        return steps, refused, {entity: str(current.records[entity][described.key]) for entity in steps}

    def _changed(
        self, shape: Shape, ids: Mapping[str, str], steps: Mapping[str, list[Step]], rows: Sequence[Row], until: float
    ) -> list[Result] | Refusal:
        described = shape.described
        if described.many and len(steps) > 1 and all(len(each) == 1 for each in steps.values()):
            bodies = {ids[entity]: each[0].body or {} for entity, each in steps.items()}
            request = self._calls.api.changing_many(described.set, described.table, described.key, bodies)
            said = self._calls.together(request, rows)
            if not isinstance(said, Refusal):
                return [Result(id, done=not said) for id in ids.values()]  # a list of ids is no answer to a change
            if self._calls.late(until, steps, Answer()):
                return said
        return self._calls.each(list(steps.values()), rows)


def _opened(change: Change) -> dict[str, object]:
    """The values of a new record that stays in its first state."""
    return change.values | ({} if change.reason is None else {REASON: change.reason})
