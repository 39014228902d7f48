"""A child of a record that waits, waits too: it is never loaded without the link that it should have."""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.actions import rest
from crm_migrate.stages.load.keys import Names
from crm_migrate.stages.load.objects import Link, links
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EQUALS

# A parent that waits but is in the target already, as itself, can be linked to.
_DOUBTFUL = (
    "merge_of_loaded",
    "split_of_loaded",
    "existing_review",
    "existing_ambiguous",
    "target_record_gone",
    "existing_claimed",
    "lookup_ambiguous",
    "key_changed",
    "not_adopted",
)
# A parent that `mode:` leaves out is no decision about its children: they wait for it, whatever was said of others.
_BY_MODE = "p.__code IN ('not_created', 'not_adopted')"
_UNLINKABLE = f"(p.__target_id IS NULL OR p.__code IN {_DOUBTFUL})"


def hold_children(relations: Relations, plan: Plan) -> None:
    """Let every child of a waiting parent wait, until nothing changes any more (cycles, chains, self-references)."""
    points = [(o, link) for o in plan.objects for link in links(plan, o)]
    while sum(_hold(relations, plan, object_plan, link) for object_plan, link in points):
        pass


def hold_equals(relations: Relations, plan: Plan) -> None:
    """Let who was left out because it is a record of another object wait where that one is not written now: nobody is
    left out for a record that does not come, and no opt-out with it."""
    waits = "c.__message || ', which is ' || p.__action || coalesce(' (' || p.__code || ')', '')"
    for each in (each for each in plan.objects if each.equal):
        for name in sorted({rule.object for rule in each.equal}):
            relations.execute(
                f"UPDATE {Names(each.name).plan} c SET {_waiting('held', 'equal_waits', waits)}"
                f" FROM {relations.scan(EQUALS, each.name)} e, {Names(name).plan} p"
                f" WHERE e.__cluster = c.__cluster AND e.object = {literal(name)} AND p.__cluster = e.__other"
                " AND c.__action = 'excluded' AND c.__code = 'equal_skipped'"
                " AND p.__action NOT IN ('create', 'update', 'unchanged')"
            )


def _hold(relations: Relations, plan: Plan, object_plan: ObjectPlan, link: Link) -> int:
    """One round for one reference; how many children changed."""
    assert link.field.ref
    policy, ref = link.field.ref.parent_excluded, quoted(f"__ref_{link.name}")
    waits = literal(f"{link.field.name}: its parent is ") + " || p.__action || coalesce(' (' || p.__code || ')', '')"
    excluded = "excluded" if policy == "exclude" else "held"
    cases = {
        f"(p.__action IN ('held', 'rejected') OR {_BY_MODE})": _waiting("held", "parent_held", waits),
        f"p.__action = 'excluded' AND NOT coalesce({_BY_MODE}, FALSE)": f"{quoted(link.name)} = NULL, {ref} = NULL"
        if policy == "clear"
        else _waiting(excluded, "parent_excluded", waits),
    }
    changed = 0
    for condition, change in cases.items():
        (row,) = relations.rows(
            f"UPDATE {Names(object_plan.name).plan} c SET {change} FROM {Names(link.parent).plan} p "
            f"WHERE p.__cluster = c.{ref} AND c.__action IN ('create', 'update') AND {_UNLINKABLE} AND {condition}"
        )
        changed += int(row[0])
        if policy == "clear" and int(row[0]):
            rest(relations, plan, object_plan)
    return changed


def _waiting(action: str, code: str, message: str) -> str:
    return f"__action = {literal(action)}, __code = {literal(code)}, __message = {message}"
