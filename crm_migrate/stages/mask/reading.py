"""Completed records as they are to be loaded: pseudonyms where the environment masks, else what was completed."""

from collections.abc import Mapping

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import COMPLETED, MASKED, PLANNED, texts


def to_load(tables: Relations, plan: Plan, object_plan: ObjectPlan, also: Mapping[str, str]) -> str:
    """A FROM item like a scan of `COMPLETED` with these fields (name -> SQL type).

    FileNotFoundError where the environment masks and the pseudonyms are not there: nothing is loaded in clear for that.
    """
    records = tables.scan(COMPLETED, object_plan.name, also=also)
    fields = [name for name in plan.environment.mask.get(object_plan.name, {}) if name in also]
    if not fields:
        return records
    masks = tables.scan(MASKED, object_plan.name, also=texts(*fields))
    cells = ", ".join(f"coalesce(m.{quoted(name)}, r.{quoted(name)}) AS {quoted(name)}" for name in fields)
    return f"(SELECT r.* REPLACE ({cells}) FROM {records} r LEFT JOIN {masks} m USING (__cluster))"


def revealed(tables: Relations, plan: Plan, object_plan: ObjectPlan, actual: str) -> str:
    """A FROM item: records of the target (`__entity`, its fields) with the values that our pseudonyms stand for, so
    that figures over masked fields are those of the real run."""
    fields = plan.environment.mask.get(object_plan.name, {})
    targets = {str(object_plan.field(name).target): name for name in fields}
    there = set(tables.kinds(actual)) & targets.keys()
    if not there:
        return actual
    planned = tables.scan(PLANNED, object_plan.name)
    clear = tables.scan(COMPLETED, object_plan.name, also=texts(*fields))
    masks = tables.scan(MASKED, object_plan.name, also=texts(*fields))
    cells = ", ".join(
        f"CASE WHEN a.{quoted(target)} = m.{quoted(name)} THEN c.{quoted(name)} ELSE a.{quoted(target)} END"
        f" AS {quoted(target)}"
        for target, name in targets.items()
        if target in there
    )
    return f"""(SELECT a.* REPLACE ({cells}) FROM {actual} a
      LEFT JOIN (SELECT DISTINCT ON (__entity) __entity, __cluster FROM {planned} WHERE __entity IS NOT NULL) p
        USING (__entity) LEFT JOIN {clear} c USING (__cluster) LEFT JOIN {masks} m USING (__cluster))"""
