"""Why two records are one or are not, as a waterfall of weights: lines for a terminal, and a page that can be added up.

Weights are rounded once, to two decimals, and the lines lead to the total as it is shown: what rounding takes or leaves
is in the line of the weaker explanations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from markupsafe import Markup

from crm_migrate.matching.deciding.evidence import KINDS_NEEDED, STRONG
from crm_migrate.matching.deciding.outcomes import ASKED
from crm_migrate.matching.explaining import telling
from crm_migrate.matching.explaining.model import BIT, ModelTable
from crm_migrate.matching.explaining.waterfall import Verdict, Waterfall
from crm_migrate.reports.charts import WIDTH, Bar
from crm_migrate.reports.offline import policy
from crm_migrate.reports.terminal import aligned
from crm_migrate.reports.visible import visible
from crm_migrate.templates import pages
from crm_migrate.words.language import Language
from crm_migrate.words.messages import REASONS, spoken

VALUE = 40  # characters of a value in a terminal
_SIGNS = 40  # of the picture in a terminal, one scale for all lines
_CUT = "|"
_REST = 0.05  # bits: less is rounding


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a waterfall: where it starts and ends in bits; `kind` is plus, minus or total.

    `level` and `value` are the parts of a comparison: of its level of agreement, and of how rare the agreed value is.
    """

    what: str
    agreement: str
    left: str
    right: str
    start: float
    end: float
    kind: str
    level: float | None = None
    value: float | None = None

    @property
    def bits(self) -> float:
        """The weight of this line."""
        return round(self.end - self.start, 2)


def lines(found: Waterfall, words: Language) -> list[Line]:
    """The waterfall from the first line to the total; the lines between add up to it, as they are shown."""
    shown = [_line(words.word("match.before"), telling.against(found.rival, words), "", "", 0.0, round(found.start, 2))]
    for step in found.steps:
        before, bits = shown[-1].end, round(step.bits, 2)
        what, agreement = telling.term(step.what, words), telling.level(step.level, words)
        level = None if step.level_bits is None else round(step.level_bits, 2)
        value = None if level is None else round(bits - level, 2)
        after = round(before + bits, 2)
        shown.append(_line(what, agreement, step.left, step.right, before, after, level, value))
    last, total = shown[-1].end, round(found.total, 2)
    if last != total:
        key = "match.rest" if abs(total - last) >= _REST else "match.rounding"
        shown.append(_line(words.word(key), "", "", "", last, total))
    return [*shown, Line(words.word("match.total"), "", "", "", 0.0, total, "total")]


def _line(
    what: str, agreement: str, left: str, right: str, start: float, end: float,
    level: float | None = None, value: float | None = None,
) -> Line:  # fmt: skip
    return Line(what, agreement, left, right, start, end, "minus" if end < start else "plus", level, value)


def terminal(found: Waterfall, words: Language) -> list[str]:
    """The sentence, then one aligned line per comparison with its weight in bits and its bar; `|` is the cut."""
    head = ["", "", visible(str(found.left), VALUE), visible(str(found.right), VALUE), words.word("match.col_bits"), ""]
    rows, shown = [head], lines(found, words)
    cut = cut_at(shown, found.verdict.cut)
    for line, bar in zip(shown, bars(shown, found.verdict.cut), strict=True):
        values = (visible(text, VALUE) for text in (line.left, line.right))
        weight = telling.bits(line.bits, words)
        rows.append([visible(line.what, VALUE), line.agreement, *values, weight, _picture(bar, cut)])
    told = [visible(telling.sentence(found, words)), "", *aligned(rows, left=(0, 1, 2, 3, 5))]
    return (
        told
        if cut is None
        else [*told, words.word("match.cut", sign=_CUT, begins=telling.begins(found.verdict, words))]
    )


def _picture(bar: Bar, cut: int | None) -> str:
    """A bar of the page's picture in signs: + for one, - against, = the sum."""
    signs = [" "] * (_SIGNS + 1)
    first, last = (round(edge * _SIGNS / WIDTH) for edge in (bar.x, bar.x + bar.width))
    for at in range(first, max(last, first + 1)):
        signs[at] = {"plus": "+", "minus": "-"}.get(bar.kind, "=")
    if cut is not None:
        signs[round(cut * _SIGNS / WIDTH)] = _CUT
    return "".join(signs).rstrip()


# ------------------------------------------------------------------------------------------------------------ the page


