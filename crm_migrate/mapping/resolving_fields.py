"""Fields as the engine runs them: cells with all their steps, type, target name, reference, survivorship."""

from crm_migrate.crm.model import SUPPRESSIONS, CanonicalObject
from crm_migrate.crm.types import TYPES, OnInvalid, SemanticType
from crm_migrate.mapping import resolving_target as target
from crm_migrate.mapping import steps
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.model import ObjectPart, TargetField
from crm_migrate.mapping.model_own_code import OwnCode
from crm_migrate.mapping.plan import CellPlan, FieldPlan
from crm_migrate.mapping.profiles import ProfileObject
from crm_migrate.mapping.resolving_about import spread
from crm_migrate.mapping.resolving_own_code import own_code, step
from crm_migrate.mapping.resolving_references import reference
from crm_migrate.mapping.resolving_value_maps import with_columns
from crm_migrate.mapping.resolving_values import cases, check_translations, chosen
from crm_migrate.mapping.text import SAME_ROW, PlacedStep, parse_cell, parse_steps
from crm_migrate.mapping.tree import Path

SURVIVE = frozenset({
    "trust", "newest", "oldest", "first", "most_complete", "most_common", "longest", "any_true", "all_true",
    "strictest", "equal", "max", "min", "union", "append", "concat", "block", "never_merged",
})  # fmt: skip

# Words that people write for them; the letters alone would suggest the contrary (`latest`: `oldest`).
_MEANT = {
    "latest": "newest", "last": "newest", "recent": "newest", "most_recent": "newest", "earliest": "oldest",
    "priority": "trust", "source": "trust", "majority": "most_common", "shortest": "first", "all": "union",
    "highest": "max", "lowest": "min", "any": "any_true", "none": "never_merged",
}  # fmt: skip


def fields(
    desk: Desk, name: str, part: ObjectPart, canonical: CanonicalObject | None, profile: ProfileObject | None
) -> tuple[FieldPlan, ...]:
    """All fields of an object: helpers, what was written, and what other words imply."""
    plans = []
    about = spread(desk, name, part, canonical, profile)
    for let, section, written in ((True, "let", part.let), (False, "fields", part.fields)):
        for field_name, spec in written.items():
            path: Path = ("objects", name, section, field_name)
            if let and field_name in part.fields:
                desk.tell_key(
                    "field_twice", f"`{field_name}` stands in `let` and in `fields`", path, "Rename the helper."
                )
            links = {} if let else about.links.get(field_name, {})
            told = about.line(field_name, spec) if links else spec
            plans.append(_field(Line(desk, name, part, field_name, told, path, let, canonical, profile, links)))
    here: Path = ("objects", name, "about")
    for field_name, links in about.links.items():
        if field_name not in part.fields:
            told = about.line(field_name, None)
            plans.append(_field(Line(desk, name, part, field_name, told, here, False, canonical, profile, links)))
    plans += about.helper_fields()
    return (*plans, *(implied(n, canonical, profile) for n in _implied_names(desk, part, canonical)))


def _implied_names(desk: Desk, part: ObjectPart, canonical: CanonicalObject | None) -> list[str]:
    """Fields that nobody wrote, but that other words fill: `keep_others: ...`, `keep_as_text(...)`."""
    names = [spec.keep_others for spec in part.fields.values() if spec.keep_others]
    owners = desk.file.owners
    if owners and any(canonical and (f := canonical.field(n)) and f.semantic.role == "owner" for n in part.fields):
        word, _, name = owners.inactive.closed_records.rstrip(")").partition("(")
        kept = name if word == "keep_as_text" else "legacy_owner"
        names += [kept] if "keep_as_text" in (word, owners.unknown) else []
    return [n for n in dict.fromkeys(names) if n not in part.fields and n not in part.let]


def implied(name: str, canonical: CanonicalObject | None, profile: ProfileObject | None) -> FieldPlan:
    """A field that no line of the mapping names: everything about it comes from the model and the profile."""
    known = canonical.field(name) if canonical else None
    kind = TYPES[known.type if known else "list"]
    at_target = profile.fields.get(name) if profile else None
    return FieldPlan(
        name=name,
        type=kind.name,
        target=(at_target.column if at_target else None) or name,
        required=known.required if known else False,
        survive=kind.survive,
        on_invalid=kind.on_invalid,
        personal=kind.personal,
        length=at_target.length if at_target else None,
    )


