"""What each run has to bring into the CRM: which records it made, which fields of which it changed."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import TargetField, TargetObject, WriteBatch

CREATED, CHANGED = "create", "update"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS sent (run TEXT, object TEXT, action TEXT, entity TEXT, fields TEXT,"
    " PRIMARY KEY (run, object, action, entity, fields))",
    "CREATE TABLE IF NOT EXISTS fields (object TEXT, place INTEGER, name TEXT, type TEXT, reference TEXT,"
    " about TEXT, PRIMARY KEY (object, name))",
)


@dataclass(frozen=True, slots=True)
class Outbox:
    """A SQLite file beside the records. What a batch brings is written down before its records are: a run that was
    stopped in between brings it all the same, and what was never written is not there to be brought."""

    place: Path

    def keep(self, objects: Sequence[TargetObject]) -> None:
        """Remember the fields of objects, in the order in which they come."""
        with self._open() as store:
            for each in objects:
                known = {name for name, *_ in store.execute("SELECT name FROM fields WHERE object = ?", (each.name,))}
                fresh = [field for field in each.fields if field.name not in known]
                lines = [
                    (each.name, len(known) + at, field.name, field.type, field.reference, field.about)
                    for at, field in enumerate(fresh)
                ]
                store.executemany("INSERT INTO fields VALUES (?, ?, ?, ?, ?, ?)", lines)

    def object(self, name: str) -> TargetObject:
        """An object with the fields that were kept of it."""
        with self._open() as store:
            query = "SELECT name, type, reference, about FROM fields WHERE object = ? ORDER BY place"
            fields = [TargetField(n, t, reference=to, about=about) for n, t, to, about in store.execute(query, (name,))]
        return TargetObject(name, tuple(fields))

    def expect(self, batch: WriteBatch, entities: Sequence[str]) -> None:
        """What a batch brings."""
        fields = json.dumps([name for name in batch.rows.column_names if not name.startswith("__")])
        action = CREATED if batch.action == "create" else CHANGED
        with self._open() as store:
            lines = [(batch.run, batch.object.name, action, entity, fields) for entity in entities]
            store.executemany("INSERT OR IGNORE INTO sent VALUES (?, ?, ?, ?, ?)", lines)

    def objects(self, run: str) -> list[str]:
        """The objects of which a run brings something."""
        with self._open() as store:
            return [name for (name,) in store.execute("SELECT DISTINCT object FROM sent WHERE run = ?", (run,))]

    def brings(self, run: str, object: str, action: str) -> dict[str, tuple[str, ...]]:
        """Entity -> fields that a run brings of it, in the order in which the batches came."""
        found: dict[str, tuple[str, ...]] = {}
        known: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}  # many entities share few lists
        query = "SELECT entity, fields FROM sent WHERE run = ? AND object = ? AND action = ? ORDER BY rowid"
        with self._open() as store:
            for entity, text in store.execute(query, (run, object, action)):
                before = found.get(entity, ())
                joined = known.setdefault(before, {})
                if text not in joined:
                    joined[text] = tuple(dict.fromkeys([*before, *json.loads(text)]))
                found[entity] = joined[text]
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.place, timeout=30)) as store, store:
            store.execute("PRAGMA synchronous = FULL")
            for statement in _TABLES:
                store.execute(statement)
            yield store
