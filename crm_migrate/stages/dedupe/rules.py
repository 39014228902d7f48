"""The match rules of a plan: what of them cannot run, and which fields they need."""

from crm_migrate.finding import Finding, Place
from crm_migrate.mapping.plan import FieldPlan, MatchRulePlan, ObjectPlan, Plan
from crm_migrate.stages.dedupe.survivorship import SURVIVAL


def unsupported(plan: Plan) -> list[Finding]:
    """Errors for what a mapping may say and this version cannot do, or must not."""
    found = []
    for each in plan.objects:
        place = Place(field=each.name)
        for field in each.fields:
            if field.survive not in SURVIVAL:
                found.append(
                    Finding(
                        "survive_unknown",
                        f"{each.name}.{field.name} survives by `{field.survive}`, which is no rule.",
                        place=Place(field=f"{each.name}.{field.name}"),
                        hint=f"Use one of {', '.join(sorted(SURVIVAL))}.",
                    )
                )
        if not each.mergeable and (each.learned or any(rule.do == "merge" for rule in each.match)):
            found.append(
                Finding(
                    "match_not_mergeable",
                    f"Records of {each.name} are never merged by likeness.",
                    place=place,
                    hint="Remove `match:` there, or say `do: review`.",
                )
            )
    return found


def hard_fields(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields whose difference always forbids a merge."""
    return tuple(field for field in plan.fields if field.kind.hard and _is_known(field))


def name_fields(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields that name a record: what `shared` counts."""
    return tuple(field for field in plan.fields if field.kind.names and _is_known(field))


def needed_fields(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """Every field that a rule, a veto or the count of names compares, in the order of the mapping."""
    if not plan.match:
        return hard_fields(plan)
    spoken = {same.field for rule in plan.match for same in rule.same}
    spoken |= {veto.field for rule in plan.match for veto in rule.unless}
    spoken |= {field.name for field in (*hard_fields(plan), *name_fields(plan))}
    return tuple(field for field in plan.fields if field.name in spoken)


def compared_fields(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields that need keys: those of rules and vetoes, and those that find a record in the target."""
    wanted = {field.name for field in needed_fields(plan)} if plan.match or plan.learned else set()
    wanted |= set(plan.existing.match)
    return tuple(field for field in plan.fields if field.name in wanted)


def shared_fields(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields of which it must be known whether a value is used by many."""
    asked = {veto.field for rule in plan.match for veto in rule.unless if veto.kind == "shared"}
    asked |= {rule.same[0].field for rule in plan.match if is_alone(plan, rule)}
    return tuple(field for field in plan.fields if field.name in asked)


def is_alone(plan: ObjectPlan, rule: MatchRulePlan) -> bool:
    """The rule rests on one contact point only, which is not enough where that is shared."""
    return len(rule.same) == 1 and plan.field(rule.same[0].field).kind.contact_point


def _is_known(field: FieldPlan) -> bool:
    """A field that nobody feeds is empty everywhere."""
    return bool(field.cells)
