"""References of a field: which object they name, whose keys each source speaks, and what becomes of missing parents."""

from dataclasses import dataclass
from typing import Literal

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.plan import CellPlan, RefPlan
from crm_migrate.mapping.text import parse_ref
from crm_migrate.mapping.tree import Path


@dataclass(frozen=True, slots=True)
class _Written:
    """One text of `ref:`: the object, whose key is spoken (None: not said), by which sources, and where it stands."""

    object: str
    space: str | None
    sources: tuple[str, ...]
    path: Path


def reference(line: Line, cells: dict[str, CellPlan], same_row: tuple[str, ...]) -> RefPlan | None:
    """What a field refers to; None where it refers to nothing, or to what is not there."""
    spec, desk = line.spec, line.desk
    written = _written(line, cells)
    if not written:
        if same_row and not spec.ref and not (line.canonical and line.canonical.reference):
            desk.tell("field_conflict", "`same_row` needs a reference", (*line.path, same_row[0]), "Add `ref: object`.")
        return None
    target = written[0].object
    feeds = list(desk.file.objects[target].from_)
    for source in same_row:
        if source not in feeds:
            message = f"`same_row`: the source `{source}` does not feed `{target}`"
            desk.tell("ref_unknown", message, (*line.path, source), f"Add `{source}` to `from:` of {target}.")
    return RefPlan(
        object=target,
        spaces={
            **{source: space for each in written for source, space in _spaces(line, each).items()},
            **{source: link.space for source, link in line.links.items()},
        },
        same_row=same_row,
        by=_by(line, target),
        missing=spec.missing or "hold",
        ambiguous=spec.ambiguous or "hold",
        parent_excluded=spec.parent_excluded or "hold",
        parent_erased=_parent_erased(line),
        together=spec.together,
    )


def _written(line: Line, cells: dict[str, CellPlan]) -> list[_Written]:
    """What `ref:` says for all sources or for each of its own; all of one object that is there, or nothing."""
    spec, path = line.spec, (*line.path, "ref")
    own = tuple(source for source in cells if source not in line.links)
    if isinstance(spec.ref, dict):
        for source in sorted(set(own) - spec.ref.keys()):
            message = f"`ref:` does not say whose key the cell of `{source}` speaks"
            line.desk.tell_key("ref_ambiguous", message, path, f"Add `{source}: object.source`.")
        for source in sorted(spec.ref.keys() - set(own)):
            line.desk.unknown("source_not_fed", "the source of a cell", source, own, (*path, source), key=True)
        found = [_read(line, text, (source,), (*path, source)) for source, text in spec.ref.items()]
    elif spec.ref is not None:
        found = [_read(line, spec.ref, own, path)]
    else:
        known = line.canonical.reference if line.canonical else None
        found = [_read(line, known, own, line.path)] if known else []
    read = [each for each in found if each is not None]
    for each in read[1:]:
        if each.object != read[0].object:
            message = f"a field refers to one object: this is `{each.object}`, and before it stands `{read[0].object}`"
            line.desk.tell("ref_unknown", message, each.path, "Make a field for each object.")
    return [each for each in read if each.object == read[0].object]


def _read(line: Line, text: str, sources: tuple[str, ...], path: Path) -> _Written | None:
    read = read_reference(line.desk, text, path)
    return _Written(*read, sources, path) if read is not None else None


def read_reference(desk: Desk, text: str, path: Path) -> tuple[str, str | None] | None:
    """The object that `object.source` names, and the source; None, and a finding, where there is no such object."""
    read = desk.read_text(parse_ref, text, path)
    if read is not None and read[0] not in desk.file.objects:
        desk.unknown("ref_unknown", "the object", read[0], desk.file.objects, path)
        return None
    return read


def _spaces(line: Line, written: _Written) -> dict[str, str]:
    """Which key space each source speaks."""
    asked = bool(written.sources) and line.spec.by is None
    space = space_of(line.desk, written.object, written.space, written.path, asked=asked)
    return dict.fromkeys(written.sources, space) if space is not None else {}


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
        hint = f"Write `ref: {target}.{feeds[0]}`, or for each source its own: `ref: {{source: {target}.{feeds[0]}}}`."
        desk.tell("ref_ambiguous", message, path, hint)
    return named or (feeds[0] if len(feeds) == 1 else None)


def _parent_erased(line: Line) -> Literal["clear", "exclude", "hold"]:
    """What becomes of a record of this object whose parent was erased: as of the object, else as of all.

    A link is nothing without one of its ends, so where others lose theirs, it goes with it.
    """
    erase = line.desk.file.privacy.erase
    words = erase.children if erase is not None else {}
    said = words.get(line.object, words.get("", "clear"))
    return "exclude" if said == "clear" and line.object in line.desk.links else said


def _by(line: Line, target: str) -> str | None:
    by = line.spec.by
    other = line.desk.file.objects[target]
    if by is not None and by not in other.fields and by not in other.let:
        line.desk.unknown("field_unknown", f"the field of `{target}`", by, other.fields, (*line.path, "by"))
    return by
