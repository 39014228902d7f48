"""Comparisons: how far two records agree in one respect, as a level per pair, once per pair of distinct values.

Level 0: nothing to compare (a value is missing); 1: different; the last: equal. `agreed` is the code of the value that
both have (-1 where they only resemble each other), for its term frequency.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.process import cdist, cpdist

from crm_migrate.matching.comparing.terms import Codes, Terms, distinct, joint, numbered

Levels = npt.NDArray[np.uint8]
Texts = list[str]
SMALL = 3_000  # values of a dictionary up to which all levels fit into a table


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts to be compared: positions `a` and `b` among distinct values."""

    values: Texts
    a: Codes
    b: Codes
    features: dict[Callable[[Texts], npt.NDArray[Any]], npt.NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, left: Texts, right: Texts) -> "Pairs":
        """Pairs of two lists of one length."""
        return cls(left + right, np.arange(len(left)), np.arange(len(left)) + len(left))

    def sides(self) -> tuple[Texts, Texts]:
        """The texts of both sides."""
        return [self.values[at] for at in self.a.tolist()], [self.values[at] for at in self.b.tolist()]

    def scores(self, scorer: Any, dtype: Any = np.float32, cutoff: float | None = None) -> npt.NDArray[Any]:
        """A scorer of rapidfuzz for every pair; all with all at once where that is not much more."""
        how = {"scorer": scorer, "dtype": dtype, "score_cutoff": cutoff, "workers": 1}
        if len(self.values) <= SMALL and len(self.values) ** 2 <= _DENSE * len(self.a):
            return np.asarray(cdist(self.values, self.values, **how))[self.a, self.b]
        return np.asarray(cpdist(*self.sides(), **how))

    def each(self, feature: Callable[[Texts], npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Something about every text, found once per value: for the left and the right sides."""
        if feature not in self.features:
            self.features[feature] = feature(self.values)
        found = self.features[feature]
        return found[self.a], found[self.b]

    def where(self, chosen: Codes) -> "Pairs":
        """Only some of the pairs."""
        return Pairs(self.values, self.a[chosen], self.b[chosen], self.features)


_DENSE = 8  # `cdist` takes about a tenth of the time of `cpdist` for a pair
Kernel = Callable[[Pairs], Levels]


@dataclass(frozen=True, slots=True)
class Compared:
    """Per pair: the level, and the code of the agreed value in the vocabulary of the comparison (-1: none).

    `turned`: both have the other's name in its place, which says how they were written and nothing of who they are.
    """

    levels: Levels
    agreed: Codes
    turned: npt.NDArray[np.bool_] | None = None


def summed_up(compared: Sequence[Compared]) -> tuple[list[Compared], npt.NDArray[np.float64]]:
    """Pairs with the same levels that agree on the same values as one line, and how many pairs each line stands for."""
    columns = [column for c in compared for column in (c.levels.astype(np.int64), c.agreed + 1) if column.any()]
    if not columns:
        return list(compared), np.ones(len(compared[0].levels))
    key = joint(*columns)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]]))
    first = np.sort(order[starts])
    counts = np.diff(np.append(starts, len(key)))[np.argsort(order[starts])]
    return [Compared(c.levels[first], c.agreed[first]) for c in compared], counts.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One respect in which two records can agree.

    `labels` names the levels from 0; `apart` names the context whose members differ in it (`household`, `building`,
    `chain`); `vocabulary` holds the columns of codes whose frequencies count, one behind the other in the numbering
    of `agreed`. `differs` is the largest believable share of true matches that differ in it: that have one of the
    levels `unlike`.

    For sifting: `equal` tells from codes alone, without likeness, what would be agreed (-1: nothing); `agreeing` are
    the levels that only such pairs have. Comparisons of one `cost` (about the values to be compared) share their work.

    `variants` are codes, their number and the level of two unlike values that turn out to stand for one thing. Levels
    that are not `ordered` do not rise with likeness. Who is unlike in all comparisons that are `sure` is somebody else.
    """

    name: str
    labels: tuple[str, ...]
    compare: Callable[[Codes, Codes], Compared]
    apart: str = ""
    vocabulary: tuple[tuple[Codes, int], ...] = field(default=())
    differs: float = 0.35  # chosen: believable of telephones and mailboxes, which people change
    equal: Callable[[Codes, Codes], Codes] | None = None
    agreeing: tuple[int, ...] = ()
    cost: int = 0
    variants: tuple[Codes, int, int] | None = None
    ordered: bool = True
    unlike: tuple[int, ...] = (1,)
    sure: bool = False

    @property
    def same(self) -> int:
        """The level from which both say the same: what is called equal, the last one where nothing is."""
        return self.labels.index("equal") if "equal" in self.labels else len(self.labels) - 1


def by_value(a: Codes, b: Codes, terms: Terms, kernel: Kernel, equal: int) -> Levels:
    """Levels of two columns of codes over one dictionary: `equal` for the same code, the (symmetric) kernel else."""
    if len(terms.texts) <= SMALL:
        return _looked_up(a, b, terms, kernel, equal)
    levels = np.zeros(len(a), dtype=np.uint8)
    both = (a >= 0) & (b >= 0)
    levels[both & (a == b)] = equal
    todo = np.flatnonzero(both & (a != b))
    if len(todo):
        size = len(terms.texts)
        low, high = np.minimum(a[todo], b[todo]).astype(np.int64), np.maximum(a[todo], b[todo])
        pairs, inverse = numbered(low * size + high)
        levels[todo] = kernel(_gathered(terms, pairs // size, pairs % size))[inverse]
    return levels


def _gathered(terms: Terms, a: Codes, b: Codes) -> Pairs:
    """Pairs of codes with those values only that occur in them."""
    used, positions = numbered(np.concatenate([a, b]))
    return Pairs(terms.texts.gather(used).to_list(), positions[: len(a)], positions[len(a) :])


def _looked_up(a: Codes, b: Codes, terms: Terms, kernel: Kernel, equal: int) -> Levels:
    """The same by a table of all pairs of values, filled as they are met; its first row and column: no value."""
    width = len(terms.texts) + 1
    table = terms.remembered.get((kernel, equal))
    if table is None:
        table = np.full(width * width, _UNKNOWN, dtype=np.uint8)
        table[:: width + 1] = equal
        table[:width] = table[::width] = 0
        terms.remembered[kernel, equal] = table
    place = (a + 1).astype(np.int64) * width + b + 1
    levels: Levels = table[place]
    unknown = distinct(place[levels == _UNKNOWN])
    if len(unknown):
        x, y = unknown // width, unknown % width
        found = kernel(Pairs(terms.texts.to_list(), x - 1, y - 1))
        table[unknown] = table[y * width + x] = found
        levels = table[place]
    return levels


_UNKNOWN = 255


def simple(
    name: str,
    columns: list[Terms],
    kernel: Kernel,
    labels: tuple[str, ...],
    *,
    apart: str = "",
    differs: float = 0.35,
    unlike: tuple[int, ...] = (1,),
    cost: int | None = None,
    variants: int = 0,
) -> Comparison:
    """A comparison of one column, or the best of several columns that hold the same kind of value (two phones).

    `variants` is the level of values that turn out to be variants of each other; 0 where that makes no sense.
    """
    terms, equal = columns[0], len(labels) - 1

    def compare(i: Codes, j: Codes) -> Compared:
        levels = np.zeros(len(i), dtype=np.uint8)
        agreed = np.full(len(i), -1, dtype=np.int64)
        for left in columns:
            for right in columns:
                a, b = left.codes[i], right.codes[j]
                found = by_value(a, b, terms, kernel, equal)
                agreed = np.where((found == equal) & (levels < equal), a, agreed)
                levels = np.maximum(levels, found)
        return Compared(levels, agreed)

    def agreed(i: Codes, j: Codes) -> Codes:
        found = np.full(len(i), -1, dtype=np.int64)
        for left in columns:
            for right in columns:
                a = left.codes[i]
                found = np.where((found < 0) & (a == right.codes[j]), a, found)
        return found

    together = np.concatenate([column.codes for column in columns])
    size = len(columns[0].texts)
    learned = (columns[0].codes, size, variants) if variants else None
    return Comparison(
        name, labels, compare, apart, ((together, size),), differs, agreed, (equal,), size if cost is None else cost,
        learned, unlike=unlike,
    )  # fmt: skip
