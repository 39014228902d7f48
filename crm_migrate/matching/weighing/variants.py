"""Variants: different values that stand for one thing, learned from what clusters have in common.

Word lists know Bob and Robert; that a district is written here for its town only the file itself can say:
two values that are unlike and yet meet in several clusters, far more often than by chance.
"""

from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.comparing.comparison import Compared, Comparison
from crm_migrate.matching.comparing.terms import Codes, distinct, numbered

# Chosen for what they mean: two entities may be luck. Half or twice as much moves no figure of fake_1000, restaurants
# and early_childhood.
SEEN = 3  # entities that must have both values
LIFT = 8.0  # times as often as if values were dealt at random


@dataclass(frozen=True, slots=True)
class Variants:
    """Pairs of values (smaller code * size + larger, ascending) that are variants of each other."""

    keys: Codes

    def applied(self, comparison: Comparison, compared: Compared, i: Codes, j: Codes) -> Compared:
        """The levels, with the level for variants where two unlike values are known to go together."""
        if not len(self.keys) or comparison.variants is None:
            return compared
        codes, size, level = comparison.variants
        at = np.flatnonzero((compared.levels > 0) & (compared.levels < level))
        a, b = codes[i[at]], codes[j[at]]
        both = (a >= 0) & (b >= 0) & (a != b)
        key = np.minimum(a, b).astype(np.int64) * size + np.maximum(a, b)
        place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        levels = compared.levels.copy()
        levels[at[both & (self.keys[place] == key)]] = level
        return Compared(levels, compared.agreed)


NONE = Variants(np.zeros(0, dtype=np.int64))


def learned(comparison: Comparison, label: Codes) -> Variants:
    """Pairs of different values that several clusters have, more often than their frequencies explain."""
    if comparison.variants is None:
        return NONE
    codes, size, _ = comparison.variants
    present = codes >= 0
    held = distinct(label[present] * size + codes[present])
    entity, value = held // size, held % size
    having = np.bincount(value, minlength=size)
    a, b = _together(entity, value)
    keys, number = numbered(a * size + b)
    times = np.bincount(number, minlength=len(keys))
    expected = having[keys // size] * having[keys % size] / max(len(distinct(entity)), 1)
    return Variants(keys[(times >= SEEN) & (times >= LIFT * expected)])


def _together(entity: Codes, value: Codes) -> tuple[Codes, Codes]:
    """Pairs of values (smaller first) of one entity; `entity` and `value` are sorted together."""
    a, b = [], []
    for step in range(1, int(np.bincount(numbered(entity)[1]).max(initial=1))):
        same = np.flatnonzero(entity[step:] == entity[:-step])
        a.append(value[same])
        b.append(value[same + step])
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *a]), np.concatenate([none, *b])
