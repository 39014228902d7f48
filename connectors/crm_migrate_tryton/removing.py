"""Taking back what a load did: records that nobody refers to go, adopted ones lose our key."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.taking_back import told
from crm_migrate_tryton import answers, records, relations, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.calls import GONE, TAKEN, Calls
from crm_migrate_tryton.describe import Model
from crm_migrate_tryton.moving import Moving
from crm_migrate_tryton.records import Key, Values
from crm_migrate_tryton.relation_keys import OTHER, is_straight
from crm_migrate_tryton.relations import BEGINNING
from crm_migrate_tryton.shapes import PARTY, RELATION, RELATIONS
from crm_migrate_tryton.workflow import WORKFLOWS

Referring = tuple[str, str, str]  # the id that is referred to, the object that refers, and by which of its fields


class Removing:
    """Takes records back. Tryton itself would empty references to a record that goes, or take the relation along."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._fields: dict[str, list[tuple[str, str]]] = {}

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        model, rows = self._calls.model(batch.object), rows_of(batch)
        current, refused = self._calls.current(batch, model, records.asked(model, {}, batch.object.key_field), rows)
        refused |= {
            e: TAKEN for e, record in current.items() if e not in records.keys_of(record, batch.object.key_field)
        }
        gone = {entity: str(rows[entity][TARGET_ID]) for entity, why in refused.items() if why is GONE}
        ids = {entity: str(record["id"]) for entity, record in current.items() if entity not in refused}
        named = {id: f"{object}.{field}" for id, object, field in self._referring(model, list(ids.values()))}
        refused |= {e: Refusal(f"{named[id]} refers to it", "REFERRED") for e, id in ids.items() if id in named}
        ids = {entity: id for entity, id in ids.items() if entity not in refused}
        refused = {entity: why for entity, why in refused.items() if entity not in gone}
        others = Answer(gone, refused, gone=frozenset(gone))
        flow = WORKFLOWS.get(model.model)
        if flow and ids:
            moving, wanted = (
                Moving(self._calls.http, self._calls.looking, model, flow),
                dict.fromkeys(ids, flow.withdrawn),
            )
            stuck = moving.move(ids, wanted, lambda said: self._calls.why(model, said, rows))
            ids = {entity: id for entity, id in ids.items() if entity not in stuck}
            others = replace(others, refused={**refused, **stuck})
        if not ids:
            return others
        numbers, context = [int(id) for id in ids.values()], self._calls.looking.context
        said = self._calls.send(requests.press(self._calls.database, model.model, "delete", numbers, context))
        if isinstance(said, Failed):
            return self._calls.failed(model, said, {entity: rows[entity] for entity in ids}, others)
        return replace(others, loaded={**others.loaded, **ids})

    def release(self, batch: WriteBatch) -> Answer:
        """Our key goes, and what was there before comes back."""
        model, rows = self._calls.model(batch.object), rows_of(batch)
        paths = self._calls.places(batch, model)
        asked = records.asked(model, paths, batch.object.key_field)
        current, refused = self._calls.current(batch, model, asked, rows)
        names = self._calls.looking.ids(records.names(model, paths, [rows[entity] for entity in current]))
        changes: dict[int, Values] = {}
        loaded: dict[str, str] = {}
        for entity, record in current.items():
            try:
                changes[int(record["id"])] = records.released(
                    model, paths, rows[entity], Key(batch.object.key_field, entity), names, record
                )
                loaded[entity] = str(record["id"])
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        if changes := {id: values for id, values in changes.items() if values}:
            context = self._calls.looking.context
            said = self._calls.send(requests.write(self._calls.database, model.model, changes, context))
            if isinstance(said, Failed):
                left = {entity: rows[entity] for entity in loaded}
                return self._calls.failed(model, said, left, Answer(refused=refused))
        return Answer(loaded, refused)

    # ------------------------------------------------------------------------------------------------ who refers

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        yield told(self._referring(self._calls.model(object)), known)

    def _referring(self, model: Model, ids: Sequence[str] | None = None) -> Iterator[Referring]:
        """Who refers to these records, or to any."""
        which = ["in", [int(id) for id in ids]] if ids is not None else ["!=", None]
        if ids is not None and not ids:
            return
        for other, field in self._pointing(model):
            related = other == RELATION
            asked = list(relations.ASKED) if related else [field]
            reply = self._calls.http.send(
                requests.search(
                    self._calls.database, other, [[field, *which]], asked, None, self._calls.looking.context
                )
            )
            found = answers.searched(reply)
            if related:
                yield from self._related(found)
            else:
                yield from ((str(each[field]), other, field) for each in found)

    def _pointing(self, model: Model) -> list[tuple[str, str]]:
        """Model and field of every reference to a model, but for those of its own members."""
        if model.model not in self._fields:
            where = [["relation", "=", model.model], ["ttype", "=", "many2one"]]
            own = {
                (w.get("relation"), w.get("relation_field")) for w in model.fields.values() if w.get("relation_field")
            }
            found = self._calls.looking.search("ir.model.field", where, ["model", "name"])
            pairs = [(str(each["model"]), str(each["name"])) for each in found]
            self._fields[model.model] = [pair for pair in pairs if pair not in own]
        return self._fields[model.model]

    def _related(self, found: Sequence[records.Record]) -> Iterator[Referring]:
        """Relations are fields of the party at their beginning, but for those that are records of ours; every second
        one is the same the other way round."""
        real = [each for each in found if is_straight(each)]
        model = self._calls.looking.model(PARTY)
        root = relations.kinds_root(model.kinds) if model else -1
        for each in real:
            kind = relations.kind_at(each, BEGINNING, root)
            if relations.is_keyed(each):
                end = relations.kind_at(each, OTHER, root)
                yield str(each[OTHER]), RELATION, f"{OTHER}.{end}" if end else OTHER
            else:
                object = f"{PARTY}:{kind}" if kind else PARTY
                yield str(each[OTHER]), object, f"{RELATIONS}.{each['type.']['name']}"
