"""Consent before and after, person by person: the strictest statement of any source against what the target says."""

from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.stages.reconciling.columns import CLUSTERS, COMPLETE, ENRICHMENT, LOAD, NODES, RECORDS, texts
from crm_migrate.stages.reconciling.database import Tables, literal, quote
from crm_migrate.workspace.figures import ConsentCell


def consent_cells(tables: Tables, object_plan: ObjectPlan) -> tuple[ConsentCell, ...]:
    """The matrix of one object; empty where it has no consent field with a place in the target.

    Everybody counts whose record is in the target, also those who wait in this run: their record still says what an
    earlier load made it say, and an opt-out of today must not be missed behind it.
    """
    field = next((f for f in object_plan.fields if f.type == "consent" and f.target is not None), None)
    if field is None or field.target not in tables.columns(quote(f"actual/{object_plan.name}")):
        return ()
    statements = _statements(tables, object_plan, field)
    planned = tables.view(LOAD, "load", object_plan.name, "entities")
    rows = tables.rows(
        f"""WITH s AS (SELECT __cluster, min({_rank("said")}) AS rank,
                 bool_or(said = 'granted' AND evidence) AS evidence FROM {statements} GROUP BY __cluster),
        p AS (SELECT coalesce(s.rank, {_UNKNOWN}) AS before,
                {_rank(f"nullif(a.{quote(str(field.target))}::VARCHAR, '')")} AS after,
                coalesce(s.evidence, FALSE) AS evidence
              FROM {planned} e
              JOIN {quote(f"actual/{object_plan.name}")} a USING (__entity)
              LEFT JOIN s ON s.__cluster = e.__cluster)
        SELECT before, after, count(*), count(*) FILTER (after > before AND NOT evidence) FROM p
        GROUP BY before, after ORDER BY before, after"""
    )
    return tuple(
        ConsentCell(
            object=object_plan.name,
            before=CONSENT_STRICTNESS[before],
            after=CONSENT_STRICTNESS[after],
            count=count,
            without_evidence=unfounded,
        )
        for before, after, count, unfounded in rows
    )


_UNKNOWN = CONSENT_STRICTNESS.index("unknown")


def _rank(sql: str) -> str:
    """How strict a statement is, 0 strictest. A word that is none of ours counts as no statement in a source.

    In the target it counts as granted unless it is one of the stricter words: the unknown is taken for the worst.
    """
    whens = " ".join(f"WHEN {literal(word)} THEN {rank}" for rank, word in enumerate(CONSENT_STRICTNESS))
    other = f"WHEN '' THEN {_UNKNOWN} ELSE {len(CONSENT_STRICTNESS) - 1}"
    return f"CASE lower(coalesce({sql}, '')) {whens} {other} END"


def _statements(tables: Tables, object_plan: ObjectPlan, field: FieldPlan) -> str:
    """Create the table of all statements: cluster, what was said, whether evidence stands behind it.

    Where consent is given per mailbox (`per:`), only what was said about the record's own mailbox counts.
    """
    name, per = object_plan.name, field.per
    names = texts(field.name, *([per] if per else []))
    nodes = tables.view(NODES | names, "link", name, "nodes")
    clusters = tables.view(CLUSTERS, "dedupe", name, "clusters")
    complete = tables.view(COMPLETE | names, "complete", name, "entities")
    about = f"n.{quote(per)}" if per else "NULL::VARCHAR"
    own = f"c.{quote(per)}" if per else "NULL::VARCHAR"
    enriched = _enriching(tables, object_plan, field)
    table = quote(f"statements/{name}")
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH said AS (
          SELECT n.__node AS node, n.{quote(field.name)} AS said, {about} AS about,
                 coalesce(n.__ev, '[]') <> '[]' AS evidence
          FROM {nodes} n {enriched})
        SELECT k.__cluster, s.said, s.evidence FROM said s JOIN {clusters} k ON k.__node = s.node
        LEFT JOIN {complete} c ON c.__cluster = k.__cluster
        WHERE s.said IS NOT NULL AND (s.about IS NULL OR {own} IS NULL OR s.about = {own})"""
    )
    return table


def _enriching(tables: Tables, object_plan: ObjectPlan, field: FieldPlan) -> str:
    """More statements, as UNION ALL members: what enriching sources say about the records that they reach."""
    selects = []
    for enrich in object_plan.enrich:
        if enrich.source not in field.cells:
            continue
        reached = tables.view(ENRICHMENT, "link", object_plan.name, "enrichment")
        records = tables.view(RECORDS | texts(field.name), "map", object_plan.name, enrich.source, "records")
        selects.append(
            f"""UNION ALL SELECT x.__node, m.{quote(field.name)}, NULL, coalesce(m.__ev, '[]') <> '[]'
            FROM {reached} x JOIN {records} m ON m.__row = x.__row
            WHERE x.__source = {literal(enrich.source)} AND x.__node IS NOT NULL"""
        )
    return " ".join(selects)