def page(pairs: Sequence[Waterfall], title: str, words: Language) -> str:
    """One self-contained HTML page: each pair as a picture and a table that adds up, and the model behind them."""
    environment = pages("crm_migrate.reports")
    folder = files("crm_migrate.reports") / "templates"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in ("base.css", "style.css"))
    environment.filters["visible"] = lambda text: visible(str(text))
    environment.filters["bits"] = lambda value: telling.bits(value, words)
    environment.globals["w"] = words.word
    return environment.get_template("pairs.html").render(
        title=title,
        lang=words.code,
        pairs=[_pair(found, words) for found in pairs],
        model=_model(pairs[0].model, words) if pairs else None,
        style=Markup(style),  # noqa: S704 -- a file of ours
        policy=policy(style),
    )


def _pair(found: Waterfall, words: Language) -> dict[str, object]:
    """What the page shows of a pair, in the words of the language."""
    shown = lines(found, words)
    return {
        "found": found,
        "sentence": telling.sentence(found, words),
        "begins": telling.begins(found.verdict, words),
        "lines": list(zip(shown, bars(shown, found.verdict.cut), strict=True)),
        "cut": cut_at(shown, found.verdict.cut),
        "rivals": [(telling.rival(r.name, words), *_split(r.start, r.start + r.gained)) for r in found.rivals],
        "asked": _asked(found.verdict, words),
    }


def _split(start: float, end: float) -> tuple[float, float, float]:
    """A weight before and behind the comparisons, and what is between as they are shown."""
    return round(start, 2), round(round(end, 2) - round(start, 2), 2), round(end, 2)


def _asked(verdict: Verdict, words: Language) -> list[tuple[str, str, str]]:
    """What merging asks for, and what this pair has of it."""
    least, here, kinds, against = words.word("match.nothing_enough"), "–", "–", "–"
    if np.isfinite(verdict.cut):
        least = words.word("match.from_bits", bits=telling.bits(verdict.cut, words))
    if (merging := verdict.merging) is not None:
        here = telling.bits(merging.bits, words)
        found = [f"{words.name('kind', kind)} {telling.bits(b, words)}" for kind, b in merging.kinds.items() if b]
        kinds = ", ".join(found) or words.word("match.none")
        against = spoken(merging.against, words, REASONS) or words.word("match.none")
    strong = words.word("match.kinds", bits=telling.bits(STRONG / BIT, words))
    return [
        (words.word("match.asked_about"), words.word("match.from_bits", bits=telling.bits(ASKED / BIT, words)), here),
        (words.word("match.weight_merging"), least, here),
        (strong, words.word("match.at_least", n=KINDS_NEEDED), kinds),
        (words.word("match.vetoes"), words.word("match.none"), against),
    ]


def _model(model: ModelTable, words: Language) -> dict[str, object]:
    """The tables of the model: a line per level of each comparison."""
    rivals = [telling.rival(name, words) for name in model.rivals]
    rows = [
        (telling.term(learned.what, words), telling.level(level.label, words), _share(level.same, words),
         _share(level.chance, words), [round(bits, 2) for bits in level.bits])
        for learned in model.learned
        for level in learned.levels
    ]  # fmt: skip
    return {"rivals": rivals, "priors": [round(bits, 2) for bits in model.priors], "rows": rows}


def _share(share: float, words: Language) -> str:
    """A share with three digits that tell."""
    percent = share * 100
    decimals = max(2, 2 - int(np.floor(np.log10(percent)))) if percent > 0 else 2
    return words.word("percent", rate=words.amount(f"{percent:.{decimals}f}"))


def bars(shown: Sequence[Line], cut: float) -> list[Bar]:
    """One rectangle per line on one scale with the cut (bits), in thousandths of the picture's width."""
    low, span = _scale(shown, cut)
    return [_bar(line, low, span) for line in shown]


def cut_at(shown: Sequence[Line], cut: float) -> int | None:
    """Where merging begins on that scale; None where nothing is merged."""
    if not np.isfinite(cut):
        return None
    low, span = _scale(shown, cut)
    return min(int((cut - low) * WIDTH / span), WIDTH - 1)


def _scale(shown: Sequence[Line], cut: float) -> tuple[float, float]:
    """The lowest weight of the picture, and how many bits it is wide."""
    edges = [0.0, *([cut] if np.isfinite(cut) else []), *(edge for line in shown for edge in (line.start, line.end))]
    return min(edges), max(edges) - min(edges) or 1.0


def _bar(line: Line, low: float, span: float) -> Bar:
    left, right = sorted((line.start, line.end))
    x = min(int((left - low) * WIDTH / span), WIDTH - 3)
    return Bar(line.kind, x, max(int((right - left) * WIDTH / span), 3))
