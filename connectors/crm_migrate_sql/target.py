"""A CRM in a SQL database: our own schema in SQLite or PostgreSQL, or tables that are there already.

Batch and journal row are one transaction, so a batch is loaded exactly once whatever happens between us and the
database. Inserts and updates are separate statements by our key.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from crm_migrate.connecting.contract import (
    ENTITY,
    Capabilities,
    TargetObject,
    TargetSchema,
    WriteBatch,
    WriteResult,
)
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql import journal
from crm_migrate_sql.addresses import masked, read_address, require_psycopg
from crm_migrate_sql.bisecting import isolate
from crm_migrate_sql.preparing import changes, refuse_long_names
from crm_migrate_sql.rights import check_rights
from crm_migrate_sql.sqlite import Sqlite
from crm_migrate_sql.tables import Table, described, reflect

if TYPE_CHECKING:
    from crm_migrate_sql.postgresql import Postgres

LOOKUP_KEYS = 5_000
OURS = (journal.BATCHES, journal.IDENTITY, journal.MEMBERS)


def connect_backend(options: Mapping[str, Any], folder: Path | None = None) -> "Postgres | Sqlite":
    """The database that an environment's options name (`url`, for PostgreSQL also `schema`)."""
    if "url" not in options:
        raise UsageError("a SQL target needs a url", hint="url: sqlite:///crm.db, or url: env:CRM_DATABASE")
    url = read_address(str(options["url"]), "the SQL target", folder)
    if url.get_backend_name() == "sqlite":
        if "schema" in options:
            raise UsageError("SQLite has no schemas", hint="leave `schema:` out of the environment")
        return Sqlite(url)
    require_psycopg()
    from crm_migrate_sql.postgresql import Postgres

    return Postgres(url, options.get("schema"))


class SqlTarget:
    """Writes a SQLite or PostgreSQL database."""

    def __init__(self, options: Mapping[str, Any], folder: Path | None = None) -> None:
        self._backend = connect_backend(options, folder)
        self._dialect = self._backend.dialect
        self._tables: dict[str, Table] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Atomic batches with a journal in the same transaction."""
        return Capabilities(batch_rows=self._backend.batch_rows, same_transaction_journal=True)

    def identity(self) -> str:
        """The name that `prepare` gave this database; before that, a name that no prepared database has."""
        if self._exists(journal.IDENTITY):
            with self._backend.reading() as session:
                name = journal.named(session, self._dialect)
                if name:
                    return f"sql-{name}"
        url = self._backend.engine.url
        place = f"{url.get_backend_name()}|{url.host}|{url.port}|{url.database}|{self._dialect.schema}"
        return f"sql-unprepared-{hashlib.sha256(place.encode()).hexdigest()[:16]}"

    def describe(self) -> TargetSchema:
        """All tables with a key of one column, as they are now."""
        if not self._there():
            return TargetSchema((), prepared=False)
        with self._told():
            names = sa.inspect(self._backend.engine).get_table_names(schema=self._dialect.schema)
        tables = [table for name in sorted(set(names) - set(OURS)) if (table := self._try_reflect(name))]
        return TargetSchema(tuple(described(t, "crm_migrate_id") for t in tables), prepared=set(OURS) <= set(names))

    def _try_reflect(self, name: str) -> Table | None:
        try:
            return self._reflect(name)
        except TargetError:
            return None  # no table that records can be loaded into

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Create (or with `apply=False` only name) tables, columns, our key, our journal."""
        refuse_long_names(self._dialect, objects)
        found = {o.name: t for o in objects if (t := self._reflect(o.name))} if self._there() else {}
        wanted = changes(self._dialect, objects, found)
        ours = {name: s for name, s in journal.statements(self._dialect).items() if not self._exists(name)}
        self._check_rights(found, objects, makes=bool(ours) or len(found) < len(objects))
        if apply and (wanted or ours):
            with self._backend.writing() as session:
                if self._dialect.schema:
                    session.run(f"CREATE SCHEMA IF NOT EXISTS {self._dialect.quote(self._dialect.schema)}")
                for statement in [*ours.values(), *(change.statement for change in wanted)]:
                    session.run(statement)
                journal.name_target(session, self._dialect)
            self._tables.clear()
        return (*(f"create our table {name}" for name in ours), *(change.title for change in wanted))

    def _check_rights(self, found: Mapping[str, Table], objects: Sequence[TargetObject], *, makes: bool) -> None:
        """A file has none but its mode, which its first write tells."""
        if isinstance(self._backend, Sqlite):
            return
        changed = [o.name for o in objects if o.name in found and changes(self._dialect, [o], found)]
        journals = [name for name in OURS if self._exists(name)]
        with self._backend.reading() as session:
            check_rights(session, self._dialect, [*found, *journals], changed, makes=makes)

    def lookup(self, object: TargetObject, keys: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """`__entity`, `target_id` of the records that carry our key."""
        table = self._table(object)
        quote = self._dialect.quote
        key, id = quote(object.key_field), self._backend.canonical(_key_column(table))
        query = f"SELECT {key}, {id} FROM {self._dialect.place(table.name)} WHERE {key} IS NOT NULL"
        portions = [None] if keys is None else [keys[i : i + LOOKUP_KEYS] for i in range(0, len(keys), LOOKUP_KEYS)]
        for portion in portions:
            chosen = f" AND {self._backend.chosen(object.key_field, portion)}" if portion is not None else ""
            yield from self._backend.rows(f"{query}{chosen}", [ENTITY, "target_id"])

    def read_back(self, object: TargetObject) -> Iterator[pa.Table]:
        """All records as they are now, in the order of the target's ids."""
        table = self._table(object)
        key = table.column(object.key_field)
        columns = [column for field in object.fields if (column := table.column(field.name))]
        texts = [self._backend.canonical(column) for column in columns]
        ours = self._dialect.quote(key.name) if key else "NULL"
        listed = ", ".join([self._backend.canonical(_key_column(table)), ours, *texts])
        query = f"SELECT {listed} FROM {self._dialect.place(table.name)} t ORDER BY t.{self._dialect.quote(table.key)}"
        yield from self._backend.rows(query, ["target_id", ENTITY, *(column.name for column in columns)])

    def write(self, batch: WriteBatch) -> WriteResult:
        """Write one batch and its journal row in one transaction; a batch that is committed already is not sent."""
        table = self._table(batch.object)
        key = batch.object.key_field
        send: Callable[..., None] = self._backend.insert if batch.action == "create" else self._backend.update
        with self._backend.writing() as session:
            earlier = journal.replayed(session, self._dialect, batch)
            if earlier is not None:
                return earlier
            journal.claim(session, self._dialect, batch)
            rejected = isolate(batch.rows, lambda rows: send(session, table, key, rows))
            journal.complete(session, self._dialect, batch, rejected)
        return WriteResult(rejected=rejected)

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
        rows = zip(members["member"].to_pylist(), members[ENTITY].to_pylist(), strict=True)
        with self._backend.writing() as session:
            session.run_many(
                journal.claiming(self._dialect), [(project, object.name, member, entity) for member, entity in rows]
            )

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


def _key_column(table: Table) -> Any:
    column = table.column(table.key)
    assert column is not None
    return column
