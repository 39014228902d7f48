"""What must fit together once everything is resolved: names in expressions over records, inheritance, coverage."""

import fnmatch
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from crm_migrate.connecting.attached import COLUMNS, column
from crm_migrate.connecting.joins import parse_take
from crm_migrate.crm.types import GRANTED, TYPES, Storage
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping import places
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.deriving import derived_fields
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, SourcePlan
from crm_migrate.mapping.text import normal_name
from crm_migrate.mapping.tree import Path


def storages(desk: Desk, plan: ObjectPlan, *, with_derived: bool) -> dict[str, Storage]:
    """How the text of every field is read."""
    own = {f.name: TYPES[f.type].storage for f in plan.fields}
    converts = desk.file.project.money.report_in is not None
    more = {d.name: d.storage for d in derived_fields(plan, converts=converts)}
    return {**more, **own} if with_derived else own


def over_record(
    desk: Desk, text: str, plan: ObjectPlan, path: Path, *, with_derived: bool, shift: int = 0, value: bool = False
) -> None:
    """Check a condition (or a value) whose names are fields of a merged record; `shift` is where it starts."""
    expression = desk.parsed(text, path, shift)
    if expression is None:
        return
    known = storages(desk, plan, with_derived=with_derived)
    for node in expression.occurrences():
        if node.name.alias is not None or node.name.name not in known:
            _no_field(desk, node.name, plan, known, path, shift + node.at)
            return
    desk.compiled(expression, lambda name: Column('"x"', known[name.name]), path, shift, value=value)


def _no_field(desk: Desk, name: Name, plan: ObjectPlan, known: Iterable[str], path: Path, at: int) -> None:
    if name.alias is not None:
        message = f"`{name}`: a source's column is not supported here yet; the record is merged from several sources"
        hint = "Map the column to a helper field under `let:` and name that."
        desk.findings.append(desk.document.inside("mapping_not_supported", message, path, at, hint))
        return
    message = f"`{plan.name}` has no field `{name.name}`"
    desk.findings.append(desk.document.inside("field_unknown", message, path, at, nearest(name.name, known)))


def check(desk: Desk, objects: tuple[ObjectPlan, ...], sources: tuple[SourcePlan, ...]) -> None:
    """Everything about objects, fields and columns that needs the whole plan."""
    by_name = {plan.name: plan for plan in objects}
    for name in desk.file.objects:
        names = {field.name for field in by_name[name].fields}
        for field in by_name[name].fields:
            _field(desk, by_name, by_name[name], field, names)
        places.check(desk, by_name[name])
        _idle(desk, by_name[name])
    for source in sources:
        _unmapped(desk, source, objects)
        _unused(desk, source, objects)


def _field(desk: Desk, objects: dict[str, ObjectPlan], plan: ObjectPlan, field: FieldPlan, names: Set[str]) -> None:
    path: Path = ("objects", plan.name, "let" if field.let else "fields", field.name)
    for at, branch in enumerate(field.case):
        if branch.when is not None:
            over_record(desk, branch.when, plan, (*path, "case", at, "when"), with_derived=False)
        word = "then" if branch.when is not None else "else"
        _written(desk, plan, field, branch.then, (*path, "case", at, word), names)
    for word, text in (("constant", field.constant), ("default", field.default)):
        _word(desk, plan, field, text, (*path, word), names)
    if field.kind.role == "consent" and field.survive != "strictest":
        message = (
            f"`survive: {field.survive}` can bring an opt-out back to life: what is newer or more trusted wins over it"
        )
        hint = (
            "Leave `survive:` out (the strictest wins), and say with `per: email` whose consent it is; the report is "
            "red wherever an opt-out ends without a younger, proven grant."
        )
        where = (*path, "survive")
        desk.findings.append(desk.document.at("consent_not_strictest", message, where, hint, Severity.WARNING))
    if field.kind.role == "consent" and field.because is None:
        for word, where in _granted_unasked(desk, field, path):
            message = f"by {word} a person who said nothing, or a word that nobody knows, counts as a consent"
            hint = "Write `unknown`; where a contract or a law allows it, name the decision: `because: D-7`."
            desk.findings.append(desk.document.at("consent_presumed", message, where, hint, Severity.WARNING))
    _whole_cells(desk, plan, field, path)
    _consent(desk, plan, field, path)
    if field.per is not None and field.per not in names:
        desk.unknown("field_unknown", "the field", field.per, names, (*path, "per"))
    if field.keep_others is not None and plan.field(field.keep_others).kind.storage not in ("list", "text"):
        message = f"`{field.keep_others}` cannot keep several values"
        desk.tell("field_conflict", message, (*path, "keep_others"), "Name a field of type list or text.")
    if field.default_from is not None:
        _default_from(desk, objects, plan, field.default_from, (*path, "default_from"))


