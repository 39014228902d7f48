"""A mapping as the sheets of a workbook: one for each object, one of unread columns, one for each value map."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crm_migrate.agreeing.book import BLANK_LINES, HIDDEN, LISTS, Box, Entry, Head, Line, Role, Sheet, value_key
from crm_migrate.agreeing.looking import MOST_VALUES, Looked, Use
from crm_migrate.agreeing.sentences import Sentences, shown
from crm_migrate.agreeing.standing import REGISTER, Standing
from crm_migrate.mapping.checking import left_over
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, SourcePlan
from crm_migrate.mapping.resolving import Draft
from crm_migrate.mapping.text import normal_name
from crm_migrate.words.language import Language

_TITLE = re.compile(r"[\\/*?:\[\]']")
_LONGEST = 300  # characters of a sample or an expression
_LONGEST_RULE = 3_000  # a cell takes 32,767, and the hidden sheet has the texts of a whole row in one


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a workbook is made of."""

    draft: Draft
    standing: Standing
    looked: Looked
    words: Language

    def say(self, key: str, **values: object) -> str:
        """A text of the workbook in its language."""
        return self.words.word(f"book.{key}", **values)


def sheets(asked: Asked) -> tuple[Sheet, ...]:
    """All sheets but the first, with titles as Excel takes them, each once."""
    made = [*_objects(asked), *_columns(asked), *_value_maps(asked)]
    titles = _titles([sheet.title for sheet in made], {asked.say("start"), HIDDEN, LISTS, "history"})
    return tuple(replace(sheet, title=title) for title, sheet in zip(titles, made, strict=True))


def _titles(wanted: Sequence[str], reserved: set[str]) -> list[str]:
    """Names of sheets, none twice, none that is ours or that Excel keeps for itself."""
    taken = {title.lower() for title in reserved}
    found = []
    for each in wanted:
        title = base = _TITLE.sub("_", each)[:28] or "_"
        number = 1
        while title.lower() in taken:
            number += 1
            title = f"{base}_{number}"
        taken.add(title.lower())
        found.append(title)
    return found


# --------------------------------------------------------------------------------------------------------- objects


def _objects(asked: Asked) -> Iterator[Sheet]:
    """A sheet per object as the file calls it; the parts of one share their lines."""
    met: set[str] = set()
    for one in asked.draft.plan.objects:
        if one.identity not in met:
            met.add(one.identity)
            yield _object(asked, one)


def _object(asked: Asked, one: ObjectPlan) -> Sheet:
    sources = [*(feed.source for feed in one.feeds), *(each.source for each in one.enrich)]
    target = ", ".join(dict.fromkeys(each.target for each in asked.draft.plan.objects if each.identity == one.identity))
    kind = "about_object" if sources else "about_implied"
    about = asked.say(kind, object=one.identity, target=target, **({"sources": ", ".join(sources)} if sources else {}))
    heads = (
        Head("field", asked.say("col_field"), 20),
        Head("required", asked.say("col_required"), 11),
        *(Head(f"source:{source}", source, 22) for source in sources),
        Head("rule", asked.say("col_rule"), 56),
        Head("before", asked.say("col_before"), 24),
        Head("after", asked.say("col_after"), 24),
        *_register_heads(asked),
    )
    missing, unfed = _unfed(asked, one)
    lines = [
        *(_unfed_line(asked, one, name, sources, required=True) for name in missing),
        *(_field(asked, one, each, sources) for each in one.fields),
        *(_unfed_line(asked, one, name, sources, required=False) for name in unfed),
    ]
    return Sheet(one.identity, about, heads, tuple(lines))


def _register_heads(asked: Asked) -> tuple[Head, ...]:
    widths = {"status": 13, "owner": 20, "due": 12, "decision": 30}
    return tuple(Head(word, asked.say(f"col_{word}"), widths[word]) for word in REGISTER)


def register_cells(asked: Asked, key: str) -> tuple[Box, ...]:
    """Status, owner, day and decision of a row."""
    kinds: dict[str, Entry] = {"status": "status", "owner": "owner", "due": "due", "decision": "decision"}
    status = asked.standing.said(key, "status")
    told = {word: asked.standing.said(key, word) for word in REGISTER[1:]}
    told["status"] = asked.say(f"status_{status}") if status else ""
    return tuple(Box(told[word], kinds[word], word if word != "due" else "") for word in REGISTER)


def required_fields(draft: Draft, one: ObjectPlan) -> set[str]:
    """The fields without which the target, or the CRM model, takes no record."""
    canonical, profile = draft.desk.model_of(one.name), draft.desk.profile_of(one.name)
    found = {field.name for field in canonical.fields if field.required} if canonical else set()
    found |= {name for name, field in profile.fields.items() if field.required} if profile else set()
    return found | {field.name for field in one.fields if field.required}


