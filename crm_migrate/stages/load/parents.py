"""Who waits because somebody else does: children of a record that waits, parents of a child that waits where a family
goes together, and who was left out for a record that does not come. A child is never loaded without the link that it
should have."""

from collections.abc import Callable

from crm_migrate.connecting.contract import TargetSchema
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.actions import rest
from crm_migrate.stages.load.keys import Names, members
from crm_migrate.stages.load.objects import Link, links
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLEARED, EQUALS, THEIRS

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
_LEFT_OUT = f"p.__action = 'excluded' AND NOT coalesce({_BY_MODE}, FALSE)"
_WAITS = "p.__action IN ('held', 'rejected')"


def settle(relations: Relations, plan: Plan, there: TargetSchema, doubled: Callable[[], int]) -> None:
    """Let everything wait that must because of others, until nothing changes any more (cycles, chains, families); only
    then empty the links to who is left out, for who is left out may still come to wait.

    `doubled` holds those whose value somebody keeps who waits by now, and says how many.
    """
    points = [(o, link) for o in plan.objects for link in links(plan, o)]
    while True:
        while sum(_hold(relations, there, *each) for each in points) + _others(relations, plan, points):
            pass
        if not doubled():
            break
    for object_plan, link in points:
        if _empties(link, object_plan, there):
            _empty(relations, plan, object_plan, link)


def _others(relations: Relations, plan: Plan, points: list[tuple[ObjectPlan, Link]]) -> int:
    """One round of who waits and is no child of a record that waits; how many changed."""
    changed = sum(_hold_equals(relations, each) for each in plan.objects if each.equal)
    changed += sum(_hold_cleared(relations, each) for each in plan.objects)
    changed += sum(_hold_left_out(relations, plan, each) for each in plan.objects)
    together = [each for each in points if each[1].field.ref and each[1].field.ref.together == "all"]
    return changed + sum(_hold_family(relations, *each) for each in together)


def _hold_equals(relations: Relations, each: ObjectPlan) -> int:
    """Let who was left out because it is a record of another object wait where that one is not written now: nobody is
    left out for a record that does not come, and no opt-out with it."""
    waits = "c.__message || ', which is ' || p.__action || coalesce(' (' || p.__code || ')', '')"
    return sum(
        _update(
            relations,
            f"UPDATE {Names(each.name).plan} c SET {_waiting('held', 'equal_waits', waits)}"
            f" FROM {relations.scan(EQUALS, each.name)} e, {Names(name).plan} p"
            f" WHERE e.__cluster = c.__cluster AND e.object = {literal(name)} AND p.__cluster = e.__other"
            " AND c.__action = 'excluded' AND c.__code = 'equal_skipped'"
            " AND p.__action NOT IN ('create', 'update', 'unchanged')",
        )
        for name in sorted({rule.object for rule in each.equal})
    )


def _hold_cleared(relations: Relations, each: ObjectPlan) -> int:
    """Let children wait whose link was emptied for a record that was left out, and that waits since: it may come."""
    if not relations.finished(CLEARED, each.name):
        return 0
    cleared = relations.scan(CLEARED, each.name)
    return sum(
        _update(
            relations,
            f"UPDATE {Names(each.name).plan} c SET {_waiting('held', 'parent_held', _told(field.name))}"
            f" FROM {cleared} x, {Names(field.ref.object).plan} p WHERE x.field = {literal(field.name)}"
            " AND x.__cluster = c.__cluster AND p.__cluster = x.__parent AND c.__action IN ('create', 'update')"
            " AND p.__action = 'held' AND p.__code IN ('equal_waits', 'parent_held')",
        )
        for field in each.fields
        if field.ref is not None and field.ref.parent_excluded == "clear"
    )


def _hold_left_out(relations: Relations, plan: Plan, each: ObjectPlan) -> int:
    """Let children wait that were left out with a parent that waits by now; who has another parent that is left out
    stays so."""
    following = {field.name for field in each.fields if field.ref and field.ref.parent_excluded == "exclude"}
    points = [link for link in links(plan, each) if link.field.name in following]
    if not following or len(points) < len(following):
        return 0  # the parent may be one that is not linked to in the target, of which nothing is known here
    joins = "".join(
        f" LEFT JOIN {Names(link.parent).plan} p{n} ON p{n}.__cluster = o.{_ref(link)}" for n, link in enumerate(points)
    )
    out = " OR ".join(f"coalesce(p{n}.__action = 'excluded', FALSE)" for n in range(len(points)))
    why = ", ".join(
        f"CASE WHEN p{n}.__action = 'held' THEN {_told(link.field.name, f'p{n}')} END" for n, link in enumerate(points)
    )
    name = Names(each.name).plan
    return _update(
        relations,
        f"UPDATE {name} c SET {_waiting('held', 'parent_held', 'w.why')}"
        f" FROM (SELECT o.__cluster, coalesce({why}) AS why FROM {name} o{joins}"
        f" WHERE o.__action = 'excluded' AND o.__code = 'parent_excluded' AND NOT ({out})) w"
        " WHERE w.__cluster = c.__cluster AND w.why IS NOT NULL",
    )


