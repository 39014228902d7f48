"""Linking: two sources without doubles have at most one partner for each row, the best assignment as a whole.

Within what the likely pairs connect, the sum of log odds is made as large as it can be: the Hungarian method (Kuhn,
Naval Research Logistics Quarterly 2, 1955) with shortest augmenting paths (Jonker & Volgenant, Computing 38, 1987).
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.weighing.engine import CUT, Resolved
from crm_migrate.matching.weighing.weights import Reals

# Share of the rows of a source that may share a cluster with each other in a source without doubles: errors of the
# clusters are that many. Chosen; febrl4 has two such sources.
FREE = 0.02
Flags = npt.NDArray[np.bool_]


def linked(found: Resolved, second: Flags) -> tuple[Resolved, str]:
    """The result with one partner at most, where neither source has doubles; and a sentence about what was done."""
    shares = [_doubled(found.label, side) for side in (~second, second)]
    told = " and ".join(f"{share:.1%}" for share in shares)
    if max(shares) > FREE:
        return found, f"clusters: {told} of the rows of the two sources look like doubles inside their source"
    label = _one_to_one(found, second)
    return replace(found, label=label), f"at most one partner for each row: {told} of the rows look like doubles"


def _doubled(label: Codes, side: Flags) -> float:
    """Share of the rows of a side that share their cluster with another of the same side."""
    rows = label[side]
    return float((np.bincount(rows, minlength=len(label))[rows] > 1).mean()) if len(rows) else 0.0


def _one_to_one(found: Resolved, second: Flags) -> Codes:
    scored = found.scored
    across = np.flatnonzero((scored.odds > CUT) & (second[scored.i] != second[scored.j]))
    swapped = second[scored.i[across]]
    left = np.where(swapped, scored.j[across], scored.i[across])
    right = np.where(swapped, scored.i[across], scored.j[across])
    label = np.arange(len(found.label), dtype=np.int64)
    for a, b in _assigned(left, right, scored.odds[across]):
        label[[a, b]] = min(a, b)
    return label


def _assigned(left: Codes, right: Codes, odds: Reals) -> list[tuple[int, int]]:
    """Pairs of rows, at most one for each row, with the largest sum of odds."""
    if not len(left):
        return []
    nodes, home = components(left, right)
    of = home[np.searchsorted(nodes, left)]
    order = np.lexsort((right, left, of))
    starts = np.flatnonzero(np.concatenate([[True], of[order][1:] != of[order][:-1]]))
    found: list[tuple[int, int]] = []
    for rows in np.split(order, starts[1:]):
        found += (
            [(int(left[rows[0]]), int(right[rows[0]]))]
            if len(rows) == 1
            else _best(left[rows], right[rows], odds[rows])
        )
    return found


def _best(left: Codes, right: Codes, odds: Reals) -> list[tuple[int, int]]:
    """The best assignment of one component; a row may stay alone."""
    a, at_a = np.unique(left, return_inverse=True)
    b, at_b = np.unique(right, return_inverse=True)
    gain = np.zeros((len(a), len(b) + len(a)))  # the columns behind the last are for staying alone
    gain[at_a, at_b] = odds
    chosen = assignment(-gain)
    return [(int(a[row]), int(b[at])) for row, at in enumerate(chosen) if at < len(b) and gain[row, at] > 0]


def assignment(cost: Reals) -> list[int]:
    """The column of each row so that the sum of costs is smallest; at least as many columns as rows."""
    rows, columns = cost.shape
    by_row, by_column = np.zeros(rows + 1), np.zeros(columns + 1)
    owner, way = np.zeros(columns + 1, dtype=np.int64), np.zeros(columns + 1, dtype=np.int64)
    for row in range(1, rows + 1):
        owner[0], here = row, 0
        least, done = np.full(columns + 1, np.inf), np.zeros(columns + 1, dtype=bool)
        while owner[here]:
            done[here] = True
            reduced = cost[owner[here] - 1] - by_row[owner[here]] - by_column[1:]
            better = ~done[1:] & (reduced < least[1:])
            least[1:][better], way[1:][better] = reduced[better], here
            following = int(np.argmin(np.where(done, np.inf, least)))
            delta = least[following]
            by_row[owner[done]] += delta
            by_column[done] -= delta
            least[~done] -= delta
            here = following
        while here:
            owner[here], here = owner[way[here]], int(way[here])
    found = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            found[owner[column] - 1] = column - 1
    return found
