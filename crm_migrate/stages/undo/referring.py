"""Records that others refer to stay, and so do their own parents: nothing is left pointing into the void."""

from crm_migrate.connecting.contract import Remove
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.objects import Link, links, target_object
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import NOW


def keep_referred_elsewhere(tables: Relations, plan: Plan, target: Remove) -> None:
    """Keep what records of other objects refer to, as far as the target knows."""
    known = {(o.target, link.name) for o in plan.objects for link in links(plan, o)}
    for object_plan in plan.objects:
        for found in target.referred(target_object(plan, object_plan), known):
            tables.connection.register("found_", found)
            _keep(
                tables,
                object_plan.name,
                "SELECT target_id, min(object || '.' || field) AS named FROM found_ GROUP BY 1",
            )
            tables.connection.unregister("found_")


def keep_referred(tables: Relations, plan: Plan) -> None:
    """Keep what a record of these objects refers to that stays, until nothing changes any more (chains, cycles)."""
    points = [(o, link) for o in plan.objects for link in links(plan, o)]
    while sum(_keep(tables, link.parent, _staying(tables, o, link)) for o, link in points):
        pass


def _staying(tables: Relations, object_plan: ObjectPlan, link: Link) -> str:
    """Query: `target_id` of the parents that a field still names after the undo, and by whom. A record that stays gets
    back the links that were emptied."""
    now = tables.scan(NOW, object_plan.name, also=text_columns(object_plan))
    cell, child = f"n.{quoted(link.name)}", Names(object_plan.name).verdict
    named = literal(f"{object_plan.name}.{link.field.name}")
    restored = f"v.verdict IN ('restore', 'release') AND list_contains(v.fields, {literal(link.name)})"
    return f"""SELECT DISTINCT {cell} AS target_id, {named} AS named FROM {now} n
    LEFT JOIN {child} v ON v.target_id = n.target_id AND v.__entity = n.__entity
    WHERE {cell} IS NOT NULL AND NOT coalesce(v.verdict = 'remove' OR ({restored}), FALSE)
    UNION SELECT e.parent, {named} FROM {child} v, unnest(v.emptied) x(e)
    WHERE v.verdict = 'kept' AND e.field = {literal(link.name)}"""


def _keep(tables: Relations, object_name: str, parents: str) -> int:
    """Let those of the parents stay that were to go; how many."""
    (row,) = tables.rows(f"""UPDATE {Names(object_name).verdict} v SET verdict = 'kept', code = 'undo_referred',
      message = p.named FROM ({parents}) p WHERE p.target_id = v.target_id AND v.verdict = 'remove'""")
    return int(row[0])
