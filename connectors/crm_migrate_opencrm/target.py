"""A CRM of this room as a target. Our key is a field that an administrator has made there; it is not unique: before a
batch is created it is looked for, and whatever is in doubt is asked about by it."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.by_hand import ByHand, refuse
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import (
    Action,
    Answer,
    Asks,
    By,
    Doubt,
    Limits,
    Load,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Pace, Waiting
from crm_migrate.connecting.kinds import of_others
from crm_migrate.connecting.owning import by_mailbox
from crm_migrate_opencrm import costing
from crm_migrate_opencrm import rows as records
from crm_migrate_opencrm.describing import lacking, object_of
from crm_migrate_opencrm.dialect import ID, Dialect, Entity, Record
from crm_migrate_opencrm.looking import entity_of, seen, split
from crm_migrate_opencrm.removing import Removing
from crm_migrate_opencrm.settings import Settings
from crm_migrate_opencrm.writing import Writing

CREATED, CHANGED = 100, 50  # records of a batch
SLOWEST = 4  # requests of a second that we count on


class OpenTarget:
    """Writes one installation. Any number of threads may write."""

    def __init__(self, settings: Settings, dialect: Dialect, waiting: Waiting) -> None:
        self._settings, self._dialect, self._waiting = settings, dialect, waiting
        self._pace = Pace(settings.longest_seconds)
        self._writing = Writing(dialect, waiting, self._pace)
        self._removing = Removing(dialect, self._writing)

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all are alike there
        """Batches of our own size, as a request holds one record; and the times of the environment."""
        said, most = self._settings, CREATED if action == "create" else CHANGED
        return Limits(
            rows=max(1, min(most, int(self._pace.begin_seconds * SLOWEST))),
            parallel=said.parallel,
            longest_seconds=said.longest_seconds,
            settle_seconds=said.settle_seconds,
        )

    def identity(self) -> str:
        """The installation."""
        return self._dialect.identity()

    # ------------------------------------------------------------------------------------------------ costs

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:  # noqa: ARG002 -- all alike
        """Requests that look who is there, and one or two of each record."""
        return costing.writing(self._dialect, entity_of(self._dialect, object), loads)

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """The pages of a list, which is of all kinds."""
        there = records + of_others(object.name, beside)
        return costing.reading(self._dialect, entity_of(self._dialect, object), there)

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """Who we are, and what the entities have, once in each connection, as far as a load takes a minute."""
        about = self._dialect.describing({split(each.name)[0] for each in objects})
        return Asks(identity=1, before=about, during=about)

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named entities, and kinds of them."""
        found = [(name, self._entity(name)) for name in dict.fromkeys(objects)]
        here = [(name, entity) for name, entity in found if entity is not None]
        prepared = all(entity.key and (entity.kind or not split(name)[1]) for name, entity in here)
        return TargetSchema(tuple(object_of(name, entity, self._dialect) for name, entity in here), prepared)

    def _entity(self, object: str) -> Entity | None:
        return seen(self._dialect, object)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """What an administrator has to make. TargetError where that is to be done: no document says how we could."""
        self._dialect.forget()
        found = self.by_hand(objects)
        if apply:
            refuse(self._dialect.title, found)
        return tuple(map(str, found))

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """All that is missing."""
        names = dict.fromkeys(split(each.name)[0] for each in objects)
        there = {name: self._dialect.entity(name) for name in names}
        return tuple(dict.fromkeys(lacking(objects, there, self._dialect)))

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By its users."""
        return by_mailbox(object, values, self._dialect.people)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return self._dialect.where_choices(split(object)[0], field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of their making."""
        if by != "all" and not values:
            return
        entity, kind = entity_of(self._dialect, object), split(object.name)[1]
        if by == "all":
            there = self._dialect.records(entity, bare=not object.fields)
            found = [each for each in there if records.kind_of(entity, each) == kind]
        else:
            found = self._dialect.having(entity, ID if by == "id" else entity.key, values)
            wanted = frozenset(values)
            found = [each for each in found if by == "id" or records.key_of(entity, each) in wanted]
        if found:
            yield self._table(entity, object, found)

    def _table(self, entity: Entity, object: TargetObject, found: Sequence[Record]) -> pa.Table:
        owners = any(entity.fields[f.name].kind == "owner" for f in object.fields if f.name in entity.fields)
        mailboxes: Mapping[str, str] = {id: mailbox for mailbox, id in self._dialect.people().items()} if owners else {}
        rows = [records.row_of(entity, object, each, mailboxes) for each in found]
        lines = [(records.id_of(each), records.key_of(entity, each), each) for each in found]
        return read_back.table(lines, rows, [f.name for f in object.fields if f.name in entity.fields])

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """A request for each record; what it answers is compared with what was sent."""
        return self._writing.write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """A request for each record that nobody refers to."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """A change of each record."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By fields of other records."""
        return self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return self._dialect.kit(token)

    def close(self) -> None:
        """Give back the connections."""
        self._dialect.close()
