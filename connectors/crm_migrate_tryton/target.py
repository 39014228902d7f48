"""A database of a Tryton server as a target: what is sent is made by `records`, what it answers is read by `answers`.

A creation is one call that is all or nothing, a party with its lists below it too. Our key is not unique there: before
a creation it is asked for, and so is who was created, whatever the answer said.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Action,
    Answer,
    By,
    Limits,
    Refusal,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Request, Waiting
from crm_migrate.errors import TargetError
from crm_migrate_tryton import answers, records, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.auth import open_room
from crm_migrate_tryton.describe import Missing, Model, missing, object_of
from crm_migrate_tryton.looking import Looking
from crm_migrate_tryton.moving import Moving
from crm_migrate_tryton.records import Key, Record, Row, Unfit, Values
from crm_migrate_tryton.settings import Settings
from crm_migrate_tryton.shapes import CATEGORIES, KEY_PREFIX, KEYED, Path
from crm_migrate_tryton.workflow import UNFINISHED, Workflow, flow_of

ROWS, BYTES, PAGE = 200, 400_000, 500  # of a request (Tryton takes 2 MiB), and of a page
PAUSE = timedelta(seconds=1)  # after which a record that somebody else has changed is sent again
GONE = Refusal("Tryton has no such record", "NOT_FOUND")
TAKEN = Refusal("the record carries another key, or something else where ours would be", "OTHER_KEY")
DEFAULT_KEY = "crm_migrate_id"  # what a profile that names no field of our key has


class TrytonTarget:
    """Writes the models of a database. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._http, self._logins = open_room(settings, self._waiting)
        self._database = settings.database
        self._looking = Looking(self._http, settings.database)

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
        keys = [KEYED if KEYED in model.members else DEFAULT_KEY for model in found]
        described = tuple(object_of(model, key) for model, key in zip(found, keys, strict=True))
        return TargetSchema(described, prepared=bool(found) and all(m.kind in ("", *m.children) for m in found))

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
            if wrong := there.wrong_key(wanted.key_field):
                raise TargetError(f"our key cannot live in Tryton: {wrong}", hint="say `key_field:` in the profile")
            for each in missing(wanted, there):
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
        model = self._model(object)
        paths = records.paths_of(model, [each.name for each in object.fields])
        asked = records.asked(model, paths, object.key_field)
        every, wanted = by == "all", frozenset(values)
        for page in self._pages(model, asked) if every else self._finds(model, object.key_field, asked, by, values):
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

    def _finds(
        self, model: Model, key_field: str, asked: Sequence[str], by: By, values: Sequence[str]
    ) -> Iterator[list[Record]]:
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), PAGE):
            some = wanted[start : start + PAGE]
            domain = _by_id(some) if by == "id" else _by_key(key_field, some)
            yield self._looking.search(model.model, [domain], asked)

    def _named(self, object: TargetObject, entities: Sequence[str], mark: str = "") -> dict[str, str]:
        """Entity -> target id by our key, with a mark behind it."""
        return {
            key.removesuffix(mark): id
            for table in self.read(object.bare(), "key", [entity + mark for entity in entities])
            for key, id in zip(table[ENTITY].to_pylist(), table["target_id"].to_pylist(), strict=True)
        }

    def _model(self, object: TargetObject) -> Model:
        found = self._looking.model(object.name)
        if found is None:
            raise TargetError(f"Tryton has no model {object.name}", hint="activate the module that has it")
        return found

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One call, and those of buttons where a state is written."""
        rows = {str(row[ENTITY]): row for row in batch.rows.to_pylist()}
        return self._create(batch, rows) if batch.action == "create" else self._update(batch, rows)

    def _create(self, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer:
        object, model = batch.object, self._model(batch.object)
        paths = records.paths_of(model, batch.rows.column_names)
        flow, state = flow_of(model.model, paths)
        mark = UNFINISHED if flow else ""
        before = self._earlier(object, model, flow, state, rows)  # by a try that nobody had answered
        new = {entity: row for entity, row in rows.items() if entity not in (*before.loaded, *before.refused)}
        ids = self._looking.ids(records.names(model, paths, list(new.values())))
        made: dict[str, Values] = {}
        refused = dict(before.refused)
        for entity, row in new.items():
            try:
                key = Key(object.key_field, entity + mark)
                made[entity] = records.created(model, _values(paths, state), row, key, ids)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        others = Answer(before.loaded, refused)
        if not made:
            return others
        said = self._send(requests.create(self._database, model.model, list(made.values()), self._looking.context))
        found = self._surely_named(object, list(made), mark, failed=isinstance(said, Failed))
        if isinstance(said, Failed) and not found:
            return self._failed(model, said, {entity: new[entity] for entity in made}, others)
        ended = self._finished(object, model, flow, state, rows, found) if flow else Answer(found)
        return Answer({**others.loaded, **ended.loaded}, {**others.refused, **ended.refused})

    def _earlier(
        self, object: TargetObject, model: Model, flow: Workflow | None, state: str, rows: Mapping[str, Row]
    ) -> Answer:
        """Who is there already, and who is now because it was begun and not finished."""
        there = self._named(object, list(rows))
        if flow is None:
            return Answer(there)
        begun = self._named(object, [entity for entity in rows if entity not in there], UNFINISHED)
        ended = self._finished(object, model, flow, state, rows, begun)
        return Answer({**there, **ended.loaded}, ended.refused)

    def _finished(
        self,
        object: TargetObject,
        model: Model,
        flow: Workflow,
        state: str,
        rows: Mapping[str, Row],
        ids: Mapping[str, str],
    ) -> Answer:
        """Lead records that were made to their states, and give them their keys; take back whose state is refused."""
        if not ids:
            return Answer()
        moving = Moving(self._http, self._looking, model, flow)
        wanted = {entity: rows[entity].get(state) for entity in ids}
        refused = moving.move(ids, wanted, lambda said: self._why(model, said, rows))
        for entity in refused:
            if not moving.withdraw(ids[entity]):
                words = f"{refused[entity].words} (it stays in Tryton, unfinished: {ids[entity]})"
                refused[entity] = replace(refused[entity], words=words)
        keys = {int(id): {object.key_field: KEY_PREFIX + each} for each, id in ids.items() if each not in refused}
        if keys:
            said = self._send(requests.write(self._database, model.model, keys, self._looking.context))
            if isinstance(said, Failed):
                return Answer(refused=refused)  # whoever is not named is in doubt, and finished by the next try
        return Answer({entity: id for entity, id in ids.items() if entity not in refused}, refused)

    def _surely_named(
        self, object: TargetObject, entities: Sequence[str], mark: str, *, failed: bool
    ) -> dict[str, str]:
        """Who was created. Where nobody can be asked, whoever is not named is in doubt: no error may lose an answer."""
        try:
            return self._named(object, entities, mark)
        except TargetError:
            if failed:
                raise
            return {}

    def _update(self, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer:
        object, model = batch.object, self._model(batch.object)
        paths = records.paths_of(model, batch.rows.column_names)
        flow, state = flow_of(model.model, paths)
        asked = records.asked(model, paths, object.key_field)
        current, refused = self._current(batch, model, asked, rows)
        ids = self._looking.ids(records.names(model, paths, [rows[entity] for entity in current]))
        changes: dict[int, Values] = {}
        loaded: dict[str, str] = {}
        later: dict[str, datetime] = {}
        for entity, record in current.items():
            id = int(record["id"])
            if id in changes:  # two of ours that somebody made one: one after the other
                later[entity] = self._waiting.now()
                continue
            try:
                key = Key(object.key_field, entity)
                changes[id] = records.changed(model, _values(paths, state), rows[entity], key, ids, record)
                loaded[entity] = str(id)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        others = Answer(refused=refused, later=later)
        if written := {id: values for id, values in changes.items() if values}:
            said = self._send(requests.write(self._database, model.model, written, self._looking.context))
            if isinstance(said, Failed):
                return self._failed(model, said, {entity: rows[entity] for entity in loaded}, others)
        if flow and loaded:
            moving, wanted = Moving(self._http, self._looking, model, flow), {e: rows[e].get(state) for e in loaded}
            refused |= moving.move(loaded, wanted, lambda said: self._why(model, said, rows))
        return Answer({e: id for e, id in loaded.items() if e not in refused}, refused, later=later)

    def _send(self, request: Request) -> Any:
        return answers.result(self._http.send(request))

    def _current(
        self, batch: WriteBatch, model: Model, asked: Sequence[str], rows: Mapping[str, Row]
    ) -> tuple[dict[str, Record], dict[str, Refusal]]:
        """The records to be changed by entity, as they are now, and why others are not changed."""
        key_field, adopting = batch.object.key_field, TARGET_ID in batch.rows.column_names
        by: By = "id" if adopting else "key"
        wanted = {str(row[TARGET_ID]) if adopting else entity: entity for entity, row in rows.items()}
        current: dict[str, Record] = {}
        refused = dict.fromkeys(rows, GONE)
        for page in self._finds(model, key_field, asked, by, list(wanted)):
            for record in page:
                keys = records.keys_of(record, key_field)
                for entity in (wanted[str(record["id"])],) if adopting else [key for key in keys if key in rows]:
                    other = not keys and key_field != KEYED and bool(record.get(key_field))  # a user's own words
                    if other or (keys and entity not in keys):
                        refused[entity] = TAKEN
                    else:
                        current[entity] = record
                        refused.pop(entity, None)
        return current, refused

    def _failed(self, model: Model, said: Failed, rows: Mapping[str, Row], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        now = self._waiting.now()
        if said.kind == answers.CONFLICT:
            return replace(others, later={**others.later, **dict.fromkeys(rows, now + PAUSE)})
        why = self._why(model, said, rows)
        if len(rows) == 1:
            return replace(others, refused={**others.refused, **dict.fromkeys(rows, why)})
        if others.loaded or others.refused or others.later:
            return replace(others, later={**others.later, **dict.fromkeys(rows, now)})
        return Answer(refused_whole=why)

    def _why(self, model: Model, said: Failed, rows: Mapping[str, Row]) -> Refusal:
        cells = {cell for row in rows.values() for name, cell in row.items() if cell and name != TARGET_ID}
        return answers.refusal(said, cells, model.labels())

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()
        self._logins.close()


def _values(paths: Mapping[str, Path], state: str) -> dict[str, Path]:
    """The fields that are sent as values: all but the state."""
    return {name: path for name, path in paths.items() if name != state}


def _keys(record: Record, key_field: str, *, finished: bool) -> Sequence[str | None]:
    """Our keys in a record, None where it is not ours, or not finished."""
    keys = records.keys_of(record, key_field) or (None,)
    return [None if key is None or (finished and key.endswith(UNFINISHED)) else key for key in keys]


def _of_kind(model: Model) -> list[Any]:
    """Which records are of that kind; those of none are what is left."""
    if model.kind:
        return [[CATEGORIES, "=", model.children.get(model.kind, -1)]]
    return [[CATEGORIES, "not where", [["id", "in", list(model.children.values())]]]] if model.children else []


def _by_key(key_field: str, keys: Sequence[str]) -> list[Any]:
    field = f"{KEYED}.code" if key_field == KEYED else key_field
    return [field, "in", [KEY_PREFIX + key for key in keys]]


def _by_id(ids: Sequence[str]) -> list[Any]:
    return ["id", "in", [int(id) for id in ids if id.isascii() and id.isdigit()]]


def _table(model: Model, paths: Mapping[str, Any], lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
    rows = [records.row_of(model, paths, record) for _, _, record in lines]
    columns = {"target_id": [id for id, _, _ in lines], ENTITY: [key for _, key, _ in lines]}
    columns |= {name: [row[name] for row in rows] for name in paths}
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
