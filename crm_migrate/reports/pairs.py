"""Why two records are one or are not, as a waterfall of weights: lines for a terminal, and a page with pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate

from markupsafe import Markup

from crm_migrate.matching.explaining.waterfall import Waterfall
from crm_migrate.reports.charts import WIDTH, Bar
from crm_migrate.reports.offline import policy
from crm_migrate.reports.terminal import aligned
from crm_migrate.reports.visible import visible
from crm_migrate.templates import pages

VALUE = 40  # characters of a value in a terminal
_BITS_PER_SIGN = 1.0  # a bar of ten signs stands for odds of a thousand to one
_SIGNS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a waterfall: where it starts and ends in bits; `kind` is plus, minus or total."""

    what: str
    level: str
    left: str
    right: str
    start: float
    end: float
    kind: str

    @property
    def bits(self) -> float:
        """The weight of this line."""
        return self.end - self.start


def lines(found: Waterfall) -> list[Line]:
    """The waterfall from the first line to the total; the lines between add up."""
    parts: list[tuple[tuple[str, str, str, str], float]] = [(("before comparing", _rival(found), "", ""), found.start)]
    parts += [((step.what, step.level, step.left, step.right), step.bits) for step in found.steps]
    if round(found.rest, 1):
        parts.append((("weaker explanations", "", "", ""), found.rest))
    ends = accumulate(bits for _, bits in parts)
    shown = [
        Line(*words, end - bits, end, "minus" if bits < 0 else "plus")
        for (words, bits), end in zip(parts, ends, strict=True)
    ]
    return [*shown, Line("total", "", "", "", 0.0, found.total, "total")]


def _rival(found: Waterfall) -> str:
    return "against chance" if found.rival == "chance" else f"against another of one {found.rival}"


def terminal(found: Waterfall) -> list[str]:
    """The sentence, then one aligned line per comparison with its weight in bits and a bar."""
    rows = [["", "", visible(str(found.left), VALUE), visible(str(found.right), VALUE), "bits", ""]]
    for line in lines(found):
        values = (visible(text, VALUE) for text in (line.left, line.right))
        rows.append([visible(line.what, VALUE), line.level, *values, f"{line.bits:+.1f}", _signs(line.bits)])
    return [visible(found.sentence), "", *aligned(rows, left=(0, 1, 2, 3, 5))]


def _signs(bits: float) -> str:
    return ("+" if bits > 0 else "-") * min(round(abs(bits) / _BITS_PER_SIGN), _SIGNS)


def page(pairs: Sequence[Waterfall], title: str) -> str:
    """One self-contained HTML page with the waterfall of each pair as a picture and a table."""
    environment = pages("crm_migrate.reports")
    style = (files("crm_migrate.reports") / "templates" / "style.css").read_text(encoding="utf-8")
    environment.filters["visible"] = lambda text: visible(str(text))
    return environment.get_template("pairs.html").render(
        title=title,
        pairs=[(found, list(zip(lines(found), bars(lines(found)), strict=True))) for found in pairs],
        style=Markup(style),  # noqa: S704 -- a file of ours
        policy=policy(style),
    )


def bars(shown: Sequence[Line]) -> list[Bar]:
    """One rectangle per line on one scale, in thousandths of the picture's width."""
    low = min(0.0, *(min(line.start, line.end) for line in shown))
    span = max(0.0, *(max(line.start, line.end) for line in shown)) - low or 1.0
    return [_bar(line, low, span) for line in shown]


def _bar(line: Line, low: float, span: float) -> Bar:
    left, right = sorted((line.start, line.end))
    x = min(int((left - low) * WIDTH / span), WIDTH - 3)
    return Bar(line.kind, x, max(int((right - left) * WIDTH / span), 3))
