"""What a mapping changes, as Markdown for a pull request and as lines for a terminal."""

from collections.abc import Iterator

from crm_migrate.reports import terminal
from crm_migrate.reports.markdown import escape
from crm_migrate.reports.visible import visible
from crm_migrate.trying.diff import READY, FieldDiff, MappingDiff, Move, ObjectDiff, Sample
from crm_migrate.words.language import Language

COUNTS = ("before", "added", "split", "removed", "merged", "after", "changed", "regrouped", "touched")
LINES = 20  # of the mapping that a page shows
_EXAMPLES = 3


def markdown(diff: MappingDiff, words: Language) -> str:
    """Counts first, then per object fields, fates and merges, then what differs in the mapping itself."""
    lines = [f"## {escape(headline(diff, words))}", "", escape(_compared(diff, words)), ""]
    lines += [part for text in diff.exceeded for part in (f"**{words.word('diff.exceeded', limit=escape(text))}**", "")]
    if diff.touched:
        lines += _table(
            [words.word("column.object"), *(words.word(f"diff.{name}") for name in COUNTS)], _counts(diff, words)
        )
    for each in diff.objects:
        lines += _object(each, words)
    lines += _mapping(diff, words)
    return "\n".join(lines).rstrip("\n") + "\n"


def headline(diff: MappingDiff, words: Language) -> str:
    """How many records come out otherwise, or that none does."""
    if not diff.touched:
        return words.word("diff.nothing")
    whole = sum(each.before for each in diff.objects)
    return words.word("diff.head", touched=words.number(diff.touched), whole=words.number(whole))


def _compared(diff: MappingDiff, words: Language) -> str:
    return words.word(
        "diff.compared", old=visible(diff.old, 200), new=visible(diff.new, 200), rows=words.number(diff.rows)
    )


def _counts(diff: MappingDiff, words: Language) -> list[list[str]]:
    shown = (each for each in diff.objects if each.touched)
    return [[visible(each.object, 60), *(words.number(getattr(each, name)) for name in COUNTS)] for each in shown]


def _object(each: ObjectDiff, words: Language) -> Iterator[str]:
    if not each.touched and not each.moves:
        return
    yield from (f"### {escape(visible(each.object))}", "")
    if each.fields:
        head = [words.word(f"diff.{name}") for name in ("field", "cells", "examples")]
        yield from _table(head, [[field.field, words.number(field.cells), _examples(field)] for field in each.fields])
    if each.moves:
        head = [words.word(f"diff.{name}") for name in ("was", "is", "rows", "for_example")]
        yield from _table(head, [_move(move, words) for move in each.moves])
    for title, records in ((words.word("diff.gone"), each.gone), (words.word("diff.new"), each.new)):
        if records:
            yield from (f"{title}: {', '.join(map(escape, records))}", "")
    for group in each.groups:
        yield f"- {' + '.join(map(escape, group.before))} → {' + '.join(map(escape, group.after))}"
    if each.groups:
        yield ""


def _examples(field: FieldDiff) -> str:
    return "; ".join(_sample(sample) for sample in field.samples[:_EXAMPLES])


def _sample(sample: Sample) -> str:
    often = f" (×{sample.records})" if sample.records > 1 else ""
    return f"{sample.record}: {sample.before or '–'} → {sample.after or '–'}{often}"


def _move(move: Move, words: Language) -> list[str]:
    told = (_fate(*fate, words) for fate in ((move.before, move.before_code), (move.after, move.after_code)))
    return [*told, words.number(move.rows), ", ".join(move.records[:_EXAMPLES])]


def _fate(state: str, code: str, words: Language) -> str:
    """A state in words, with its code: `held (parent_missing)`."""
    named = words.word(f"diff.state.{state}") if state in ("", READY) else words.name("column", state)
    return f"{named} ({code})" if code else named


def _mapping(diff: MappingDiff, words: Language) -> Iterator[str]:
    """What differs in the mapping, in files beside it, and in how sources are read."""
    if diff.lines:
        yield from (f"### {words.word('diff.lines', count=words.number(len(diff.lines)))}", "")
        for line in diff.lines[:LINES]:
            yield f"- {escape(visible(line.place, 200))}: {_value(line.before)} → {_value(line.after)}"
        if len(diff.lines) > LINES:
            yield f"- {words.word('ci.more', count=words.number(len(diff.lines) - LINES))}"
        yield ""
    for key, listed in (("diff.files", diff.files), ("diff.read_otherwise", diff.read_otherwise)):
        if listed:
            yield from (f"{words.word(key)}: {', '.join(escape(visible(name, 200)) for name in listed)}", "")


def _value(text: str | None) -> str:
    return "–" if text is None else escape(visible(text, 120))


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows)
    yield ""


def lines(diff: MappingDiff, width: int, words: Language) -> list[str]:
    """The same for a terminal: nothing is wider than it."""
    told = [*terminal.wrapped(headline(diff, words), width), *terminal.wrapped(_compared(diff, words), width)]
    if diff.touched:
        told += ["", *_fitting([["", *(words.word(f"diff.{name}") for name in COUNTS)], *_counts(diff, words)], width)]
    for each in diff.objects:
        told += ["", visible(each.object, 60)] if each.fields or each.moves or each.groups else []
        listed = [f"{field.field}  {words.number(field.cells)}: {_examples(field)}" for field in each.fields]
        listed += ["{} → {}  {}: {}".format(*_move(move, words)) for move in each.moves]
        listed += [f"{' + '.join(group.before)} → {' + '.join(group.after)}" for group in each.groups]
        told += [part for words_ in listed for part in terminal.wrapped("  " + words_, width, indent=6)]
    mapping = [line for line in _mapping(diff, words) if line]
    told += (
        ["", *(part for line in mapping for part in terminal.wrapped(_bare(line), width, indent=4))] if mapping else []
    )
    told += [words.word("diff.exceeded", limit=text) for text in diff.exceeded]
    return told


def _bare(line: str) -> str:
    return line.removeprefix("### ").replace("\\", "")


def _fitting(rows: list[list[str]], width: int) -> list[str]:
    """A table, or where that is too wide a sentence for each row."""
    table = terminal.aligned(rows)
    if max(map(terminal.text_width, table)) <= width:
        return table
    head, *body = rows
    told = (f"{row[0]}: " + ", ".join(f"{n} {w}" for w, n in zip(head[1:], row[1:], strict=True)) for row in body)
    return [part for words in told for part in terminal.wrapped(words, width)]
