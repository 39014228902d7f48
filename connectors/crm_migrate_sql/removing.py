"""Taking records away that a load made: only while they carry our key, and never with others that refer to them.

A database may delete or empty what refers to a record (ON DELETE CASCADE, SET NULL) without a word: so it is asked who
refers to it before, whatever its rule would be.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate_sql.bisecting import NO_RECORD, isolate
from crm_migrate_sql.journal import Session
from crm_migrate_sql.tables import Column, Dialect, Table


class Backend(Protocol):
    """What is asked of a database."""

    dialect: Dialect

    def attempt(self, session: Any) -> AbstractContextManager[None]:
        """A savepoint; Refused where rows are refused."""
        ...

    def canonical(self, column: Column) -> str:
        """The expression that gives a column as canonical text."""
        ...


PORTION = 5_000  # ids in one statement
STAYED = "the database deleted the record and still has it: a trigger kept it"


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: the table that has it (`place` as it is written in SQL), and its columns beside those that they
    hold; none for the primary key."""

    table: str
    place: str
    columns: tuple[tuple[str, str | None], ...]

    @property
    def title(self) -> str:
        """In words for people: `notes.person`."""
        return f"{self.table}.{', '.join(column for column, _ in self.columns)}"


def references(session: Session, dialect: Dialect, table: Table) -> list[Reference]:
    """The foreign keys of the database that refer to a table."""
    named = dialect.place(table.name) if dialect.name == "postgresql" else table.name
    found: dict[tuple[str, str, str], list[tuple[str, str | None]]] = {}
    for name, place, constraint, column, to in session.run(_REFERENCES[dialect.name], (named,)):
        found.setdefault((name, place or dialect.place(name), str(constraint)), []).append((column, to))
    return [Reference(name, place, tuple(columns)) for (name, place, _), columns in sorted(found.items())]


_REFERENCES = {
    "sqlite": 'SELECT m.name, NULL, f.id, f."from", f."to" FROM sqlite_master m, pragma_foreign_key_list(m.name) f '
    "WHERE m.type = 'table' AND lower(f.\"table\") = lower(%s) ORDER BY f.seq",
    "postgresql": "SELECT r.relname, c.conrelid::regclass::text, c.conname, a.attname, b.attname "
    "FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid, unnest(c.conkey, c.confkey) AS k(own, other) "
    "JOIN pg_attribute a ON TRUE JOIN pg_attribute b ON TRUE "
    "WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND a.attrelid = c.conrelid AND a.attnum = k.own "
    "AND b.attrelid = c.confrelid AND b.attnum = k.other",
    "mariadb": "SELECT table_name, NULL, constraint_name, column_name, referenced_column_name "
    "FROM information_schema.key_column_usage WHERE table_schema = DATABASE() "
    "AND referenced_table_schema = DATABASE() AND referenced_table_name = %s ORDER BY ordinal_position",
}


def referring(backend: Backend, table: Table, reference: Reference, chosen: str = "TRUE") -> str:
    """The query of the ids of a table, of those that are `chosen`, that a foreign key refers to."""
    quote = backend.dialect.quote
    own, to = zip(*((f"r.{quote(own)}", f"t.{quote(to or table.key)}") for own, to in reference.columns), strict=True)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in own)
    those = f"(SELECT {', '.join(own)} FROM {reference.place} r WHERE {filled})"  # no index is asked for
    return (
        f"SELECT {backend.canonical(_id(table))} FROM {backend.dialect.place(table.name)} t "
        f"WHERE {chosen} AND ({', '.join(to)}) IN {those}"
    )


def remove(
    session: Session, backend: Backend, table: Table, key: str, rows: pa.Table
) -> tuple[list[str], dict[str, str]]:
    """Delete rows (`__entity`, `__target_id`): who was not there any more, and who was not deleted and why."""
    entities = rows[ENTITY].to_pylist()
    ids: dict[str, str] = dict(zip(entities, rows[TARGET_ID].to_pylist(), strict=True))
    there = keys(session, backend, table, key, list(ids.values()), lock=True)
    gone = [entity for entity, id in ids.items() if id not in there]
    refused = {e: NO_RECORD for e, id in ids.items() if id in there and there[id] != e}
    refused |= _referred(session, backend, table, {id: e for e, id in ids.items() if there.get(id) == e})
    left = {*gone, *refused}
    wanted = rows.filter(pa.array([entity not in left for entity in entities]))

    def delete(part: pa.Table) -> None:
        with backend.attempt(session):
            for some in _portions(part[ENTITY].to_pylist()):
                chosen = backend.dialect.chosen(_id(table), [ids[entity] for entity in some])
                session.run(f"DELETE FROM {backend.dialect.place(table.name)} WHERE {chosen}")

    refused |= isolate(wanted, delete)
    still = keys(session, backend, table, key, wanted[TARGET_ID].to_pylist())
    return gone, {**{entity: STAYED for entity, id in ids.items() if id in still}, **refused}


def _referred(session: Session, backend: Backend, table: Table, entities: Mapping[str, str]) -> dict[str, str]:
    """Entity -> who refers to it, of the records with these ids (id -> entity)."""
    found = dict[str, list[str]]()
    for reference in references(session, backend.dialect, table):
        for some in _portions(list(entities)):
            query = referring(backend, table, reference, backend.dialect.chosen(_id(table), some))
            for (id,) in session.run(query):
                found.setdefault(entities[str(id)], []).append(reference.title)
    return {entity: f"records refer to it by {', '.join(by)}" for entity, by in found.items()}


def keys(
    session: Session, backend: Backend, table: Table, key: str, ids: Sequence[str], *, lock: bool = False
) -> dict[str, str | None]:
    """Id -> our key of the records with these ids that are there; with `lock` nobody changes them until we are done."""
    quote, found = backend.dialect.quote, dict[str, str | None]()
    query = f"SELECT {backend.canonical(_id(table))}, {quote(key)} FROM {backend.dialect.place(table.name)}"
    for some in _portions(ids):
        chosen = backend.dialect.chosen(_id(table), some)
        locked = " FOR UPDATE" if lock and backend.dialect.name != "sqlite" else ""  # whose writer is alone
        found.update((str(id), own) for id, own in session.run(f"{query} WHERE {chosen}{locked}"))
    return found


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def _id(table: Table) -> Column:
    column = table.column(table.key)
    assert column is not None
    return column
