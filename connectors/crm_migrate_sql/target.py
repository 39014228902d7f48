"""A CRM in a SQL database: our own schema in SQLite, PostgreSQL or MariaDB, or tables that are there already.

Batch and journal row are one transaction, so a batch is loaded exactly once whatever happens between us and the
database. Inserts and updates are separate statements by our key.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

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
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql import journal, removing
from crm_migrate_sql.addresses import masked, read_address, require_psycopg, require_pymysql
from crm_migrate_sql.bisecting import isolate
from crm_migrate_sql.preparing import changes, refuse_names, refuse_one_name_in_two_cases, refuse_wide, refuse_wide_rows
from crm_migrate_sql.rights import check_rights
from crm_migrate_sql.sqlite import Sqlite
from crm_migrate_sql.tables import Column, Table, described, reflect

if TYPE_CHECKING:
    from crm_migrate_sql.mariadb import Mariadb
    from crm_migrate_sql.postgresql import Postgres

LOOKUP_KEYS = 5_000
SWALLOWED = "the database took the record and does not have it: a trigger dropped it, or somebody deleted it since"
OURS = (journal.BATCHES, journal.IDENTITY, journal.MEMBERS)


def connect_backend(options: Mapping[str, Any], folder: Path | None = None) -> "Mariadb | Postgres | Sqlite":
    """The database that an environment's options name (`url`, for PostgreSQL also `schema`)."""
    if "url" not in options:
        raise UsageError("a SQL target needs a url", hint="url: sqlite:///crm.db, or url: env:CRM_DATABASE")
    url = read_address(str(options["url"]), "the SQL target", folder)
    if url.get_backend_name() == "sqlite":
        if "schema" in options:
            raise UsageError("SQLite has no schemas", hint="leave `schema:` out of the environment")
        return Sqlite(url)
    if url.get_backend_name() == "mariadb":
        require_pymysql()
        from crm_migrate_sql.mariadb import Mariadb

        return Mariadb(url, options.get("schema"))
    require_psycopg()
    from crm_migrate_sql.postgresql import Postgres

    return Postgres(url, options.get("schema"))


