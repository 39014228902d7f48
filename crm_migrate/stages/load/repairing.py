"""The plan of a load that repairs: of the cells of chosen causes those that stand as our last load left them, and
nothing else.

The cells are in the run (`repair/<object>/cells`). For what decides about records such a cell was never sent, so that
it is to be written; whatever a user has changed since, whatever refuses in the target, speaks against that as always.
"""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.load.keys import Names
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import REPAIR

NOT_REPAIRED = "not_repaired"


def repairs(run: Run) -> bool:
    """Whether a run repairs what an earlier one has found."""
    return run.table("repair").is_dir()


def careful(plan: Plan) -> Plan:
    """The plan for a repair: what users have edited is theirs whatever the mapping says, and no record goes."""
    return plan.model_copy(update={"objects": tuple(_careful(each) for each in plan.objects)})


def _careful(object_plan: ObjectPlan) -> ObjectPlan:
    asked = object_plan.on_rerun.model_copy(
        update={"edited": "review", "now_merged": "review", "now_split": "review", "now_excluded": "review"}
    )
    return object_plan.model_copy(update={"on_rerun": asked})


def let_others_wait(tables: Relations, object_plan: ObjectPlan) -> None:
    """Let every record of `plan/<object>` wait that would be written and has no cell to repair."""
    tables.execute(
        f"""UPDATE {Names(object_plan.name).plan} SET __action = 'held', __code = {literal(NOT_REPAIRED)},
          __message = 'a repair writes nothing else'
        WHERE __action IN ('create', 'update') AND coalesce(__entity, '') NOT IN (
          SELECT __entity FROM {tables.scan(REPAIR, object_plan.name)} WHERE stays IS NULL)"""
    )
