"""Opt-outs in rows that did not arrive, about a mailbox that a record in the target carries.

A row that was held, refused, left out or could not be read has no record that keeps its word; where another row, of
this object or another, brings the same mailbox with a grant, the mailbox would be granted and nobody would know. A word
that nobody could translate, and a line that could not be read, may be an opt-out: they count as one.
"""

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.crm.types import CONSENT_STRICTNESS, Key
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, latest
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.exported import exported
from crm_migrate.stages.reconcile.fates import ARRIVED
from crm_migrate.workspace.cells import contact_points
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import COMPLETED, QUARANTINE, texts

_NO_REFUSALS = CONSENT_STRICTNESS[CONSENT_STRICTNESS.index("unknown") :]
_MAILBOX = r"'[^\s;,:<>()\[\]|\"]+@[^\s;,:<>()\[\]|\"]+'"


def carried(tables: Relations, object_plan: ObjectPlan, key: Key) -> str:
    """Create the table of the mailboxes (or numbers) of the completed records: `__cluster`, `mailbox` in small letters.

    Every field of a mailbox counts, and those that `keep_others:` keeps.
    """
    mailboxes = [f for f in object_plan.fields if f.kind.key == key]
    kept = {f.keep_others for f in mailboxes if f.keep_others}
    names = dict.fromkeys([*(f.name for f in mailboxes), *sorted(kept)])
    view = tables.scan(COMPLETED, object_plan.name, also=texts(*names))
    one = [f"SELECT __cluster, {quoted(name)} AS cell FROM {view}" for name in names if name not in kept]
    many = [
        f"SELECT __cluster, unnest({contact_points(quoted(name))}) FROM {view} WHERE {quoted(name)} IS NOT NULL"
        for name in names
        if name in kept
    ]
    cells = " UNION ALL ".join([*one, *many]) or "SELECT NULL::BIGINT AS __cluster, NULL::VARCHAR AS cell"
    table = quoted(f"carried/{object_plan.name}")
    tables.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT DISTINCT __cluster, lower(trim(cell)) AS mailbox"
        f" FROM ({cells}) WHERE cell <> ''"
    )
    return table


def stranded(tables: Relations, plan: Plan, object_plan: ObjectPlan, consent: FieldPlan, mailboxes: str) -> str:
    """Create the table `__cluster`, `said`, `refused`, `told`: whose mailbox is spoken of, and by which row."""
    table = quoted(f"stranded/{object_plan.name}")
    point = object_plan.point_of(consent)
    lines = list(_set_aside(tables, plan, object_plan, consent))
    if point == "mailbox":  # a number in a line that cannot be read is not found for certain
        lines += _unread(tables, plan, consent)
    for other in (each for each in plan.objects if each.name not in (object_plan.name, SUPPRESSIONS)):
        consents = (f for f in other.of_role("consent") if f.target is not None and other.point_of(f) == point)
        for said in consents:
            lines += _set_aside(tables, plan, other, said)  # a mailbox is one, whatever its owner is called
    nothing = "SELECT NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR WHERE FALSE"
    spoken = " UNION ALL ".join(lines) or nothing
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS WITH x(mailbox, said, changed, told) AS ({spoken})
        SELECT DISTINCT m.__cluster, x.said, x.told,
          {latest("x.changed", "x.changed", Clock.of(plan))} AS refused
        FROM x JOIN {mailboxes} m ON m.mailbox = lower(trim(x.mailbox))"""
    )
    return table


def _set_aside(tables: Relations, plan: Plan, object_plan: ObjectPlan, consent: FieldPlan) -> list[str]:
    """What rows say that did not arrive, one query for each of their mailboxes."""
    rows = exported(tables, plan, object_plan)
    arrived = ", ".join(map(literal, (*ARRIVED, "folded", "merged")))
    harmless = ", ".join(map(literal, _NO_REFUSALS))
    said = quoted(consent.name)
    return [
        f"""SELECT {quoted(f.name)}, {said}, __changed,
          {listing.RECORD} || ' (' || __state || ')' FROM {rows}
        WHERE {quoted(f.name)} IS NOT NULL AND coalesce({said}, '') <> '' AND lower({said}) NOT IN ({harmless})
          AND __state NOT IN ({arrived}) AND (__state <> 'enrichment' OR __code = 'enrichment_unmatched')"""
        for f in object_plan.fields
        if f.kind.key == object_plan.point_of(consent)
    ]


def _unread(tables: Relations, plan: Plan, consent: FieldPlan) -> list[str]:
    """The mailboxes in lines that could not be read, of sources that speak of consent: what they say is not known."""
    found = []
    for source in (each.name for each in plan.sources if each.name in consent.cells):
        view = tables.scan(QUARANTINE, source)
        found.append(
            f"""SELECT unnest(regexp_extract_all(raw, {_MAILBOX})), 'unread', NULL::VARCHAR,
              {literal(source)} || ':' || coalesce(line::VARCHAR, '?') || ' (quarantined)' FROM {view}"""
        )
    return found