def _whole_cells(desk: Desk, plan: ObjectPlan, field: FieldPlan, path: Path) -> None:
    """An expression that reads a column which `split_rows` splits sees all of its cell in each of the parts."""
    for feed in plan.feeds:
        cell = field.cells.get(feed.source)
        if feed.split is None or cell is None or cell.expression is None:
            continue
        split = {feed.split.column, *feed.split.companions}
        for name in sorted(split & {each.name for each in parse(cell.expression).names()}):
            message = f"`{name}` is split, and an expression sees the whole cell: each part gets the same"
            hint = f"Name the column itself, with steps: `{name} | trim`."
            written = (*path, feed.source)
            where = written if desk.written(written) else path
            desk.findings.append(desk.document.at("split_whole_cell", message, where, hint, Severity.WARNING))


def _granted_unasked(desk: Desk, field: FieldPlan, path: Path) -> Iterator[tuple[str, Path]]:
    """The words by which a consent is given without anybody's saying so, and where they stand."""
    for word in ("constant", "default"):
        if getattr(field, word) == GRANTED:
            yield f"`{word}: {GRANTED}`", (*path, word)
    for at, branch in enumerate(field.case):
        if branch.when is None and branch.then == GRANTED:
            yield f"`else: {GRANTED}`", (*path, "case", at, "else")
    for source, cell in field.cells.items():
        maps = [desk.value_maps[s.args[0]] for s in cell.steps if s.name == "map" and s.args[0] in desk.value_maps]
        for each in maps:
            if each.default == GRANTED:
                yield f"`unmapped: default({GRANTED})` of the value map `{each.name}`", (*path, source)
            if not each.by and each.entries.get("") == GRANTED:
                yield f'`"": {GRANTED}` of the value map `{each.name}`', (*path, source)


def _consent(desk: Desk, plan: ObjectPlan, field: FieldPlan, path: Path) -> None:
    """What follows a consent, and when a refusal may end."""
    consents = [f.name for f in plan.fields if f.survive == "strictest"]
    if field.follows is not None and field.follows not in consents:
        message = f"`{field.follows}` is no consent of `{plan.name}` (what survives by `strictest`)"
        hint = nearest(field.follows, consents) or "Other fields that belong together are a block."
        desk.tell("field_unknown", message, (*path, "follows"), hint)
    if field.allow_reconsent is None:
        return
    desk.decided(field.allow_reconsent, (*path, "allow_reconsent"))
    if field.name not in consents:
        message = "only a consent that survives by `strictest` can be given again"
        desk.tell("field_conflict", message, (*path, "allow_reconsent"), "Leave it out.")
    elif not field.evidence:
        message = "a grant ends a refusal only by its proof, and no column has one"
        desk.tell("mapping_missing", message, (*path, "allow_reconsent"), "Add `evidence: [source.column]`.")


def _written(desk: Desk, plan: ObjectPlan, field: FieldPlan, text: str | None, path: Path, names: Set[str]) -> None:
    """What a branch writes: an expression over the record behind `=`, or a word."""
    if text is not None and text.startswith("="):
        over_record(desk, text[1:], plan, path, with_derived=False, shift=1, value=True)
    else:
        _word(desk, plan, field, text, path, names)


def _word(desk: Desk, plan: ObjectPlan, field: FieldPlan, text: str | None, path: Path, names: Set[str]) -> None:
    """A word that is written as it stands and is the name of a field too: perhaps its value was meant."""
    if text in names and text not in field.choices:
        where = "" if path[-1] in ("then", "else") else " in a `case:` or a source's cell"
        message = f"this writes the word `{text}`, and `{text}` is a field of `{plan.name}` too"
        hint = f"Its value is written `= {text}`{where}; keep it where the word itself is meant."
        desk.findings.append(desk.document.at("literal_is_field", message, path, hint, Severity.WARNING))


def _idle(desk: Desk, plan: ObjectPlan) -> None:
    """A source that feeds an object without filling a field of it makes empty records."""
    part = desk.file.objects[plan.name]
    speaking = {source for spec in (*part.fields.values(), *part.let.values()) for source in spec.cells}
    speaking |= part.about.keys()
    speaking |= set(part.from_) if "" in speaking else set()
    for source in _speakers(plan) - speaking:
        section = "from" if any(feed.source == source for feed in plan.feeds) else "enrich"
        message = f"`{source}` feeds `{plan.name}` and fills no field of it"
        hint = "Map a column of it, or take it out of `from:`."
        path: Path = ("objects", plan.name, section, source)
        desk.findings.append(desk.document.finding("source_idle", message, desk.document.key_spot(path), hint))


