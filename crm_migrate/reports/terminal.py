"""The last screen of a run as plain aligned lines: what was read and what became of it, one sentence, what next."""

from pathlib import Path
from unicodedata import combining, east_asian_width

from crm_migrate.reports.language import language
from crm_migrate.reports.sentence import sentence
from crm_migrate.reports.totals import totals
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import AccountingLine, Figures

_ALWAYS = ("rejected", "held", "merged", "created", "updated", "unchanged")
LEFT_BEHIND = ("gone", "now_excluded", "now_held", "now_merged")  # loaded records that no row of this export feeds
_SOMETIMES = ("folded", "enrichment", "absent", "excluded", "failed")


def render(figures: Figures, *, report: Path | None = None, next_command: str = "") -> list[str]:
    """Plain lines without a colour code; every foreign character that could steer a terminal is a symbol."""
    sums = totals(figures)
    english = language("en")
    lines = accounting(figures.accounting)
    lines += ["", f"{figures.verdict}  {visible(sentence(figures, sums, english))}"]
    lines += [
        f"unexplained amount  {visible(o)} {visible(m)}: {english.amount(a)} {visible(c)}"
        for o, m, c, a in sums.unexplained_amounts
    ]
    failed = [gate for gate in figures.gates if not gate.passed]
    lines += [
        f"gate failed  {visible(f'{g.name} {g.scope}'.strip())}: limit {visible(g.limit)}, actual {visible(g.actual)}"
        + (f" (accepted by {visible(g.accepted)})" if g.accepted else "")
        for g in failed
    ]
    lines += [
        f"left behind  {g.count:,} {visible(g.object)} in the target: {visible(g.title)} ({visible(g.code)})"
        for g in figures.exceptions
        if g.code in LEFT_BEHIND
    ]
    lines += [f"report  {report}"] if report else []
    lines += [f"next:   {next_command}"] if next_command else []
    return lines


def accounting(lines: tuple[AccountingLine, ...]) -> list[str]:
    """Aligned lines of the accounting matrix; the sum of the columns is the proof."""
    if not lines:
        return []
    english = language("en")
    extra = ["extra"] if any(line.extra for line in lines) else []
    unknown = sorted({s for line in lines for s in line.states} - {*_ALWAYS, *_SOMETIMES})
    states = [*_ALWAYS, *(s for s in (*_SOMETIMES, *unknown) if any(line.states.get(s) for line in lines))]
    head = ["object", "source", "read", *extra, *states, ""]
    rows = [head]
    for line in lines:
        numbers = [line.read, *([line.extra] if extra else []), *(line.states.get(s, 0) for s in states)]
        verdict = "adds up" if line.adds_up else f"DOES NOT ADD UP ({english.number(line.unexplained)} unexplained)"
        rows.append([visible(line.object, 40), visible(line.source, 40), *map(english.number, numbers), verdict])
    return aligned(rows, left=(0, 1, len(head) - 1))


def aligned(rows: list[list[str]], left: tuple[int, ...] = (0,)) -> list[str]:
    """Columns padded to the width that a terminal gives them."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_pad(cell, widths[i], i in left) for i, cell in enumerate(row)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, left: bool) -> str:
    gap = " " * (width - _width(text))
    return text + gap if left else gap + text
