"""Blocking: which pairs are compared at all. Several keys per entity; blocks too big for a key are counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.terms import Codes, distinct, joint

ALL_PAIRS = 1_500  # files up to this size are compared completely
BUDGET = 1_500_000  # pairs in all for files of up to half a million rows; three per row beyond


@dataclass(frozen=True, slots=True)
class Blocked:
    """Candidate pairs (i < j), and per key how many rows stood in blocks too big to be compared."""

    i: Codes
    j: Codes
    oversized: dict[str, int]


def candidates(
    anchors: dict[str, Codes], recipes: Sequence[tuple[str, ...]], rows: int, budget: int | None = None
) -> Blocked:
    """Pairs that agree in all anchors of at least one recipe; recipes with an anchor that is not there are left out."""
    if rows <= ALL_PAIRS:
        i, j = np.triu_indices(rows, 1)
        return Blocked(i.astype(np.int64), j.astype(np.int64), {})
    usable = [recipe for recipe in recipes if all(anchor in anchors for anchor in recipe)]
    share = (budget or max(BUDGET, 3 * rows)) // max(len(usable), 1)
    found, oversized = [], {}
    for recipe in usable:
        pairs, left = _pairs(joint(*(anchors[a] for a in recipe)), share, rows)
        found.append(pairs)
        if left:
            oversized["+".join(recipe)] = left
    together = distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    return Blocked(together // rows, together % rows, oversized)


def _pairs(key: Codes, share: int, rows: int) -> tuple[Codes, int]:
    """Pairs i * rows + j within blocks, the smallest blocks first until the share is used up, and the rows left out."""
    present = np.flatnonzero(key >= 0)
    order = present[np.argsort(key[present], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]])) if len(order) else order
    sizes = np.diff(np.concatenate([starts, [len(order)]]))
    limit = _largest(sizes, share)
    taken = (sizes > 1) & (sizes <= limit)
    return _within(order, starts[taken], sizes[taken], rows), int(sizes[sizes > limit].sum())


def _largest(sizes: Codes, share: int) -> int:
    """The largest block size that still keeps all pairs of blocks up to it within the share."""
    by_size = np.bincount(sizes) if len(sizes) else np.zeros(1, dtype=np.int64)
    size = np.arange(len(by_size), dtype=np.int64)
    pairs = np.cumsum(by_size * size * (size - 1) // 2)
    return max(int(np.searchsorted(pairs, share, side="right")) - 1, 2)


def _within(order: Codes, starts: Codes, sizes: Codes, rows: int) -> Codes:
    """All pairs of positions within each block, as i * rows + j with i < j; blocks of one size at a time."""
    found = [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes):
        block = order[starts[sizes == size][:, None] + np.arange(size)]
        a, b = np.triu_indices(int(size), 1)
        left, right = block[:, a].ravel(), block[:, b].ravel()
        found.append(np.minimum(left, right) * rows + np.maximum(left, right))
    return np.concatenate(found)