def _field(line: Line) -> FieldPlan:
    spec, kind = line.spec, _kind(line)
    _conflicts(line)
    then = _then(line)
    cells, same_row = _cells(line, then, kind)
    profile, nowhere = line.profile, target.has_no_place(line)
    return FieldPlan(
        name=line.name,
        type=kind.name,
        target=None if nowhere else _target(line),
        cells=cells,
        ref=reference(line, cells, same_row),
        survive=_survive(line, kind),
        block=line.canonical.block if line.canonical else None,
        required=_required(line),
        constant=chosen(line, spec.constant, "constant"),
        default=chosen(line, spec.default, "default") or target.default(line),
        default_from=spec.default_from,
        case=cases(line),
        per=spec.per,
        keep_others=spec.keep_others,
        evidence=_evidence(line),
        follows=spec.follows,
        allow_reconsent=spec.allow_reconsent,
        clear=spec.clear,
        let=line.let,
        on_invalid=spec.on_invalid or target.on_invalid(line) or _on_invalid(line, kind),
        on_clock_change=spec.on_clock_change or "keep",
        personal=kind.personal or spec.sensitive is not None,
        sensitive=spec.sensitive,
        action="archive" if nowhere else spec.action,
        because=spec.because,
        length=profile.length if profile else None,
        unique=profile.unique if profile else False,
        choices=profile.choices if profile else (),
    )


def _kind(line: Line) -> SemanticType:
    desk, spec, path = line.desk, line.spec, line.path
    if spec.type is not None and spec.type not in TYPES:
        desk.unknown("type_unknown", "the type", spec.type, TYPES, (*path, "type"))
        return TYPES["text"]
    if line.canonical and spec.type not in (None, line.canonical.type):
        message = f"`{line.name}` is of type `{line.canonical.type}` in the CRM model"
        desk.tell("type_unknown", message, (*path, "type"), "Leave `type:` out, or use a name of your own.")
    if line.canonical:
        return line.canonical.semantic
    if spec.type:
        return TYPES[spec.type]
    if spec.ref:
        return TYPES["reference"]
    if line.profile and line.profile.type in TYPES:
        return TYPES[line.profile.type]
    if not line.let and spec.action == "migrate" and (line.canonical_object or line.part.to or line.profile_object):
        _unknown_field(line)
    return TYPES["text"]


def _unknown_field(line: Line) -> None:
    near = nearest(line.name, [f.name for f in line.canonical_object.fields] if line.canonical_object else ())
    hint = f"{near if near.startswith('Did') else ''} A field of the target's own needs `type:`.".strip()
    line.desk.tell_key("field_unknown", f"the CRM model has no field `{line.object}.{line.name}`", line.path, hint)


def _conflicts(line: Line) -> None:
    """Words that would silently win over each other."""
    spec, desk = line.spec, line.desk
    values = [word for word in ("constant", "case") if getattr(spec, word)]
    values += ["a source"] if spec.cells else ["`about:`"] if line.links else []
    if line.links and spec.by:
        message = f"`about:` gives `{line.name}` the keys of records, and `by:` says that it has something else"
        desk.tell_key("field_conflict", message, (*line.path, "by"), "Take one of the two out.")
    if len(values) > 1:
        message = f"`{line.name}` gets its value twice: by `{values[0]}` and by {values[1]}"
        desk.tell_key("field_conflict", message, (*line.path, values[0]), "Keep one; a value if empty is `default:`.")
    if not values and not (spec.default or spec.default_from or spec.clear or spec.follows):
        desk.tell_key(
            "field_empty", f"`{line.name}` has no value", line.path, "Name a source's column, or `constant:`."
        )
    for word in ("missing", "ambiguous", "parent_excluded", "together", "by"):
        if word in spec.model_fields_set and not (spec.ref or (line.canonical and line.canonical.reference)):
            desk.tell_key(
                "field_conflict", f"`{word}` belongs to a reference", (*line.path, word), "Add `ref: object.source`."
            )
    for word in ("constant", "case", "default", "default_from"):
        if getattr(spec, word) and (spec.ref or (line.canonical and line.canonical.reference)):
            message = f"`{line.name}` is a reference: `{word}:` has no record to name"
            desk.tell_key("field_conflict", message, (*line.path, word), "Let a source's cell say the key of a record.")
    _idle_steps(line)
    if spec.on_clock_change and _kind(line).storage != "instant":
        message = f"`on_clock_change` belongs to a moment: `{line.name}` is of the type {_kind(line).name}"
        desk.tell_key(
            "field_conflict", message, (*line.path, "on_clock_change"), "Take it out, or say `type: instant`."
        )
    desk.decided(spec.because, (*line.path, "because"))


def _idle_steps(line: Line) -> None:
    """Steps, or a function, without a cell."""
    for word in ("then", "python"):
        if getattr(line.spec, word) and not line.spec.cells:
            message = f"`{word}:` has no source to work on"
            line.desk.tell_key("field_conflict", message, (*line.path, word), "Name a source's column.")


def _on_invalid(line: Line, kind: SemanticType) -> OnInvalid:
    """What the type says; but a mailbox of the suppression list waits: read wrong, somebody is written to. What own
    code could not do waits too: it is a mistake of the code as often as one of the value."""
    if line.spec.python is not None:
        return "hold"
    return "hold" if line.object == SUPPRESSIONS and kind.role == "mailbox" else kind.on_invalid


