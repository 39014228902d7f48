"""Our tables in the target: which database this is, which batches are committed in it, and which source records
every entity stands for, so that who comes with another ledger, or none, finds what was loaded."""

import json
import uuid
from collections.abc import Mapping, Sequence
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

    def put(self, place: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """New rows of a table, or where their key is there the last column anew: all columns before it are the primary
        key, and the rows differ only in the last two. No key comes twice."""
        ...


def statements(dialect: Dialect) -> dict[str, str]:
    """The statements that make our tables, by name."""
    batches, identity, members = (dialect.place(name) for name in (BATCHES, IDENTITY, MEMBERS))
    key, long = dialect.key_text, "LONGTEXT" if dialect.name == "mariadb" else "TEXT"
    return {
        BATCHES: f"CREATE TABLE {batches} (project {key} NOT NULL, run {key} NOT NULL, batch {key} NOT NULL, "
        f"object {key} NOT NULL, action {key} NOT NULL, digest {key} NOT NULL, counts {long}, rejected {long}, "
        f"committed TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (project, run, batch)){dialect.behind}",
        IDENTITY: f"CREATE TABLE {identity} (id {key} PRIMARY KEY, since TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"
        f"{dialect.behind}",
        MEMBERS: f"CREATE TABLE {members} (project {key} NOT NULL, object {key} NOT NULL, member {key} NOT NULL, "
        f"entity {key} NOT NULL, PRIMARY KEY (project, object, member)){dialect.behind}",
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


def complete(
    session: Session, dialect: Dialect, batch: WriteBatch, rejected: Mapping[str, str], gone: Sequence[str] = ()
) -> None:
    """Enter what became of it, in the same transaction as the rows; `gone` were to be removed and were not there."""
    done = batch.rows.num_rows - len(rejected)
    counts = {"rows": batch.rows.num_rows, "loaded": done, "rejected": len(rejected), "gone": list(gone)}
    table = dialect.place(BATCHES)
    session.run(
        f"UPDATE {table} SET counts = %s, rejected = %s WHERE project = %s AND run = %s AND batch = %s",
        (json.dumps(counts), json.dumps(dict(rejected), sort_keys=True), batch.project, batch.run, batch.batch),
    )


def gone(session: Session, dialect: Dialect, batch: WriteBatch) -> list[str]:
    """Who of a committed batch was to be removed and was not there."""
    query = f"SELECT counts FROM {dialect.place(BATCHES)} WHERE project = %s AND run = %s AND batch = %s"
    ((counts,),) = session.run(query, (batch.project, batch.run, batch.batch))
    return list(json.loads(counts).get("gone", ()))


def committed(session: Session, dialect: Dialect, project: str, run: str) -> dict[str, str]:
    """Batch name -> digest of a run."""
    query = f"SELECT batch, digest FROM {dialect.place(BATCHES)} WHERE project = %s AND run = %s"
    return {str(batch): str(digest) for batch, digest in session.run(query, (project, run))}


def keep(session: Session, dialect: Dialect, project: str, object: str, members: Mapping[str, str]) -> None:
    """Keep member -> entity of an object; the later word holds."""
    rows = [(project, object, member, entity) for member, entity in members.items()]
    if rows:
        session.put(dialect.place(MEMBERS), ("project", "object", "member", "entity"), rows)


def claimed(dialect: Dialect, object_name: str) -> str:
    """The query of all members of an object: project, member, entity."""
    return f"SELECT project, member, entity FROM {dialect.place(MEMBERS)} WHERE object = {literal(object_name)}"
