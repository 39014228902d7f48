"""What a person said of a grant that an opt-out stands against: the decision `reconsent:<source>:<key>` is about one
record, `reconsent:<object>` about all of an object. It is a word beside the proof, for who has none that can be read.
"""

from crm_migrate.mapping.plan import RECONSENT, ObjectPlan, Plan
from crm_migrate.quoting import literal


def decided(plan: Plan, each: ObjectPlan, members: str, cluster: str = "__cluster") -> str:
    """SQL over the column of the `cluster`: a decision lets the grants of this record stand; `members` is a FROM item
    with `__cluster`, `__source`, `__key`."""
    if RECONSENT + each.name in plan.decisions:
        return "TRUE"
    named = [id.removeprefix(RECONSENT) for id in plan.decisions if id.startswith(RECONSENT) and id.count(":") > 1]
    if not named:
        return "FALSE"
    listed = ", ".join(map(literal, sorted(named)))
    return f"{cluster} IN (SELECT __cluster FROM {members} WHERE __source || ':' || __key IN ({listed}))"
