"""A Freshsales account as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is not unique there: before a batch is created it is looked for, and whatever is in doubt is asked about by it.
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
from crm_migrate_freshsales import costing, records
from crm_migrate_freshsales.answers import Record
from crm_migrate_freshsales.auth import open_rooms
from crm_migrate_freshsales.calls import Calls
from crm_migrate_freshsales.describe import object_of
from crm_migrate_freshsales.kit import kit
from crm_migrate_freshsales.looking import Looking
from crm_migrate_freshsales.preparing import by_hand, prepare, where_choices
from crm_migrate_freshsales.removing import Removing
from crm_migrate_freshsales.settings import PER_HOUR, Settings
from crm_migrate_freshsales.shapes import is_place, model_of, split
from crm_migrate_freshsales.values import Names
from crm_migrate_freshsales.writing import Writing

CREATED, CHANGED = 100, 50  # records of a batch; a change is a look and the change
SLOWEST = 4  # requests of a second that we count on
HOUR = 3600.0


class FreshsalesTarget:
    """Writes an account. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._pace = Pace(settings.longest_seconds)
        self._questions, self._changes = open_rooms(settings, self._waiting)
        self._looking = Looking(self._questions, self._waiting, settings.settle_seconds)
        self._calls = Calls(self._changes, self._looking, self._waiting, self._pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._foretold = set[str]()

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all are alike there
        """Batches of our own size, as a request holds one record; and the times of the environment."""
        said, most = self._settings, CREATED if action == "create" else CHANGED
        rows = max(1, min(most, int(self._pace.begin_seconds * SLOWEST)))
        return Limits(
            rows=rows,
            parallel=said.parallel,
            longest_seconds=said.longest_seconds,
            settle_seconds=said.settle_seconds,
        )

    def allowance(self) -> Allowance:
        """The requests of an hour, as the environment says them; Freshsales does not say what is left of them."""
        said = self._settings.per_hour
        return Allowance(per_window=said or PER_HOUR, window_seconds=HOUR, assumed=said is None)

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """Requests that write these batches, and that list what is there before the first of a module."""
        model, needed = self._calls.model(object), costing.writing(action, loads)
        if not needed or model.name in self._foretold:
            return needed
        self._foretold.add(model.name)
        return needed + costing.reading(self._looking.seen(model), self._looking.lists(model))

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """The pages of the lists, which are of all kinds."""
        return costing.reading(records + of_others(object.name, beside), self._looking.lists(self._calls.model(object)))

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """The account, and what its modules have, as far as a load takes a minute."""
        return costing.asking({each.name: each for each in map(self._calls.model, objects)}.values())

    def identity(self) -> str:
        """The account."""
        return self._looking.identity()

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named modules, and kinds of them."""
        found = []
        for name in dict.fromkeys(objects):
            model = model_of(name)
            if model is not None:
                definitions = self._looking.definitions(model)
                found.append(object_of(name, model, definitions, self._looking.names(model, definitions)))
        return TargetSchema(tuple(found))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """What people have to make. TargetError where something is missing and should be there now."""
        return prepare(objects, self._looking, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(objects, self._looking)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By its users."""
        return by_mailbox(object, values, lambda: self._looking.names(self._calls.model(object)).owners)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of their making."""
        model, wanted, kind = self._calls.model(object), frozenset(values), split(object.name)[1]
        if by != "all" and not wanted:
            return
        if by == "id":
            found = list(self._looking.of(model, sorted(wanted)))
        else:
            there = self._looking.of_kind(model, kind) if by == "all" else self._looking.records(model)
            found = [each for each in there if by == "all" or records.key_of(each) in wanted]
        if found:
            yield self._table(object, found)

    def _table(self, object: TargetObject, found: Sequence[Record]) -> pa.Table:
        model = self._calls.model(object)
        names = self._looking.names(model) if object.fields else Names()
        there = [each.name for each in object.fields if is_place(model, each.name)]
        wanted = [name for name in there if name in model.fields or name in names.customs]
        rows = [records.row_of(model, wanted, each, names) for each in found]
        return read_back.table([(str(each["id"]), records.key_of(each), each) for each in found], rows, wanted)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """A request for each record."""
        self._removing.forget()
        return self._writing.write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """A request for each record that nobody refers to."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """A change of each record."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By fields of other records, and by lists of them."""
        return self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in (self._questions, self._changes):
            room.close()