def _target(line: Line) -> str | None:
    if line.let or line.spec.action in ("archive", "drop"):
        return None
    return line.spec.to or (line.profile.column if line.profile else None) or line.name


def _required(line: Line) -> bool:
    if line.spec.required is not None:
        return line.spec.required
    return bool((line.canonical and line.canonical.required) or (line.profile and line.profile.required))


def _survive(line: Line, kind: SemanticType) -> str:
    survive = line.spec.survive or kind.survive
    if survive not in SURVIVE:
        hint = f"Did you mean `{_MEANT[survive]}`?" if survive in _MEANT else nearest(survive, SURVIVE)
        line.desk.tell("survive_unknown", f"there is no survivorship `{survive}`", (*line.path, "survive"), hint)
    return survive


def _then(line: Line) -> tuple[PlacedStep, ...]:
    if line.spec.then is None:
        return ()
    path: Path = (*line.path, "then")
    parsed = line.desk.read_text(parse_steps, line.spec.then, path)
    if parsed is None:
        return ()
    steps.check(line.desk, parsed, path)
    return parsed


# ---------------------------------------------------------------------------------------------------- cells


def _cells(line: Line, then: tuple[PlacedStep, ...], kind: SemanticType) -> tuple[dict[str, CellPlan], tuple[str, ...]]:
    """The cell of every source, and the sources that point to what their own row became."""
    found: dict[str, CellPlan] = {}
    same_row: list[str] = []
    code = own_code(line)
    for written, text in line.spec.cells.items():
        source = written or _only_source(line)
        path: Path = (*line.path, written) if written else line.path
        if source is None or not _is_source(line, written, path):
            continue
        if text.strip() == SAME_ROW:
            same_row.append(source)
        elif cell := _cell(line, source, text, then, kind, path, code):
            found[source] = cell
    return found | {source: link.cell for source, link in line.links.items()}, tuple(same_row)


def _only_source(line: Line) -> str | None:
    feeds = list(line.part.from_)
    if len(feeds) == 1:
        return feeds[0]
    message = f"`{line.object}` has {len(feeds)} sources: say whose column this is"
    line.desk.tell("source_ambiguous", message, line.path, f"Write {{{feeds[0] if feeds else 'source'}: Column}}.")
    return None


def _is_source(line: Line, written: str, path: Path) -> bool:
    if not written or written in line.sources:
        return True
    if written in TargetField.planned:
        message = f"`{written}` is a word of the language that is not supported yet"
        line.desk.tell_key("mapping_not_supported", message, path, "Leave it out for now; nothing was ignored.")
    elif written in line.desk.file.sources:
        message = f"the source `{written}` does not feed `{line.object}`"
        line.desk.tell_key("source_not_fed", message, path, f"Add it to `from:` of {line.object}.")
    else:
        words = [*line.sources, *(set(TargetField.model_fields) - {"cells"})]
        line.desk.unknown("mapping_unknown_word", "the source or option", written, words, path, key=True)
    return False


def _cell(
    line: Line,
    source: str,
    text: str,
    then: tuple[PlacedStep, ...],
    kind: SemanticType,
    path: Path,
    code: OwnCode | None,
) -> CellPlan | None:
    cell = line.desk.read_text(parse_cell, text, path)
    if cell is None:
        return None
    steps.check(line.desk, cell.steps, path)
    check_translations(line, (*cell.steps, *then))
    if cell.expression is not None:
        line.desk.over_columns(source, cell.expression, path, cell.at, value=True)
    column = line.desk.column(source, cell.column, path, cell.at) if cell.column is not None else None
    expression = cell.expression.strip() if cell.expression is not None else None
    own = with_columns(line.desk, source, cell.steps, path)
    call = step(line, code, source, kind) if code else None
    resolved = steps.resolved(own, with_columns(line.desk, source, then, (*line.path, "then")), kind, call)
    if argument := _listed(line, source):
        resolved = steps.of_a_list(resolved, argument)
    return CellPlan(column=column, expression=expression, steps=resolved)


def _listed(line: Line, source: str) -> str:
    """How `email` reads a cell that names whom not to write to: every mailbox of it, or the only one; "" elsewhere."""
    enrich = line.part.enrich.get(source)
    if enrich is not None:
        return "every" if enrich.unmatched == "suppression_list" and enrich.by == line.name else ""
    return "one" if line.object == SUPPRESSIONS and line.name == "email" else ""


def _evidence(line: Line) -> tuple[str, ...]:
    found = []
    for at, text in enumerate(line.spec.evidence):
        path: Path = (*line.path, "evidence", at)
        source, dot, column = text.partition(".")
        if not dot or source not in line.sources:
            line.desk.unknown("source_not_fed", "`evidence` is `source.column`; the source", source, line.sources, path)
            continue
        found.append(f"{source}.{line.desk.column(source, column, path, len(source) + 1)}")
    return tuple(found)
