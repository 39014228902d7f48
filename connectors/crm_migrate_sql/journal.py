"""Our tables in the target: which database this is, which batches are committed in it, and which source records
every entity stands for, so that who comes with another ledger, or none, finds what was loaded."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from crm_migrate.connecting.contract import WriteBatch
from crm_migrate.errors import TargetConflict
from crm_migrate.quoting import literal
from crm_migrate_sql.tables import Dialect

BATCHES, IDENTITY, MEMBERS = "_crm_migrate_batch", "_crm_migrate_target", "_crm_migrate_member"


class Session(Protocol):
    """What the journal needs of a connection: statements with `%s` places, and their rows."""

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, if it has any."""
        ...


def statements(dialect: Dialect) -> dict[str, str]:
    """The statements that make our tables, by name."""
    batches, identity, members = (dialect.place(name) for name in (BATCHES, IDENTITY, MEMBERS))
    return {
        BATCHES: f"CREATE TABLE {batches} (project TEXT NOT NULL, run TEXT NOT NULL, batch TEXT NOT NULL, "
        "object TEXT NOT NULL, action TEXT NOT NULL, digest TEXT NOT NULL, counts TEXT, rejected TEXT, "
        "committed TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (project, run, batch))",
        IDENTITY: f"CREATE TABLE {identity} (id TEXT PRIMARY KEY, since TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
        MEMBERS: f"CREATE TABLE {members} (project TEXT NOT NULL, object TEXT NOT NULL, member TEXT NOT NULL, "
        "entity TEXT NOT NULL, PRIMARY KEY (project, object, member))",
    }


def name_target(session: Session, dialect: Dialect) -> None:
    """Give the database an identity of its own, once: a copy that is made anew is another target."""
    table = dialect.place(IDENTITY)
    if not session.run(f"SELECT id FROM {table}"):
        session.run(f"INSERT INTO {table} (id) VALUES (%s)", (uuid.uuid4().hex,))


def named(session: Session, dialect: Dialect) -> str | None:
    """The identity that the database was given, smallest where a restore left two."""
    rows = session.run(f"SELECT id FROM {dialect.place(IDENTITY)} ORDER BY id LIMIT 1")
    return str(rows[0][0]) if rows else None


def replayed(session: Session, dialect: Dialect, batch: WriteBatch) -> dict[str, str] | None:
    """Who of a batch that was committed before was refused, and the words.

    TargetConflict when it was committed with other rows.
    """
    query = f"SELECT digest, rejected FROM {dialect.place(BATCHES)} WHERE project = %s AND run = %s AND batch = %s"
    rows = session.run(query, (batch.project, batch.run, batch.batch))
    if not rows:
        return None
    if rows[0][0] != batch.digest:
        raise TargetConflict(
            f"the target's journal has batch {batch.batch} of run {batch.run} with other rows than ours",
            hint="this run was continued elsewhere: start a new one with crm-migrate run",
        )
    return dict(json.loads(rows[0][1] or "{}"))


def claim(session: Session, dialect: Dialect, batch: WriteBatch) -> None:
    """Enter the batch first: a late commit of the same batch now waits for us, or fails us, but never doubles."""
    table = dialect.place(BATCHES)
    columns = "project, run, batch, object, action, digest"
    values = (batch.project, batch.run, batch.batch, batch.object.name, batch.action, batch.digest)
    session.run(f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", values)


def complete(session: Session, dialect: Dialect, batch: WriteBatch, rejected: Mapping[str, str]) -> None:
    """Enter what became of it, in the same transaction as the rows."""
    counts = {"rows": batch.rows.num_rows, "loaded": batch.rows.num_rows - len(rejected), "rejected": len(rejected)}
    table = dialect.place(BATCHES)
    session.run(
        f"UPDATE {table} SET counts = %s, rejected = %s WHERE project = %s AND run = %s AND batch = %s",
        (json.dumps(counts), json.dumps(dict(rejected), sort_keys=True), batch.project, batch.run, batch.batch),
    )


def committed(session: Session, dialect: Dialect, project: str, run: str) -> dict[str, str]:
    """Batch name -> digest of a run."""
    query = f"SELECT batch, digest FROM {dialect.place(BATCHES)} WHERE project = %s AND run = %s"
    return {str(batch): str(digest) for batch, digest in session.run(query, (project, run))}


def claiming(dialect: Dialect) -> str:
    """The statement that keeps one member of an entity (project, object, member, entity); the later word holds."""
    return (
        f"INSERT INTO {dialect.place(MEMBERS)} (project, object, member, entity) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (project, object, member) DO UPDATE SET entity = excluded.entity"
    )


def claimed(dialect: Dialect, object_name: str) -> str:
    """The query of all members of an object: project, member, entity."""
    return f"SELECT project, member, entity FROM {dialect.place(MEMBERS)} WHERE object = {literal(object_name)}"
