"""A Dataverse environment as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is an alternate key, so who was created by a try that nobody answered is found again, never made twice.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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
    Content,
    Doubt,
    Limits,
    Load,
    Room,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.shaping import Record
from crm_migrate_dynamics import costing, records
from crm_migrate_dynamics.auth import open_rooms
from crm_migrate_dynamics.calls import Calls
from crm_migrate_dynamics.describe import object_of
from crm_migrate_dynamics.files import Files, is_file
from crm_migrate_dynamics.foretelling import foretold
from crm_migrate_dynamics.kit import kit
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.preparing import by_hand, prepare, where_choices, where_set
from crm_migrate_dynamics.records import Shape
from crm_migrate_dynamics.removing import Removing
from crm_migrate_dynamics.requests import PAGE, Api
from crm_migrate_dynamics.settings import Settings
from crm_migrate_dynamics.shapes import KEY
from crm_migrate_dynamics.writing import Writing

ROWS = 200  # of a request; a message ends after two minutes, whatever plug-ins do meanwhile
BYTES = 4_000_000
FILE_REQUESTS = 3  # of a file: a look before, the file, a look behind
REQUESTS, WINDOW = 6000, 300.0  # of one user at one server, in so many seconds


class DynamicsTarget:
    """Writes an environment. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = open_rooms(settings, self._waiting)
        questions, changes, _ = self._rooms
        api = Api(settings.version, settings.bypass_logic)
        self._looking = Looking(questions, api, owns_nothing=settings.owns_nothing)
        self._calls = Calls(changes, self._looking, self._waiting, settings.pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._asked: costing.Asked = {}
        self._files = Files(self._calls, changes, self._writing)

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all actions are alike there
        """A batch, or one file, and the times of the environment."""
        said = self._settings
        if is_file(object):
            longest = said.longest_seconds + said.upload_seconds
            return Limits(1, None, said.parallel, longest, said.settle_seconds, requests=FILE_REQUESTS)
        return Limits(ROWS, BYTES, said.parallel, said.longest_seconds, said.settle_seconds)

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """A message and a look for each batch, and the names in it; of files the limits tell."""
        return costing.writing(self._looking.described(object.name), action, loads, self._asked)

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:  # noqa: ARG002 -- of one kind
        """Its pages, and what their owners and currencies are called."""
        return costing.reading(self._looking.described(object.name), records)

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """Who we are, the tables, and those of what their records name."""
        return costing.asking({each.name: self._looking.described(each.name) for each in objects}, objects)

    def allowance(self) -> Allowance:
        """The service protection limit of a user, as it is documented: no answer says it before it is reached."""
        return Allowance(per_window=REQUESTS, window_seconds=WINDOW, page=PAGE)

    def identity(self) -> str:
        """The organisation; a sandbox is another one."""
        return f"dynamics-{self._looking.who[0]}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named tables that are there and that our user may see."""
        found = [each for name in dict.fromkeys(objects) if (each := self._looking.described(name)) is not None]
        keyed = bool(found) and all(each.keyed(KEY) for each in found)
        return TargetSchema(tuple(map(object_of, found)), prepared=keyed)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By its users, their privileges, its teams and its rates."""
        return foretold(self._looking, object, values)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Tables and columns of our own, that of our key first, and its alternate key."""
        return prepare(objects, self._looking, self._waiting, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(objects, self._looking)

    def where_set(self, field: str) -> str:
        """What lets us say a date of creation."""
        return where_set(field)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now."""
        described, wanted = self._looking.table(object.name), frozenset(values)
        shape = records.shape_of(described, object, [each.name for each in object.fields], self._looking.nobody)
        if by == "key" and object.key_field not in described.columns:
            return
        asked = records.asked(shape)
        pages = (
            self._looking.pages(described, asked, self._looking.of_kind(described))
            if by == "all"
            else self._calls.finds(shape, by, values)
        )
        for page in pages:
            lines = [(str(record[described.key]), records.key_of(shape, record), record) for record in page]
            if kept := read_back.asked_for(lines, by, wanted):
                yield self._table(shape, kept)

    def _table(self, shape: Shape, lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
        parties = records.parties(shape)
        found = list(self._looking.with_parties(shape.described, parties, [record for _, _, record in lines]))
        names = {
            (of, by): self._looking.names_of(of, by, ids) for (of, by), ids in records.led_to(shape, found).items()
        }
        rows = [records.told(shape, record, names) for record in found]
        return read_back.table(lines, rows, shape.places)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One message, or one batch; of files what leaves their bytes as they are."""
        return (self._files if is_file(batch.object) else self._writing).write(batch)

    def takes_bytes(self, object: TargetObject) -> bool:
        """Notes that are files."""
        return is_file(object)

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """One request with the bytes, and those that look before and behind it."""
        return self._files.upload(batch, content)

    def room(self) -> Room:
        """Nothing says what is left."""
        return Room()

    def remove(self, batch: WriteBatch) -> Answer:
        """One batch, of records that nobody refers to."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """One message, or one batch."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the lookups of all tables that would be emptied, or whose records would go along."""
        return self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in self._rooms:
            room.close()
