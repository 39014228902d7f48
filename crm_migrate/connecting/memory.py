"""A CRM in memory: the smallest target that keeps the contract, and a witness of every record that it made.

It stands for a CRM behind an API: no journal, an answer per record, our key in a field of its own. `Store` outlives a
connection, so that one who lost an answer can come back and ask.
"""

import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

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
from crm_migrate.connecting.taking_back import told
from crm_migrate.errors import TargetError

Record = dict[str, str | None]


@dataclass
class Store:
    """What the CRM holds: records by object and id. `made` are object and key of every creation, in order."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    objects: dict[str, TargetObject] = field(default_factory=dict)
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    made: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)


class MemoryTarget:
    """One connection to a store. `unique` says that the CRM itself refuses a second record with a key of ours."""

    def __init__(self, store: Store, limits: Limits | None = None, *, unique: bool = True) -> None:
        self.store, self._limits, self._unique = store, limits or Limits(rows=200), unique

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all alike
        """The limits that it was given."""
        return self._limits

    def identity(self) -> str:
        """The name of the store."""
        return f"memory-{self.store.name}"

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The objects that were prepared."""
        found = tuple(self.store.objects[name] for name in dict.fromkeys(objects) if name in self.store.objects)
        return TargetSchema(found, prepared=bool(self.store.objects))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Make objects and fields."""
        missing = []
        for wanted in objects:
            there = self.store.objects.get(wanted.name)
            fields = [each for each in wanted.fields if there is None or there.field(each.name) is None]
            if there is None or fields:
                missing.append(f"make {wanted.name}: {', '.join(each.name for each in fields)}")
            if apply and (there is None or fields):
                self.store.objects[wanted.name] = replace(wanted, fields=(*(there.fields if there else ()), *fields))
                self.store.records.setdefault(wanted.name, {})
        return tuple(missing)

    def write(self, batch: WriteBatch) -> Answer:
        """Each record by itself."""
        return self._each(batch, self._create if batch.action == "create" else self._update)

    def _each(self, batch: WriteBatch, do: Callable[[WriteBatch, Record], str | Refusal]) -> Answer:
        loaded: dict[str, str] = {}
        refused: dict[str, Refusal] = {}
        with self.store.lock:
            for row in batch.rows.to_pylist():
                said = do(batch, row)
                if isinstance(said, Refusal):
                    refused[row[ENTITY]] = said
                else:
                    loaded[row[ENTITY]] = said
        return Answer(loaded, refused)

    def _create(self, batch: WriteBatch, row: Record) -> str | Refusal:
        records, key = self._records(batch.object), str(row[ENTITY])
        wrong = _wrong(batch.object, row, complete=True)
        if wrong is not None:
            return wrong
        if self._unique and any(record[ENTITY] == key for record in records.values()):
            return Refusal("another record has this key", "duplicate")
        self.store.made.append((batch.object.name, key))
        id = f"{batch.object.name}-{len(self.store.made)}"
        records[id] = dict(row)
        return id

    def _update(self, batch: WriteBatch, row: Record) -> str | Refusal:
        records, key = self._records(batch.object), row[ENTITY]
        by_id = row.get(TARGET_ID)
        found = [id for id, each in records.items() if (id == by_id if by_id else each[ENTITY] == key)]
        if not found or records[found[0]][ENTITY] not in (None, key):
            return Refusal("no such record, or it carries another key", "not_found")
        wrong = _wrong(batch.object, row, complete=False)
        if wrong is not None:
            return wrong
        records[found[0]].update({name: cell for name, cell in row.items() if name != TARGET_ID})
        return found[0]

    def remove(self, batch: WriteBatch) -> Answer:
        """Each record by itself."""
        with self.store.lock:
            there = self._records(batch.object).keys()
            gone = frozenset(row[ENTITY] for row in batch.rows.to_pylist() if row[TARGET_ID] not in there)
            return replace(self._each(batch, self._remove), gone=gone)

    def _remove(self, batch: WriteBatch, row: Record) -> str | Refusal:
        records, id = self._records(batch.object), str(row[TARGET_ID])
        if id not in records:
            return id
        if records[id][ENTITY] != row[ENTITY]:
            return Refusal("it carries another key", "not_found")
        for parent, object, name in self._references(batch.object):
            if parent == id:
                return Refusal(f"a record of {object} refers to it", "referred", name)
        del records[id]
        return id

    def release(self, batch: WriteBatch) -> Answer:
        """Each record by itself."""
        return self._each(batch, self._release)

    def _release(self, batch: WriteBatch, row: Record) -> str | Refusal:
        said = self._update(batch, row)
        if isinstance(said, str):
            self._records(batch.object)[said][ENTITY] = None
        return said

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the reference fields of all objects that were prepared."""
        with self.store.lock:
            found = told(self._references(object), known)
        yield found

    def _references(self, object: TargetObject) -> Iterator[tuple[str, str, str]]:
        """Whom records name as their parent of this object: its id, by which object and field."""
        for other in self.store.objects.values():
            for each in other.fields:
                if each.reference == object.name:
                    rows = self.store.records[other.name].values()
                    yield from ((str(row[each.name]), other.name, each.name) for row in rows if row.get(each.name))

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """The records in the order in which they were made."""
        wanted, names = frozenset(values), [each.name for each in object.fields]
        with self.store.lock:
            rows = [
                {"target_id": id, ENTITY: record[ENTITY], **{name: record.get(name) for name in names}}
                for id, record in self._records(object).items()
                if by == "all" or (id if by == "id" else record[ENTITY]) in wanted
            ]
        columns = ("target_id", ENTITY, *names)
        for start in range(0, len(rows), self._limits.rows):
            page = rows[start : start + self._limits.rows]
            yield pa.table({name: pa.array([row[name] for row in page], pa.string()) for name in columns})

    def _records(self, object: TargetObject) -> dict[str, Record]:
        if object.name not in self.store.records:
            raise TargetError(f"the target has no {object.name}", hint="crm-migrate target prepare")
        return self.store.records[object.name]

    def close(self) -> None:
        """The store stays."""


def _wrong(object: TargetObject, row: Record, *, complete: bool) -> Refusal | None:
    """The first rule of the object that a record breaks."""
    for each in object.fields:
        cell = row.get(each.name)
        if each.required and cell is None and (complete or each.name in row):
            return Refusal("a value is required", "required", each.name)
        if each.length is not None and cell is not None and len(cell) > each.length:
            return Refusal(f"longer than {each.length} characters", "too_long", each.name)
    return None
