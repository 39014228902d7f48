"""Whose records these are: what the target keeps of source records and entities, so that nothing is loaded twice.

A member is the digest of an object, a source and a key, the same in every project: who comes from the same sources
under another name is found out before anything is written.
"""

from crm_migrate.connecting.contract import ENTITY, Journal
from crm_migrate.errors import TargetConflict
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.load.keys import Names, members, plan_columns
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.load.sending import slices
from crm_migrate.workspace.crosswalk import member_of
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import CLAIMS, PLANNED, REMOVALS, THEIRS

ROWS = 50_000
_NONE = "(SELECT '' AS __entity, '' AS outcome WHERE FALSE)"


def refuse_claimed(relations: Relations, plan: Plan) -> None:
    """TargetConflict where records that would be created stand in the target for another project's same source rows."""
    found: dict[str, dict[str, int]] = {}
    for object_plan in plan.objects:
        for project, count in relations.rows(_claimed_elsewhere(relations, plan, object_plan)):
            found.setdefault(str(project), {})[object_plan.name] = int(count)
    if not found:
        return
    name, counts = max(found.items(), key=lambda each: sum(each[1].values()))
    told = ", ".join(f"{count} of {object_name}" for object_name, count in counts.items())
    raise TargetConflict(
        f"the target holds these records already: {told} were loaded from the same rows of the same sources by the "
        f"project {name!r}, and this project is called {plan.project!r}; loading them would double them",
        hint=f"to go on with them: `project: {{name: {name}}}` in the mapping; if they are other records: give the "
        "sources other names in the mapping, or load into another target",
    )


def _claimed_elsewhere(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    names, ours = Names(object_plan.name), literal(plan.project)
    claims = relations.scan(CLAIMS, object_plan.name)
    theirs = relations.scan(THEIRS, object_plan.name)
    return f"""SELECT c.project, count(DISTINCT p.__cluster)
    FROM {names.plan} p JOIN {names.members} m USING (__cluster)
    JOIN {claims} c ON c.member = {member_of(object_plan.identity, "m.__source", "m.__key")}
    SEMI JOIN {theirs} t ON t.__entity = c.__entity
    WHERE p.__action = 'create' AND c.project <> {ours} GROUP BY c.project ORDER BY c.project"""


def claim_members(relations: Relations, target: Journal, plan: Plan, object_plan: ObjectPlan) -> None:
    """Keep in the target which source records the entities of this load stand for, as far as it does not know it.

    Rows of a record that was merged into another one stay its own until it is removed.
    """
    entities = relations.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    claims = relations.scan(CLAIMS, object_plan.name)
    member = member_of(object_plan.identity, "m.__source", "m.__key")
    left = relations.scan(REMOVALS, object_plan.name) if relations.finished(REMOVALS, object_plan.name) else _NONE
    query = f"""SELECT DISTINCT {member} AS member, e.__entity FROM {members(relations, object_plan.name)} m
    JOIN {entities} e USING (__cluster)
    ANTI JOIN (SELECT * FROM {claims} WHERE project = {literal(plan.project)}) c
      ON c.member = {member} AND c.__entity = e.__entity
    ANTI JOIN (SELECT c.member FROM {claims} c SEMI JOIN {left} r ON r.__entity = c.__entity AND r.outcome <> 'removed'
               WHERE c.project = {literal(plan.project)}) s ON s.member = {member}
    WHERE e.__action IN ('create', 'update', 'unchanged') ORDER BY member"""
    for table in slices(iter(stream(relations.connection, query, ROWS)), ROWS):
        target.claim(target_object(plan, object_plan), plan.project, table.select(["member", ENTITY]))
