"""Records that the target holds twice: an unexpected one that has our key, or says all that one of ours says."""

from collections.abc import Sequence

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.sides import link_fields, loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, texts


def held_twice(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Create the table of unexpected records that are one of ours once more: `target_id`, `record` (the name of ours)
    and `first` (its id).

    Such a record has our key, or hangs on the same parents and says in every field what ours was to say, or says.
    Call after `target_set` and the comparison of fields.
    """
    name = object_plan.name
    table, actual = quoted(f"twice/{name}"), quoted(f"actual/{name}")
    there = tables.kinds(actual)
    fields = [target for f in loaded_fields(object_plan) if (target := str(f.target)) in there]
    links = [target for f in link_fields(plan, object_plan) if (target := str(f.target)) in there]
    raw = tables.scan(ACTUAL, name, also=texts(*fields, *links))
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH strange AS (SELECT target_id, __entity, {_cells(fields)} AS said, {_cells(links)} AS hangs FROM {raw}
          SEMI JOIN (SELECT target_id FROM {quoted(f"ids/{name}")} WHERE unexpected) USING (target_id)),
        ours AS (SELECT __entity, target_id AS first, {_cells(fields)} AS said, {_cells(links)} AS hangs FROM {actual}),
        alike AS (FROM ours UNION ALL SELECT __entity, first, {_cells(fields, "e.")}, hangs
          FROM {quoted(f"expected/{name}")} e JOIN ours USING (__entity)),
        found AS (SELECT s.target_id, o.__entity, o.first FROM strange s JOIN ours o USING (__entity)
          UNION ALL SELECT s.target_id, a.__entity, a.first FROM strange s JOIN alike a USING (said, hangs)
          WHERE s.__entity IS NULL AND list_aggregate(said, 'max') <> '')
        SELECT target_id, arg_min(record, (record, first)) AS record, arg_min(first, (record, first)) AS first
        FROM found JOIN {quoted(f"names/{name}")} USING (__entity) GROUP BY target_id"""
    )
    return table


def _cells(names: Sequence[str], alias: str = "") -> str:
    """SQL: the cells of a record as one value."""
    cells = (f"coalesce({alias}{quoted(name)}, '')" for name in names)
    return f"[{', '.join(cells)}]::VARCHAR[]"