def missing_fields(draft: Draft, one: ObjectPlan) -> list[str]:
    """Required fields that no line of the mapping fills."""
    if one.existing.only or not one.feeds:
        return []
    return sorted(required_fields(draft, one) - {field.name for field in one.fields})


def _unfed(asked: Asked, one: ObjectPlan) -> tuple[list[str], list[str]]:
    """The fields of the target that nothing feeds: those that it requires, and all others."""
    canonical, profile = asked.draft.desk.model_of(one.name), asked.draft.desk.profile_of(one.name)
    there = {field.name for field in one.fields}
    known = {name: field.read_only for name, field in profile.fields.items()} if profile else {}
    if not known and canonical:
        known = {field.name: False for field in canonical.fields}
    missing = missing_fields(asked.draft, one)
    optional = [name for name, read_only in known.items() if name not in there and not read_only]
    return missing, [name for name in optional if name not in missing and one.feeds and not one.link]


def _unfed_line(asked: Asked, one: ObjectPlan, name: str, sources: Sequence[str], *, required: bool) -> Line:
    key = f"{one.identity}.{name}"
    said = asked.say("required_unfed" if required else "unfed")
    cells = [Box(name), Box(asked.say("yes") if required else ""), *(Box(why="unfed") for _ in sources), Box(said)]
    return Line(key, "missing" if required else "unfed", (*cells, Box(), Box(), *register_cells(asked, key)))


def _field(asked: Asked, one: ObjectPlan, field: FieldPlan, sources: Sequence[str]) -> Line:
    key = f"{one.identity}.{field.name}"
    before, after = asked.looked.samples.get((one.identity, field.name), ("", ""))
    if not field.cells and field.constant is not None:
        after = field.constant
    required = field.name in required_fields(asked.draft, one)
    return Line(key, "line", (
        Box(field.name),
        Box(asked.say("yes") if required else ""),
        *(_source_cell(asked, key, field, source) for source in sources),
        Box(_cut(Sentences(asked.draft.plan, asked.words).rule(one, field), _LONGEST_RULE), why="rule"),
        Box(_cut(before), why="sample"),
        Box(_cut(after), why="sample"),
        *register_cells(asked, key),
    ))  # fmt: skip


def _source_cell(asked: Asked, key: str, field: FieldPlan, source: str) -> Box:
    """The column of a source: open where it is a plain one of this file, else what the line says there."""
    spot = (key, f"source:{source}")
    if spot in asked.standing.cells:
        return Box(asked.standing.cells[spot].text, "column", f"columns:{source}")
    if asked.standing.fixed.get(spot) == "same_row" or (field.ref and source in field.ref.same_row):
        return Box(asked.say("same_row"), why="same_row")
    cell = field.cells.get(source)
    if cell is None:
        return Box(why="unfed")
    if cell.column is None:
        return Box(_cut(f"= {(cell.expression or '').strip()}"), why="computed")
    return Box(cell.column, why="shared" if asked.standing.fixed.get(spot) == "shared" else "elsewhere")


