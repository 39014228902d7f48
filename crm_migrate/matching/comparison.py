"""Comparisons: how far two records agree in one respect, as a level per pair, once per pair of distinct values.

Level 0: nothing to compare (a value is missing); 1: different; the last: equal. `agreed` is the code of the value that
both have (-1 where they only resemble each other), for its term frequency.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.terms import Codes, Terms, numbered

Levels = npt.NDArray[np.uint8]
Kernel = Callable[[list[str], list[str]], Levels]


@dataclass(frozen=True, slots=True)
class Compared:
    """Per pair: the level, and the code of the agreed value in the vocabulary of the comparison (-1: none)."""

    levels: Levels
    agreed: Codes


@dataclass(frozen=True, slots=True)
class Comparison:
    """One respect in which two records can agree.

    `labels` names the levels from 0; `apart` names the context whose members differ in it (`household`, `building`,
    `chain`); `vocabulary` holds the columns of codes whose frequencies count, one behind the other in the numbering
    of `agreed`. `differs` is the largest believable share of true matches that differ in it. `variants` are codes,
    their number and the level of two unlike values that turn out to stand for one thing. `ordered` levels rise with
    likeness.
    """

    name: str
    labels: tuple[str, ...]
    compare: Callable[[Codes, Codes], Compared]
    apart: str = ""
    vocabulary: tuple[tuple[Codes, int], ...] = field(default=())
    differs: float = 0.35
    variants: tuple[Codes, int, int] | None = None
    ordered: bool = True


def by_value(a: Codes, b: Codes, values: npt.NDArray[np.object_], kernel: Kernel, equal: int) -> Levels:
    """Levels of two columns of codes over one dictionary: `equal` for the same code, the (symmetric) kernel else."""
    levels = np.zeros(len(a), dtype=np.uint8)
    both = (a >= 0) & (b >= 0)
    levels[both & (a == b)] = equal
    todo = np.flatnonzero(both & (a != b))
    if len(todo):
        size = len(values)
        key = np.minimum(a[todo], b[todo]) * size + np.maximum(a[todo], b[todo])
        pairs, inverse = numbered(key)
        levels[todo] = kernel(values[pairs // size].tolist(), values[pairs % size].tolist())[inverse]
    return levels


def simple(
    name: str,
    columns: list[Terms],
    kernel: Kernel,
    labels: tuple[str, ...],
    *,
    apart: str = "",
    differs: float = 0.35,
    variants: int = 0,
) -> Comparison:
    """A comparison of one column, or the best of several columns that hold the same kind of value (two phones).

    `variants` is the level of values that turn out to be variants of each other; 0 where that makes no sense.
    """
    values, equal = columns[0].values, len(labels) - 1

    def compare(i: Codes, j: Codes) -> Compared:
        levels = np.zeros(len(i), dtype=np.uint8)
        agreed = np.full(len(i), -1, dtype=np.int64)
        for left in columns:
            for right in columns:
                a, b = left.codes[i], right.codes[j]
                found = by_value(a, b, values, kernel, equal)
                agreed = np.where((found == equal) & (levels < equal), a, agreed)
                levels = np.maximum(levels, found)
        return Compared(levels, agreed)

    together = np.concatenate([column.codes for column in columns])
    learned = (columns[0].codes, len(values), variants) if variants else None
    return Comparison(name, labels, compare, apart, ((together, len(values)),), differs, learned)
