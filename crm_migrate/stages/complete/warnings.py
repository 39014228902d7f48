"""Everything that is worth a look and stops nothing: notes of earlier stages, and pairs that wait for a decision."""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, MERGE_NOTES, NODES, PAIRS


def gather(work: Relations, each: ObjectPlan) -> None:
    """Add the notes of `dedupe` and the open pairs to `warnings/<object>`; those of `link` speak for themselves."""
    warnings = quoted(f"warnings/{each.name}")
    clusters = work.scan(CLUSTERS, each.name)
    merged = work.scan(MERGE_NOTES, each.name)
    work.execute(f"INSERT INTO {warnings} SELECT __cluster, code, 'dedupe', field, message FROM {merged}")
    pairs = work.scan(PAIRS, each.name)
    nodes = work.scan(NODES, each.name)
    work.execute(
        f"INSERT INTO {warnings} WITH open AS (SELECT p.*, x.__cluster AS ca, y.__cluster AS cb FROM {pairs} p"
        f" JOIN {clusters} x ON x.__node = p.a JOIN {clusters} y ON y.__node = p.b"
        " WHERE p.outcome = 'review' AND x.__cluster <> y.__cluster),"
        " sides AS (SELECT ca AS cluster, b AS other, rule, why FROM open UNION ALL SELECT cb, a, rule, why FROM open)"
        " SELECT cluster, CASE WHEN starts_with(why, 'decision_stale') THEN 'decision_stale' ELSE"
        " 'duplicate_review' END,"
        " rule, '', concat('Perhaps the same as ', n.__source, ':', n.__key, ': ', why,"
        " '. Decide in decisions/duplicates.yaml.')"
        f" FROM sides JOIN {nodes} n ON n.__node = sides.other"
    )
