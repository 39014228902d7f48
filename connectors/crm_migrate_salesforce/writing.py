"""Creating and changing records; who is there already is not made again."""

from collections.abc import Collection, Mapping

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.row_results import changed, created, joined
from crm_migrate.connecting.shaping import Row
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import records
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.following import deleted_keys
from crm_migrate_salesforce.pricing import entries
from crm_migrate_salesforce.records import Shape, Values
from crm_migrate_salesforce.shapes import PRICED


class Writing:
    """Writes batches, each as one collection."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """One request that writes, and those that look before and behind it."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    def _create(self, batch: WriteBatch) -> Answer:
        """Where Salesforce takes each key once, an earlier try is found behind the request, else before it."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        once = shape.described.unique(shape.key_field)
        before = {} if once else self._calls.keyed(batch.object, rows)
        rows = {entity: row for entity, row in rows.items() if entity not in before}
        made, refused = self.made(shape, rows)
        others = Answer(before, refused)
        if not made:
            return others
        if late := self._calls.late(until, made, others):
            return late
        said = self._calls.send(self._calls.api.creating(list(made.values())), rows.values())
        there = self._calls.surely(batch.object, made)
        if there is None:
            return joined(others, Answer(in_doubt=frozenset(made)))
        if isinstance(said, Refusal):
            left = {entity: rows[entity] for entity in made if entity not in there}
            others = joined(others, Answer(there))
            return self._calls.whole(said, left, others) if left else others
        unseen = {each.id for each in said if each.done} - set(there.values())
        there = {**self._taken_away(shape, made, unseen), **there} if unseen else there
        return joined(others, created(list(made), said, there, self._calls.now()))

    def made(self, shape: Shape, rows: Mapping[str, Row]) -> tuple[dict[str, Values], dict[str, Refusal]]:
        """Rows as records to be made, and why others cannot be."""
        named = self._calls.named(shape, list(rows.values()))
        made, refused = dict[str, Values](), dict[str, Refusal]()
        for entity, row in rows.items():
            try:
                made[entity] = records.created(shape, row, named)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        if PRICED in shape.places:
            made, unpriced = entries(self._calls.looking, made)
            refused |= unpriced
        return made, refused

    def _taken_away(self, shape: Shape, made: Collection[str], ids: Collection[str]) -> dict[str, str]:
        """Who was made with such an id and then deleted or merged by a user: it lies in the recycle bin with our key.
        Nobody makes it again; reading back tells that it is gone. Where nobody can be asked all stay in doubt."""
        try:
            keys = deleted_keys(self._calls.looking, shape.described, shape.key_field, ids)
        except TargetError:
            return {}
        return {entity: id for id, entity in keys.items() if entity in made}

    def change(self, batch: WriteBatch) -> Answer:
        """Records changed by their ids; adopted ones get our key, and released ones lose it."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        made, refused, ids = self.changes(shape, batch, rows)
        now = self._calls.now()
        others = Answer(refused=refused, later={e: now for e in rows if e not in made and e not in refused})
        if not made:
            return others
        if late := self._calls.late(until, made, others):
            return late
        said = self._calls.send(self._calls.api.changing(list(made.values())), rows.values())
        if isinstance(said, Refusal):
            return self._calls.whole(said, {entity: rows[entity] for entity in made}, others)
        return joined(others, changed(ids, said, self._calls.now()))

    def changes(
        self, shape: Shape, batch: WriteBatch, rows: Mapping[str, Row]
    ) -> tuple[dict[str, Values], dict[str, Refusal], dict[str, str]]:
        """Rows as changes of records that are there, why others cannot be changed, and the ids in the same order. Who
        is in neither waits for another one that is about the same record."""
        current = self._calls.current(shape, batch)
        named = self._calls.named(shape, [rows[entity] for entity in current.records])
        made, refused = dict[str, Values](), dict(current.refused)
        for entity, record in current.records.items():
            key = None if batch.action == "release" else entity if TARGET_ID in batch.rows.column_names else ""
            try:
                made[entity] = records.changed(shape, str(record["Id"]), rows[entity], named, record, key)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        return made, refused, {entity: str(current.records[entity]["Id"]) for entity in made}
