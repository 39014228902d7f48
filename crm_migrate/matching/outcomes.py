"""Outcomes: which clusters may be merged, which pairs people are asked about, and what is held apart, with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.clusters import components
from crm_migrate.matching.engine import Resolved
from crm_migrate.matching.groups import Group
from crm_migrate.matching.records import Records
from crm_migrate.matching.terms import Codes
from crm_migrate.matching.weights import Reals

LIMIT = 0.001  # expected wrong merges per merged record
ASKED = -1.0  # log odds of the weakest pair that people are asked about
_SHRINK = 0.5  # comparisons depend on each other: the odds are not believed in full
Pairs = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`merged`: cluster of each row (its smallest row), finer than `Resolved.label`, as far as merging is allowed.

    `review_i`, `review_j`, `review_odds`, `review_why`: pairs to be asked about, the most probable first, and why they
    were not merged. `held`: clusters of the best partition (by their smallest row) that were split or held, and a
    sentence. `expected_wrong`: expected wrong merges among `merged_records`, the records in clusters of more than one.
    `cut`: natural log odds above which merges are made. `groups`: households and shared contacts.
    """

    merged: Codes
    review_i: Codes
    review_j: Codes
    review_odds: Reals
    review_why: list[str]
    held: dict[int, str]
    expected_wrong: float
    merged_records: int
    cut: float
    groups: tuple[Group, ...] = ()


def outcomes(
    found: Resolved, records: Records, limit: float = LIMIT, together: Pairs = (), apart: Pairs = ()
) -> Outcomes:
    """What may be merged so that at most `limit` wrong merges per merged record are expected.

    `together` and `apart` are pairs of rows that people or rules have decided: the first are merged whatever their
    odds, the second are never in one cluster; where both are joined, the cluster is held.
    """
    together, apart = list(together), list(apart)
    i, j, odds = found.scored.i, found.scored.j, found.scored.odds
    inside = found.label[i] == found.label[j]
    wrong = 1 / (1 + np.exp(np.clip(odds * _SHRINK, -50, 50)))
    order = np.flatnonzero(inside)[np.argsort(-odds[inside], kind="stable")]
    fits = int(np.searchsorted(np.cumsum(wrong[order]) / np.arange(1, len(order) + 1), limit, side="right"))
    taken = order[:fits]
    cut = float(odds[taken[-1]]) if fits else np.inf
    merged = _joined(records.rows, i[taken], j[taken], together)
    held = {}
    for a, b in apart:
        if merged[a] == merged[b]:
            held[int(found.label[a])] = f"rows {a} and {b} were decided to be two"
            members = np.flatnonzero(merged == merged[a])
            merged[members] = members
    open_ = np.flatnonzero((odds > ASKED) & (merged[i] != merged[j]))
    open_ = open_[np.argsort(-odds[open_], kind="stable")]
    counts = np.bincount(merged, minlength=records.rows)
    return Outcomes(
        merged,
        i[open_],
        j[open_],
        odds[open_],
        ["the evidence is not strong enough to merge without a person"] * len(open_),
        held,
        float(wrong[taken].sum()),
        int(counts[counts > 1].sum()),
        cut,
    )


def _joined(rows: int, i: Codes, j: Codes, together: list[tuple[int, int]]) -> Codes:
    label = np.arange(rows, dtype=np.int64)
    more = np.array(together, dtype=np.int64).reshape(-1, 2)
    nodes, component = components(np.concatenate([i, more[:, 0]]), np.concatenate([j, more[:, 1]]))
    label[nodes] = component
    return label
