"""Records of an object that goes to several objects of the target: who belongs into another one than it was loaded as.

The parts of such an object share our keys, so a record is known wherever it was loaded. It is never made a second time:
it waits, until somebody takes the first one away or the sources say again what they said.
"""

from collections.abc import Iterator

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.load.keys import Names
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import THEIRS

MOVED, DOUBLED = "target_changed", "two_targets"


def hold_moved(relations: Relations, plan: Plan) -> None:
    """Let clusters of `keys/<object>` wait that were loaded as another part, or that several parts have now."""
    for object_plan in plan.objects:
        for other in _others(plan, object_plan):
            mine, theirs = Names(object_plan.name), Names(other.name)
            there = relations.scan(THEIRS, other.name)
            target = literal(other.target)
            _hold(relations, mine, MOVED, f"'it was loaded as ' || {target} || ', and goes to '"
                  f" || {literal(object_plan.target)} || ' now'",
                  f"""SELECT s.__entity FROM {theirs.sent} s SEMI JOIN {there} t ON t.__entity = s.__entity
                      ANTI JOIN {mine.sent} m ON m.__entity = s.__entity""")  # fmt: skip
            _hold(relations, mine, DOUBLED, f"'rows of its key go to ' || {target} || ' too'",
                  f"SELECT __entity FROM {theirs.keys}")  # fmt: skip


def moved_away(plan: Plan, object_plan: ObjectPlan) -> Iterator[str]:
    """Queries: the rows (`__source`, `__key`, `state`, `rule`, `code`) of this part that wait in another one now."""
    for other in _others(plan, object_plan):
        names = Names(other.name)
        yield f"""SELECT m.__source, m.__key, 'held' AS state, '' AS rule, k.code FROM {names.members} m
          JOIN {names.keys} k USING (__cluster) WHERE k.code = {literal(MOVED)}"""


def _others(plan: Plan, object_plan: ObjectPlan) -> list[ObjectPlan]:
    parts = object_plan.variant.parts if object_plan.variant else ()
    return [plan.object(name) for name in parts if name != object_plan.name]


def _hold(relations: Relations, names: Names, code: str, message: str, entities: str) -> None:
    relations.execute(
        f"UPDATE {names.keys} SET code = {literal(code)}, message = {message}"
        f" WHERE code IS NULL AND __entity IN ({entities})"
    )
