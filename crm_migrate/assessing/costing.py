"""What it costs people to settle a finding: a range, of minutes that are assumed and told with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from crm_migrate.assessing.figures import Card, Effort, Unit


@dataclass(frozen=True, slots=True)
class Work:
    """Minutes for a finding as a whole, and for each unit of it at best and at worst."""

    unit: Unit
    once: float
    least: float
    most: float


# Assumed by us and not measured, but for one: 200 to 300 groups of duplicates an hour is what people with experience
# say where the screen helps; without, half of it. At best one rule or one export settles all; at worst each by hand.
WORKS = {
    "aside": Work("row", 15, 0, 1),
    "lost_zeros": Work("column", 0, 15, 60),
    "scientific": Work("column", 0, 30, 120),
    "serial_days": Work("column", 0, 15, 60),
    "no_day": Work("column", 0, 5, 15),
    "moved_days": Work("column", 0, 60, 240),
    "mixed_order": Work("column", 0, 60, 240),
    "exchanged_order": Work("column", 0, 30, 120),
    "double_encoding": Work("column", 0, 15, 60),
    "cut_text": Work("column", 0, 30, 240),
    "cut_rows": Work("source", 0, 30, 120),
    "shifted": Work("row", 15, 0, 3),
    "total_row": Work("source", 0, 5, 15),
    "orphans": Work("row", 15, 0, 2),
    "cycles": Work("row", 5, 0, 5),
    "whales": Work("source", 0, 15, 60),
    "duplicates": Work("group", 30, 0.2, 0.5),
    "no_key": Work("source", 0, 30, 240),
    "key_missing": Work("row", 15, 0, 3),
    "key_twice": Work("row", 15, 0, 3),
    "unmapped": Work("word", 0, 1, 5),
    "owners_left": Work("person", 0, 2, 10),
    "owners_unknown": Work("person", 0, 2, 10),
    "consent_unproved": Work("column", 0, 30, 240),
    "sensitive": Work("column", 0, 10, 60),
}
MENDED = Work("column", 0, 5, 15)  # where every value can be restored with proof
_COUNTED = {"word": "words", "group": "groups", "person": "people"}  # units that a sentence has counted


def costed(card: Card) -> Card:
    """A card with what it costs; one that costs nothing of its own stays as it is."""
    work = MENDED if card.mended and card.mended == card.count else WORKS.get(card.kind)
    if work is None:
        return card
    units = _units(card, work.unit)
    least, most = ceil(work.once + units * work.least), ceil(work.once + units * work.most)
    return card.model_copy(update={"effort": Effort(unit=work.unit, units=units, least=least, most=most)})


def _units(card: Card, unit: Unit) -> int:
    if unit in _COUNTED:
        return int(card.because.places[_COUNTED[unit]])
    return {"row": card.count, "column": max(1, len(card.columns)), "source": 1}[unit]


def hours(cards: Iterable[Card]) -> tuple[int, int]:
    """Whole hours that findings cost together, at best rounded down and at worst rounded up."""
    told = [card.effort for card in cards if card.effort is not None]
    return sum(each.least for each in told) // 60, ceil(sum(each.most for each in told) / 60)
