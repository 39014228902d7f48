"""An amagi-crm as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is not unique there: before a batch is created it is looked for, and whatever is in doubt is asked about by it.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.contract import (
    Action,
    Answer,
    By,
    Limits,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Pace, Waiting
from crm_migrate.errors import TargetError
from crm_migrate_amagi import answers, records, requests
from crm_migrate_amagi.auth import open_rooms
from crm_migrate_amagi.calls import Calls
from crm_migrate_amagi.describe import object_of
from crm_migrate_amagi.looking import Looking
from crm_migrate_amagi.records import Record
from crm_migrate_amagi.removing import Removing
from crm_migrate_amagi.settings import Settings
from crm_migrate_amagi.shapes import CONTACTS, DEALS, KEY, Model, Path, model_of, path_of, split
from crm_migrate_amagi.writing import Writing

CREATED, CHANGED = 100, 50  # records of a batch; fewer where what was looked at may be another meanwhile
SLOWEST = 4  # requests of a second that we count on


class AmagiTarget:
    """Writes an installation. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._pace = Pace(settings.longest_seconds)
        self._questions, self._changes = open_rooms(settings, self._waiting)
        self._looking = Looking(self._questions)
        self._calls = Calls(self._changes, self._looking, self._waiting, self._pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)

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
        """A digest of where it is: an installation has no name."""
        place = urlsplit(self._settings.url)
        where = hashlib.sha256(f"{place.netloc.lower()}{place.path.rstrip('/')}".encode()).hexdigest()[:12]
        self._looking.ask(requests.ME, answers.me)  # there, and we are let in
        return f"amagi-{where}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named models, and kinds of contacts."""
        there = [name for name in dict.fromkeys(objects) if model_of(name) is not None]
        stages = tuple(self._looking.names().stages) if DEALS in there else ()
        return TargetSchema(tuple(object_of(name, stages) for name in there))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Nothing has to be made there. TargetError where a model or a place is missing, or our key would be
        elsewhere."""
        missing = []
        for wanted in objects:
            model = model_of(wanted.name)
            if wanted.key_field != KEY:
                raise TargetError(f"our key cannot live in {wanted.key_field}", hint="take `key_field:` out")
            if model is None:
                missing.append(f"the object {wanted.name}")
            else:
                fields = (each.name for each in wanted.fields if path_of(model, each.name) is None)
                missing += [f"the place {name} of {wanted.name}" for name in fields]
        if missing and apply:
            raise TargetError(f"amagi-crm lacks {missing[0]}", hint="name another place with `to:`: tags.X or notes.X")
        return tuple(f"{each} (there is none)" for each in missing)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, a line for each key of ours; all in the order of their ids."""
        model = self._calls.model(object)
        wanted = frozenset(values)
        if by != "all" and not wanted:
            return
        kind = split(object.name)[1]
        lines = [
            (str(record["id"]), key, record)
            for record in self._looking.records(model.name)
            if by != "all" or model.name != CONTACTS or records.kind_of(record) == kind
            for key in records.keys_of(model, record) or (None,)
            if by == "all" or (key if by == "key" else str(record["id"])) in wanted
        ]
        if lines:
            yield self._table(model, self._places(model, object), lines)

    def _places(self, model: Model, object: TargetObject) -> dict[str, Path]:
        found = {each.name: path_of(model, each.name, each.reference) for each in object.fields}
        return {name: path for name, path in found.items() if path is not None}

    def _table(
        self, model: Model, paths: Mapping[str, Path], lines: Sequence[tuple[str, str | None, Record]]
    ) -> pa.Table:
        names = self._calls.names(model)
        rows = [records.row_of(model, paths, record, names) for _, _, record in lines]
        return read_back.table(lines, rows, paths)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """A request for each record."""
        return self._writing.write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """A request for each record that nobody refers to."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """A change of each record."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By fields of deals, tasks and appointments, and by values with labels."""
        return self._removing.referred(object, known)

    def close(self) -> None:
        """Give back the connections."""
        self._questions.close()
        self._changes.close()
