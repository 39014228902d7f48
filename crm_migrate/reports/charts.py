"""The geometry of the pictures: numbers that templates turn into inline SVG, in thousandths of a picture's width."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crm_migrate.workspace.day_figures import DayFigure
from crm_migrate.workspace.figures import Bridge, FieldFigure

WIDTH = 1_000
FEW = 30  # compared cells below which a rate says nothing

Heat = Literal["few", "all", "some", "many"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle: `kind` decides its colour and hatching."""

    kind: str
    x: int
    width: int


def waterfall(bridge: Bridge) -> list[Bar]:
    """One bar per line of the bridge: source total, terms, unexplained, target total."""
    steps: list[tuple[str, Decimal, Decimal]] = []
    level = Decimal(bridge.source_total)
    steps.append(("total", Decimal(0), level))
    for term in bridge.terms:
        steps.append(("minus" if Decimal(term.amount) < 0 else "plus", level, level + Decimal(term.amount)))
        level += Decimal(term.amount)
    steps.append(("unexplained", level, level + Decimal(bridge.unexplained)))
    steps.append(("total", Decimal(0), Decimal(bridge.target_total)))
    low = min(min(start, end) for _, start, end in steps)
    span = max(max(start, end) for _, start, end in steps) - low
    return [_bar(kind, start - low, end - low, span) for kind, start, end in steps]


def _bar(kind: str, start: Decimal, end: Decimal, span: Decimal) -> Bar:
    if span == 0 or start == end:
        return Bar(kind, 0 if span == 0 else int(start * WIDTH / span), 0)
    left, right = (int(edge * WIDTH / span) for edge in sorted((start, end)))
    return Bar(kind, min(left, WIDTH - 3), max(right - left, 3))


def stacked(parts: Sequence[tuple[str, int]]) -> list[Bar]:
    """Counts side by side; what is not zero is never invisible."""
    whole = sum(count for _, count in parts)
    bars: list[Bar] = []
    at = done = 0
    for kind, count in parts:
        done += count
        edge = max(at + 4 * bool(count), WIDTH * done // whole) if whole else 0
        bars.append(Bar(kind, at, edge - at))
        at = edge
    return [bar for bar in bars if bar.width]


def heat(field: FieldFigure) -> Heat:
    """The temperature of a field in the heat map."""
    if field.compared < FEW and field.matched == field.compared:
        return "few"
    if field.matched == field.compared:
        return "all"
    return "some" if field.matched * 100 >= field.compared * 99 else "many"


def histogram(days: DayFigure) -> list[tuple[int, int]]:
    """The heights of each bin, expected and actual, of a hundred; what is not zero is never invisible."""
    highest = max(max(before, after) for _, before, after in days.bins)
    return [(_tall(before, highest), _tall(after, highest)) for _, before, after in days.bins]


def _tall(count: int, highest: int) -> int:
    return max(2, 100 * count // highest) if count else 0
