"""Where fields go in the target: each place is written by one field, and who opted out by nobody but the consent."""

import fnmatch
from collections.abc import Iterator

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.mapping.tree import Path


def check(desk: Desk, plan: ObjectPlan) -> None:
    """Two fields of one place would write over each other; a mark of opt-outs beside a consent may say the opposite."""
    written = [field for field in plan.fields if field.target is not None]
    first: dict[str, str] = {}
    for field in written:
        other = first.setdefault(str(field.target).lower(), field.name)
        if other != field.name:
            message = f"`{other}` and `{field.name}` both go to `{field.target}`: one would write over the other"
            desk.tell("field_conflict", message, _place(desk, plan, field), "Keep one, or say another `to:` of one.")
    consents = [field for field in written if field.kind.role == "consent"]
    for mark in _marks(desk, plan, written):
        said = next((field.name for field in consents if field.name != mark.name), None)
        if said is not None:
            message = (
                f"`{mark.target}` keeps who opted out, and `{said}` says so: where the two differ, one of them lies"
            )
            hint = f"Take it out, and let its column speak in `{said}`: who withdraws there is marked by the load."
            desk.tell("field_conflict", message, _place(desk, plan, mark), hint)


def _marks(desk: Desk, plan: ObjectPlan, written: list[FieldPlan]) -> Iterator[FieldPlan]:
    """The fields that go where the target keeps who opted out."""
    profile = desk.profile_of(plan.name)
    patterns = [pattern.lower() for pattern in profile.opt_outs] if profile else []
    for field in written:
        if any(fnmatch.fnmatchcase(str(field.target).lower(), pattern) for pattern in patterns):
            yield field


def _place(desk: Desk, plan: ObjectPlan, field: FieldPlan) -> Path:
    """Where the mapping says the place of a field, or names the field, or has its object."""
    line: Path = ("objects", plan.name, "fields", field.name)
    wanted: tuple[Path, ...] = ((*line, "to"), line)
    return next((path for path in wanted if desk.written(path)), ("objects", plan.name))
