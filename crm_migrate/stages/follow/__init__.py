"""Follow: which of our records users of the target have merged into others since we loaded them.

It comes before `dedupe`: records that are one in the target are one here too, whatever the rules say, so that nothing
is loaded again and what hung on the one that is gone hangs on the one that is left.
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import Follow, Target, TargetObject
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.objects import target_object
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import read_manifest
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.tables import FOLLOWED, texts


def follow(plan: Plan, project: Project, run: Run, target: Target) -> bool:
    """Leave `follow/<object>/merged` of the objects that were loaded into this target before, where it can follow.

    Whether any record was merged.
    """
    if not isinstance(target, Follow):
        return False
    identity = target.identity()
    there = target.describe([each.target for each in plan.objects])
    merged = 0
    with relations(run, "follow") as tables:
        for each in plan.objects:
            sent = project.sent(identity, each.name)
            if read_manifest(sent) is not None and there.object(each.target) is not None:
                _read_keys(tables, target, target_object(plan, each))
                _ask(tables, target, target_object(plan, each), sent)
                merged += tables.publish(_MERGED, FOLLOWED, each.name)
    return merged > 0


def _read_keys(tables: Relations, target: Target, object: TargetObject) -> None:
    """Create `there`: the ids of the target and our keys."""
    tables.execute("CREATE OR REPLACE TEMP TABLE there (target_id VARCHAR, __entity VARCHAR)")
    for found in target.read(object.bare()):
        tables.connection.register("found", found)
        tables.execute("INSERT INTO there SELECT target_id, __entity FROM found")
        tables.connection.unregister("found")


def _ask(tables: Relations, target: Follow, object: TargetObject, sent: Path) -> None:
    """Create `known`, what we loaded, and `told`: where those of it went that are not there any more."""
    known = scan_folder(sent, texts("__entity", "target_id"))
    tables.execute(f"CREATE OR REPLACE TEMP TABLE known AS FROM {known} WHERE target_id IS NOT NULL")
    gone = tables.rows("SELECT DISTINCT k.target_id FROM known k ANTI JOIN there t USING (__entity) ORDER BY 1")
    tables.connection.register("said", _table(target.merged_into(object, [str(id) for (id,) in gone]) if gone else {}))
    tables.execute('CREATE OR REPLACE TEMP TABLE told AS SELECT target_id, "into" FROM said')
    tables.connection.unregister("said")


def _table(into: Mapping[str, str]) -> pa.Table:
    columns = [pa.array(list(each), pa.string()) for each in (into.keys(), into.values())]
    return pa.table(columns, names=["target_id", "into"])


# A record that carries keys of several of ours is what is left of all of them; the one that it was before is left.
_MERGED = """
WITH doubled AS (SELECT target_id FROM there GROUP BY target_id HAVING count(DISTINCT __entity) > 1),
merged AS (
  SELECT k.__entity, k.target_id, t."into" FROM known k JOIN told t USING (target_id)
  ANTI JOIN there h ON h.__entity = k.__entity
  UNION ALL
  SELECT k.__entity, k.target_id, h.target_id FROM known k JOIN there h USING (__entity) SEMI JOIN doubled d
    ON d.target_id = h.target_id
  WHERE h.target_id <> k.target_id),
kept AS (SELECT h.target_id, min(h.__entity) AS survivor FROM there h ANTI JOIN merged m ON m.__entity = h.__entity
         GROUP BY h.target_id)
SELECT m.__entity, m.target_id, m."into", k.survivor FROM merged m LEFT JOIN kept k ON k.target_id = m."into"
ORDER BY m.__entity"""
