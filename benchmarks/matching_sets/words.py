"""Names of people by culture: given names with the forms they are written in, family names put together from parts.

Earlier words of `names.toml` are drawn more often, as in life.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.matching_sets.tables import tables


@dataclass(frozen=True, slots=True)
class Culture:
    """Given names (`name/form/form`: forms are how others write the same person), family names and what joins them."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    stems: tuple[str, ...]
    ends: tuple[str, ...]
    whole: tuple[str, ...] = ()
    family_first: bool = False
    particles: tuple[str, ...] = ("",)


CULTURES = {
    code: Culture(**{name: tuple(part) if isinstance(part, list) else part for name, part in parts.items()})
    for code, parts in tables("names").items()
    if not code.startswith("more_")
}


def common(random_: random.Random, words: Sequence[str]) -> str:
    """A word; the first ones come far more often than the last ones."""
    at = int(len(words) * random_.random() ** 1.8)
    return words[at]


def forms(entry: str) -> list[str]:
    """The forms of a given name, the formal one first."""
    return [form.replace("_", " ") for form in entry.split("/")]


def family(random_: random.Random, culture: Culture) -> str:
    """A family name: one of the very common ones, or one put together."""
    if culture.whole and random_.random() < 0.35:
        name = common(random_, culture.whole)
    else:
        name = random_.choice(culture.stems) + random_.choice(culture.ends)
    return (random_.choice(culture.particles) + name).replace("_", " ")
