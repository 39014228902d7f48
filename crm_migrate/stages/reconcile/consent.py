"""Consent before and after, person by person: the strictest statement of any source against what the target says.

An opt-out ends only by a grant that is proven to be younger: one with evidence whose day is after that of the opt-out.
What the target said before this load is a statement too, without a day: nothing that comes back to life goes unseen.
So is what stands in a row that did not arrive, where it speaks of a mailbox that a record carries (`stranded`), and
what a record of another key or of another object refuses of the same mailbox, against who grants it
(`refused_elsewhere`; who is unknown grants nothing). What a person let stand by a decision `reconsent:` is founded.
"""

from collections.abc import Iterator

from crm_migrate.crm.types import CONSENT_STRICTNESS, REFUSALS, Key
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, evidence_of, granted_at, refused_when
from crm_migrate.stages.dedupe.reconsents import decided
from crm_migrate.stages.reconcile.elsewhere import Told, refused_elsewhere
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.stranded import carried, stranded
from crm_migrate.workspace.figures import ConsentCell, Example
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, ENRICHMENT, NODES, PLANNED, RECORDS, ROWS, THEIRS, VANISHED, texts


def consent_cells(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> tuple[ConsentCell, ...]:
    """The matrices of one object, one for each consent; empty where it has none with a place in the target.

    Everybody counts whose record is in the target, also those who wait in this run or are gone from the export: their
    record still says what an earlier load made it say, and an opt-out of today must not be missed behind it.
    """
    there = tables.kinds(quoted(f"actual/{object_plan.name}"))
    fields = [f for f in object_plan.of_role("consent") if f.target in there]
    return tuple(cell for field in fields for cell in _matrix(tables, plan, object_plan, field))


def _matrix(tables: Relations, plan: Plan, object_plan: ObjectPlan, field: FieldPlan) -> Iterator[ConsentCell]:
    """The matrix of one consent: of a channel, where the object has several."""
    key = object_plan.point_of(field)
    mailboxes = carried(tables, object_plan, key)
    statements = _statements(tables, object_plan, field, mailboxes, Clock.of(plan))
    ours = _ours(tables, object_plan, mailboxes, key)
    aside = stranded(tables, plan, object_plan, field, mailboxes)
    elsewhere = refused_elsewhere(tables, plan, object_plan, field, Told(statements, ours, mailboxes))
    clusters, nodes = tables.scan(CLUSTERS, object_plan.name), tables.scan(NODES, object_plan.name)
    let = decided(plan, object_plan, f"(FROM {clusters} JOIN {nodes} USING (__node))", "e.__cluster")
    target = quoted(str(field.target))
    theirs = tables.scan(THEIRS, object_plan.name, also=texts(str(field.target)))
    granting = f"""SELECT e.__cluster FROM {ours} e JOIN {quoted(f"actual/{object_plan.name}")} a USING (__entity)
      WHERE {_rank(f"a.{target}::VARCHAR")} > {_UNKNOWN}"""
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE consent_moves AS
        WITH s AS (SELECT __cluster, min(rank) AS rank, bool_or(said = 'granted' AND evidence) AS evidence,
            max(granted) FILTER (said = 'granted' AND evidence) AS granted_on, bool_or(refuses) AS is_refused,
            max(coalesce(refused, 'infinity'::TIMESTAMP)) FILTER (refuses) AS refused_on, min(told) AS told,
            bool_or(own AND refuses) AS refuses_itself
          FROM (SELECT *, {_rank("said")} AS rank, rank < {_UNKNOWN} AS refuses, NULL AS told, TRUE AS own
              FROM {statements}
            UNION ALL BY NAME SELECT *, {_rank("said")} AS rank, rank < {_UNKNOWN} AS refuses FROM {elsewhere}
              WHERE __cluster IN ({granting})
            UNION ALL BY NAME SELECT *, {_rank("said", _UNKNOWN)} AS rank, TRUE AS refuses FROM {aside})
          GROUP BY __cluster),
        p AS (SELECT e.__entity AS entity, coalesce(s.rank, CASE WHEN e.__cluster < 0
              THEN {_rank(f"nullif(b.{target}::VARCHAR, '')")} ELSE {_UNKNOWN} END) AS said,
            CASE WHEN lower(b.{target}::VARCHAR) IN ({_REFUSALS}) THEN {_rank(f"b.{target}::VARCHAR")} END AS held,
            {_rank(f"nullif(a.{target}::VARCHAR, '')")} AS after,
            CASE WHEN s.is_refused THEN s.granted_on > s.refused_on ELSE s.evidence END AS founded, s.told,
            {let} AND NOT coalesce(s.refuses_itself, FALSE) AS let
          FROM {ours} e JOIN {quoted(f"actual/{object_plan.name}")} a USING (__entity)
          LEFT JOIN s ON s.__cluster = e.__cluster LEFT JOIN {theirs} b ON b.target_id = a.target_id)
        SELECT entity, CASE WHEN held < said THEN {literal(_HELD)} WHEN told <> '' THEN 'said by ' || told ELSE '' END
            AS message, least(said, coalesce(held, said)) AS before, after,
          after > least(said, coalesce(held, said)) AND NOT let
            AND NOT (coalesce(founded, FALSE) AND coalesce(held >= said, TRUE)) AS unfounded FROM p"""
    )
    rows = tables.rows(
        """SELECT before, after, count(*), count(*) FILTER (unfounded) FROM consent_moves
        GROUP BY before, after ORDER BY before, after"""
    )
    for before, after, count, unfounded in rows:
        yield ConsentCell(
            object=object_plan.name,
            field=field.name,
            before=CONSENT_STRICTNESS[before],
            after=CONSENT_STRICTNESS[after],
            count=count,
            without_evidence=unfounded,
            examples=_examples(tables, object_plan, before, after) if unfounded else (),
        )


def _examples(tables: Relations, object_plan: ObjectPlan, before: int, after: int) -> tuple[Example, ...]:
    """Who moved from one state to a weaker one without evidence."""
    rows = tables.rows(
        f"""SELECT coalesce(n.record, m.entity), message FROM consent_moves m
        LEFT JOIN {quoted(f"names/{object_plan.name}")} n ON n.__entity = m.entity
        WHERE unfounded AND before = ? AND after = ? ORDER BY 1 LIMIT {EXAMPLES}""",
        [before, after],
    )
    said, now = CONSENT_STRICTNESS[before], CONSENT_STRICTNESS[after]
    return tuple(
        Example(record=record, source=said, expected=said, actual=now, message=told, personal=False)
        for record, told in rows
    )


def _ours(tables: Relations, object_plan: ObjectPlan, mailboxes: str, key: Key) -> str:
    """Create the table of everybody of ours: `__entity`, `__cluster`. Whom no row feeds any more has a cluster below 0,
    and the mailboxes that the target has of them are carried too: a row that is set aside today may speak of them."""
    name, table = object_plan.name, quoted(f"consent_of/{object_plan.name}")
    planned = f"SELECT __entity, __cluster FROM {tables.scan(PLANNED, name)}"
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS {planned} UNION ALL
        SELECT __entity, -row_number() OVER (ORDER BY __entity) FROM {tables.scan(VANISHED, name)}
        WHERE __entity NOT IN (SELECT __entity FROM ({planned}) WHERE __entity IS NOT NULL)"""
    )
    there = tables.kinds(quoted(f"actual/{name}"))
    for field in object_plan.fields:
        if field.kind.key == key and field.target in there:
            tables.execute(
                f"""INSERT INTO {mailboxes} SELECT DISTINCT __cluster, lower(trim({quoted(field.target)}))
                FROM {table} JOIN {quoted(f"actual/{name}")} USING (__entity)
                WHERE __cluster < 0 AND {quoted(field.target)} <> ''"""
            )
    return table