def _cut(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else text[:most] + " …"


# --------------------------------------------------------------------------------------------------------- columns


def _columns(asked: Asked) -> Iterator[Sheet]:
    """The columns that no field reads: those that nobody has spoken of first."""
    heads = (
        Head("source", asked.say("col_source"), 16),
        Head("column", asked.say("col_column"), 28),
        Head("filled", asked.say("col_filled"), 10),
        Head("rows", asked.say("col_rows"), 10),
        Head("sample", asked.say("col_sample"), 30),
        Head("fate", asked.say("col_fate"), 34),
        *_register_heads(asked),
    )
    lines = [line for source in asked.draft.plan.sources for line in _unread(asked, source)]
    if lines:
        lines.sort(key=lambda line: line.role != "unmapped")
        yield Sheet(asked.say("sheet_columns"), asked.say("about_columns"), heads, tuple(lines))


def unread_columns(draft: Draft, source: SourcePlan) -> list[str]:
    """The columns of a source that nothing reads, in its own order; none where its headers are not known."""
    if left_over(draft.desk, source) is None or not any(source.name in one.sources for one in draft.plan.objects):
        return []
    used = draft.desk.used.get(source.name, set()) | {*source.key, source.changed, source.tag}
    names = dict.fromkeys(normal_name(each) for each in draft.desk.headers[source.name])
    return [name for name in names if name not in used]


def _unread(asked: Asked, source: SourcePlan) -> Iterator[Line]:
    left = left_over(asked.draft.desk, source) or ()
    for name in unread_columns(asked.draft, source):
        if name in left:
            yield _column(asked, source.name, name, asked.say("fate_open"), "unmapped")
        elif name in source.drop:
            yield _column(asked, source.name, name, asked.say("fate_dropped", decision=source.drop[name]), "column")
        else:
            yield _column(asked, source.name, name, asked.say("fate_archived"), "column")


def _column(asked: Asked, source: str, name: str, fate: str, role: Role) -> Line:
    key = f"{source}[{name}]"
    use = asked.looked.columns.get((source, name))
    return Line(key, role, (
        Box(source),
        Box(name),
        Box(count=use.filled, why="counted") if use else Box(),
        Box(count=use.rows, why="counted") if use else Box(),
        Box(_cut((use or Use()).sample), why="sample"),
        Box(fate),
        *register_cells(asked, key),
    ))  # fmt: skip


# ------------------------------------------------------------------------------------------------------ value maps


def unmapped_values(draft: Draft, looked: Looked, name: str) -> dict[str, int]:
    """The values of the data that a value map has no translation for, the most frequent first.

    None where the map says what becomes of all others: they stay, or become one word.
    """
    if draft.plan.value_maps[name].unmapped in ("keep", "default"):
        return {}
    entries = draft.plan.value_maps[name].entries
    seen = looked.seen(name)
    found = {words: count for words, count in seen.items() if words not in entries and shown(words)[-1]}
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _value_maps(asked: Asked) -> Iterator[Sheet]:
    for name in asked.draft.file.value_maps:
        yield _value_map(asked, name)


def _value_map(asked: Asked, name: str) -> Sheet:
    plan = asked.draft.plan.value_maps[name]
    by = plan.by or ("",)
    heads = (
        *(Head(f"words:{at}", word or asked.say("col_value"), 30) for at, word in enumerate(by)),
        Head("seen", asked.say("col_seen"), 10),
        Head("translation", asked.say("col_translation"), 30),
        *_register_heads(asked),
    )
    unmapped = unmapped_values(asked.draft, asked.looked, name)
    rows = list(unmapped.items())[:MOST_VALUES]
    seen = asked.looked.seen(name)
    lines = [
        _whole(asked, name, len(by)),
        *(_value(asked, name, words, count, "unmapped") for words, count in rows),
        *(_value(asked, name, words, seen[words], "value") for words in plan.entries),
        *(_blank(len(by)) for _ in range(BLANK_LINES)),
    ]
    about = _about_values(asked, name, len(unmapped) - len(rows))
    return Sheet(asked.say("sheet_values", name=name), about, heads, tuple(lines))


def _about_values(asked: Asked, name: str, more: int) -> str:
    """Who asks the map, what a word does that it does not have, and what is not shown."""
    policy = Sentences(asked.draft.plan, asked.words).unmapped(name)
    file = asked.draft.file.value_maps[name].file
    told = [
        asked.say("about_values", name=name, fields=", ".join(_users(asked, name)) or "–", policy=policy),
        asked.say("about_file", file=file) if file else "",
        asked.say("about_more", n=asked.words.number(more)) if more else "",
    ]
    return " ".join(filter(None, told))


def _users(asked: Asked, name: str) -> list[str]:
    """The fields that ask a value map."""
    found = (
        f"{one.identity}.{field.name}"
        for one in asked.draft.plan.objects
        for field in one.fields
        for cell in field.cells.values()
        if any(step.name == "map" and step.args[0] == name for step in cell.steps)
    )
    return list(dict.fromkeys(found))


def _whole(asked: Asked, name: str, width: int) -> Line:
    """The row of the map as a whole, which has somebody who owes it."""
    key = f"value_maps.{name}"
    first = [Box(asked.say("whole_list")), *(Box() for _ in range(width - 1))]
    return Line(key, "map", (*first, Box(), Box(), *register_cells(asked, key)))


def _value(asked: Asked, name: str, words: str, count: int, role: Role) -> Line:
    key = value_key(name, words)
    known = asked.looked.values.get(name) is not None
    secret = role == "unmapped" and words in asked.looked.hidden.get(name, ())
    said = tuple(Box(asked.say("not_shown") if secret else text or asked.say("empty")) for text in shown(words))
    seen = Box(count=count, why="counted") if known else Box()
    written = asked.standing.cells.get((key, "translation"))
    if written is not None:
        target = Box(written.text or asked.say("empty"), "translation", f"choices:{name}")
    elif role == "unmapped" and not secret:
        target = Box("", "translation", f"choices:{name}")
    else:
        said_there = asked.draft.plan.value_maps[name].entries.get(words, "") or asked.say("empty")
        target = Box(said_there, why="shared" if asked.standing.fixed.get((key, "translation")) == "shared" else "list")
    return Line(key, role, (*said, seen, target, *(Box() for _ in REGISTER)))


def _blank(width: int) -> Line:
    """A row for a value that is not in the data yet."""
    words = tuple(Box("", "words") for _ in range(width))
    return Line("", "blank", (*words, Box(), Box("", "translation"), *(Box() for _ in REGISTER)))
