"""Where a load would end an opt-out: the target has a refusal, and ours says something weaker.

An opt-out does not come back to life by a later export. It ends where the mapping allows it by decision and the proof
that is loaded with the consent (a field that follows it) is younger than the proof that the target has, or where a
person said so: of the field (`crm-migrate conflicts`), of the record (a decision `reconsent:`), or by splitting the
record of somebody who never refused, which the gate tells afterwards. What other records refuse: `standing.py`.
"""

from collections.abc import Iterator

from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, granted_at, refused_at
from crm_migrate.stages.dedupe.reconsents import decided
from crm_migrate.stages.load.keys import Names, fields_where
from crm_migrate.stages.load.objects import loaded_fields

_REFUSALS = ", ".join(map(literal, REFUSALS))


def revived(plan: Plan, object_plan: ObjectPlan) -> str:
    """SQL over `decided/`: the names of consents that this load would bring back to life."""
    fields = loaded_fields(object_plan)
    let = decided(plan, object_plan, Names(object_plan.name).members)
    consents = (f for f in fields if f.kind.role == "consent")
    return fields_where((str(f.target), f"{_ends(f, fields, Clock.of(plan))} AND NOT {let}") for f in consents)


def _ends(field: FieldPlan, fields: tuple[FieldPlan, ...] | list[FieldPlan], clock: Clock) -> str:
    name = str(field.target)
    ours, sent = quoted("=" + name), quoted("-" + name)
    weaker = f"{ours} IS DISTINCT FROM {sent} AND lower(coalesce({ours}, '')) NOT IN ({_REFUSALS})"  # emptied, too
    refused = f"lower(coalesce({_there(name)}, '')) IN ({_REFUSALS})"
    said = f"(list_contains(__goes, {literal(name)}) OR coalesce(__k_split, FALSE))"
    younger = " OR ".join(_younger(field, fields, clock)) or "FALSE"
    again = f"(lower(coalesce({ours}, '')) = 'granted' AND ({younger}))"  # who is unknown granted nothing
    return f"{weaker} AND {refused} AND NOT {said} AND NOT {again}"


def _there(name: str) -> str:
    """What the target has: as a user left it, else as we sent it."""
    return f"coalesce({quoted('~' + name)}, {quoted('-' + name)})"


def _younger(field: FieldPlan, fields: tuple[FieldPlan, ...] | list[FieldPlan], clock: Clock) -> Iterator[str]:
    """The proof that goes with it is younger than that of the refusal."""
    if field.allow_reconsent is None:
        return
    for proof in (str(f.target) for f in fields if f.follows == field.name):
        yield f"coalesce({granted_at(quoted('=' + proof), clock)} > {refused_at(_there(proof), clock)}, FALSE)"
