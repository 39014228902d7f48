"""Earlier loads: records that were loaded as one stay one, though the model has learned anew; and records that users of
the target have merged there are one.

The first give way to what a person decided, to contradictions and to rules that say `apart`; then the loaded record is
a split one, and waits. The second give way only to a decision of this project that says `apart`: what is done in the
target is done.
"""

from pathlib import Path

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.matching.deciding.clusters import MAX_CLUSTER
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.pairs import DECIDED, EARLIER
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import FOLLOWED

LOADED, MERGED_THERE = "earlier load", "merged in the target"
_NUMBER = -9  # no rule
_AFTER_DECISIONS = -1  # with the precedence of decisions, whose numbers are smaller


def keep_loaded(work: Relations, plan: ObjectPlan, nodes: str, crosswalk: Path) -> None:
    """Add every pair of nodes of one loaded entity to `verdicts/<object>`, before they are settled."""
    if read_manifest(crosswalk) is None:
        return
    work.execute(
        f"INSERT INTO {quoted(f'verdicts/{plan.name}')} WITH loaded AS ({_loaded(nodes, crosswalk)}"
        f" QUALIFY count(*) OVER (PARTITION BY k.__entity) BETWEEN 2 AND {MAX_CLUSTER})"
        f" SELECT x.node, y.node, {_NUMBER}, {literal(LOADED)}, 'merge', 'loaded as one record before', {EARLIER}, [],"
        " NULL FROM loaded x JOIN loaded y ON x.entity = y.entity AND x.node < y.node"
    )


def follow_merged(work: Relations, plan: ObjectPlan, nodes: str, crosswalk: Path) -> None:
    """Add the nodes of records that users have merged in the target to `verdicts/<object>`, each with the least node of
    the record that is left."""
    followed = work.scan(FOLLOWED, plan.name)
    work.execute(f"""INSERT INTO {quoted(f"verdicts/{plan.name}")} WITH loaded AS ({_loaded(nodes, crosswalk)}),
    kept AS (SELECT f.__entity, f."into", min(l.node) AS node FROM {followed} f JOIN loaded l ON l.entity = f.survivor
             GROUP BY ALL)
    SELECT least(l.node, k.node), greatest(l.node, k.node), {_AFTER_DECISIONS}, {literal(MERGED_THERE)}, 'merge',
      'merged into record ' || k."into" || ' by a user of the target', {DECIDED}, [], NULL
    FROM kept k JOIN loaded l ON l.entity = k.__entity WHERE l.node <> k.node""")


def _loaded(nodes: str, crosswalk: Path) -> str:
    """Query: the nodes whose records were loaded before, with their `entity`."""
    parts = ", ".join(literal(str(part)) for part in paths(crosswalk))
    known = f"(SELECT __source, __key, __entity FROM read_parquet([{parts}]))"
    return (
        f"SELECT n.__node AS node, k.__entity AS entity FROM {nodes} n"
        f" JOIN {known} k ON k.__source = n.__source AND k.__key = n.__key"
    )
