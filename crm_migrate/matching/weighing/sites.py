"""One company at several addresses: it moved, has a branch, or another address is where its invoices go.

The partition keeps records at different doors apart, as shops of a chain are. Clusters of one name that share a web
site, a mailbox's host, a telephone or a tax number are one company all the same, as long as they are few: a chain is
known by its many doors. What is said of a chain's name and web site is said of every shop, so nothing joins them here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.company_names import LEVELS, UNLIKE
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes, distinct
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.weighing.weights import Model

# Clusters that share something and may be one company: head office, branch, site, billing address. Chosen on sets of
# `companies` from seeds 21 to 25: with 3 or 5 mean F1 falls by .003 and .01.
DOORS = 4
_SAMPLED = 4  # records of a cluster that are compared with those of another
_SHORTER = LEVELS.index("acronym")  # from here on neither name says what the other does not
_CONTRADICTED = 0.5  # of clusters with one name, a share with other tax numbers from which these are firms of a group
_SHOWN = 10  # pairs with tax numbers from which on that share says something
_SHARED = (("url", "host"), ("phone7",), ("tax_id",))  # anchors of what sites of a company have in common
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of clusters (by their smallest rows), and the pairs of records that speak for them."""

    a: Codes
    b: Codes
    of: Codes
    i: Codes
    j: Codes

    def most(self, levels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The highest level of a comparison for each pair of clusters."""
        found = np.zeros(len(self.a), dtype=np.uint8)
        np.maximum.at(found, self.of, levels)
        return found

    def share(self, flags: Flags, known: Flags) -> npt.NDArray[np.float64]:
        """The share of the known pairs of records that have a flag, for each pair of clusters."""
        counts = [np.bincount(self.of[chosen], minlength=len(self.a)) for chosen in (flags & known, known)]
        return counts[0] / np.maximum(counts[1], 1)


def joined(model: Model, records: Records, label: Codes) -> Codes:
    """Labels of clusters with those of one company at a few doors together; the same where there are no companies."""
    places = {comparison.name: k for k, comparison in enumerate(model.comparisons)}
    if "company_name" not in places:
        return label
    pairs = _sampled(label, *_candidates(records.anchors, label))
    if not len(pairs.a):
        return label
    same = _one_name(pairs, model.compared(places["company_name"], pairs.i, pairs.j).levels)
    if "tax_id" in places:
        same = _uncontradicted(same, pairs.most(model.compared(places["tax_id"], pairs.i, pairs.j).levels))
    return _together(label, pairs.a[same], pairs.b[same])


def few(records: Records, label: Codes) -> Flags:
    """Rows of clusters that share neither name, host, telephone nor tax number with more than `DOORS`: no chain."""
    crowded = np.zeros(len(label), dtype=bool)
    for names in (*_SHARED, ("company",)):
        codes = [records.anchors[name] for name in names if name in records.anchors]
        if codes:
            value, cluster = _met(codes, label)
            crowded[cluster[np.bincount(value)[value] > DOORS]] = True
    return ~crowded[label]


def _candidates(anchors: dict[str, Codes], label: Codes) -> tuple[Codes, Codes]:
    """Pairs of clusters that share a host, a telephone or a tax number with few others, and no host with many."""
    kinds = [[anchors[name] for name in names if name in anchors] for names in _SHARED]
    met = [_met(codes, label) for codes in kinds if codes]
    found = [_few(*each) for each in met]
    crowded = np.zeros(len(label), dtype=bool)
    if kinds[0]:
        value, cluster = met[0]
        crowded[cluster[np.bincount(value)[value] > DOORS]] = True
    a, b = (np.concatenate([each[end] for each in found] or [label[:0]]) for end in (0, 1))
    pair = distinct((a * len(label) + b)[~(crowded[a] & crowded[b])])
    return pair // len(label), pair % len(label)


def _met(columns: list[Codes], label: Codes) -> tuple[Codes, Codes]:
    """Each value and cluster that has it, once, by value."""
    value, cluster = np.concatenate(columns).astype(np.int64), np.tile(label, len(columns))
    pair = distinct((value * len(label) + cluster)[value >= 0])
    return pair // len(label), pair % len(label)


def _few(value: Codes, cluster: Codes) -> tuple[Codes, Codes]:
    """Pairs (a < b) of the clusters of each value that at most `DOORS` have."""
    chosen = np.bincount(value, minlength=1)[value] <= DOORS
    value, cluster = value[chosen], cluster[chosen]
    ends = [(cluster[:-step][same], cluster[step:][same])
            for step in range(1, DOORS) for same in [value[:-step] == value[step:]]]  # fmt: skip
    return np.concatenate([a for a, _ in ends]), np.concatenate([b for _, b in ends])


def _sampled(label: Codes, a: Codes, b: Codes) -> _Pairs:
    """Up to `_SAMPLED` records of each cluster against those of the other."""
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(len(label)))
    size = np.minimum(np.bincount(label, minlength=len(label)), _SAMPLED)
    of, i, j = [], [], []
    for x in range(_SAMPLED):
        for y in range(_SAMPLED):
            chosen = np.flatnonzero((x < size[a]) & (y < size[b]))
            of.append(chosen)
            i.append(order[start[a[chosen]] + x])
            j.append(order[start[b[chosen]] + y])
    left, right = np.concatenate(i), np.concatenate(j)
    return _Pairs(a, b, np.concatenate(of), np.minimum(left, right), np.maximum(left, right))


def _one_name(pairs: _Pairs, levels: npt.NDArray[np.uint8]) -> Flags:
    """Clusters of which two records have one name, and at most half of the others have words of their own."""
    return np.asarray((pairs.most(levels) >= _SHORTER) & (pairs.share(np.isin(levels, UNLIKE), levels > 0) <= 0.5))


def _uncontradicted(same: Flags, tax: npt.NDArray[np.uint8]) -> Flags:
    """Without clusters of different tax numbers; where most have different ones, only those that have the same."""
    known = np.asarray(same & (tax > 0))
    other = np.asarray(known & (tax == 1))
    if known.sum() >= _SHOWN and other.sum() > _CONTRADICTED * known.sum():
        return np.asarray(known & ~other)
    return np.asarray(same & ~other)


def _together(label: Codes, a: Codes, b: Codes) -> Codes:
    """Labels with clusters joined where at most `DOORS` of them are connected."""
    if not len(a):
        return label
    nodes, home = components(a, b)
    few = np.bincount(home, minlength=len(label))[home] <= DOORS
    again = np.arange(len(label), dtype=label.dtype)
    again[nodes[few]] = home[few]
    return again[label]
