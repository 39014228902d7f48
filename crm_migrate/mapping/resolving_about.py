"""Typed references, lowered to what the engine runs anyway: a guarded cell in each reference field that may be meant.

`about: {crm: {ref_by: {type: parent_type, id: parent_id, map: {Accounts: accounts.acc}}}}` becomes the cell
`= if([parent_type] in ('Accounts'), [parent_id], null)` of the field that leads to accounts, and a helper field
`about`, whose value map knows the words of the type: what it does not know is told and held as any other value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_migrate.crm.model import CanonicalObject
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping import steps
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Link
from crm_migrate.mapping.model import ObjectPart, TargetField
from crm_migrate.mapping.model_about import About, Parent, RefBy
from crm_migrate.mapping.plan import CellPlan, FieldPlan, StepPlan, ValueMapPlan
from crm_migrate.mapping.profiles import ProfileObject
from crm_migrate.mapping.resolving_references import read_reference, space_of
from crm_migrate.mapping.text import Cell, normal_name, object_of, parse_cell
from crm_migrate.mapping.tree import Path

HELPER = "about"
_EMPTY = "(empty)"  # the type of an id that has none, as people read it
_POLICIES = ("missing", "ambiguous", "parent_excluded")
_UNKNOWN_TYPE = {"clear": "warn", "warn_and_clear": "warn", "reject": "reject"}


@dataclass(slots=True)
class Spread:
    """What the typed references of an object became: links and helpers by field and source, policies by field."""

    links: dict[str, dict[str, Link]] = field(default_factory=dict)
    leads_to: dict[str, str] = field(default_factory=dict)
    policies: dict[str, dict[str, str]] = field(default_factory=dict)
    helpers: dict[str, dict[str, CellPlan]] = field(default_factory=dict)

    def line(self, name: str, written: TargetField | None) -> TargetField:
        """The line of the mapping for a field: as it is written, with what `about:` says where it says nothing."""
        spec = written or TargetField(ref=self.leads_to[name])
        silent = {word: said for word, said in self.policies[name].items() if getattr(spec, word) is None}
        return spec.model_copy(update=silent)

    def helper_fields(self) -> tuple[FieldPlan, ...]:
        """The helper fields: which object is meant, one for each place in the lists of typed references."""
        return tuple(FieldPlan(name=name, type="choice", cells=cells, let=True) for name, cells in self.helpers.items())


@dataclass(frozen=True, slots=True)
class _Asking:
    """One typed reference while it is lowered."""

    desk: Desk
    object: str
    part: ObjectPart
    canonical: CanonicalObject | None
    profile: ProfileObject | None
    source: str
    said: About
    by: RefBy
    path: Path


def spread(
    desk: Desk, name: str, part: ObjectPart, canonical: CanonicalObject | None, profile: ProfileObject | None
) -> Spread:
    """The typed references of an object, lowered."""
    found = Spread()
    for written, said in part.about.items():
        path: Path = ("objects", name, "about", *((written,) if written else ()))
        source = _source(desk, name, part, written, path)
        if not said.ref_by:
            desk.tell_key("mapping_missing", "`ref_by:` names no typed reference", (*path, "ref_by"), "Add one.")
        for at, by in enumerate(said.ref_by if source else ()):
            here: Path = (*path, "ref_by", at) if len(said.ref_by) > 1 else (*path, "ref_by")
            _lower(_Asking(desk, name, part, canonical, profile, source or "", said, by, here), at, found)
    for helper in sorted(found.helpers.keys() & (part.fields.keys() | part.let.keys())):
        message = f"`{helper}` is what the helper of `about:` is called"
        section = "fields" if helper in part.fields else "let"
        desk.tell_key("field_twice", message, ("objects", name, section, helper), "Give your field another name.")
    return found


def _source(desk: Desk, name: str, part: ObjectPart, written: str, path: Path) -> str | None:
    feeds = [*part.from_, *part.enrich]
    if written in feeds:
        return written
    if written:
        desk.unknown("source_not_fed", f"among the sources of `{name}`", written, feeds, path, key=True)
    elif len(part.from_) == 1:
        return next(iter(part.from_))
    else:
        message = f"`{name}` has {len(part.from_)} sources: say whose typed reference this is"
        desk.tell_key("source_ambiguous", message, path, f"Write `about: {{{next(iter(feeds), 'source')}: ...}}`.")
    return None


def _lower(ask: _Asking, at: int, found: Spread) -> None:
    kind, number = _cell(ask, "type", ask.by.type), _cell(ask, "id", ask.by.id)
    if kind is None or number is None:
        return
    if kind.steps:
        message = "the type takes no steps: its words are compared as they are written in `map:`"
        ask.desk.tell("mapping_text", message, (*ask.path, "type"), "Use `= lower([column])` and its like.")
        return
    says, names = _expression(kind), _expression(number)
    meant: dict[str, list[tuple[str, str, str]]] = {}  # field -> (word, object, space)
    for word, parent in ask.by.map.items():
        if parent is not None and (led := _leads(ask, word, parent)):
            name, object, space = led
            meant.setdefault(name, []).append((normal_name(word), object, space))
    for name, words in meant.items():
        _link(ask, found, name, words, says, number, names)
    _help(ask, found, HELPER if at == 0 else f"{HELPER}_{at + 1}", says, names)


def _cell(ask: _Asking, word: str, text: str) -> Cell | None:
    """A cell of the typed reference, checked, with its column as the source has it."""
    path: Path = (*ask.path, word)
    cell = ask.desk.read_text(parse_cell, text, path)
    if cell is None:
        return None
    steps.check(ask.desk, cell.steps, path)
    if cell.expression is not None:
        ask.desk.over_columns(ask.source, cell.expression, path, cell.at, value=True)
        return cell
    return Cell(ask.desk.column(ask.source, cell.column or "", path, cell.at), None, cell.at, cell.steps)


def _expression(cell: Cell) -> str:
    """A cell without its steps as a part of an expression."""
    if cell.expression is not None:
        return f"({cell.expression.strip()})"
    return "[" + (cell.column or "").replace("]", "]]") + "]"


def _leads(ask: _Asking, word: str, parent: Parent) -> tuple[str, str, str] | None:
    """The field, object and key space that a word of the type means; None, and a finding, where that is not clear."""
    path: Path = (*ask.path, "map", word)
    where: Path = (*path, "ref") if ask.desk.written((*path, "ref")) else path
    read = read_reference(ask.desk, parent.ref, where)
    if read is None:
        return None
    object, named = read
    space = space_of(ask.desk, object, named, where)
    name = _field(ask, object, parent.field, path)
    return (name, object, space) if name and space else None


def _field(ask: _Asking, object: str, wanted: str | None, path: Path) -> str | None:
    """The one field of the object that leads there, or the one that is named."""
    fields = sorted(name for name, to in _references(ask) if to == object)
    if wanted is not None and wanted not in fields:
        ask.desk.unknown("field_unknown", f"the field that leads to {object}", wanted, fields, (*path, "field"))
        return None
    if wanted or len(fields) == 1:
        return wanted or fields[0]
    if fields:
        message = f"several fields of `{ask.object}` lead to {object}: {', '.join(fields)}"
        hint = f"Write `{{ref: {object}, field: {fields[0]}}}`."
        ask.desk.tell_key("ref_ambiguous", message, path, hint)
    else:
        message = f"no field of `{ask.object}` leads to {object}"
        hint = f"Add one of your own under `fields:`, such as `to_{object}: {{ref: {object}}}`, or write `null` here."
        ask.desk.tell_key("field_unknown", message, path, hint)
    return None


def _references(ask: _Asking) -> Iterator[tuple[str, str]]:
    """Every reference field that the object has or may have, and the object where it leads."""
    known = {f.name: f.reference for f in ask.canonical.fields if f.reference} if ask.canonical else {}
    theirs = {n: f.reference for n, f in ask.profile.fields.items() if f.reference} if ask.profile else {}
    for name in sorted({*ask.part.fields, *known, *theirs}):
        spec = ask.part.fields.get(name)
        written = object_of(spec.ref) if spec else None
        if to := written or known.get(name) or theirs.get(name):
            yield name, to


def _link(
    ask: _Asking,
    found: Spread,
    name: str,
    words: list[tuple[str, str, str]],
    says: str,
    number: Cell,
    names: str,
) -> None:
    """The guarded cell of one field."""
    if len({space for *_, space in words}) > 1:
        message = f"`{name}` would speak the keys of several sources: {', '.join(sorted({w[2] for w in words}))}"
        hint = "Give each a field of its own, or read the types as sources of their own with `where:`."
        ask.desk.tell_key("ref_ambiguous", message, (*ask.path, "map", words[-1][0]), hint)
        return
    spec = ask.part.fields.get(name)
    if ask.source in found.links.get(name, {}) or (spec and {ask.source, ""} & spec.cells.keys()):
        message = f"`{name}` gets its value twice from `{ask.source}`"
        ask.desk.tell_key("field_conflict", message, (*ask.path, "map", words[0][0]), "Keep one of the two.")
        return
    _agree(ask, found, name)
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word, *_ in words if word)
    asked = [f"{says} in ({listed})"] * bool(listed) + [f"{says} = null"] * any(not word for word, *_ in words)
    text = f"if({' or '.join(asked)}, {names}, null)"
    ready = steps.resolved(number.steps, (), TYPES["reference"])
    found.links.setdefault(name, {})[ask.source] = Link(CellPlan(expression=text, steps=ready), words[0][2])
    found.leads_to[name] = words[0][1]


def _agree(ask: _Asking, found: Spread, name: str) -> None:
    """A field has one policy for all its sources."""
    said = {word: text for word in _POLICIES if (text := getattr(ask.said, word)) is not None}
    before = found.policies.setdefault(name, said)
    for word in _POLICIES:
        if before.get(word) != said.get(word):
            message = f"`{name}` cannot do two things where a link fails: the sources say `{word}:` differently"
            hint = "Say the same for each source of `about:`."
            ask.desk.tell_key("field_conflict", message, (*ask.path, "map"), hint)


def _help(ask: _Asking, found: Spread, helper: str, says: str, names: str) -> None:
    """The cell of the helper with the object that is meant; its value map tells the words that no object stands for."""
    title = f"{ask.object}: {helper} ({ask.source})"
    entries = {
        normal_name(word) or _EMPTY: parent.ref.partition(".")[0].strip() if parent else ""
        for word, parent in ask.by.map.items()
    }
    unmapped = _UNKNOWN_TYPE.get(ask.said.missing or "hold", "hold")
    ask.desk.value_maps[title] = ValueMapPlan.model_validate({"name": title, "entries": entries, "unmapped": unmapped})
    text = f"if({names} != null, coalesce({says}, '{_EMPTY}'), null)"
    ready = (StepPlan(name="trim"), StepPlan(name="map", args=(title,)))
    found.helpers.setdefault(helper, {})[ask.source] = CellPlan(expression=text, steps=ready)
