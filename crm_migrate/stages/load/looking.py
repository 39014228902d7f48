"""The plan of a load that may write nothing: users work in the target already, and a night only looks.

What would be written waits, so that reconciliation tells it as what the target does not have.
"""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal
from crm_migrate.stages.load.keys import Names
from crm_migrate.workspace.relations import Relations

NOT_WRITTEN = "not_written"


def let_all_wait(tables: Relations, object_plan: ObjectPlan) -> None:
    """Let every record of `plan/<object>` wait that would be written."""
    tables.execute(
        f"""UPDATE {Names(object_plan.name).plan} SET __action = 'held', __code = {literal(NOT_WRITTEN)},
          __message = 'a run would write it, and this one only looks'
        WHERE __action IN ('create', 'update')"""
    )
