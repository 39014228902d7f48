"""An organisation of Zoho CRM as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is a field that takes each value once, so who was created by a try that nobody answered is found again, never
made twice. A query reads what was committed; the search of records, which has a lag, is not asked.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.by_hand import ByHand
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
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.owning import by_records
from crm_migrate.connecting.shaping import Record
from crm_migrate_zoho import answers, records, requests
from crm_migrate_zoho.auth import open_rooms
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.counting import Counting
from crm_migrate_zoho.describe import object_of
from crm_migrate_zoho.kit import kit
from crm_migrate_zoho.looking import Looking
from crm_migrate_zoho.parts import NAME, prepared
from crm_migrate_zoho.preparing import by_hand, prepare, where_choices, where_set
from crm_migrate_zoho.records import Shape
from crm_migrate_zoho.removing import Removing
from crm_migrate_zoho.roles import Roles
from crm_migrate_zoho.rows import Rows
from crm_migrate_zoho.settings import Settings
from crm_migrate_zoho.shapes import KEY
from crm_migrate_zoho.writing import Writing

ROWS = 100  # of one request
BYTES = 4_000_000


class ZohoTarget:
    """Writes an organisation. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = open_rooms(settings, self._waiting)
        questions, changes, _ = self._rooms
        self._looking = Looking(questions, owns_nothing=settings.owns_nothing)
        self._calls = Calls(changes, self._looking, self._waiting, settings.pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._rows, self._roles = Rows(self._calls), Roles(self._calls)
        self._requests = Counting(self._calls, lambda cost: cost.requests)

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all are alike there
        """A request of 100 records, and the times of the environment. What is written into other records (rows of
        subforms, keys of contact roles) is written one batch at a time: two would not know of each other."""
        said = self._settings
        parallel = said.parallel if self._looks_after(object) is self._writing else 1
        return Limits(ROWS, BYTES, parallel, said.longest_seconds, said.settle_seconds)

    def _looks_after(self, object: TargetObject) -> Rows | Roles | Writing:
        if object.name == NAME:
            return self._roles
        described = self._looking.described(object.name)
        return self._rows if described is not None and described.parent else self._writing

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """In requests."""
        return self._requests.writing(object, action, loads)

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """In requests."""
        return self._requests.reading(object, records, beside)

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """In requests."""
        return self._requests.asking(objects)

    @property
    def credits(self) -> Counting:
        """What its day counts."""
        return Counting(self._calls, lambda cost: cost.credits)

    def identity(self) -> str:
        """The organisation; a sandbox is another one."""
        return f"zoho-{self._looking.ask(requests.organisation(), answers.organisation)}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named modules that are there and that our user may see."""
        names = list(dict.fromkeys(objects))
        found = [each for name in names if name != NAME and (each := self._looking.described(name)) is not None]
        keyed = all(each.keyed(KEY) for each in found)
        roles = self._roles.described() if NAME in names else None
        keyed = keyed and (roles is None or self._roles.is_prepared())
        told = (*map(object_of, found), *([roles] if roles is not None else []))
        return TargetSchema(told, prepared=bool(told) and keyed)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Custom fields, that of our key first."""
        return prepare(self._real(objects), self._looking, self._waiting, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(self._real(objects), self._looking)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By the records that owners and currencies are named by."""
        described = self._looking.described(object.name)
        return (
            by_records(object, values, described.place, lambda _, __, said: self._looking.ids_of(said))
            if described
            else iter(())
        )

    def where_set(self, field: str) -> str:
        """What lets us say a date of creation."""
        return where_set(field)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def _real(self, objects: Sequence[TargetObject]) -> list[TargetObject]:
        return [prepared(each) if each.name == NAME else each for each in objects]

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of their ids; those in the recycle bin are not there."""
        if object.name == NAME:
            yield from self._roles.read(object, by, values)
            return
        described, wanted = self._calls.described(object), frozenset(values)
        shape = records.shape_of(described, object, [each.name for each in object.fields], self._looking.nobody)
        if by == "key" and object.key_field not in described.fields:
            return
        columns = records.asked(shape)
        for page in self._looking.pages(described, columns) if by == "all" else self._calls.finds(shape, by, values):
            lines = [(str(record["id"]), records.key_of(shape, record), record) for record in page]
            if kept := read_back.asked_for(lines, by, wanted):
                yield self._table(shape, kept)

    def _table(self, shape: Shape, lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
        users = self._looking.mailboxes() if any(place.by for place in shape.places.values()) else {}
        rows = [records.told(shape, record, users) for _, _, record in lines]
        return read_back.table(lines, rows, shape.places)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One request."""
        return self._looks_after(batch.object).write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """One request, of records that nobody refers to; into the recycle bin."""
        return self._roles.remove(batch) if batch.object.name == NAME else self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """One request."""
        beside = self._looks_after(batch.object)
        return beside.release(batch) if isinstance(beside, Roles) else beside.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the lookups of all modules."""
        return iter(()) if object.name == NAME else self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in self._rooms:
            room.close()
