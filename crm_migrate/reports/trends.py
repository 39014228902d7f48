"""The line in a tile of the summary: what it says of this run and of those before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crm_migrate.words.language import Language
from crm_migrate.workspace.follow_up import Rehearsal

WIDTH, HEIGHT = 100, 20
_EDGE = 2  # a line has a width too

_COUNTS: dict[str, Callable[[Rehearsal], int]] = {
    "accounting": lambda r: r.unexplained + r.waiting,
    "links": lambda r: r.links_wrong,
    "kpis": lambda r: r.kpis_differ,
    "consent": lambda r: r.consent_raised,
    "unexpected": lambda r: r.unexpected,
}


@dataclass(frozen=True, slots=True)
class Trend:
    """Points of a line, (right, down) in a picture of 100 by 20, and the same in words."""

    points: tuple[tuple[int, int], ...]
    said: str


def trends(rehearsals: Sequence[Rehearsal], language: Language) -> dict[str, Trend]:
    """Tile -> its trend; nothing where there is no other run."""
    if not rehearsals:
        return {}
    made = {
        "fields": _trend(
            "fields", [_rate(r) for r in rehearsals], [_percent(r, language) for r in rehearsals], language
        )
    }
    for tile, count in _COUNTS.items():
        values = [count(r) for r in rehearsals]
        made[tile] = _trend(tile, values, [language.number(value) for value in values], language)
    return made


def _rate(rehearsal: Rehearsal) -> Fraction:
    return Fraction(rehearsal.matched, rehearsal.compared) if rehearsal.compared else Fraction(1)


def _percent(rehearsal: Rehearsal, language: Language) -> str:
    return language.percent(rehearsal.matched, rehearsal.compared)


def _trend(tile: str, values: Sequence[int | Fraction], said: Sequence[str], language: Language) -> Trend:
    low, high = min(values), max(values)
    tall, wide = HEIGHT - 2 * _EDGE, WIDTH - 2 * _EDGE
    points = (
        (
            _EDGE + wide * i // max(1, len(values) - 1),
            HEIGHT // 2 if low == high else HEIGHT - _EDGE - int(tall * Fraction(value - low) / Fraction(high - low)),
        )
        for i, value in enumerate(values)
    )
    return Trend(tuple(points), language.word(f"trend.{tile}", values=" → ".join(said)))
