"""Telephones of persons in several columns: one may be everybody's at home or at work, and the other somebody's own."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing import kernels
from crm_migrate.matching.comparing.comparison import Compared, Comparison, by_value
from crm_migrate.matching.comparing.terms import Codes, Terms

PHONES = (*kernels.CODE[:-1], "equal, another differs", "equal", "two equal")
_SAME = len(kernels.CODE) - 1
_DIFFERENT = kernels.CODE.index("different")
_ANOTHER, _ONE, _TWO = range(_SAME, len(PHONES))
Flags = npt.NDArray[np.bool_]


def phones(columns: Sequence[Terms]) -> Comparison:
    """Numbers of several columns over one dictionary; what is agreed is the rarest number that both have."""
    size, together = len(columns[0].texts), np.concatenate([column.codes for column in columns])
    users = np.bincount(together[together >= 0], minlength=size + 1)  # of code -1, nobody: the last one

    def compare(i: Codes, j: Codes) -> Compared:
        levels, differ = _likeness(columns, i, j)
        rarest, several = _agreed(columns, users, i, j)
        met = rarest >= 0
        levels[met] = np.select([several[met], differ[met]], [_TWO, _ANOTHER], _ONE)
        return Compared(levels, rarest)

    return Comparison(
        "phone", PHONES, compare, vocabulary=((together, size),), equal=lambda i, j: _agreed(columns, users, i, j)[0],
        agreeing=(_ANOTHER, _ONE, _TWO), cost=size,
    )  # fmt: skip


def _likeness(columns: Sequence[Terms], i: Codes, j: Codes) -> tuple[npt.NDArray[np.uint8], Flags]:
    """How alike the two most alike numbers are, and whether both have a number in one column that differs."""
    levels, differ = np.zeros(len(i), dtype=np.uint8), np.zeros(len(i), dtype=bool)
    for left in columns:
        for right in columns:
            found = by_value(left.codes[i], right.codes[j], left, kernels.codes, _SAME)
            levels = np.maximum(levels, found)
            differ |= (left is right) & (found == _DIFFERENT)
    return levels, differ


def _agreed(columns: Sequence[Terms], users: Codes, i: Codes, j: Codes) -> tuple[Codes, Flags]:
    """The rarest number that both have (of two as rare the smaller code), and whether they have another in common."""
    rarest, several = np.full(len(i), -1, dtype=np.int64), np.zeros(len(i), dtype=bool)
    for left in columns:
        for right in columns:
            here = left.codes[i]
            met = (here >= 0) & (here == right.codes[j])
            several |= met & (rarest >= 0) & (here != rarest)
            rank = users[here] - users[rarest]
            rarest = np.where(met & ((rarest < 0) | (rank < 0) | (rank == 0) & (here < rarest)), here, rarest)
    return rarest, several