class SqlTarget:
    """Writes a SQLite, PostgreSQL or MariaDB database."""

    def __init__(self, options: Mapping[str, Any], folder: Path | None = None) -> None:
        self._backend = connect_backend(options, folder)
        self._dialect = self._backend.dialect
        self._tables: dict[str, Table] = {}

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- one transaction is like another
        """One transaction at a time, which holds the batch and its line in our journal."""
        return Limits(rows=self._backend.batch_rows)

    def identity(self) -> str:
        """The name that `prepare` gave this database; before that, a name that no prepared database has."""
        if name := self._name():
            return f"sql-{name}"
        url = self._backend.engine.url
        place = f"{url.get_backend_name()}|{url.host}|{url.port}|{url.database}|{self._dialect.schema}"
        return f"sql-unprepared-{hashlib.sha256(place.encode()).hexdigest()[:16]}"

    def _name(self) -> str | None:
        if not self._exists(journal.IDENTITY):
            return None
        with self._backend.reading() as session:
            return journal.named(session, self._dialect)

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named tables that are there and have a key of one column, as they are now."""
        if not self._there():
            return TargetSchema((), prepared=False)
        with self._told():
            there = set(sa.inspect(self._backend.engine).get_table_names(schema=self._dialect.schema))
        tables = [table for name in dict.fromkeys(objects) if name in there and (table := self._try_reflect(name))]
        return TargetSchema(tuple(described(t, "crm_migrate_id") for t in tables), prepared=set(OURS) <= there)

    def _try_reflect(self, name: str) -> Table | None:
        try:
            return self._reflect(name)
        except TargetError:
            return None  # no table that records can be loaded into

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Create (or with `apply=False` only name) tables, columns, our key, our journal."""
        refuse_names(self._dialect, objects)
        found = {o.name: t for o in objects if (t := self._reflect(o.name))} if self._there() else {}
        refuse_one_name_in_two_cases(self._dialect, objects, found)
        refuse_wide(self._dialect, objects, found)
        wanted = changes(self._dialect, objects, found)
        ours = {name: s for name, s in journal.statements(self._dialect).items() if not self._exists(name)}
        refuse_wide_rows(self._dialect, objects, found)
        self._check_rights(found, objects, makes=bool(ours) or len(found) < len(objects))
        nameless = not ours and self._name() is None  # where making tables was stopped before its end
        if apply and (wanted or ours or nameless):
            with self._backend.writing() as session:
                if self._dialect.schema:
                    session.run(f"CREATE SCHEMA IF NOT EXISTS {self._dialect.quote(self._dialect.schema)}")
                for statement in [*ours.values(), *(change.statement for change in wanted)]:
                    session.run(statement)
                journal.name_target(session, self._dialect)
            self._tables.clear()
        named = ["give the database a name of its own"] if nameless else []
        return (*(f"create our table {name}" for name in ours), *named, *(change.title for change in wanted))

    def _check_rights(self, found: Mapping[str, Table], objects: Sequence[TargetObject], *, makes: bool) -> None:
        """A file has none but its mode, which its first write tells."""
        if isinstance(self._backend, Sqlite):
            return
        if self._dialect.name == "mariadb":
            self._backend.check([*found, *OURS], [o.name for o in objects])  # type: ignore[union-attr]
            return
        changed = [o.name for o in objects if o.name in found and changes(self._dialect, [o], found)]
        journals = [name for name in OURS if self._exists(name)]
        with self._backend.reading() as session:
            check_rights(session, self._dialect, [*found, *journals], changed, makes=makes)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of the target's ids."""
        table = self._table(object)
        key, id = table.column(object.key_field), _key_column(table)
        columns = [column for field in object.fields if (column := table.column(field.name))]
        texts = [self._backend.canonical(column) for column in columns]
        listed = ", ".join([self._backend.canonical(id), self._dialect.quote(key.name) if key else "NULL", *texts])
        query = f"SELECT {listed} FROM {self._dialect.place(table.name)} t"
        order = f" ORDER BY t.{self._dialect.quote(table.key)}"
        for condition in self._portions(by, key, id, values):
            yield from self._backend.rows(
                f"{query}{condition}{order}", ["target_id", ENTITY, *(column.name for column in columns)]
            )

    def _portions(self, by: By, key: Column | None, id: Column, values: Sequence[str]) -> Iterator[str]:
        """The conditions of the queries that find all records with one of these values."""
        if by == "all":
            yield ""
            return
        column = id if by == "id" else key
        if column is not None:
            for start in range(0, len(values), LOOKUP_KEYS):
                yield f" WHERE {self._dialect.chosen(column, values[start : start + LOOKUP_KEYS])}"

    def write(self, batch: WriteBatch) -> Answer:
        """Write one batch and its journal row in one transaction; a batch that is committed already is not sent."""
        table, key = self._table(batch.object), batch.object.key_field
        send: Callable[..., None] = self._backend.insert if batch.action == "create" else self._backend.update
        with self._backend.writing() as session:
            refused = journal.replayed(session, self._dialect, batch)
            replayed = refused is not None
            if refused is None:
                journal.claim(session, self._dialect, batch)
                refused = isolate(batch.rows, lambda rows: send(session, table, key, rows))
                journal.complete(session, self._dialect, batch, refused)
            loaded = self._ids(session, table, key, batch, refused)
        gone = [entity for entity in batch.rows[ENTITY].to_pylist() if entity not in loaded and entity not in refused]
        words = {**dict.fromkeys(gone, SWALLOWED), **refused}
        return Answer(loaded, {entity: Refusal(said) for entity, said in words.items()}, replayed=replayed)

    def _ids(
        self, session: Any, table: Table, key: str, batch: WriteBatch, refused: Mapping[str, str]
    ) -> dict[str, str]:
        """Entity -> target id of the rows that were taken and are there."""
        entities = [entity for entity in batch.rows[ENTITY].to_pylist() if entity not in refused]
        columns = f"{self._dialect.quote(key)}, {self._backend.canonical(_key_column(table))}"
        ours = table.column(key)
        assert ours is not None
        found: dict[str, str] = {}
        for start in range(0, len(entities), LOOKUP_KEYS):
            chosen = self._dialect.chosen(ours, entities[start : start + LOOKUP_KEYS])
            found.update(session.run(f"SELECT {columns} FROM {self._dialect.place(table.name)} WHERE {chosen}"))
        return found

    def remove(self, batch: WriteBatch) -> Answer:
        """Delete one batch, with its journal row, in one transaction."""
        table, key = self._table(batch.object), batch.object.key_field
        with self._backend.writing() as session:
            refused = journal.replayed(session, self._dialect, batch)
            replayed = refused is not None
            if refused is None:
                journal.claim(session, self._dialect, batch)
                gone, refused = removing.remove(session, self._backend, table, key, batch.rows)
                journal.complete(session, self._dialect, batch, refused, gone)
            else:
                gone = journal.gone(session, self._dialect, batch)
        return _by_id(batch, refused, gone=frozenset(gone), replayed=replayed)

    def release(self, batch: WriteBatch) -> Answer:
        """Change one batch and empty our key, with its journal row, in one transaction."""
        table, key = self._table(batch.object), batch.object.key_field
        send: Callable[..., None] = partial(self._backend.update, release=True)
        with self._backend.writing() as session:
            refused = journal.replayed(session, self._dialect, batch)
            replayed = refused is not None
            if refused is None:
                journal.claim(session, self._dialect, batch)
                refused = isolate(batch.rows, lambda rows: send(session, table, key, rows))
                journal.complete(session, self._dialect, batch, refused)
        return _by_id(batch, refused, replayed=replayed)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the foreign keys of the database."""
        table = self._table(object)
        with self._backend.reading() as session:
            found = removing.references(session, self._dialect, table)
        for each in found:
            field = each.columns[0][0]
            if len(each.columns) > 1 or (each.table, field) not in known:
                for ids in self._backend.rows(removing.referring(self._backend, table, each), ["target_id"]):
                    said = (("object", each.table), ("field", field))
                    yield pa.table({"target_id": ids["target_id"]} | {n: [text] * len(ids) for n, text in said})

    def committed(self, project: str, run: str) -> Mapping[str, str]:
        """Batch name -> digest of the batches of a run, from the journal in the target."""
        if not self._exists(journal.BATCHES):
            return {}
        with self._backend.reading() as session:
            return journal.committed(session, self._dialect, project, run)

    def claims(self, object: TargetObject) -> Iterator[pa.Table]:
        """`project`, `member`, `__entity` of the source records that were loaded into an object."""
        if self._exists(journal.MEMBERS):
            query = journal.claimed(self._dialect, object.name)
            yield from self._backend.rows(query, ["project", "member", ENTITY])

    def claim(self, object: TargetObject, project: str, members: pa.Table) -> None:
        """Keep the members of entities, in one transaction."""
        kept = dict(zip(members["member"].to_pylist(), members[ENTITY].to_pylist(), strict=True))
        with self._backend.writing() as session:
            journal.keep(session, self._dialect, project, object.name, kept)

    def close(self) -> None:
        """Give back connections."""
        self._backend.close()

    def _there(self) -> bool:
        """Looking must not create a file."""
        return not isinstance(self._backend, Sqlite) or self._backend.path.exists()

    def _exists(self, name: str) -> bool:
        if not self._there():
            return False
        with self._told():
            return sa.inspect(self._backend.engine).has_table(name, schema=self._dialect.schema)

    def _reflect(self, name: str) -> Table | None:
        with self._told():
            return reflect(self._backend.engine, self._dialect.schema, name)

    def _table(self, object: TargetObject) -> Table:
        if object.name not in self._tables:
            table = self._reflect(object.name) if self._there() else None
            if table is None:
                raise TargetError(f"the target has no table {object.name}", hint="crm-migrate target prepare")
            self._tables[object.name] = table
        return self._tables[object.name]

    def _told(self) -> "_Told":
        return _Told(self._backend.engine.url)


def _by_id(batch: WriteBatch, refused: Mapping[str, str], **more: Any) -> Answer:
    """The answer about records that were named by their ids."""
    ids = dict(zip(batch.rows[ENTITY].to_pylist(), batch.rows[TARGET_ID].to_pylist(), strict=True))
    taken = {entity: id for entity, id in ids.items() if entity not in refused}
    return Answer(taken, {entity: Refusal(said) for entity, said in refused.items()}, **more)


class _Told:
    """SQLAlchemy's and its driver's errors as ours, without address or password."""

    def __init__(self, url: sa.URL) -> None:
        self._url = url

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sa.exc.DBAPIError):
            words = str(error.orig).splitlines()[0] if error.orig else "no answer"
            raise TargetError(
                f"the database cannot be read: {masked(words, self._url)}", hint="see to the database; then resume"
            ) from error


def _key_column(table: Table) -> Column:
    column = table.column(table.key)
    assert column is not None
    return column
