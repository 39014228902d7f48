"""The CRM as a target: requests from `requests`, answers read by `answers`, nothing kept but what it says of itself.

Our key is unique there, so a record that was created by a try that nobody answered is found again, never made twice.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar
from urllib.parse import urlsplit

import pyarrow as pa

from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Action,
    Allowance,
    Answer,
    By,
    Limits,
    Refusal,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Request, Waiting
from crm_migrate.connecting.seeking import seek
from crm_migrate.errors import TargetError
from crm_migrate_rest import answers, requests
from crm_migrate_rest.auth import open_room
from crm_migrate_rest.describe import OUR_KEY, Described, Missing, missing, object_of
from crm_migrate_rest.settings import Settings
from crm_migrate_rest.values import text_of

TRIES = 3  # to make a field that is not there although the CRM said that it was made
MISSES = 2  # readings in which a key has to be absent
GONE = Refusal("the CRM has no such record, or it was deleted", "NOT_FOUND")

Told = TypeVar("Told")


class RestTarget:
    """Writes the generic CRM. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._http, self._tokens = open_room(settings, self._waiting)
        self._known: dict[str, Described] = {}

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all objects are alike there
        """What the CRM says a batch holds, and the times of the environment. Changes are looked up first."""
        said = self._settings
        return Limits(
            rows=self._about.batch,
            parallel=said.parallel,
            longest_seconds=said.longest_seconds,
            settle_seconds=said.settle_seconds,
            misses=MISSES,
            apart_seconds=said.settle_seconds,
            requests=1 if action == "create" else 2,
        )

    def allowance(self) -> Allowance:
        """What the CRM counts of our requests today."""
        return self._http.ask(requests.ABOUT, answers.about).allowance

    def identity(self) -> str:
        """The organisation, and a digest of where it is: two of one name are two."""
        place = hashlib.sha256(urlsplit(self._settings.url).netloc.lower().encode()).hexdigest()[:12]
        return f"rest-{self._about.organisation}-{place}"

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named objects that are there."""
        found = self._look(objects)
        keyed = bool(found) and all(each.keyed(OUR_KEY) for each in found.values())
        return TargetSchema(tuple(object_of(each) for each in found.values()), prepared=keyed)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Add the fields that are missing. TargetError where an object is missing, which only an administrator makes,
        or where our key cannot live."""
        there = self._look([object.name for object in objects])
        absent = [object.name for object in objects if object.name not in there]
        if absent and apply:
            raise TargetError(f"the CRM has no object {absent[0]}", hint="an administrator has to make it there")
        for object in objects:
            if wrong := object.name in there and there[object.name].wrong_key(object.key_field):
                raise TargetError(f"our key cannot live in the CRM: {wrong}", hint="see to that field there")
        lacking = list(missing(objects, there))
        if apply:
            self._make(objects, lacking)
        self._known.clear()
        return (*(f"make object {name} (by hand)" for name in absent), *(each.title for each in lacking))

    def _make(self, objects: Sequence[TargetObject], lacking: Sequence[Missing]) -> None:
        """Add fields until they are there: an answer that says so is no field, and records would be refused for it."""
        for _ in range(TRIES):
            for each in lacking:
                self._add(requests.adding(each))
            lacking = list(missing(objects, self._look([object.name for object in objects]))) if lacking else []
        if lacking:
            raise TargetError(
                f"the CRM says that it made the field {lacking[0].name} of {lacking[0].object}, and does not have it",
                hint="look there, or make the field by hand, then: crm-migrate resume",
            )

    def _add(self, request: Request) -> None:
        """A field that is there already was added by a try that nobody had answered."""
        answer = self._http.send(request)
        if not 200 <= answer.status < 300 and answers.error_of(answer)[0] != "FIELD_EXISTS":
            raise answers.refused(answer)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now; all in the order of their ids."""
        described = self._described(object)
        names = [each.name for each in object.fields if each.name in described.fields]
        keyed = object.key_field in described.fields
        asked = [*names, *([object.key_field] if keyed else [])]
        if by == "key" and not keyed:
            return
        pages = self._pages(object, asked) if by == "all" else self._finds(object, asked, by, values)
        for records in pages:
            if records:
                yield _table(records, object.key_field, names, described)

    def _pages(self, object: TargetObject, fields: Sequence[str]) -> Iterator[Sequence[answers.Record]]:
        after, read = None, partial(answers.found, key_field=object.key_field)
        while True:
            page = self._http.ask(requests.page(object, fields, self._about.page, after), read)
            yield page.records
            if page.after is None:
                return
            if page.after == after:
                raise TargetError(f"the CRM turns in a circle: a page of {object.name} names itself as the next one")
            after = page.after

    def _finds(
        self, object: TargetObject, fields: Sequence[str], by: By, values: Sequence[str]
    ) -> Iterator[Sequence[answers.Record]]:
        wanted, most = list(dict.fromkeys(values)), self._about.batch
        for start in range(0, len(wanted), most):
            some = wanted[start : start + most]
            read = partial(answers.found, key_field=object.key_field, by=by, wanted=frozenset(some))
            yield self._http.ask(requests.finding(object, fields, by, some), read).records

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One request. Changes look their records up first: the CRM changes by its own id."""
        described = self._described(batch.object)
        ids, refused = ({}, {}) if batch.action == "create" else self._ids(batch)
        rows = [
            {**row, TARGET_ID: ids.get(row[ENTITY])} for row in batch.rows.to_pylist() if row[ENTITY] not in refused
        ]
        if not rows:
            return Answer(refused=refused)
        reply = self._http.send(requests.writing(batch, described, ids))
        told = answers.written(reply, rows, batch.object.key_field, batch.action, self._waiting.now())
        if told.outcome.refused_whole is not None:
            return self._spoiled(batch, told.outcome, refused)
        return replace(
            told.outcome,
            loaded={**told.outcome.loaded, **self._named(batch.object, sorted(told.nameless))},
            refused={**told.outcome.refused, **refused},
        )

    def _ids(self, batch: WriteBatch) -> tuple[dict[str, str], dict[str, Refusal]]:
        """Entity -> target id of the records to be changed, and why others are not."""
        rows = batch.rows.to_pylist()
        if TARGET_ID not in batch.rows.column_names:
            found = self._surely_named(batch.object, [row[ENTITY] for row in rows])
            return found, {row[ENTITY]: GONE for row in rows if row[ENTITY] not in found}
        there = self._surely_there(batch.object, [row[TARGET_ID] for row in rows])
        refused = {
            row[ENTITY]: TAKEN if row[TARGET_ID] in there else GONE
            for row in rows
            if there.get(row[TARGET_ID], "?") not in ("", row[ENTITY])
        }
        return {row[ENTITY]: row[TARGET_ID] for row in rows if row[ENTITY] not in refused}, refused

    def _surely_there(self, object: TargetObject, ids: Sequence[str]) -> dict[str, str]:
        """Id -> our key, or "", of records; one miss proves nothing."""
        return seek(partial(self._keys, object), ids, MISSES, self._settle)[0]

    def _keys(self, object: TargetObject, ids: Sequence[str]) -> dict[str, str]:
        tables = self.read(object.bare(), "id", ids)
        return {row["target_id"]: row[ENTITY] or "" for table in tables for row in table.to_pylist()}

    def _settle(self) -> bool:
        self._waiting.wait(self._settings.settle_seconds)
        return True

    def _surely_named(self, object: TargetObject, entities: Sequence[str]) -> dict[str, str]:
        """Entity -> target id by our key; one miss proves nothing where a record that was just written may hide."""
        return seek(partial(self._named, object, doubtful=False), entities, MISSES, self._settle)[0]

    def _named(self, object: TargetObject, entities: Sequence[str], *, doubtful: bool = True) -> dict[str, str]:
        """Entity -> target id by our key. Where an answer is being completed (`doubtful`) no error may lose it."""
        found: dict[str, str] = {}
        try:
            for table in self.read(object.bare(), "key", entities):
                found.update(zip(table[ENTITY].to_pylist(), table["target_id"].to_pylist(), strict=True))
        except TargetError:
            if not doubtful:
                raise
        return found

    def _spoiled(self, batch: WriteBatch, outcome: Answer, refused: Mapping[str, Refusal]) -> Answer:
        """A batch of which nothing was done. Where the CRM speaks of our key, some are there by an earlier try."""
        assert outcome.refused_whole is not None
        entities = [entity for entity in batch.rows[ENTITY].to_pylist() if entity not in refused]
        now = self._waiting.now()
        if batch.action == "create" and batch.object.key_field in outcome.refused_whole.words:
            there = self._named(batch.object, entities)
            if there:
                return Answer(loaded=there, later={entity: now for entity in entities if entity not in there})
        if refused:
            return Answer(refused=refused, later=dict.fromkeys(entities, now))
        return outcome

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """One request, of the records that are there and carry our key."""
        rows = batch.rows.to_pylist()
        there = self._surely_there(batch.object, [row[TARGET_ID] for row in rows])
        gone = {row[ENTITY]: row[TARGET_ID] for row in rows if row[TARGET_ID] not in there}
        refused = {r[ENTITY]: TAKEN for r in rows if there.get(r[TARGET_ID], r[ENTITY]) != r[ENTITY]}
        left = [row for row in rows if row[ENTITY] not in gone and row[ENTITY] not in refused]
        known = Answer(gone, refused, gone=frozenset(gone))
        if not left:
            return known
        reply = self._http.send(requests.deleting(batch.object, [row[TARGET_ID] for row in left]))
        return _joined(known, answers.by_id(reply, left, ("deleted",), self._waiting.now()), left, self._waiting.now())

    def release(self, batch: WriteBatch) -> Answer:
        """One request. Where its results name nobody, the CRM is asked who has lost our key."""
        described = self._described(batch.object)
        ids, refused = self._ids(batch)
        left = [row for row in batch.rows.to_pylist() if row[ENTITY] in ids]
        if not left:
            return Answer(refused=refused)
        reply = self._http.send(requests.writing(batch, described, ids))
        told = answers.by_id(reply, left, ("updated", "unchanged"), self._waiting.now())
        named = {*told.loaded, *told.refused, *told.in_doubt, *told.later}
        nameless = {ids[row[ENTITY]]: row[ENTITY] for row in left if row[ENTITY] not in named}
        if nameless and told.refused_whole is None:
            now = self._keys(batch.object, list(nameless))
            told = replace(told, loaded={**told.loaded, **{nameless[id]: id for id, key in now.items() if not key}})
        return _joined(Answer(refused=refused), told, left, self._waiting.now())

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the reference fields of all objects of the CRM, read record by record: it cannot be asked."""
        for other, described in self._look(self._about.objects).items():
            pointing = {name for name, words in described.fields.items() if words.get("reference") == object.name}
            for name in sorted(each for each in pointing if (other, each) not in known):
                for page in self._pages(TargetObject(other, (), object.key_field), [name]):
                    ids = [str(values[name]) for _, values in page if values.get(name)]
                    told = (("object", other), ("field", name))
                    yield pa.table({"target_id": pa.array(ids, pa.string())} | {n: [t] * len(ids) for n, t in told})

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Asked record by record: the CRM has no list of what was merged."""
        left = {id: self._left_of(object, id) for id in ids}
        return {id: into for id, into in left.items() if into is not None and into != id}

    def _left_of(self, object: TargetObject, id: str) -> str | None:
        """The id of the record at the end of a chain of merges; None where that was deleted."""
        passed: set[str] = set()
        while id not in passed:
            passed.add(id)
            into = self._http.ask(requests.one(object, id), partial(answers.became, id=id))
            if into is None or into == id:
                return into
            id = into
        raise TargetError(f"the CRM turns in a circle: record {id} of {object.name} was merged into itself")

    # ------------------------------------------------------------------------------------------------ asking

    @cached_property
    def _about(self) -> answers.About:
        return self._http.ask(requests.ABOUT, answers.about)

    def _look(self, objects: Sequence[str]) -> dict[str, Described]:
        found = {}
        for name in dict.fromkeys(objects):
            said = self._http.ask(requests.describing(name), partial(answers.described, object=name))
            if said is not None:
                found[name] = said
        return found

    def _described(self, object: TargetObject) -> Described:
        """An object as it was when it was first used."""
        if object.name not in self._known:
            found = self._look([object.name])
            if not found:
                raise TargetError(f"the CRM has no object {object.name}", hint="an administrator has to make it there")
            self._known[object.name] = found[object.name]
        return self._known[object.name]

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()
        self._tokens.close()


def _joined(known: Answer, told: Answer, left: Sequence[Mapping[str, str]], now: datetime) -> Answer:
    """What was known before a request and what it was answered; a refusal of the whole is not about those known."""
    if told.refused_whole is not None:
        if not known.loaded and not known.refused:
            return told
        return replace(known, later=dict.fromkeys((row[ENTITY] for row in left), now))
    return replace(
        told,
        loaded={**known.loaded, **told.loaded},
        refused={**known.refused, **told.refused},
        gone=known.gone | told.gone,
    )


def _table(records: Sequence[answers.Record], key_field: str, names: Sequence[str], described: Described) -> pa.Table:
    columns: dict[str, list[str | None]] = {
        "target_id": [id for id, _ in records],
        ENTITY: [text_of(values.get(key_field), "text") for _, values in records],
    }
    for name in names:
        columns[name] = [text_of(values.get(name), described.type(name)) for _, values in records]
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
