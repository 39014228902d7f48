"""A bridge as columns that float from the source total to the target total: the geometry, in a hundred steps of height.

Each column is a picture of its own that stretches with the page, so that names and amounts around it can be text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crm_migrate.workspace.figures import Bridge

HEIGHT = 100
_LEAST = 1  # what is not zero is never invisible


@dataclass(frozen=True, slots=True)
class Step:
    """One column: its `line` of the bridge, the word for it, its amount; its bar, and the sum behind it, from above.

    `term` is the number of its term from 1 on, 0 for lines that are no terms.
    """

    line: str
    name: str
    amount: str
    kind: str
    top: int
    height: int
    level: int
    term: int


def steps(bridge: Bridge) -> list[Step]:
    """Source total, terms, the unexplained part where there is one, target total."""
    lines = list(_lines(bridge))
    edges = [Decimal(0), *(edge for _, _, start, end in lines for edge in (start, end))]
    high, span = max(edges), max(edges) - min(edges)

    def from_above(level: Decimal) -> int:
        return int((high - level) * HEIGHT / span) if span else HEIGHT

    made = []
    for number, (line, name, start, end) in enumerate(lines):
        top, bottom = sorted((from_above(start), from_above(end)))
        tall = max(bottom - top, _LEAST if start != end else 0)
        kind = line if line == "unexplained" else "total" if line != "term" else "minus" if end < start else "plus"
        term = number if line == "term" else 0
        made.append(Step(line, name, str(end - start), kind, min(top, HEIGHT - tall), tall, from_above(end), term))
    return made


def _lines(bridge: Bridge) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """(line, word, from, to) of each column."""
    level = Decimal(bridge.source_total)
    yield "source_total", "source_total", Decimal(0), level
    for term in bridge.terms:
        before, level = level, level + Decimal(term.amount)
        yield "term", term.name, before, level
    if Decimal(bridge.unexplained):
        yield "unexplained", "unexplained", level, level + Decimal(bridge.unexplained)
    yield "target_total", "target_total", Decimal(0), Decimal(bridge.target_total)
