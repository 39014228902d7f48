"""Earlier loads: records that were loaded as one stay one, though the model has learned anew.

They give way to what a person decided, to contradictions and to rules that say `apart`; then the loaded record is a
split one, and waits.
"""

from pathlib import Path

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.matching.deciding.clusters import MAX_CLUSTER
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.pairs import EARLIER
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.relations import Relations

LOADED = "earlier load"
_NUMBER = -9  # no rule, and after all decisions


def keep_loaded(work: Relations, plan: ObjectPlan, nodes: str, crosswalk: Path) -> None:
    """Add every pair of nodes of one loaded entity to `verdicts/<object>`, before they are settled."""
    if read_manifest(crosswalk) is None:
        return
    parts = ", ".join(literal(str(part)) for part in paths(crosswalk))
    known = f"(SELECT __source, __key, __entity FROM read_parquet([{parts}]))"
    verdicts = quoted(f"verdicts/{plan.name}")
    work.execute(
        f"INSERT INTO {verdicts} WITH loaded AS (SELECT n.__node AS node, k.__entity AS entity FROM {nodes} n"
        f" JOIN {known} k ON k.__source = n.__source AND k.__key = n.__key"
        f" QUALIFY count(*) OVER (PARTITION BY k.__entity) BETWEEN 2 AND {MAX_CLUSTER})"
        f" SELECT x.node, y.node, {_NUMBER}, {literal(LOADED)}, 'merge', 'loaded as one record before', {EARLIER}, [],"
        " NULL FROM loaded x JOIN loaded y ON x.entity = y.entity AND x.node < y.node"
    )
