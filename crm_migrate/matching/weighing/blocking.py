"""Blocking: which pairs are compared at all. Several keys per entity; blocks too big for a key are counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.comparing.terms import Codes, dense, distinct, joint

ALL_PAIRS = 1_500  # files up to this size are compared completely: about as many pairs as the budget below has
# Pairs in all for files of up to half a million rows; three per row beyond. Chosen for time (docs/matching.md).
BUDGET = 1_500_000


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
    width = rows.bit_length()
    if int(key.max(initial=-1)) >> (63 - width):
        key = dense(key)
    ordered = np.sort(_not_alone(key, rows))
    block, order = ordered >> width, ordered & ((1 << width) - 1)
    starts = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]])) if len(block) else block
    sizes = np.diff(np.concatenate([starts, [len(order)]]))
    limit = _largest(sizes, share)
    taken = (sizes > 1) & (sizes <= limit)
    return _within(order, starts[taken], sizes[taken], rows), int(sizes[sizes > limit].sum())


def _not_alone(key: Codes, rows: int) -> Codes:
    """Key and row in one number, for the rows whose key others may have too: most keys of persons are theirs alone."""
    places = 1 << (2 * rows).bit_length()
    spread = (key * _GOLDEN >> 20) & (places - 1) if int(key.max(initial=0)) >= places else key
    present = np.flatnonzero(key >= 0)
    met = np.bincount(spread[present], minlength=places)
    chosen = present[met[spread[present]] > 1]
    return np.asarray(key[chosen] << rows.bit_length() | chosen)


_GOLDEN = 0x9E3779B97F4A7C15 - (1 << 64)  # spreads keys over places (Knuth, The Art of Computer Programming 3, 6.4)


def _largest(sizes: Codes, share: int) -> int:
    """The largest block size that still keeps all pairs of blocks up to it within the share."""
    by_size = np.bincount(sizes) if len(sizes) else np.zeros(1, dtype=np.int64)
    size = np.arange(len(by_size), dtype=np.int64)
    pairs = np.cumsum(by_size * size * (size - 1) // 2)
    return max(int(np.searchsorted(pairs, share, side="right")) - 1, 2)


def _within(order: Codes, starts: Codes, sizes: Codes, rows: int) -> Codes:
    """All pairs of rows (ascending within a block) of each block, as i * rows + j; blocks of one size at a time."""
    found = [np.zeros(0, dtype=np.int64)]
    for size in distinct(sizes):
        block = order[starts[sizes == size][:, None] + np.arange(size)]
        a, b = np.triu_indices(int(size), 1)
        found.append((block[:, a] * rows + block[:, b]).ravel())
    return np.concatenate(found)