def _default_from(desk: Desk, objects: dict[str, ObjectPlan], plan: ObjectPlan, text: str, path: Path) -> None:
    reference, dot, wanted = text.partition(".")
    via = next((f for f in plan.fields if f.name == reference), None)
    if not dot or via is None or via.ref is None:
        words = [f.name for f in plan.fields if f.ref is not None]
        desk.unknown("field_unknown", "`default_from` is `reference.field`; the reference", reference, words, path)
        return
    names = {f.name for f in objects[via.ref.object].fields if f.ref is None}
    if wanted not in names:
        desk.unknown("field_unknown", f"the field of `{via.ref.object}`", wanted, names, path)


# ---------------------------------------------------------------------------------------------------- coverage


def left_over(desk: Desk, source: SourcePlan) -> list[str] | None:
    """The columns of a source that are neither mapped, archived nor dropped; None where its headers are not known.

    What another source brings by a join is left over there, and only there: its cells are not moved twice.
    """
    known = desk.known_columns(source.name)
    if known is None:
        return None
    taken = desk.used.get(source.name, set()) | {*source.key, source.changed, source.tag} | set(source.drop)
    taken |= {column(name) for name in COLUMNS} if source.manifest else set()
    return [
        name
        for name in dict.fromkeys(normal_name(h) for h in desk.headers[source.name])
        if name not in taken
        and not name.startswith(source.brought)
        and not _archived(name, source.archive)
        and not _seen_to_by_owners(desk, source.name, name)
    ]


def _archived(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, normal_name(pattern)) for pattern in patterns)


def _seen_to_by_owners(desk: Desk, partner: str, column: str) -> bool:
    """Whether a source that joins this one takes, archives or drops the column under its alias, or finds rows by it."""
    return any(
        f"{alias}.{column}" in (*desk.used.get(owner, ()), *map(normal_name, part.unmapped.drop))
        or column in (*map(normal_name, join.by.values()), *_ordering(join.take))
        or _archived(f"{alias}.{column}", part.unmapped.archive)
        for owner, part in desk.file.sources.items()
        for alias, join in part.join.items()
        if join.source == partner
    )


def _ordering(take: str | None) -> tuple[str, ...]:
    """The columns by which `take:` chooses a partner."""
    try:
        return tuple(term.column for term in (parse_take(take) if take else ()))
    except ValueError:  # told where the join is read
        return ()


def _unmapped(desk: Desk, source: SourcePlan, objects: tuple[ObjectPlan, ...]) -> None:
    """Columns that nobody takes are listed: a signature needs to know them."""
    left = left_over(desk, source)
    if left and (_is_partner(desk, source.name) or any(source.name in _speakers(plan) for plan in objects)):
        shown = ", ".join(f"`{name}`" for name in left[:12]) + (f" and {len(left) - 12} more" if len(left) > 12 else "")
        message = f"{len(left)} column(s) of `{source.name}` are neither mapped, archived nor dropped: {shown}"
        hint = (
            "Map them, or say `unmapped: {archive: [...], drop: {Column: D-001}}`; signing off is blocked until then."
        )
        desk.tell_key("columns_unmapped", message, ("sources", source.name), hint)
        desk.findings[-1] = _warned(desk, len(left))


def _warned(desk: Desk, count: int) -> Finding:
    return replace(desk.findings[-1], severity=Severity.WARNING, count=count)


def _is_partner(desk: Desk, source: str) -> bool:
    return any(join.source == source for owner in desk.file.sources.values() for join in owner.join.values())


def _unused(desk: Desk, source: SourcePlan, objects: tuple[ObjectPlan, ...]) -> None:
    used = _is_partner(desk, source.name) or any(source.name in _speakers(plan) for plan in objects)
    path: Path = ("sources", source.name)
    desk.decided(source.stays_behind, (*path, "stays_behind"))
    if source.stays_behind is not None and used:
        message = f"`stays_behind:` says that nothing of `{source.name}` is moved, and something is made of its rows"
        desk.tell_key("field_conflict", message, (*path, "stays_behind"), "Keep one of the two.")
    if source.stays_behind is None and not used:
        message = f"the source `{source.name}` feeds no object: every row of it stays behind"
        hint = "Name it in a `from:`, or remove it; where that is decided, say `stays_behind: D-001`."
        desk.tell_key("source_unused", message, path, hint)


def _speakers(plan: ObjectPlan) -> set[str]:
    return {f.source for f in plan.feeds} | {e.source for e in plan.enrich}
