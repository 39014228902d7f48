"""The values that a mapping itself writes (constants, branches, value maps, owners), and which of them people have to
make or allow in the target: choices, stages, users, currencies, dates of creation. What only the data says is told by
`plan`."""

from collections.abc import Iterator
from itertools import groupby

from crm_migrate.connecting.by_hand import CODE, ByHand
from crm_migrate.connecting.contract import Doubt, Foretells, LeavesToPeople, LetsSet, Target, TargetSchema
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import TARGET_WORDS, CellPlan, FieldPlan, ObjectPlan, Plan
from crm_migrate.mapping.target_lock import FILE
from crm_migrate.stages.load.objects import loaded_fields, target_object

LEFT_OUT = "take it out of the mapping, or name a field of your own with `to:`"


def values_by_hand(plan: Plan, target: Target) -> tuple[ByHand, ...]:
    """What people have to make or allow there, or the mapping has to say otherwise, before such records are taken."""
    if not isinstance(target, LeavesToPeople):
        return ()
    written = [each for each in plan.objects if not each.existing.only]
    there = target.describe([each.target for each in written])
    found = (*_set_there(plan, written, there, target), *_choices(plan, written, there, target))
    return tuple(dict.fromkeys([*found, *_foretold(plan, written, target)]))


def _choices(plan: Plan, written: list[ObjectPlan], there: TargetSchema, target: LeavesToPeople) -> Iterator[ByHand]:
    for each in written:
        for field, values in strange(plan, each, there):
            what = f"the choice {', '.join(values)} of {field} of {each.target}"
            yield ByHand(what, target.where_choices(each.target, field))


def _set_there(plan: Plan, written: list[ObjectPlan], there: TargetSchema, target: Target) -> Iterator[ByHand]:
    """Fields that the target sets itself, and what lets us set them."""
    for each in written:
        found = there.object(each.target)
        for field in target_object(plan, each).fields:
            described = found.field(field.name) if found else None
            if described and described.read_only:
                where = target.where_set(field.name) if isinstance(target, LetsSet) else ""
                yield ByHand(f"{field.name} of {each.target} is set there, and not by us", where or LEFT_OUT)


def unmade(plan: Plan, locked: TargetSchema) -> Iterator[Finding]:
    """Choices that the locked target lacks, before anybody asks it."""
    hint = f"by {FILE}; add it there, or translate to another, then: crm-migrate target pull"
    for each in (each for each in plan.objects if not each.existing.only):
        for field, values in strange(plan, each, locked):
            message = f"{each.name}: the target lacks the choice {', '.join(values)} of {field}"
            yield Finding(CODE, message, Severity.WARNING, Place(source=each.name, field=field), hint)


def strange(plan: Plan, object_plan: ObjectPlan, there: TargetSchema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By field of the target, what the mapping writes and is none of its choices."""
    found = there.object(object_plan.target)
    for name, values in said_values(plan, object_plan).items():
        field = found.field(name) if found else None
        if field and field.choices and (others := tuple(v for v in values if v not in field.choices)):
            yield name, others


def said_values(plan: Plan, object_plan: ObjectPlan) -> dict[str, tuple[str, ...]]:
    """By field of the target, in the order of the mapping."""
    said = {str(field.target): tuple(dict.fromkeys(_said(plan, field))) for field in loaded_fields(object_plan)}
    return {name: values for name, values in said.items() if values}


def _said(plan: Plan, field: FieldPlan) -> Iterator[str]:
    plain = (field.constant, field.default, *(branch.then for branch in field.case))
    yield from (value for value in plain if value)
    for cell in field.cells.values():
        yield from (value for value in _translated(plan, cell) if value)


def _translated(plan: Plan, cell: CellPlan) -> Iterator[str | None]:
    """What the steps of a cell can make of it, as far as the mapping lists it: a later step may change it again."""
    steps = list(cell.steps)
    words = plan.value_maps[steps.pop().args[0]].entries if steps and steps[-1].name == TARGET_WORDS else {}
    if steps and steps[-1].name == "map":
        found = plan.value_maps[steps[-1].args[0]]
        yield from (words.get(value, value) for value in (*found.entries.values(), found.default) if value)
    if plan.owners and any(step.name == "owner" for step in cell.steps):
        kept = "keep" in (plan.owners.open_records, plan.owners.closed_records)
        yield from (each.target for each in plan.owners.entries if each.active or kept)


def _foretold(plan: Plan, written: list[ObjectPlan], target: Target) -> Iterator[ByHand]:
    """Users and currencies that are not there, of which the target says so."""
    if not isinstance(target, Foretells):
        return
    for each in written:
        roles = {str(f.target) for f in loaded_fields(each) if f.kind.role in ("owner", "currency")}
        values = {name: said for name, said in said_values(plan, each).items() if name in roles}
        doubts = [d for d in target.foretell(target_object(plan, each), values) if d.waits]
        for (field, words, hint), some in groupby(sorted(doubts, key=_alike), key=_alike):
            named = ", ".join(doubt.value for doubt in some)
            yield ByHand(f"{named} as {field} of {each.target}", hint, words)


def _alike(doubt: Doubt) -> tuple[str, str, str]:
    return doubt.field, doubt.words, doubt.hint
