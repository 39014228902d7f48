"""What the target's profile says where the mapping says nothing, each thing told: the mapping may say another."""

from typing import Literal

from crm_migrate.crm.types import OnInvalid
from crm_migrate.finding import Severity
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.model import ObjectPart
from crm_migrate.mapping.profiles import ProfileObject


def default(line: Line) -> str | None:
    """What an empty value is there, of a field that the mapping may leave empty."""
    spec, said = line.spec, line.profile.default if line.profile else None
    if said is None or spec.default is not None or spec.constant is not None or spec.clear:
        return None
    message = f"where `{line.name}` has no value, `{said}` is written: in {_named(line.desk)} the field is never empty"
    _tell(line, "target_default", message, f"Say `default:` of `{line.name}` yourself where it is to be another.")
    return said


def on_invalid(line: Line) -> OnInvalid | None:
    """What becomes of a value that is none; own code waits, as everywhere."""
    said = line.profile.on_invalid if line.profile else None
    if said is None or line.spec.on_invalid is not None or line.spec.python is not None:
        return None
    message = (
        f"`{line.name}` goes by `on_invalid: {said}`: {_named(line.desk)} refuses a record for a value that is none"
    )
    _tell(line, "target_default", message, f"Say `on_invalid:` of `{line.name}` yourself where it is to be another.")
    return said


def has_no_place(line: Line) -> bool:
    """Whether the target has nothing like it: the field is read and accounted for, and not written."""
    why = line.profile.nowhere if line.profile else None
    if why is None or line.spec.to is not None or line.spec.action != "migrate":
        return False
    message = f"`{line.object}.{line.name}` has no place in {_named(line.desk)} and stays in the archive: {why}"
    _tell(line, "target_nowhere", message, "A field of your own there is named with `to:`.")
    return True


def shared(
    desk: Desk, name: str, part: ObjectPart, profile: ProfileObject | None
) -> dict[str, Literal["keep_best", "hold"]]:
    """Fields whose values the target takes once, and what happens to the others, where the mapping does not say it."""
    said = {field: each.shared for field, each in profile.fields.items() if each.shared} if profile else {}
    found = {field: word for field, word in said.items() if field in part.fields and field not in part.target_unique}
    for field, word in found.items():
        message = f"`{field}` goes by `target_unique: {word}`: {_named(desk)} takes each value once"
        hint = f"Say `target_unique: {{{field}: hold}}` where people shall decide about each."
        desk.tell("target_default", message, ("objects", name, "fields", field), hint, Severity.NOTE)
    return found


def _named(desk: Desk) -> str:
    return desk.target.called if desk.target else "the target"


def _tell(line: Line, code: str, message: str, hint: str) -> None:
    line.desk.tell(code, message, line.path, hint, Severity.NOTE)
