"""Partition: which records are one, by average linkage over all pairs of two clusters, not by chains of pairs.

Two clusters become one when the mean weight over all their pairs is above the cut and each is the other's best
neighbour; this greedily raises the sum of weights inside clusters (correlation clustering: Bansal, Blum & Chawla,
Machine Learning 56, 2004). All mutual best neighbours are merged at once (Murtagh, Computer Journal 26, 1983: the same
tree as one by one for plain average linkage; here, with means per comparison, an approximation). The order of the pairs
does not matter.
"""

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.terms import Codes, distinct
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.weighing.weights import log_odds

Reals = npt.NDArray[np.float64]
Gains = npt.NDArray[np.float32]


class Linked:
    """Edges between clusters: what speaks for each (summed over its pairs), per comparison, and in how many pairs."""

    def __init__(self, a: Codes, b: Codes, sums: Gains, counts: Gains, pairs: Reals) -> None:
        self.a, self.b, self.sums, self.counts, self.pairs = a, b, sums, counts, pairs

    def weight(self, prior: Reals) -> Reals:
        """Log odds of two clusters: per comparison the mean over the pairs that can be compared, added up.

        A value that one pair lacks another pair has: a record without birth date is judged by what it does have,
        against all that is known of the cluster.
        """
        known = np.maximum(self.counts, 1.0)
        return log_odds(self.sums / np.tile(known, self.sums.shape[1] // known.shape[1]), prior)

    def joined(self, into: Codes) -> "Linked":
        """The edges after clusters became one; parallel edges are added up, those inside a cluster are gone."""
        x, y = into[self.a], into[self.b]
        low, high = np.minimum(x, y), np.maximum(x, y)
        outside = np.flatnonzero(low != high)
        key = low[outside] * len(into) + high[outside]
        order = np.argsort(key, kind="stable")
        key, rows = key[order], outside[order]
        starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else key
        if not len(rows):
            return Linked(key, key, self.sums[:0], self.counts[:0], self.pairs[:0])
        sums, counts = (np.add.reduceat(x[rows], starts, axis=0) for x in (self.sums, self.counts))
        pairs = np.add.reduceat(self.pairs[rows], starts)
        return Linked(key[starts] // len(into), key[starts] % len(into), sums, counts, pairs)


def partition(rows: int, edges: Linked, prior: Reals, cut: float, unseen: float, growth: float = 0.0) -> Codes:
    """Cluster of each row, named by its smallest row; `unseen` is the weight of a pair that was never compared.

    `growth` is the share of the size-biased prior that is used: who has been entered s times is s times as likely to be
    the next record (Ewens' sampling formula; in full, log s is added to the log odds).
    """
    label = np.arange(rows, dtype=np.int64)
    size = np.ones(rows)
    while len(edges.a):
        possible = size[edges.a] * size[edges.b]
        larger = growth * np.log(np.maximum(size[edges.a], size[edges.b]))
        weight = ((edges.weight(prior) + larger) * edges.pairs + (possible - edges.pairs) * unseen) / possible
        merged = _mutual_best(rows, edges.a, edges.b, weight, cut)
        if not merged.any():
            break
        into = np.arange(rows, dtype=np.int64)
        into[edges.b[merged]] = edges.a[merged]
        size[edges.a[merged]] += size[edges.b[merged]]
        label = into[label]
        edges = edges.joined(into)
    return label


def within_reach(rows: int, i: Codes, j: Codes, good: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Pairs inside of what the good pairs connect: only those can matter for the partition."""
    home = np.full(rows, -1, dtype=np.int64)
    if good.any():
        nodes, component = components(i[good], j[good])
        home[nodes] = component
    return np.asarray((home[i] >= 0) & (home[i] == home[j]))


def _mutual_best(rows: int, a: Codes, b: Codes, weight: Reals, cut: float) -> npt.NDArray[np.bool_]:
    """Edges above the cut that are the best of both their ends; ties by the smaller ends."""
    above = np.flatnonzero(weight > cut)
    order = above[np.lexsort((b[above], a[above], -weight[above]))]
    best = np.full(rows, len(a), dtype=np.int64)
    rank = np.arange(len(order))
    np.minimum.at(best, a[order], rank)
    np.minimum.at(best, b[order], rank)
    merged = np.zeros(len(a), dtype=bool)
    merged[order] = (best[a[order]] == rank) & (best[b[order]] == rank)
    return merged


def missing_pairs(label: Codes, i: Codes, j: Codes, close: npt.NDArray[np.bool_], most: int) -> tuple[Codes, Codes]:
    """Pairs not among (i, j) inside clusters, and between clusters that a close pair joins; at most about `most`."""
    rows = len(label)
    x, y = label[i[close]], label[j[close]]
    own = np.flatnonzero(np.bincount(label, minlength=rows) > 1)
    neighbours = distinct(np.concatenate([own * rows + own, np.minimum(x, y) * rows + np.maximum(x, y)]))
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(rows))
    sizes = np.bincount(label, minlength=rows)
    a, b = neighbours // rows, neighbours % rows
    work = sizes[a] * sizes[b]
    cheap = np.argsort(work, kind="stable")
    fits = np.sort(cheap[np.cumsum(work[cheap]) <= most])
    left, right = _products(order, starts, sizes, a[fits], b[fits])
    low, high = np.minimum(left, right), np.maximum(left, right)
    fresh = distinct((low * rows + high)[low != high])
    fresh = fresh[~np.isin(fresh, i * rows + j, kind="sort")]
    return fresh // rows, fresh % rows


def _products(order: Codes, starts: Codes, sizes: Codes, a: Codes, b: Codes) -> tuple[Codes, Codes]:
    """All pairs of members of cluster a and cluster b, for each row of (a, b)."""
    count = sizes[a] * sizes[b]
    at = np.repeat(np.arange(len(a)), count)
    place = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return order[starts[a[at]] + place // sizes[b[at]]], order[starts[b[at]] + place % sizes[b[at]]]
