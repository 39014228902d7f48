"""An Odoo database as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is an external id, which Odoo takes once; so who was created by a try that nobody answered is found again.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import (
    Action,
    Allowance,
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
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.owning import by_records
from crm_migrate.connecting.shaping import Record
from crm_migrate_odoo import costing, records
from crm_migrate_odoo.auth import open_rooms, signed_in
from crm_migrate_odoo.calls import Calls
from crm_migrate_odoo.describe import object_of
from crm_migrate_odoo.kit import kit
from crm_migrate_odoo.looking import Looking
from crm_migrate_odoo.preparing import by_hand, prepare, where_choices
from crm_migrate_odoo.records import Shape
from crm_migrate_odoo.removing import Removing
from crm_migrate_odoo.requests import PAGE
from crm_migrate_odoo.settings import Settings
from crm_migrate_odoo.writing import Writing

ROWS = 200  # of an import; a worker of Odoo ends a request after two minutes
BYTES = 900_000  # of a request: nginx before it takes a megabyte unless an administrator says otherwise


class OdooTarget:
    """Writes a database. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = open_rooms(settings, self._waiting)
        questions, self._changes = self._rooms
        self._looking = Looking(questions, lambda: signed_in(questions, settings))
        self._calls = Calls(self._changes, self._looking, self._waiting, settings.pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._named: costing.Named = {}

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all models are alike there
        """An import, and the times of the database."""
        said = self._settings
        return Limits(ROWS, BYTES, said.parallel, said.longest_seconds, said.settle_seconds)

    def allowance(self) -> Allowance:
        """Odoo has no limits of requests that a document tells."""
        return Allowance(page=PAGE)

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """An import and its looks for each batch, and whom it names."""
        return costing.writing(self._shape(object), action, loads, self._named)

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """Its pages with our keys, and what those are called that records lead to."""
        alike = [each for each in beside if split(each.name).object == split(object.name).object]
        return costing.reading(self._shape(object), records, map(self._shape, alike))

    def _shape(self, object: TargetObject) -> Shape:
        return records.shape_of(self._calls.described(object), object, [each.name for each in object.fields])

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """The models, and which language our user has, once in each connection."""
        return costing.asking([self._looking.described(name) for name in {split(each.name).object for each in objects}])

    def identity(self) -> str:
        """The database of a server."""
        self._looking.session  # noqa: B018 -- whoever is not let in has no database
        return f"odoo-{urlsplit(self._settings.url).netloc}-{self._settings.database}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named models that are there and that our user may see."""
        found = [each for name in dict.fromkeys(objects) if (each := self._looking.described(name)) is not None]
        return TargetSchema(tuple(map(object_of, found)), prepared=bool(found))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Fields of our own; an external id needs no place."""
        return prepare(objects, self._looking, self._changes, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(objects, self._looking)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By the records that owners and currencies are named by."""
        described = self._looking.described(object.name)
        return by_records(object, values, described.place, self._looking.ids_of) if described else iter(())

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now."""
        described, wanted = self._calls.described(object), frozenset(values)
        shape = records.shape_of(described, object, [each.name for each in object.fields])
        if by == "all":
            asked = records.asked(shape) or ["id"]
            found = self._looking.pages(described.model, self._looking.of_kind(described), asked)
            pages: Iterator[Sequence[Record]] = (self._looking.keyed(described.model, page) for page in found)
        else:
            pages = self._calls.finds(shape, by, values)
        for page in pages:
            lines = [(str(record["id"]), records.key_of(record), record) for record in page]
            if kept := read_back.asked_for(lines, by, wanted):
                yield self._table(shape, kept)

    def _table(self, shape: Shape, lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
        known = self._calls.read(shape, [record for _, _, record in lines])
        rows = [records.told(shape, record, known) for _, _, record in lines]
        return read_back.table(lines, rows, shape.places)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """An import."""
        return self._writing.write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """Records that nobody refers to go for good."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """An import; then our keys go."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By what users fill in, and by activities, messages and files."""
        return self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in self._rooms:
            room.close()