def _hold_family(relations: Relations, object_plan: ObjectPlan, link: Link) -> int:
    """One round of parents whose children wait; how many changed. A parent that stays as it is waits, too: its other
    new children must not come without those that wait."""
    name = object_plan.name
    waiting = (
        f"SELECT c.{_ref(link)} AS cluster, concat(m.__source, ':', m.__key) AS record,"
        f" concat(c.__action, ' (', c.__code, ')') AS state FROM {Names(name).plan} c"
        f" JOIN {members(relations, name)} m USING (__cluster) WHERE c.__action IN ('held', 'rejected')"
    )
    told = (
        f"concat(min(record), ' of ', {literal(name)}, ' is ', min_by(state, record), ': the family waits as a whole.')"
    )
    return _update(
        relations,
        f"UPDATE {Names(link.parent).plan} p SET __action = 'held', __code = 'family_held', __message = w.why FROM"
        f" (SELECT cluster, {told} AS why FROM ({waiting}) GROUP BY cluster) w WHERE p.__cluster = w.cluster"
        " AND (p.__action IN ('create', 'update', 'unchanged') OR coalesce(p.__code = 'not_updated', FALSE))",
    )


def _hold(relations: Relations, there: TargetSchema, object_plan: ObjectPlan, link: Link) -> int:
    """One round for one reference; how many children changed."""
    assert link.field.ref
    told = _told(link.field.name)
    changed = _children(
        relations, object_plan, link, f"({_WAITS} OR {_BY_MODE})", _waiting("held", "parent_held", told)
    )
    if _empties(link, object_plan, there):
        return changed
    excluded = "excluded" if link.field.ref.parent_excluded == "exclude" else "held"
    return changed + _children(relations, object_plan, link, _LEFT_OUT, _waiting(excluded, "parent_excluded", told))


def _empties(link: Link, object_plan: ObjectPlan, there: TargetSchema) -> bool:
    """Whether a child goes without the link to a record that is left out: not where the link must be filled."""
    assert link.field.ref
    found = there.object(object_plan.target)
    known = found.field(link.name) if found else None
    return link.field.ref.parent_excluded == "clear" and not (link.field.required or (known and known.required))


def _empty(relations: Relations, plan: Plan, object_plan: ObjectPlan, link: Link) -> None:
    """Empty the links to parents that are left out."""
    if _children(relations, object_plan, link, _LEFT_OUT, f"{quoted(link.name)} = NULL, {_ref(link)} = NULL"):
        rest(relations, plan, object_plan)


def _children(relations: Relations, object_plan: ObjectPlan, link: Link, condition: str, change: str) -> int:
    """Change the children of parents (`p`) that cannot be linked to and of which the condition holds; how many."""
    known = f"SELECT __entity FROM {relations.scan(THEIRS, link.parent)} WHERE __entity IS NOT NULL"
    unlinkable = f"(p.__target_id IS NULL OR p.__code IN {_DOUBTFUL} OR p.__entity NOT IN ({known}))"
    parents = f"SELECT * FROM {Names(link.parent).plan} p WHERE {condition} AND {unlinkable}"
    return _update(
        relations,
        f"UPDATE {Names(object_plan.name).plan} c SET {change} FROM ({parents}) p"
        f" WHERE p.__cluster = c.{_ref(link)} AND c.__action IN ('create', 'update')",
    )


def _ref(link: Link) -> str:
    """The column of the plan that holds the parent's cluster."""
    return quoted(f"__ref_{link.name}")


def _told(field: str, parent: str = "p") -> str:
    """SQL: why a child waits."""
    return f"{literal(f'{field}: its parent is ')} || {parent}.__action || coalesce(' (' || {parent}.__code || ')', '')"


def _update(relations: Relations, statement: str) -> int:
    """Carry it out; how many rows it changed."""
    return int(relations.rows(statement)[0][0])


def _waiting(action: str, code: str, message: str) -> str:
    return f"__action = {literal(action)}, __code = {literal(code)}, __message = {message}"
