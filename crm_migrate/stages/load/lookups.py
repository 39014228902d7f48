"""Records that are only looked up: they stand in the target already, others refer to them, and nobody writes them.

They carry no key of ours and never will. In our tables such a record is called by the target's own id instead, so that
it is the same in every run, whatever rows ask for it.
"""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, TargetSchema
from crm_migrate.errors import TargetError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.load.keys import Names
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations

LOOKED_UP, MISSING, AMBIGUOUS = "looked_up", "lookup_missing", "lookup_ambiguous"
_CALLED = "id:"  # no key of ours has a colon


def called(rows: pa.Table, only: Collection[str] | None = None) -> pa.Table:
    """Rows of the target (`target_id`, `__entity`) as we call them: all of them, or `only` those with these ids."""
    ids = rows["target_id"].cast(pa.string())
    names = pc.binary_join_element_wise(_CALLED, ids, "")
    if only is not None:
        names = pc.if_else(pc.is_in(ids, pa.array(sorted(only), pa.string())), names, pa.scalar(None, pa.string()))
    return rows.set_column(rows.column_names.index(ENTITY), ENTITY, names)


def refuse_absent(plan: Plan, there: TargetSchema) -> None:
    """TargetError where the target has no such object, or not the fields that its records are looked up by."""
    for object_plan in (each for each in plan.objects if each.existing.only):
        found = there.object(object_plan.target)
        names = [str(field.target) for field in loaded_fields(object_plan)]
        lacking = [name for name in names if found is None or found.field(name) is None]
        if found is None or lacking:
            what = f"no object {object_plan.target}" if found is None else f"no field {object_plan.target}.{lacking[0]}"
            raise TargetError(
                f"records of {object_plan.name} are only looked up, and the target has {what}",
                hint=f"see `to:` and `by:` of {object_plan.name} in the mapping; what is only looked up is not made",
            )


def call_found(relations: Relations, object_plan: ObjectPlan) -> None:
    """Let every cluster of `keys/<object>` that found its one record be that record."""
    names = Names(object_plan.name)
    relations.execute(f"""UPDATE {names.keys} k SET __entity = {literal(_CALLED)} || x.__target_id
    FROM {names.existing} x WHERE x.__cluster = k.__cluster AND x.__n_theirs = 1 AND x.__n_ours = 1""")


def action(object_plan: ObjectPlan) -> str:
    """SQL over `decided/`: what becomes of a record that is only looked up."""
    words = {"hold": "held", "exclude": "excluded"}
    existing = object_plan.existing
    return f"""CASE WHEN __state <> 'ready' THEN __state
      WHEN __n_theirs = 1 AND __n_ours = 1 THEN 'unchanged'
      WHEN __existing THEN {literal(words[existing.ambiguous])} ELSE {literal(words[existing.missing])} END"""


CODE = f"""CASE WHEN __state <> 'ready' THEN __r_code WHEN __action = 'unchanged' THEN {literal(LOOKED_UP)}
  WHEN __existing THEN {literal(AMBIGUOUS)} ELSE {literal(MISSING)} END"""


def message(object_plan: ObjectPlan) -> str:
    """SQL over `decided/`: why, in words."""
    fields, target = literal(", ".join(object_plan.existing.match)), literal(object_plan.target)
    return f"""CASE WHEN __state <> 'ready' THEN __r_message
      WHEN __action = 'unchanged' THEN 'it is record ' || __target_id || ' of the target'
      WHEN __existing AND __n_theirs = 1 THEN __n_ours || ' of ours find record ' || __target_id || ' of the target'
      WHEN __existing THEN __n_theirs || ' records of ' || {target} || ' in the target have its ' || {fields}
      ELSE 'no record of ' || {target} || ' in the target has its ' || {fields} END"""
