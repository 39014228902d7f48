"""A database of a Tryton server as a target: what is sent is made by `records`, what it answers is read by `answers`.

A creation is one call that is all or nothing, a party with its lists below it too. Our key is not unique there: before
a creation it is asked for, and so is who was created, whatever the answer said.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
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
from crm_migrate_tryton import records
from crm_migrate_tryton.auth import open_rooms
from crm_migrate_tryton.calls import PAGE, Calls
from crm_migrate_tryton.describe import Missing, Model, missing, object_of
from crm_migrate_tryton.looking import Looking
from crm_migrate_tryton.records import Record
from crm_migrate_tryton.relating import Relating
from crm_migrate_tryton.removing import Removing
from crm_migrate_tryton.settings import Settings
from crm_migrate_tryton.shapes import CATEGORIES, KEYED, RELATION, REPLACED_BY, end_of
from crm_migrate_tryton.workflow import UNFINISHED, WORKFLOWS
from crm_migrate_tryton.writing import Writing

ROWS, BYTES = 200, 400_000  # of a request; Tryton takes 2 MiB
DEFAULT_KEY = "crm_migrate_id"  # what a profile that names no field of our key has


class TrytonTarget:
    """Writes the models of a database. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = open_rooms(settings, self._waiting)
        questions, changes, _ = self._rooms
        self._looking = Looking(questions, settings.database)
        self._calls = Calls(changes, self._looking, self._waiting, Pace(settings.longest_seconds))
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._relating = Relating(self._calls)

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all are alike there
        """Small enough for what a Tryton takes that nobody configured, and the times of the environment."""
        said = self._settings
        return Limits(ROWS, BYTES, said.parallel, said.longest_seconds, said.settle_seconds)

    def identity(self) -> str:
        """The database, and a digest of where it is: two of one name are two."""
        place = hashlib.sha256(urlsplit(self._settings.url).netloc.lower().encode()).hexdigest()[:12]
        self._looking.search("ir.model", [["name", "=", "ir.model"]], ["name"])  # there, and we are let in
        return f"tryton-{self._settings.database}-{place}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named models that are there."""
        found = [each for name in dict.fromkeys(objects) if (each := self._looking.model(name)) is not None]
        described = tuple(self._described(model) for model in found)
        return TargetSchema(described, prepared=bool(found) and all(m.kind in ("", *m.children) for m in found))

    def _described(self, model: Model) -> TargetObject:
        if model.model == RELATION:
            return self._relating.described(KEYED)
        return object_of(model, KEYED if KEYED in model.members else DEFAULT_KEY)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Make the categories and types of relations that are missing. TargetError where a model or a field is missing,
        which only a module of the server brings, or where our key cannot live."""
        self._looking.forget()
        lacking: dict[Missing, None] = {}
        by_hand: list[str] = []
        for wanted in objects:
            there = self._looking.model(wanted.name)
            if there is None:
                by_hand.append(f"the module that has the model {wanted.name}")
                continue
            related = there.model == RELATION
            if not related and (wrong := there.wrong_key(wanted.key_field)):
                raise TargetError(f"our key cannot live in Tryton: {wrong}", hint="say `key_field:` in the profile")
            for each in self._relating.missing(wanted) if related else missing(wanted, there):
                if isinstance(each, Missing):
                    lacking[each] = None
                else:
                    by_hand.append(f"the field {each} of {wanted.name}")
        if by_hand and apply:
            hint = "activate the module that has it, or name another field with `to:`"
            raise TargetError(f"Tryton lacks {by_hand[0]}", hint=hint)
        for each in lacking if apply else ():
            self._looking.make_kind(each)
        self._looking.forget()
        return (*(f"{each} (by hand)" for each in by_hand), *(each.title for each in lacking))

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, a line for each key of ours; all in the order of their ids. What somebody archived
        is there where it is ours."""
        model = self._calls.model(object)
        if model.model == RELATION:
            yield from self._relating.read(object, by, values)
            return
        paths = records.paths_of(model, [each.name for each in object.fields])
        asked = records.asked(model, paths, object.key_field)
        every, wanted = by == "all", frozenset(values)
        for page in (
            self._pages(model, asked) if every else self._calls.finds(model, object.key_field, asked, by, values)
        ):
            lines = [
                (str(record["id"]), key, record)
                for record in page
                for key in _keys(record, object.key_field, finished=every)
                if (key is not None or record.get("active", True)) and (by != "key" or key in wanted)
            ]
            if lines:
                yield _table(model, paths, lines)

    def _pages(self, model: Model, asked: Sequence[str]) -> Iterator[list[Record]]:
        after = -1
        while True:
            page = self._looking.search(model.model, [["id", ">", after], *_of_kind(model)], asked, PAGE)
            yield page
            if len(page) < PAGE:
                return
            if page[-1]["id"] <= after:
                raise TargetError(f"Tryton turns in a circle: a page of {model.model} begins where it began before")
            after = int(page[-1]["id"])

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One call, and those of buttons where a state is written."""
        return (self._relating if batch.object.name == RELATION else self._writing).write(batch)

    def begun(self, object: TargetObject, entities: Collection[str]) -> Collection[str]:
        """Records that are not yet in their states."""
        if self._calls.model(object).model not in WORKFLOWS:
            return ()
        return frozenset(self._calls.named(object, list(entities), UNFINISHED))

    def remove(self, batch: WriteBatch) -> Answer:
        """One call, of records that nobody refers to; an opportunity is cancelled first."""
        return (self._relating if batch.object.name == RELATION else self._removing).remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """One call."""
        return (self._relating if batch.object.name == RELATION else self._removing).release(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the references of all models that the server lets us search; none leads to a relation."""
        return iter(()) if object.name == RELATION else self._removing.referred(object, known)

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """By the party that replaces another one; nothing else is merged there."""
        model, into = self._calls.model(object), dict[str, str]()
        if REPLACED_BY not in model.fields:
            return into
        asked = frozenset(ids)
        while asked:
            found = [
                r
                for page in self._calls.finds(model, object.key_field, [REPLACED_BY], "id", sorted(asked))
                for r in page
            ]
            into |= {str(r["id"]): str(r[REPLACED_BY]) for r in found if r.get(REPLACED_BY)}
            asked = frozenset(into.values()) - into.keys() - {str(r["id"]) for r in found}
        return {id: end_of(into, id) for id in ids if id in into}

    def close(self) -> None:
        """Give back the connections."""
        for room in self._rooms:
            room.close()


def _keys(record: Record, key_field: str, *, finished: bool) -> Sequence[str | None]:
    """Our keys in a record, None where it is not ours, or not finished."""
    keys = records.keys_of(record, key_field) or (None,)
    return [None if key is None or (finished and key.endswith(UNFINISHED)) else key for key in keys]


def _of_kind(model: Model) -> list[Any]:
    """Which records are of that kind; those of none are what is left."""
    if model.kind:
        return [[CATEGORIES, "=", model.children.get(model.kind, -1)]]
    return [[CATEGORIES, "not where", [["id", "in", list(model.children.values())]]]] if model.children else []


def _table(model: Model, paths: Mapping[str, Any], lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
    rows = [records.row_of(model, paths, record) for _, _, record in lines]
    return read_back.table(lines, rows, paths)
