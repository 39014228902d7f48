"""`equal_to:`: records that may be one of another object already, as the engine runs it."""

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import ObjectPart
from crm_migrate.mapping.model_matching import Equal
from crm_migrate.mapping.plan import EqualPlan, FieldPlan, ObjectPlan, SamePlan
from crm_migrate.mapping.text import parse_same, parse_veto
from crm_migrate.mapping.tree import Path


def equals(desk: Desk, plans: dict[str, ObjectPlan]) -> dict[str, ObjectPlan]:
    """The objects with what may be one of another; needs the fields of all."""
    found = {name: _rules(desk, name, part, plans) for name, part in desk.file.objects.items() if part.equal_to}
    return {name: plan.model_copy(update={"equal": found.get(name, ())}) for name, plan in plans.items()}


def _rules(desk: Desk, name: str, part: ObjectPart, plans: dict[str, ObjectPlan]) -> tuple[EqualPlan, ...]:
    rules = []
    for at, rule in enumerate(part.equal_to):
        here: Path = ("objects", name, "equal_to", at)
        other = plans.get(rule.of)
        if other is None or rule.of == name:
            others = [each for each in plans if each != name]
            desk.unknown("object_unknown", "the other object", rule.of, others, (*here, "of"))
            continue
        if other.existing.only or (part.existing and part.existing.only):
            message = "records that are only looked up are compared with nobody"
            desk.tell("field_conflict", message, (*here, "of"), "Leave the rule out.")
        rules.append(_rule(desk, rule, plans[name], other, here))
    return tuple(rules)


def _rule(desk: Desk, rule: Equal, plan: ObjectPlan, other: ObjectPlan, path: Path) -> EqualPlan:
    same = [_same(desk, plan, other, text, (*path, "same", at)) for at, text in enumerate(rule.same)]
    kept = tuple(each for each in same if each)
    if len(kept) == len(same) and all(each.similarity is not None for each in kept):
        message = "one field of `same:` at least must be equal, not only alike"
        desk.tell("match_refused", message, (*path, "same"), "Add a mailbox, a number or a name without `~`.")
    unless = [_veto(desk, plan, other, text, (*path, "unless", at)) for at, text in enumerate(rule.unless)]
    desk.decided(rule.because, (*path, "because"))
    return EqualPlan(
        name=rule.rule,
        object=rule.of,
        same=kept,
        unless=tuple(each for each in unless if each),
        do=rule.do,
        because=rule.because,
    )


def _same(desk: Desk, plan: ObjectPlan, other: ObjectPlan, text: str, path: Path) -> SamePlan | None:
    same = desk.read_text(parse_same, text, path)
    return same if same and _in_both(desk, plan, other, same.field, path) else None


def _veto(desk: Desk, plan: ObjectPlan, other: ObjectPlan, text: str, path: Path) -> str | None:
    veto = desk.read_text(parse_veto, text, path)
    if veto is None:
        return None
    if veto.kind != "differs":
        message = f"`{text}`: between two objects only `{veto.field} differs` is known"
        hint = "A mailbox of a function, or one under two names, never leaves anybody out anyway."
        desk.tell("mapping_not_supported", message, path, hint)
        return None
    return veto.field if _in_both(desk, plan, other, veto.field, path) else None


def _in_both(desk: Desk, plan: ObjectPlan, other: ObjectPlan, name: str, path: Path) -> bool:
    """Both objects have the field by that name, of one type, filled by sources: that is what can be compared."""
    shared = _comparable(plan).keys() & _comparable(other).keys()
    if name not in shared:
        what = f"the field of both `{plan.name}` and `{other.name}`"
        desk.unknown("field_unknown", what, name, shared, path)
        return False
    ours, theirs = _comparable(plan)[name].type, _comparable(other)[name].type
    if ours != theirs:
        message = f"`{name}` is of type `{ours}` in `{plan.name}` and `{theirs}` in `{other.name}`"
        desk.tell("field_conflict", message, path, "Compare what is of one type.")
    return ours == theirs


def _comparable(plan: ObjectPlan) -> dict[str, FieldPlan]:
    return {field.name: field for field in plan.fields if field.cells and field.ref is None}
