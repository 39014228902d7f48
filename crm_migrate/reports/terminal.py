"""The last screen of a run as plain aligned lines: what was read and what became of it, one sentence, what next."""

import textwrap
from pathlib import Path
from unicodedata import combining, east_asian_width

from crm_migrate.reports import nights
from crm_migrate.reports.sentence import sentence
from crm_migrate.reports.totals import totals
from crm_migrate.reports.visible import visible
from crm_migrate.words.language import Language, language
from crm_migrate.workspace.figures import IN_TARGET, AccountingLine, Figures, FileFigure

_ALWAYS = ("rejected", "held", "merged", "created", "updated", "unchanged")
LEFT_BEHIND = ("gone", "now_excluded", "now_held", "now_merged")  # loaded records that no row of this export feeds
_SOMETIMES = ("folded", "enrichment", "absent", "excluded", "failed")
_MEANINGS = {
    "arrived": ("created", "updated", "unchanged"),
    "joined": ("merged", "folded", "enrichment"),
    "left out": ("absent", "excluded", "rejected"),
    "waits": ("held", "failed"),
}


def render(figures: Figures, *, report: Path | None = None, width: int | None = None) -> list[str]:
    """Plain lines without a colour code; every foreign character that could steer a terminal is a symbol.

    Nothing is wider than `width` columns but a path, which stays whole to be copied.
    """
    sums = totals(figures)
    english = language("en")
    table = accounting(figures.accounting, width)
    lines = [f"{figures.verdict}  {visible(sentence(figures, sums, english))}"]
    lines += [
        f"unexplained amount  {visible(o)} {visible(m)}: {english.money(a, c)} {visible(c)}"
        for o, m, c, a in sums.unexplained_amounts
    ]
    failed = [gate for gate in figures.gates if not gate.passed]
    lines += [
        f"gate failed  {visible(f'{g.name} {g.scope}'.strip())}: limit {visible(g.limit)}, actual {visible(g.actual)}"
        + (f" (accepted by {visible(g.accepted)})" if g.accepted else "")
        for g in failed
    ]
    lines += [
        f"{'left behind' if g.state == IN_TARGET else 'gone'}  {g.count:,} {visible(g.object)} {g.state}:"
        f" {visible(g.title)} ({visible(g.code)})"
        for g in figures.exceptions
        if g.code in LEFT_BEHIND
    ]
    lines += [f"mode  {visible(name)}: {mode}" for name, mode in figures.modes.items()]
    lines += _files(figures, english)
    lines += nights.lines(figures.watch, english) if figures.watch else []
    told = [part for line in lines for part in (wrapped(line, width) if width else [line])]
    return [*table, "", *told, *([f"report  {report}"] if report else [])]


def _files(figures: Figures, english: Language) -> list[str]:
    """`files  old: 4 rows = 3 sent by this run + 1 waits`, one for each source that names files."""
    by_source: dict[str, list[FileFigure]] = {}
    for line in figures.files:
        by_source.setdefault(line.source, []).append(line)
    return [
        f"files  {visible(source, 40)}: {english.number(sum(line.files for line in lines))} rows = "
        + " + ".join(f"{english.number(line.files)} {english.name('word', line.outcome)}" for line in lines)
        for source, lines in by_source.items()
    ]


def accounting(lines: tuple[AccountingLine, ...], width: int | None = None) -> list[str]:
    """The accounting matrix in `width` columns; the sum of the numbers is the proof.

    Every state has a column where the terminal is wide enough; else states that mean the same to a reader share one;
    else every line is a sentence.
    """
    if not lines:
        return []
    shapes = (_matrix(lines, _by_state(lines)), _matrix(lines, _by_meaning(lines)))
    fitting = (shape for shape in shapes if width is None or max(map(text_width, shape)) <= width)
    return next(fitting, None) or _sentences(lines, width or 0)


def _by_state(lines: tuple[AccountingLine, ...]) -> dict[str, tuple[str, ...]]:
    """Column -> its one state; rare states only where there are any."""
    unknown = sorted({s for line in lines for s in line.states} - {*_ALWAYS, *_SOMETIMES})
    rare = (s for s in (*_SOMETIMES, *unknown) if any(line.states.get(s) for line in lines))
    return {state: (state,) for state in (*_ALWAYS, *rare)}


def _by_meaning(lines: tuple[AccountingLine, ...]) -> dict[str, tuple[str, ...]]:
    """Column -> the states that it adds up; states that nobody knows stay apart."""
    known = {state for states in _MEANINGS.values() for state in states}
    return {**_MEANINGS, **{name: states for name, states in _by_state(lines).items() if name not in known}}


def _matrix(lines: tuple[AccountingLine, ...], columns: dict[str, tuple[str, ...]]) -> list[str]:
    extra = ["extra"] if any(line.extra for line in lines) else []
    head = ["object", "source", "read", *extra, *columns, ""]
    rows = [head]
    for line in lines:
        numbers = [line.read, *([line.extra] if extra else []), *_sums(line, columns)]
        names = [visible(line.object, 40), visible(line.source, 40)]
        rows.append([*names, *map(language("en").number, numbers), _adds_up(line)])
    return aligned(rows, left=(0, 1, len(head) - 1))


def _sums(line: AccountingLine, columns: dict[str, tuple[str, ...]]) -> list[int]:
    return [sum(line.states.get(state, 0) for state in states) for states in columns.values()]


def _adds_up(line: AccountingLine) -> str:
    if line.adds_up:
        return "adds up"
    return f"DOES NOT ADD UP ({language('en').number(line.unexplained)} unexplained)"


def _sentences(lines: tuple[AccountingLine, ...], width: int) -> list[str]:
    """`accounts from books: 145 read = 142 arrived + 3 joined; adds up`, one for each line."""
    number, columns, told = language("en").number, _by_meaning(lines), []
    for line in lines:
        read = f"{number(line.read)} read" + (f" + {number(line.extra)} extra" if line.extra else "")
        sums = zip(columns, _sums(line, columns), strict=True)
        parts = " + ".join(f"{number(count)} {name}" for name, count in sums if count) or "0"
        words = f"{visible(line.object, 40)} from {visible(line.source, 40)}: {read} = {parts}; {_adds_up(line)}"
        told += wrapped(words, width)
    return told


def wrapped(words: str, width: int, indent: int = 2) -> list[str]:
    """Words in lines of at most `width` columns; no word is cut, and what follows the first line is indented."""
    return textwrap.wrap(
        words,
        max(width, 20),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )


def aligned(rows: list[list[str]], left: tuple[int, ...] = (0,)) -> list[str]:
    """Columns padded to the width that a terminal gives them."""
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_pad(cell, widths[i], i in left) for i, cell in enumerate(row)).rstrip() for row in rows]


def text_width(text: str) -> int:
    """The columns that a terminal gives a text."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, left: bool) -> str:
    gap = " " * (width - text_width(text))
    return text + gap if left else gap + text
