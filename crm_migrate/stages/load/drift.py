"""What the target says of itself now against what is locked, field by field, and what a mapping lacks of either."""

from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import TargetField, TargetObject, TargetSchema
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.target_lock import FILE
from crm_migrate.stages.load.objects import target_object, target_objects
from crm_migrate.stages.load.promises import CODE, unfilled

_PULL = "see whether the mapping still fits, then: crm-migrate target pull"


class Drift(BaseModel):
    """One thing that the target says otherwise than the lock. `matters` where it is about a field that is loaded, or
    where a new record has to have it."""

    model_config = ConfigDict(frozen=True)

    code: str
    object: str
    field: str = ""
    was: str = ""
    now: str = ""
    matters: bool = True

    def finding(self) -> Finding:
        """In words."""
        name = f"{self.object}.{self.field}" if self.field else self.object
        words = f"{name}: it was {self.was or 'not there'}, it is {self.now or 'not there'}"
        severity = Severity.WARNING if self.matters else Severity.NOTE
        return Finding(self.code, words, severity, Place(source=self.object, field=self.field), _PULL)


def drift(plan: Plan, locked: TargetSchema, there: TargetSchema) -> Iterator[Drift]:
    """Everything about the objects of the plan that has changed since the lock, in load order."""
    for wanted in target_objects(plan):
        was, now = locked.object(wanted.name), there.object(wanted.name)
        if was is None or now is None:
            if was is not now:
                yield Drift(code="drift_gone" if was else "drift_new", object=wanted.name, was="there" if was else "",
                            now="there" if now else "", matters=was is not None)  # fmt: skip
            continue
        names = dict.fromkeys(field.name for each in (was, now) for field in each.fields)
        for name in names:
            yield from _of_field(wanted, was.field(name), now.field(name))


def _of_field(wanted: TargetObject, was: TargetField | None, now: TargetField | None) -> Iterator[Drift]:
    field = now or was
    assert field is not None
    asked = wanted.field(field.name) is not None
    if was is None or now is None:
        needed = now is not None and now.required and not now.default
        told = ["", _told(field)] if was is None else [_told(field), ""]
        yield Drift(code="drift_new" if was is None else "drift_gone", object=wanted.name, field=field.name,
                    was=told[0], now=told[1], matters=needed or (asked and now is None))  # fmt: skip
        return
    for code, words in _PARTS.items():
        before, after = words(was), words(now)
        if before != after:
            yield Drift(
                code=code, object=wanted.name, field=field.name, was=before, now=after,
                matters=asked or (code == "drift_required" and now.required),
            )  # fmt: skip


def _told(field: TargetField) -> str:
    return f"{field.type}{', required' if field.required and not field.default else ''}"


def _rest(field: TargetField) -> str:
    """Whatever else the target says of a field, where it says anything."""
    plain = TargetField(field.name, field.type, field.required, field.unique, field.length, field.choices,
                        field.reference, default=field.default)  # fmt: skip
    if field == plain:
        return "without further rules"
    parts = {
        "computed by the target": field.read_only, f"below {field.below}": field.below is not None,
        f"{field.scale} decimals": field.scale is not None, f"{field.digits} digits": field.digits is not None,
        "compared without capitals": bool(field.case_blind),
    }  # fmt: skip
    return ", ".join([*(words for words, holds in parts.items() if holds), *(f"{op} {c}" for op, c in field.bounds)])


_PARTS: dict[str, Callable[[TargetField], str]] = {
    "drift_type": lambda field: f"{field.type}{f' to {field.reference}' if field.reference else ''}",
    "drift_length": lambda field: f"{field.length} characters" if field.length else "of any length",
    "drift_choices": lambda field: ", ".join(field.choices) or "free",
    "drift_required": lambda field: "required" if field.required and not field.default else "not required",
    "drift_unique": lambda field: "unique" if field.unique else "not unique",
    "drift_rule": _rest,
}


def unmet(plan: Plan, locked: TargetSchema) -> Iterator[Finding]:
    """What no row can make good: fields that the locked target wants filled and nothing fills, or computes itself."""
    for object_plan in (each for each in plan.objects if not each.existing.only):
        wanted, found = target_object(plan, object_plan), locked.object(object_plan.target)
        if found is None:
            continue
        reasons = [*unfilled(wanted, found)]
        computed = (each.name for each in wanted.fields if (there := found.field(each.name)) and there.read_only)
        reasons += [f"{name}: the target computes it itself" for name in computed]
        for words in reasons:
            place = Place(source=object_plan.name)
            hint = f"by {FILE}; map it, or ask the target again: crm-migrate target pull"
            yield Finding(CODE, f"{object_plan.name}: {words}", Severity.WARNING, place, hint)
