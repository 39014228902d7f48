"""Tuning: how many merges each limit of wrong merges gives, and what the pairs around a cut look like."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.deciding.outcomes import Outcomes, decided
from crm_migrate.matching.explaining.waterfall import Waterfall
from crm_migrate.matching.matcher import Matching


@dataclass(frozen=True, slots=True)
class Tuned:
    """What one limit gives: rows in clusters of more than one, into how many, expected wrong merges, rows that wait."""

    limit: float
    merged: int
    clusters: int
    wrong: float
    waiting: int
    cut: float  # bits


def tuned(found: Matching, limits: Iterable[float]) -> list[Tuned]:
    """One line per limit, in the order given."""
    return [_line(limit, _outcomes(found, limit)) for limit in limits]


def around(found: Matching, limit: float, most: int) -> tuple[list[Waterfall], list[Waterfall]]:
    """The weakest pairs that are merged at a limit and the strongest that are not, nearest to the cut first."""
    result, scored = _outcomes(found, limit), found.ground.found.scored
    inside = result.merged[scored.i] == result.merged[scored.j]
    by_odds = np.lexsort((scored.j, scored.i, scored.odds))
    above = by_odds[inside[by_odds]][:most]
    asked = np.lexsort((result.review_j, result.review_i, -result.review_odds))[:most]
    return (
        [_pair(found, scored.i[at], scored.j[at], limit) for at in above],
        [_pair(found, result.review_i[at], result.review_j[at], limit) for at in asked],
    )


def _outcomes(found: Matching, limit: float) -> Outcomes:
    return decided(found.ground.case(), limit)


def _line(limit: float, result: Outcomes) -> Tuned:
    sizes = np.bincount(result.merged, minlength=len(result.merged))
    waiting = len(np.union1d(result.review_i, result.review_j))
    cut = result.cut / float(np.log(2))
    return Tuned(limit, result.merged_records, int((sizes > 1).sum()), result.expected_wrong, waiting, cut)


def _pair(found: Matching, i: int, j: int, limit: float) -> Waterfall:
    """The pair in the order of the file."""
    rows = sorted(int(found.ground.order[row]) for row in (i, j))
    left, right = (found.ground.frame.index[row] for row in rows)
    return found.explain(left, right, limit)
