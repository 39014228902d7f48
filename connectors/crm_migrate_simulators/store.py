"""The data of a simulated CRM: records with ids, unique indexes and links; created, changed, merged, deleted, restored.

A plain model in memory under one lock.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from crm_migrate_simulators.links import Links
from crm_migrate_simulators.rules import Bent, Refused, required, taken
from crm_migrate_simulators.schema import Field, Object, Schema, read_field

Values = Mapping[str, Any]
Listener = Callable[[str, Mapping[str, Any]], None]
Step = tuple[Callable[[], object], str, Mapping[str, Any]]  # how to undo it, and what is told of it


@dataclass(frozen=True, slots=True)
class Record:
    """A record at one instant of its life. `hidden` are the spans of time in which reads do not find it."""

    object: str
    id: str
    values: dict[str, Any]
    created: float
    changed: float
    version: int = 1
    deleted: bool = False
    merged_into: str | None = None
    hidden: tuple[tuple[float, float], ...] = ()

    def seen(self, at: float) -> bool:
        """Whether a read at that instant finds it."""
        return not self.deleted and not any(start <= at < end for start, end in self.hidden)


class Store:
    """All records and links; every change is told to `listeners` once it is final."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.lock = threading.RLock()
        self.listeners: list[Listener] = []
        self.locked: set[str] = set()  # ids that another request holds
        self._records: dict[str, dict[str, Record]] = {name: {} for name in schema.objects}
        self._order: dict[str, list[str]] = {name: [] for name in schema.objects}
        self._index: dict[tuple[str, str, str], str] = {}
        self._links = Links()
        self._settings: dict[str, dict[str, Any]] = {}
        self._twins: dict[str, dict[str, None]] = {}  # the ids that were merged into an id
        self._last_id = 1000
        self._open: list[Step] | None = None

    # ------------------------------------------------------------------------------------------------ reading

    def definition(self, name: str) -> Object:
        """The object of that name. Refused where there is none."""
        if name not in self.schema.objects:
            raise Refused("UNKNOWN_OBJECT", f"there is no object {name}")
        return self.schema.objects[name]

    def get(self, object: str, id: str) -> Record | None:
        """A record by id in whatever state it is, None where there never was one."""
        return self._records[self.definition(object).name].get(id)

    def find(self, object: str, field: str, value: Any) -> Record | None:
        """The live record with that value of a unique field (or whose merged twin had it)."""
        known = self.definition(object).fields.get(field)
        if known is None or not known.unique:
            raise Refused("NOT_UNIQUE", f"{field} is no unique field", field)
        id = self._holder(object, known, value)
        return None if id is None else self._records[object][id]

    def page(self, object: str, after: str | None, limit: int, *, deleted: bool = False) -> list[Record]:
        """Up to `limit` live (or deleted) records in the order of their ids, behind the id `after`."""
        with self.lock:
            order = self._order[self.definition(object).name]
            start = bisect_right(order, self._place(after), key=self._place) if after else 0
            records = (self._records[object][order[at]] for at in range(start, len(order)))
            return list(islice((record for record in records if record.deleted == deleted), limit))

    def all(self, object: str) -> list[Record]:
        """Every live record."""
        with self.lock:
            return [record for record in self._records[self.definition(object).name].values() if not record.deleted]

    def links(self, kind: str) -> list[tuple[str, str]]:
        """The pairs of ids that are linked."""
        return self._links.pairs(kind)

    def linked(self, kind: str, left: str) -> list[str]:
        """The ids that one id is linked to."""
        return self._links.of(kind, left)

    def kinds_of_links(self) -> list[str]:
        """The kinds of links that were ever made."""
        return self._links.kinds()

    def merged(self, id: str) -> list[str]:
        """The ids that were merged into this one."""
        return list(self._twins.get(id, ()))

    def setting(self, kind: str, name: str) -> Any:
        """One of them, None where it was not set."""
        return self._settings.get(kind, {}).get(name)

    def settings(self, kind: str) -> dict[str, Any]:
        """What an administrator set: by name, JSON."""
        return dict(self._settings.get(kind, {}))

    def in_use(self) -> list[str]:
        """The names of the objects that users work with."""
        return sorted(self.schema.objects)

    # ------------------------------------------------------------------------------------------------ writing

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is changed inside is undone, unheard of, when it ends with an exception. May be nested."""
        with self.lock:
            outer, done = self._open, list[Step]()
            self._open = done
            try:
                yield
            except BaseException:
                for undo, _, _ in reversed(done):
                    undo()
                raise
            finally:
                self._open = outer
            for step in done:
                self._done(*step)

    def create(self, object: str, values: Values, at: float, bent: Bent = frozenset()) -> Record:
        """A new record. Refused where a rule is broken."""
        with self.lock:
            definition = self.definition(object)
            given = {f.name: f.default for f in definition.fields.values() if f.default is not None} | dict(values)
            kept = self._checked(definition, given, None, bent)
            required(definition, kept)
            self._last_id += 1
            present = {name: value for name, value in kept.items() if value is not None}
            record = Record(object, self._id(object, self._last_id), present, at, at)
            self._put(None, record)
            return record

    def update(
        self, object: str, id: str, values: Values, at: float, bent: Bent = frozenset()
    ) -> tuple[Record, Record]:
        """Change what is given; None clears. The record before and after. Refused where a rule is broken."""
        with self.lock:
            before = self._live(object, id)
            definition = self.definition(object)
            changes = self._checked(definition, values, id, bent)
            required(definition, before.values | changes)
            merged = {name: value for name, value in (before.values | changes).items() if value is not None}
            if merged == before.values:
                return before, before
            after = replace(before, values=merged, changed=at, version=before.version + 1)
            self._put(before, after)
            return before, after

    def delete(self, object: str, id: str, at: float) -> None:
        """Take a record away; it can be brought back. Refused where there is none."""
        with self.lock:
            before = self._live(object, id)
            self._put(before, replace(before, deleted=True, changed=at, version=before.version + 1))

    def unreferred(self, object: str, id: str) -> None:
        """Refused where a live record refers to this one."""
        for other in self.schema.objects.values():
            for name in (f.name for f in other.fields.values() if object in f.reference):
                if any(record.values.get(name) == id for record in self.all(other.name)):
                    raise Refused("REFERRED", f"{other.name} refer to {id}", name)

    def undelete(self, object: str, id: str, at: float) -> Record:
        """Bring a deleted record back, unless its unique values are taken by now."""
        with self.lock:
            before = self.get(object, id)
            if before is None or not before.deleted or before.merged_into:
                raise Refused("NOT_DELETED", f"{id} was not deleted")
            self._unique(self.definition(object), before.values, id)
            after = replace(before, deleted=False, changed=at, version=before.version + 1)
            self._put(before, after)
            return after

    def merge(self, object: str, winner: str, loser: str, at: float) -> Record:
        """Make two records one: the winner fills its empty fields; what pointed to the loser points to the winner."""
        with self.lock:
            kept, gone = self._live(object, winner), self._live(object, loser)
            if winner == loser:
                raise Refused("SAME_RECORD", "a record cannot be merged with itself")
            self._put(gone, replace(gone, deleted=True, merged_into=winner, changed=at, version=gone.version + 1))
            unique = {f.name for f in self.definition(object).fields.values() if f.unique}
            filled = {n: v for n, v in gone.values.items() if n not in unique} | kept.values
            after = replace(kept, values=filled, changed=at, version=kept.version + 1)
            self._put(kept, after)
            self._keep_aliases(object, gone, winner)
            self._repoint(object, loser, winner, at)
            self._relink(loser, winner)
            return after

    def seed(self, record: Record) -> None:
        """A record as it is told, whatever the rules say; in the place of the one of that id. No creation."""
        with self.lock:
            self.definition(record.object)
            self._last_id = max(self._last_id, self._place(record.id))
            before = self._records[record.object].get(record.id)
            self._set(before, record)
            self._done(lambda: self._unset(before, record), "record", {"record": record, "fresh": False})

    def add_field(self, object: str, field: Field) -> None:
        """An administrator adds a field. Refused where there is one of that name."""
        with self.lock:
            fields = self.definition(object).fields
            if field.name in fields:
                raise Refused("FIELD_EXISTS", f"there is a field {field.name} already", field.name)
            fields[field.name] = field
            told = {"object": object, "name": field.name, "said": field.said()}
            self._done(partial(fields.pop, field.name), "field", told)

    def remove_field(self, object: str, name: str, *, values: bool = True) -> None:
        """An administrator takes a field away, with its values unless told otherwise. Refused where there is none."""
        with self.lock:
            fields = self.definition(object).fields
            if name not in fields:
                raise Refused("UNKNOWN_FIELD", f"there is no field {name}", name)
            for record in self.all(object) if values else ():
                if name in record.values:
                    kept = {each: value for each, value in record.values.items() if each != name}
                    self._put(record, replace(record, values=kept, version=record.version + 1))
            gone = fields.pop(name)
            told = {"object": object, "name": name, "said": None}
            self._done(partial(fields.__setitem__, name, gone), "field", told)

    def add_object(self, name: str, fields: Mapping[str, Field]) -> None:
        """An administrator adds an object. Refused where there is one of that name."""
        with self.lock:
            if name in self.schema.objects:
                raise Refused("OBJECT_EXISTS", f"there is an object {name} already")
            self._set_object(name, fields)
            said = {field.name: field.said() for field in fields.values()}
            self._done(partial(self._unset_object, name), "object", {"object": name, "said": said})

    def put(self, kind: str, name: str, value: Any) -> None:
        """An administrator sets something, or takes it away (None): what no record holds. The value is JSON."""
        with self.lock:
            before = self._settings.get(kind, {}).get(name)
            self._set_setting(kind, name, value)
            told = {"kind": kind, "name": name, "value": value}
            self._done(partial(self._set_setting, kind, name, before), "setting", told)

    def hide(self, object: str, id: str, spans: tuple[tuple[float, float], ...]) -> None:
        """Reads do not find the record in these spans of time; a settle time, an index that flickers."""
        with self.lock:
            record = self._live(object, id)
            self._records[object][id] = replace(record, hidden=record.hidden + spans)

    def link(self, kind: str, left: str, right: str, present: bool = True) -> bool:
        """Make or take a link; whether that changed anything."""
        with self.lock:
            if self._links.present(kind, left, right) == present:
                return False
            self._links.set(kind, left, right, present)
            told = {"kind": kind, "left": left, "right": right, "present": present}
            self._done(partial(self._links.set, kind, left, right, not present), "link", told)
            return True

    def restore(self, what: str, told: Mapping[str, Any]) -> None:
        """Take over a change that listeners heard of in an earlier life."""
        if what == "link":
            self._links.set(told["kind"], told["left"], told["right"], told["present"])
        elif what == "setting":
            self._set_setting(told["kind"], told["name"], told["value"])
        elif what == "object":
            name = told["object"]
            self._set_object(name, {each: read_field(each, said, name) for each, said in told["said"].items()})
        elif what == "field":
            self._set_field(told["object"], told["name"], told["said"])
        elif what == "record":
            record = Record(**told["record"] | {"hidden": tuple(map(tuple, told["record"]["hidden"]))})
            self._last_id = max(self._last_id, self._place(record.id))
            self._set(self._records[record.object].get(record.id), record)
        elif what == "alias":
            self._index[(told["object"], told["field"], told["value"])] = told["id"]

    # ------------------------------------------------------------------------------------------------ within

    def _id(self, object: str, number: int) -> str:
        """The id of the record with that number; numbers rise."""
        del object
        return str(number)

    def _place(self, id: str) -> int:
        """The number that an id was made of."""
        return int(id)

    def _live(self, object: str, id: str) -> Record:
        record = self.get(object, id)
        if record is None:
            raise Refused("NOT_FOUND", f"there is no record {id}")
        if record.deleted:
            raise Refused("DELETED", f"{id} was deleted", existing=record.merged_into or "")
        return record

    def _checked(self, definition: Object, values: Values, id: str | None, bent: Bent) -> dict[str, Any]:
        kept = taken(definition, values, bent)
        for name, value in kept.items():
            field = definition.fields[name]
            if field.type == "reference" and value is not None:
                self._parent(field, value)
        self._unique(definition, kept, id)
        return kept

    def _parent(self, field: Field, id: str) -> None:
        found = (self._records[object].get(id) for object in field.reference)
        if not any(parent and not parent.deleted for parent in found):
            raise Refused(
                "PARENT_NOT_FOUND", f"{field.name} names no record of {' or '.join(field.reference)}", field.name
            )
        if id in self.locked:
            raise Refused("UNABLE_TO_LOCK", f"{field.name}: another request holds this record", field.name)

    def _unique(self, definition: Object, values: Values, id: str | None) -> None:
        for name, value in values.items():
            field = definition.fields[name]
            if not field.unique or value is None:
                continue
            holder = self._holder(definition.name, field, value)
            if holder not in (None, id):
                raise Refused("DUPLICATE_VALUE", f"{name} is taken by {holder}", name, str(holder))

    def _holder(self, object: str, field: Field, value: Any) -> str | None:
        id = self._index.get((object, field.name, field.index_key(value)))
        return None if id is None or self._records[object][id].deleted else id

    def _put(self, before: Record | None, after: Record) -> None:
        self._set(before, after)
        self._done(lambda: self._unset(before, after), "record", {"record": after, "fresh": before is None})

    def _set(self, before: Record | None, after: Record) -> None:
        if before is None:
            self._order[after.object].append(after.id)
        else:
            self._unindex(before)
        self._records[after.object][after.id] = after
        if after.merged_into:
            self._twins.setdefault(after.merged_into, {})[after.id] = None
        if not after.deleted:
            for key in self._keys(after):
                self._index[key] = after.id

    def _unset(self, before: Record | None, after: Record) -> None:
        self._unindex(after)
        if after.merged_into and not (before and before.merged_into):
            self._twins[after.merged_into].pop(after.id)
        if before is None:
            del self._records[after.object][after.id]
            self._order[after.object].remove(after.id)
        else:
            self._records[after.object][after.id] = before
            if not before.deleted:
                self._index.update(dict.fromkeys(self._keys(before), before.id))

    def _unindex(self, record: Record) -> None:
        for key in self._keys(record):
            if self._index.get(key) == record.id:
                del self._index[key]

    def _keys(self, record: Record) -> list[tuple[str, str, str]]:
        fields = self.schema.objects[record.object].fields
        return [
            (record.object, name, fields[name].index_key(value))
            for name, value in record.values.items()
            if name in fields and fields[name].unique
        ]

    def _keep_aliases(self, object: str, gone: Record, winner: str) -> None:
        for key in self._keys(gone):
            if self.schema.objects[object].fields[key[1]].aliases:
                self._index[key] = winner
                told = {"object": object, "field": key[1], "value": key[2], "id": winner}
                self._done(partial(self._index.pop, key, None), "alias", told)

    def _repoint(self, object: str, loser: str, winner: str, at: float) -> None:
        for other in self.schema.objects.values():
            pointing = [f.name for f in other.fields.values() if object in f.reference]
            for record in list(self._records[other.name].values()) if pointing else []:
                moved = {name: winner for name in pointing if record.values.get(name) == loser}
                if moved:
                    values = record.values | moved
                    self._put(record, replace(record, values=values, changed=at, version=record.version + 1))

    def _relink(self, loser: str, winner: str) -> None:
        for kind, left, right in self._links.touching(loser):
            moved = [winner if end == loser else end for end in (left, right)]
            self.link(kind, left, right, present=False)
            self.link(kind, moved[0], moved[1], present=moved[0] != moved[1])

    def _set_setting(self, kind: str, name: str, value: Any) -> None:
        values = self._settings.setdefault(kind, {})
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value

    def _set_field(self, object: str, name: str, said: Any) -> None:
        fields = self.definition(object).fields
        if said is None:
            fields.pop(name, None)
        else:
            fields[name] = read_field(name, said, object)

    def _set_object(self, name: str, fields: Mapping[str, Field]) -> None:
        self.schema.objects[name] = Object(name, dict(fields))
        self._records[name], self._order[name] = {}, []

    def _unset_object(self, name: str) -> None:
        for kept in (self.schema.objects, self._records, self._order):
            del kept[name]

    def _done(self, undo: Callable[[], object], what: str, told: Mapping[str, Any]) -> None:
        if self._open is None:
            self._tell(what, told)
        else:
            self._open.append((undo, what, told))

    def _tell(self, what: str, told: Mapping[str, Any]) -> None:
        for listener in self.listeners:
            listener(what, told)
