"""Creating and changing records; who is there already is not made again.

Records are inserted, not upserted: an upsert finds a record by Zoho's own fields, too, and would write over somebody
who has the same mailbox.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import Answer, Refusal, WriteBatch
from crm_migrate.connecting.row_results import Result, changed, created, joined
from crm_migrate.errors import TargetError
from crm_migrate_zoho import making, requests, tagging
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.records import Shape

RECENT = timedelta(days=1)  # so far back it is asked who was deleted: clocks differ


class Writing:
    """Writes batches, each as one request."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """One request that writes, and those that look before and behind it."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    def _create(self, batch: WriteBatch) -> Answer:
        """Where Zoho takes each key once, an earlier try is found behind the request, else before it."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        once = shape.described.unique(shape.key_field)
        before = {} if once else self._calls.keyed(batch.object, rows)
        rows = {entity: row for entity, row in rows.items() if entity not in before}
        made, refused = making.creations(self._calls, shape, rows)
        others = Answer(before, refused)
        if not made:
            return others
        if late := self._calls.late(until, made, others):
            return late
        said = self._calls.send(requests.creating(shape.described.module, list(made.values())), rows.values())
        there = self._calls.surely(batch.object, made)
        if there is None:
            return joined(others, Answer(in_doubt=frozenset(made)))
        if isinstance(said, Refusal):
            left = {entity: rows[entity] for entity in made if entity not in there}
            others = joined(others, Answer(there))
            return self._calls.whole(said, left, others) if left else others
        there = {**self._taken_away(shape, list(made), said, there), **there}
        return joined(others, created(list(made), said, there, self._calls.now()))

    def _taken_away(
        self, shape: Shape, entities: Sequence[str], said: Sequence[Result], there: Mapping[str, str]
    ) -> dict[str, str]:
        """Who was made and then deleted or merged by a user before we looked. Nobody makes it again; reading back tells
        that it is gone. What was deleted is told without its fields, so the place in the answer has to say whose id it
        is: it does where all others stand at theirs. Where nobody can be asked all stay in doubt."""
        placed = dict(zip(entities, said, strict=True)) if len(said) == len(entities) else {}
        done = {entity: result.id for entity, result in placed.items() if result.done}
        straight = all(there.get(entity, id) == id for entity, id in done.items())
        unseen = {entity: id for entity, id in done.items() if entity not in there}
        if not unseen or not straight or len(set(done.values())) < len(done):
            return {}
        try:
            gone = self._calls.looking.deleted(shape.described.module, self._calls.now() - RECENT)
        except TargetError:
            return {}
        return {entity: id for entity, id in unseen.items() if id in gone}

    def change(self, batch: WriteBatch) -> Answer:
        """Records changed by their ids; adopted ones get our key, and released ones lose it."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        current = self._calls.current(shape, batch)
        made, refused = making.changes(self._calls, shape, batch, rows, current)
        tags = tagging.taken_out(made, current.records)
        now = self._calls.now()
        others = Answer(refused=refused, later={e: now for e in rows if e not in made and e not in refused})
        if not made:
            return others
        if late := self._calls.late(until, made, others):
            return late
        ids = {entity: str(current.records[entity]["id"]) for entity in made}
        sent = {entity: values for entity, values in made.items() if entity not in tags or len(values) > 1}
        unsent = {entity: id for entity, id in ids.items() if entity not in sent}
        answer = Answer(unsent)
        if sent:
            said = self._calls.send(requests.changing(shape.described.module, list(sent.values())), rows.values())
            if isinstance(said, Refusal):
                others = joined(others, Answer(later=dict.fromkeys(unsent, now)))
                return self._calls.whole(said, {entity: rows[entity] for entity in sent}, others)
            answer = joined(answer, changed({entity: ids[entity] for entity in sent}, said, self._calls.now()))
        return joined(others, tagging.tagged(self._calls, shape.described.module, tags, answer, rows.values()))
