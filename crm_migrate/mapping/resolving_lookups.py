"""Objects whose records must be in the target already (`existing: only`): what is read of them, and what is refused.

Rows that ask for the same record are one: every feed folds by the values that are looked up (`one_per`).
"""

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import ObjectPart
from crm_migrate.mapping.plan import ExistingPlan, FieldPlan
from crm_migrate.mapping.tree import Path

_IDLE = ("match", "enrich", "mode", "target_unique", "on_rerun")  # words about what is merged and written
_HINT = "Leave it out; what is looked up is neither merged nor written."


def asked(part: ObjectPart) -> tuple[str, ...]:
    """The fields by which records of an object are looked up; none where they are written."""
    return (part.existing.by or part.by) if part.existing and part.existing.only else ()


def lookup(desk: Desk, part: ObjectPart, resolved: tuple[FieldPlan, ...], path: Path) -> ExistingPlan:
    """How records of an object are looked up that is never written."""
    existing = part.existing
    assert existing is not None
    _by(desk, part, path)
    _unheard(desk, part, path)
    by = asked(part)
    for field in resolved:
        _field(desk, field, by, path)
    return ExistingPlan(match=by, only=True, missing=existing.missing, ambiguous=existing.ambiguous)


def _by(desk: Desk, part: ObjectPart, path: Path) -> None:
    """The fields that find a record are said, once, and are there."""
    inside = desk.written((*path, "existing", "by"))
    here: Path = (*path, "existing", "by") if inside else (*path, "by")
    by = asked(part)
    if not by:
        message = "`existing: only` needs `by:`: what finds a record?"
        desk.tell("mapping_missing", message, (*path, "existing"), "Add `by: code`.")
    if inside and part.by:
        desk.tell_key("field_conflict", "`by:` is said twice", (*path, "by"), "Keep one of the two.")
    for at, name in enumerate(by):
        if name not in part.fields:
            desk.unknown("field_unknown", "the field", name, part.fields, (*here, at) if len(by) > 1 else here)


def _unheard(desk: Desk, part: ObjectPart, path: Path) -> None:
    """Words about records that are merged and written."""
    for word in ("match", "then"):
        if desk.written((*path, "existing", word)):
            message = f"`{word}:` is about records that are written, and `only` writes none"
            desk.tell_key("field_conflict", message, (*path, "existing", word), "Say `by:` for what finds a record.")
    for word in _IDLE:
        if desk.written((*path, word)):
            message = f"`{word}:` is never heard with `existing: only`"
            desk.tell_key("field_conflict", message, (*path, word), _HINT)
    for source in (name for name, feed in part.from_.items() if feed.one_per):
        message = "rows that ask for the same record are one already: by what is looked up"
        desk.tell_key("field_conflict", message, (*path, "from", source, "one_per"), "Leave it out.")


def _field(desk: Desk, field: FieldPlan, by: tuple[str, ...], path: Path) -> None:
    here: Path = (*path, "fields", field.name)
    if field.let:
        return
    if field.name not in by:
        message = f"`{field.name}` would be written, and `existing: only` writes nothing"
        desk.tell_key("field_conflict", message, here, "Take it out, move it to `let:`, or name it in `by:`.")
    elif field.ref is not None or not field.cells or field.target is None:
        message = f"`{field.name}` cannot find a record of the target: only a value that a source says can"
        desk.tell_key("field_conflict", message, here, "Look up by a column's value.")


def idle_words(desk: Desk, part: ObjectPart, path: Path) -> None:
    """Words of a look-up where nothing is looked up."""
    spots: list[Path] = [(*path, "by"), *((*path, "existing", word) for word in ("by", "missing", "ambiguous"))]
    for spot in spots:
        if desk.written(spot):
            hint = "Add `existing: only`, or say `existing: {match: [...]}` for records that are written."
            desk.tell_key("field_conflict", f"`{spot[-1]}:` belongs to `existing: only`", spot, hint)
    if part.existing is not None and not part.existing.match:
        desk.tell_key("mapping_missing", "`match` is missing here", (*path, "existing"), "Add `match:`.")
