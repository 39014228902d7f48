"""Creating and changing records, one per request; what is there already is not made again.

A CRM may answer "done" and have left something out: a field that our role may not write, or that is not there. So every
answer is compared with what was sent; who does not hold it is taken back and told as refused.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from crm_migrate.connecting.batch_rows import fields_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Pace, Waiting
from crm_migrate.connecting.one_by_one import One, one_by_one
from crm_migrate.connecting.wording import without_values
from crm_migrate.errors import CrmMigrateError, InDoubt
from crm_migrate_opencrm import rows as records
from crm_migrate_opencrm.dialect import Dialect, Entity, Record
from crm_migrate_opencrm.looking import GONE, entity_of, named, split, there
from crm_migrate_opencrm.rows import Body, Row, id_of, key_of


class Writing:
    """Writes batches."""

    def __init__(self, dialect: Dialect, waiting: Waiting, pace: Pace) -> None:
        self._dialect, self._waiting, self._pace = dialect, waiting, pace

    def write(self, batch: WriteBatch) -> Answer:
        """Creations, or changes."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    def each(self, entities: Sequence[str], one: One, known: Answer) -> Answer:
        """The requests about these entities, as far as the time of a batch goes."""
        return one_by_one(entities, one, known, time.monotonic() + self._pace.begin_seconds, self._now)

    def _now(self) -> datetime:
        return self._waiting.now()

    def _people(self, entity: Entity, batch: WriteBatch) -> Mapping[str, str]:
        """Mailbox -> id of users, where the batch names some."""
        owners = any(entity.fields[name].kind == "owner" for name in fields_of(batch))
        return self._dialect.people() if owners else {}

    # ------------------------------------------------------------------------------------------------ creating

    def _create(self, batch: WriteBatch) -> Answer:
        dialect, rows = self._dialect, rows_of(batch)
        entity = entity_of(dialect, batch.object, fields_of(batch))
        kind, consent = split(batch.object.name)[1], records.consent_of(batch.object, entity)
        people = self._people(entity, batch)
        earlier = {key: id_of(each) for key, each in there(dialect, entity, list(rows)).items()}

        def one(key: str) -> str | Refusal:
            try:
                body = records.created(entity, kind, consent, rows[key], key, people)
            except Unfit as unfit:
                return unfit.refusal
            said = dialect.create(entity, body)
            return _worded(said, rows[key]) if isinstance(said, Refusal) else self._made(entity, key, body, said)

        return self.each([key for key in rows if key not in earlier], one, Answer(earlier))

    def _made(self, entity: Entity, key: str, body: Body, said: Record) -> str | Refusal:
        """The id of a record that holds what was sent; it is asked for once more before it counts as short of it."""
        id = id_of(said)
        if key_of(entity, said) != key:
            raise InDoubt(f"the answer to a new {entity.name} is about another record", hint="crm-migrate resume")
        if records.lost(body, said) is None:
            return id
        try:
            found = self._dialect.one(entity, id)
        except CrmMigrateError:
            return id  # the proof of the run reads everything once more
        name = records.lost(body, found) if found else None
        if name is None or self._dialect.delete(entity, id) is not True:
            return id
        return _dropped(name)

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Changes of records that are there. Who is released loses our key, everybody else gets it."""
        dialect, rows = self._dialect, rows_of(batch)
        entity = entity_of(dialect, batch.object, fields_of(batch))
        kind, consent = split(batch.object.name)[1], records.consent_of(batch.object, entity)
        people, found = self._people(entity, batch), named(dialect, entity, rows)
        firsts: dict[str, str] = {}
        for key, record in found.items():
            firsts.setdefault(id_of(record), key)
        later = {key: self._now() for key, record in found.items() if firsts[id_of(record)] != key}

        def one(key: str) -> str | Refusal:
            current = found[key]
            if key_of(entity, current) not in (None, key):
                return TAKEN
            try:
                ours = None if batch.action == "release" else key
                body = records.changed(entity, kind, consent, rows[key], ours, people, current)
            except Unfit as unfit:
                return unfit.refusal
            why = self._sent(entity, body, current) if body else None
            return id_of(current) if why is None else _worded(why, rows[key])

        refused = {key: GONE for key in rows if key not in found}
        return self.each(list(firsts.values()), one, Answer(refused=refused, later=later))

    def _sent(self, entity: Entity, body: Body, current: Record) -> Refusal | None:
        """Why a record is not what it should be; what was written of it is put back then."""
        id = id_of(current)
        said = self._dialect.change(entity, id, body)
        if isinstance(said, Refusal):
            return said
        if records.lost(body, said) is None:
            return None
        found = self._dialect.one(entity, id)
        name = records.lost(body, found) if found else None
        if name is None:
            return None
        self._dialect.change(entity, id, records.before(body, current))
        return _dropped(name)


def _dropped(name: str) -> Refusal:
    return Refusal("it was said to be taken, and another value is there", "DROPPED", name)


def _worded(refusal: Refusal, row: Row) -> Refusal:
    """The words without any value of the row."""
    sent = {name: cell for name, cell in row.items() if name != TARGET_ID}
    return Refusal(without_values(refusal.words, (sent,)), refusal.code, refusal.field)
