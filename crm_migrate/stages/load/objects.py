"""The plan's objects as the target is asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of, quoted


@dataclass(frozen=True, slots=True)
class Link:
    """A reference that is loaded: the field here, the field there, the object it points to, and when it is written."""

    field: FieldPlan
    parent: str
    later: bool

    @property
    def name(self) -> str:
        """The field's name in the target."""
        assert self.field.target
        return self.field.target


def loaded_fields(object_plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields that reach the target."""
    return tuple(f for f in object_plan.fields if f.target and not f.let and f.action == "migrate")


def target_object(plan: Plan, object_plan: ObjectPlan) -> TargetObject:
    """What an object needs in the target: its fields by their names there."""
    fields = tuple(_field(plan, object_plan, field) for field in loaded_fields(object_plan))
    return TargetObject(object_plan.target, fields, object_plan.key_field)


def target_objects(plan: Plan) -> tuple[TargetObject, ...]:
    """Every object of the plan, in load order."""
    return tuple(target_object(plan, object_plan) for object_plan in plan.objects)


def written_objects(plan: Plan) -> tuple[TargetObject, ...]:
    """Those that are written, in load order: what is only looked up is not prepared in the target either."""
    return tuple(target_object(plan, object_plan) for object_plan in plan.objects if not object_plan.existing.only)


def _field(plan: Plan, object_plan: ObjectPlan, field: FieldPlan) -> TargetField:
    assert field.target
    parent = plan.object(field.ref.object).target if field.ref else None
    return TargetField(
        field.target,
        field.type,
        required=field.required,
        unique=field.unique,
        length=field.length,
        choices=field.choices,
        reference=parent,
        about=_about(object_plan, field),
    )


def _about(object_plan: ObjectPlan, field: FieldPlan) -> Literal["", "mailbox", "phone"]:
    if field.kind.role != "consent":
        return ""
    return "phone" if object_plan.point_of(field) == "phone" else "mailbox"


def written_last(object_plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields that are no links and wait for the second pass: records that lead here have to be there before."""
    return tuple(f for f in loaded_fields(object_plan) if f.ref is None and f.name in object_plan.second_pass)


def written_of(names: Sequence[str]) -> str:
    """SQL over planned lines: which of the fields that are written last are written of a record."""
    every = f"[{', '.join(map(literal, names))}]"
    filled = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    changed = names_of("__changed_fields")
    return f"""CASE WHEN __action = 'create' AND ({filled}) THEN {every}
      WHEN __action = 'update' THEN list_filter({every}, lambda x: list_contains({changed}, x)) ELSE [] END"""


def waiting(plan: Plan, object_plan: ObjectPlan) -> list[str]:
    """What all fields of the second pass are called in the target."""
    last = (str(field.target) for field in written_last(object_plan))
    return [*(link.name for link in links(plan, object_plan) if link.later), *last]


def links(plan: Plan, object_plan: ObjectPlan) -> tuple[Link, ...]:
    """The references of an object. One to itself or to an object that comes later is written in a second pass."""
    order = [o.name for o in plan.objects]
    here = order.index(object_plan.name)
    return tuple(
        Link(f, f.ref.object, f.name in object_plan.second_pass or order.index(f.ref.object) >= here)
        for f in loaded_fields(object_plan)
        if f.ref is not None
    )
