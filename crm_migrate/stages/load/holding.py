"""Lines of a plan that wait after all, for what the load itself found out."""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.stages.load.keys import plan_columns, plan_listing
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED


def hold(tables: Relations, object_plan: ObjectPlan, joins: str, waits: str, code: str, message: str) -> int:
    """Let the planned records `e` wait of which `waits` is true; how many. The condition, the code and the message are
    SQL over `e` and what `joins` adds to it."""
    entities = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    tables.execute(f"""CREATE OR REPLACE TEMP TABLE held_now_ AS
    SELECT e.* REPLACE (CASE WHEN {waits} THEN 'held' ELSE e.__action END AS __action,
      CASE WHEN {waits} THEN {code} ELSE e.__code END AS __code,
      CASE WHEN {waits} THEN {message} ELSE e.__message END AS __message,
      CASE WHEN {waits} THEN NULL ELSE e.__changed_fields END AS __changed_fields), {waits} AS __waits
    FROM {entities} e{joins}""")
    held = tables.count("(SELECT 1 FROM held_now_ WHERE __waits)")
    if held:
        query = f"SELECT {plan_listing(object_plan)} FROM held_now_ ORDER BY __cluster"
        tables.publish(query, PLANNED, object_plan.name)
    tables.execute("DROP TABLE held_now_")
    return held
