"""A BottleCRM as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is not unique there: before a batch is created it is looked for, and whatever is in doubt is asked about by it.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import (
    Action,
    Answer,
    By,
    Limits,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Pace, Waiting
from crm_migrate.errors import TargetError
from crm_migrate_bottle import answers, records, requests
from crm_migrate_bottle.auth import open_rooms
from crm_migrate_bottle.calls import Calls
from crm_migrate_bottle.describe import object_of
from crm_migrate_bottle.kit import kit
from crm_migrate_bottle.looking import Looking
from crm_migrate_bottle.preparing import prepare
from crm_migrate_bottle.removing import Removing
from crm_migrate_bottle.settings import Settings
from crm_migrate_bottle.shapes import DEALS, Model, Path, model_of, path_of, split
from crm_migrate_bottle.values import Names, Record
from crm_migrate_bottle.writing import Writing

CREATED, CHANGED = 100, 50  # records of a batch; a change is a look, the change, and a look
SLOWEST = 4  # requests of a second that we count on
ADMINISTRATOR = "ADMIN"


class BottleTarget:
    """Writes an organisation. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._pace = Pace(settings.longest_seconds)
        self._questions, self._changes, self._slow = open_rooms(settings, self._waiting)
        self._looking = Looking(self._questions, self._slow, settings.url)
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
        """The organisation. TargetError for somebody who sees only records of his own."""
        role = self._looking.ask(requests.ME, partial(_text, path=("user_obj", "role")))
        if role != ADMINISTRATOR:
            raise TargetError(
                "the token's user is no administrator of BottleCRM, and sees only records of their own",
                hint="a token of an administrator",
            )
        return f"bottle-{self._looking.ask(requests.ORGANISATION, partial(_text, path=('id',)))}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named models, and kinds of them."""
        there = [name for name in dict.fromkeys(objects) if model_of(name) is not None]
        if not there:
            return TargetSchema(())
        api, known = self._looking.api(), self._looking.definitions()
        deals = DEALS in {split(name)[0] for name in there}
        pipelines, stages = self._looking.ask(requests.PIPELINES, answers.pipelines) if deals else ({}, ())
        customs = {name: _customs(self._model(name), known) for name in there}
        return TargetSchema(tuple(object_of(name, api, customs[name], stages, tuple(pipelines)) for name in there))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Custom fields, that of our key first. TargetError where a model or a place is missing."""
        return prepare(objects, self._looking, self._changes, apply=apply)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of their making."""
        model, wanted, kind = self._model(object.name), frozenset(values), split(object.name)[1]
        if by != "all" and not wanted:
            return
        looking = self._looking
        found = list(looking.of(model, sorted(wanted)).values()) if by == "id" else looking.records(model)
        lines = [
            (str(each["id"]), records.key_of(each), each)
            for each in found
            if by == "id" or (records.kind_of(each) == kind if by == "all" else records.key_of(each) in wanted)
        ]
        if lines:
            yield self._table(model, object, lines)

    def _table(self, model: Model, object: TargetObject, lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
        names = self._looking.names(model) if object.fields else Names()
        found = {each.name: path_of(model, each.name) for each in object.fields}
        paths: Mapping[str, Path] = {name: path for name, path in found.items() if path is not None}
        rows = [records.row_of(model, paths, record, names) for _, _, record in lines]
        return read_back.table(lines, rows, paths)

    def _model(self, name: str) -> Model:
        return self._calls.model(TargetObject(name, ()))

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """A request for each record, and another look at it."""
        self._removing.forget()
        return self._writing.write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        """A request for each record that nobody refers to."""
        return self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """A change of each record."""
        return self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By fields of other records, by lists of them, and by custom fields that hold an id."""
        return self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in (self._questions, self._changes, self._slow):
            room.close()


def _text(answer: Reply, path: tuple[str, ...]) -> str:
    return answers.text(answer, *path)


def _customs(model: Model, known: Mapping[tuple[str, str], Record]) -> dict[str, Record]:
    return {key: each for (of, key), each in known.items() if of == model.custom}
