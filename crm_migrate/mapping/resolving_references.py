"""References of a field: which object they name, whose keys each source speaks, and what becomes of missing parents."""

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.plan import CellPlan, RefPlan
from crm_migrate.mapping.text import TextError, parse_ref
from crm_migrate.mapping.tree import Path


def reference(line: Line, cells: dict[str, CellPlan], same_row: tuple[str, ...]) -> RefPlan | None:
    """What a field refers to; None where it refers to nothing, or to what is not there."""
    spec, desk = line.spec, line.desk
    known = line.canonical.reference if line.canonical else None
    written = spec.ref or known
    if written is None:
        if same_row:
            desk.tell("field_conflict", "`same_row` needs a reference", (*line.path, same_row[0]), "Add `ref: object`.")
        return None
    path: Path = (*line.path, "ref") if spec.ref else line.path
    try:
        target, space = parse_ref(written)
    except TextError as error:
        desk.text_error(error, path)
        return None
    if target not in desk.file.objects:
        desk.unknown("ref_unknown", "the object", target, desk.file.objects, path)
        return None
    feeds = list(desk.file.objects[target].from_)
    for source in same_row:
        if source not in feeds:
            message = f"`same_row`: the source `{source}` does not feed `{target}`"
            desk.tell("ref_unknown", message, (*line.path, source), f"Add `{source}` to `from:` of {target}.")
    return RefPlan(
        object=target,
        spaces={
            **_spaces(line, cells, target, space, path),
            **{source: link.space for source, link in line.links.items()},
        },
        same_row=same_row,
        by=_by(line, target),
        missing=spec.missing or "hold",
        ambiguous=spec.ambiguous or "hold",
        parent_excluded=spec.parent_excluded or "hold",
    )


def _spaces(line: Line, cells: dict[str, CellPlan], target: str, named: str | None, path: Path) -> dict[str, str]:
    """Which key space each cell of the line itself speaks."""
    asked = bool(cells.keys() - line.links.keys()) and line.spec.by is None
    space = space_of(line.desk, target, named, path, asked=asked)
    return dict.fromkeys(cells, space) if space is not None else {}


def space_of(desk: Desk, target: str, named: str | None, path: Path, *, asked: bool = True) -> str | None:
    """The key space that a reference speaks: the one that is named, or the only one there is.

    None, and a finding, where there is none of that name, or where it is `asked` for one of several.
    """
    feeds = list(desk.file.objects[target].from_)
    if named is not None and named not in feeds:
        desk.unknown("ref_unknown", f"the source of `{target}`", named, feeds, path)
        return None
    if named is None and len(feeds) > 1 and asked:
        message = f"`{target}` has several sources: whose key is in this cell?"
        desk.tell("ref_ambiguous", message, path, f"Write `ref: {target}.{feeds[0]}`.")
    return named or (feeds[0] if len(feeds) == 1 else None)


def _by(line: Line, target: str) -> str | None:
    by = line.spec.by
    other = line.desk.file.objects[target]
    if by is not None and by not in other.fields and by not in other.let:
        line.desk.unknown("field_unknown", f"the field of `{target}`", by, other.fields, (*line.path, "by"))
    return by
