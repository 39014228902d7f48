"""What other records refuse of the mailbox that a record carries: of another key, of another object.

A refusal is about a mailbox (or a number), so a record that grants it is no more allowed than the one that refuses. The
rows of other records of the object speak, those that no row feeds any more by what the target has of them, and records
of other objects by what they say in the target after the load.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, refused_at
from crm_migrate.workspace.relations import Relations

_REFUSALS = ", ".join(map(literal, REFUSALS))


@dataclass(frozen=True, slots=True)
class Told:
    """The tables of an object that say who says what: all statements, everybody of ours, the mailboxes they carry."""

    statements: str
    ours: str
    mailboxes: str


def refused_elsewhere(tables: Relations, plan: Plan, object_plan: ObjectPlan, field: FieldPlan, told: Told) -> str:
    """Create the table `__cluster`, `said`, `evidence`, `granted`, `refused`, `told` of the statements of other records
    for those who carry their mailbox; `told` names the record. A record that only grants says nothing of another."""
    table = quoted(f"elsewhere/{object_plan.name}")
    tables.execute(f"CREATE OR REPLACE TEMP TABLE reached_ AS {_reached(tables, object_plan, field, told)}")
    said = [_rows(object_plan, told), *_targets(tables, plan, object_plan, field, told)]
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {' UNION ALL BY NAME '.join(said)}")
    return table


def _reached(tables: Relations, object_plan: ObjectPlan, field: FieldPlan, told: Told) -> str:
    """Query: what a consent in the target is about of everybody of ours: the mailbox (or number) of its `per:`, else
    the record's mailboxes; one that is only kept beside is reached by no consent of the record."""
    actual = quoted(f"actual/{object_plan.name}")
    about = [f for f in object_plan.fields if (f.name == field.per if field.per else f.kind.key == "mailbox")]
    cells = [quoted(str(f.target)) for f in about if f.target in tables.kinds(actual)]
    queries = (
        f"SELECT DISTINCT __cluster, lower(trim({cell})) AS mailbox FROM {told.ours} JOIN {actual} USING (__entity)"
        f" WHERE {cell} <> ''"
        for cell in cells
    )
    return " UNION ".join(queries) or "SELECT NULL::BIGINT AS __cluster, NULL::VARCHAR AS mailbox WHERE FALSE"


def _rows(object_plan: ObjectPlan, told: Told) -> str:
    """Query: what the rows of other records of the object say, all of those that refuse."""
    refusing = f"SELECT __cluster FROM {told.statements} WHERE lower(said) IN ({_REFUSALS})"
    spoken = f"""SELECT DISTINCT s.__cluster, coalesce(r.about, m.mailbox) AS mailbox FROM {told.statements} r
      JOIN {told.statements} s ON s.__cluster = r.__cluster LEFT JOIN {told.mailboxes} m ON m.__cluster = r.__cluster
      WHERE lower(r.said) IN ({_REFUSALS})"""
    return f"""SELECT DISTINCT g.__cluster, s.said, s.evidence, s.granted, s.refused,
          coalesce(n.record, c.__entity, 'a new record') || ' under the same mailbox' AS told
        FROM reached_ g JOIN ({spoken}) m ON m.mailbox = g.mailbox AND m.__cluster <> g.__cluster
        JOIN {told.statements} s ON s.__cluster = m.__cluster LEFT JOIN {told.ours} c ON c.__cluster = m.__cluster
        LEFT JOIN {quoted(f"names/{object_plan.name}")} n ON n.__entity = c.__entity
        WHERE m.__cluster IN ({refusing})"""


def _targets(tables: Relations, plan: Plan, object_plan: ObjectPlan, field: FieldPlan, told: Told) -> Iterator[str]:
    """Queries: what records refuse in the target of which no row of this object speaks."""
    for other in plan.objects:
        there = tables.kinds(quoted(f"actual/{other.name}"))
        for said in (f for f in other.of_role("consent") if f.target in there):
            if object_plan.consent_like(said, other) == field:
                own = other.name == object_plan.name
                now = f"SELECT __entity FROM {told.ours} WHERE __cluster >= 0 AND __entity IS NOT NULL"
                fed = f"AND a.__entity NOT IN ({now})" if own else ""
                yield from _refused(other, said, set(there), fed, told, Clock.of(plan))


def _refused(other: ObjectPlan, said: FieldPlan, there: set[str], more: str, told: Told, clock: Clock) -> Iterator[str]:
    """Queries: one for each field of a mailbox that a consent in the target is about."""
    proofs = [
        refused_at(quoted(str(f.target)), clock) for f in other.fields if f.follows == said.name and f.target in there
    ]
    refused = f"greatest({', '.join(proofs)})" if proofs else "NULL::TIMESTAMP"
    points = [other.field(said.per)] if said.per else [f for f in other.fields if f.kind.key == "mailbox"]
    for name in (quoted(str(f.target)) for f in points if f.target in there):
        yield f"""SELECT DISTINCT g.__cluster, lower(a.{quoted(str(said.target))}) AS said, FALSE AS evidence,
          NULL::TIMESTAMP AS granted, {refused} AS refused,
          coalesce(n.record, a.__entity, a.target_id) || ' under the same mailbox' AS told
        FROM reached_ g JOIN {quoted(f"actual/{other.name}")} a ON lower(trim(a.{name})) = g.mailbox
        JOIN {told.ours} c ON c.__cluster = g.__cluster AND c.__entity IS DISTINCT FROM a.__entity
        LEFT JOIN {quoted(f"names/{other.name}")} n ON n.__entity = a.__entity
        WHERE lower(a.{quoted(str(said.target))}) IN ({_REFUSALS}) {more}"""
