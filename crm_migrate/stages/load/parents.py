"""A child of a record that waits, waits too: it is never loaded without the link that it should have; and so does the
parent of a child that waits, where a family goes together."""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.actions import rest
from crm_migrate.stages.load.keys import Names, members
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
    "family_held",
)
# A parent that `mode:` leaves out is no decision about its children: they wait for it, whatever was said of others.
_BY_MODE = "p.__code IN ('not_created', 'not_adopted')"
_UNLINKABLE = f"(p.__target_id IS NULL OR p.__code IN {_DOUBTFUL})"


def hold_children(relations: Relations, plan: Plan) -> None:
    """Let every child of a waiting parent wait, until nothing changes any more (cycles, chains, self-references)."""
    points = [(o, link) for o in plan.objects for link in links(plan, o)]
    together = [(o, link) for o, link in points if link.field.ref and link.field.ref.together == "all"]
    while sum(_hold(relations, plan, *each) for each in points) + sum(
        _hold_family(relations, *each) for each in together
    ):
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


def _hold_family(relations: Relations, object_plan: ObjectPlan, link: Link) -> int:
    """One round of parents whose children wait; how many changed."""
    name = object_plan.name
    waiting = (
        f"SELECT c.{quoted(f'__ref_{link.name}')} AS cluster, concat(m.__source, ':', m.__key) AS record,"
        f" concat(c.__action, ' (', c.__code, ')') AS state FROM {Names(name).plan} c"
        f" JOIN {members(relations, name)} m USING (__cluster) WHERE c.__action IN ('held', 'rejected')"
    )
    told = (
        f"concat(min(record), ' of ', {literal(name)}, ' is ', min_by(state, record), ': the family waits as a whole.')"
    )
    (row,) = relations.rows(
        f"UPDATE {Names(link.parent).plan} p SET __action = 'held', __code = 'family_held', __message = w.why FROM"
        f" (SELECT cluster, {told} AS why FROM ({waiting}) GROUP BY cluster) w"
        " WHERE p.__cluster = w.cluster AND p.__action IN ('create', 'update')"
    )
    return int(row[0])


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