_HELD = "the target refused it before this load: a grant, newer or not, ends that only by the decision `accept:consent`"
_UNKNOWN = CONSENT_STRICTNESS.index("unknown")
_REFUSALS = ", ".join(map(literal, REFUSALS))


def _rank(sql: str, other: int = len(CONSENT_STRICTNESS) - 1) -> str:
    """How strict a statement is, 0 strictest; `other` for a word that is none of ours.

    In the target such a word counts as granted: the unknown is taken for the worst.
    """
    whens = " ".join(f"WHEN {literal(word)} THEN {rank}" for rank, word in enumerate(CONSENT_STRICTNESS))
    return f"CASE lower(coalesce({sql}, '')) {whens} WHEN '' THEN {_UNKNOWN} ELSE {other} END"


def _statements(tables: Relations, object_plan: ObjectPlan, field: FieldPlan, mailboxes: str, clock: Clock) -> str:
    """Create the table of all statements: `__cluster`, `said`, `about` (the mailbox, where it is about one), `evidence`
    (whether there is any), `granted` and `refused` (when, by its days, if it is one or the other).

    Every row that is part of the record speaks, also one that was folded into another. Where consent is given per
    mailbox (`per:`), only what was said about a mailbox that the record keeps counts, be it its second one.
    """
    name = object_plan.name
    clusters = tables.scan(CLUSTERS, name)
    spoken = [*_fed(tables, object_plan, field), *_enriching(tables, object_plan, field)]
    table = quoted(f"statements/{name}")
    nothing = "SELECT NULL::BIGINT, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR WHERE FALSE"
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
        WITH said(node, said, about, ev, changed) AS ({" UNION ALL ".join(spoken) or nothing})
        SELECT k.__cluster, s.said, lower(s.about) AS about, coalesce(s.ev, '[]') <> '[]' AS evidence,
          {granted_at("s.ev", clock)} AS granted, {refused_when("s.ev", "s.changed", clock)} AS refused
        FROM said s JOIN {clusters} k ON k.__node = s.node
        WHERE s.said IS NOT NULL AND (s.about IS NULL OR k.__cluster NOT IN (SELECT __cluster FROM {mailboxes})
          OR (k.__cluster, lower(s.about)) IN (SELECT (__cluster, mailbox) FROM {mailboxes}))"""
    )
    return table


def _fed(tables: Relations, object_plan: ObjectPlan, field: FieldPlan) -> Iterator[str]:
    """What every record of a source says, and every row that was folded into one, one query per source."""
    rows = tables.scan(ROWS, object_plan.name)
    names = texts(field.name, *([field.per] if field.per else []))
    about = f"m.{quoted(field.per)}" if field.per else "NULL::VARCHAR"
    nodes = tables.scan(NODES, object_plan.name, also=names)
    proof = evidence_of(field, "m.__ev")
    yield f"SELECT m.__node, m.{quoted(field.name)}, {about}, {proof}, m.__changed FROM {nodes} m"  # also of no feed
    for source in (feed.source for feed in object_plan.feeds if feed.source in field.cells):
        records = tables.scan(RECORDS, object_plan.name, source, also=names)
        yield f"""SELECT r.__node, m.{quoted(field.name)}, {about}, {evidence_of(field, "m.__ev")}, m.__changed
        FROM {rows} r JOIN {records} m ON m.__row = r.__row AND m.__split = r.__split
        WHERE r.__source = {literal(source)}"""


def _enriching(tables: Relations, object_plan: ObjectPlan, field: FieldPlan) -> Iterator[str]:
    """What enriching sources say about the records that they reach, one query per source."""
    for enrich in object_plan.enrich:
        if enrich.source not in field.cells:
            continue
        reached = tables.scan(ENRICHMENT, object_plan.name)
        records = tables.scan(RECORDS, object_plan.name, enrich.source, also=texts(field.name))
        yield f"""SELECT x.__node, m.{quoted(field.name)}, NULL, {evidence_of(field, "m.__ev")}, m.__changed
        FROM {reached} x JOIN {records} m ON m.__row = x.__row
        WHERE x.__source = {literal(enrich.source)} AND x.__node IS NOT NULL"""
