"""Sifting: candidates that cannot become matches any more are dropped before the costly comparisons.

Every pair starts with the most that its comparisons could say for it: exactly where equal codes already tell what is
agreed, the best level otherwise. Comparison by comparison, the cheap ones first, the most is replaced by what is; who
falls below the limit is out. The pairs that are left, and what is found in them, are those of comparing everything.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.comparison import Compared, Comparison
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.weighing.weights import Model, Reals, chances

_SLACK = 1e-3  # sums in another order differ in their last digits
Most = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a comparison adds to the log odds against chance: by level, and with what is agreed."""

    unequal: float
    equal: float
    frequency: Reals

    def of(self, comparison: Comparison, i: Codes, j: Codes) -> Most:
        if comparison.equal is None:
            return np.full(len(i), self.equal, dtype=np.float32)
        agreed = comparison.equal(i, j)
        most = np.full(len(i), self.unequal, dtype=np.float32)
        at = np.flatnonzero(agreed >= 0)
        most[at] = np.maximum(self.equal - self.frequency[agreed[at]], self.unequal)
        return most


def bounds(model: Model) -> list[Bound]:
    """The bounds of all comparisons."""
    return [_bound(model, k) for k in range(len(model.comparisons))]


def _bound(model: Model, k: int) -> Bound:
    comparison, m, u = model.comparisons[k], model.m[k], model.u[k]
    logs = np.log(np.maximum(model.frequency[k], 1e-9))
    if comparison.equal is None:
        rarest = float(m.max()) - float(logs.min(initial=0.0))
        return Bound(0.0, max(float((m - u).max()), rarest if len(logs) else 0.0), logs)
    rest = [level for level in range(len(m)) if level not in comparison.agreeing]
    unequal = max(float(m[level] - u[level]) for level in rest)
    return Bound(unequal, max(float(m[level]) for level in comparison.agreeing), logs)


def sift(
    model: Model, limits: list[Bound], i: Codes, j: Codes, before: float, above: float
) -> tuple[Codes, Codes, list[Compared]]:
    """The pairs whose log odds against chance can be above the limit, with all that was compared."""
    most = [limit.of(c, i, j) for limit, c in zip(limits, model.comparisons, strict=True)]
    upper: Reals = np.stack(most).sum(axis=0, dtype=np.float64) + before + _SLACK
    found: dict[int, Compared] = {}
    alive = np.flatnonzero(upper > above)
    i, j, upper = i[alive], j[alive], upper[alive]
    # The rows of `most` still count from the first pair: `alive` says which of them are left.
    for group in _by_cost(model.comparisons):
        for k in group:
            found[k] = model.compared(k, i, j)
            gain = model.m[k][found[k].levels] - chances(found[k], model.u[k], model.frequency[k])
            upper += gain - most[k][alive]
        left = np.flatnonzero(upper > above)
        if len(left) < len(i):
            i, j, upper, alive = i[left], j[left], upper[left], alive[left]
            found = {k: Compared(c.levels[left], c.agreed[left]) for k, c in found.items()}
    return i, j, [found[k] for k in range(len(model.comparisons))]


def _by_cost(comparisons: tuple[Comparison, ...]) -> list[list[int]]:
    """Comparisons of one cost together (they may share their work), the cheap ones first."""
    costs = sorted({c.cost for c in comparisons})
    return [[k for k, c in enumerate(comparisons) if c.cost == cost] for cost in costs]
