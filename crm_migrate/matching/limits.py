"""Limits: how far the odds of a pair can be believed, learned from the file without labels.

Comparisons depend on each other, so log odds are too large. One comparison that two people seldom share by chance (the
birth date, the tax id; of companies the street and the phone) is held out: among pairs with log odds s by everything
else, the share that contradicts in it is m + (u - m) f(s), where m is the share of errors among matches, u the share
among others, and f(s) = 1 / (1 + exp(a + b s)) the share of pairs that are no match. Expectation maximisation finds m,
u, a and b (mixture of two Bernoulli classes with logistic mixing: Jacobs, Jordan, Nowlan & Hinton, "Adaptive Mixtures
of Local Experts", Neural Computation 3, 1991); b < 1 is the share of the odds that may be believed. It is the idea of
decoys in proteomics (Elias & Gygi, Nature Methods 4, 2007): pairs known to be wrong show how wrong pairs score.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparison import Comparison
from crm_migrate.matching.engine import Resolved
from crm_migrate.matching.terms import Codes
from crm_migrate.matching.vetoes import DIFFERENT
from crm_migrate.matching.weights import Reals, log_odds, prior

SAMPLE = 150_000  # pairs that one comparison is held out for
ENOUGH = 200  # pairs with the held-out comparison, below which nothing is learned from it
_ROUNDS = 40
_BELIEVED, _MOST = 0.5, 0.7  # share of the odds that is believed: before anything is learned, and at most
_LEAST = 0.2  # a flatter curve is that of errors which come together, not of pairs that are no match
_OF_SHARE, _OF_BASE = 50.0, 1.0  # how sure that is (inverse variances)
_ERRORS, _OTHERS = 0.25, 0.5  # a comparison with more errors, or less contrast, tells nothing
_AT = 10.0  # log odds at which the most careful of several curves is chosen


@dataclass(frozen=True, slots=True)
class Belief:
    """Log odds s are believed as `base + share * s`; `held_out` names the comparison this was learned from, if any."""

    base: float = 0.0
    share: float = _BELIEVED
    held_out: str = ""

    def wrong(self, odds: Reals) -> Reals:
        """Chance that a pair with these log odds is no match."""
        return np.asarray(1 / (1 + np.exp(np.clip(self.base + self.share * odds, -500, 500))))


UNLEARNED = Belief()


def believed(found: Resolved) -> Belief:
    """The most careful of what the comparisons that can be held out say; the odds are halved where none can."""
    names = [c.name for c in found.model.comparisons]
    held = ("tax_id", "street", "phone") if "company_name" in names else ("tax_id", "birth_date")
    curves = [_held_out(found, names.index(name)) for name in held if name in names]
    known = [curve for curve in curves if curve is not None]
    return min(known, key=lambda c: c.base + c.share * _AT, default=UNLEARNED)


def _held_out(found: Resolved, at: int) -> Belief | None:
    """What one comparison says about the odds of all others."""
    scored, comparison = found.scored, found.model.comparisons[at]
    step = max(len(scored.i) // SAMPLE, 1)
    gains = scored.gains[::step].copy()
    gains[:, at :: len(found.model.comparisons)] = 0
    rest = log_odds(gains, prior(found.model))
    use = np.flatnonzero(scored.known[::step, at] & (rest > 0))
    if len(use) < ENOUGH:
        return None
    differs = _contradicts(comparison, scored.i[::step][use], scored.j[::step][use])
    errors, others, base, share = _learned(rest[use], differs)
    if errors > _ERRORS or others < _OTHERS or share < _LEAST:
        return None
    return Belief(base, min(share, _MOST), comparison.name)


def _contradicts(comparison: Comparison, i: Codes, j: Codes) -> npt.NDArray[np.bool_]:
    wanted = [at for at, label in enumerate(comparison.labels) if label in DIFFERENT[comparison.name]]
    return np.isin(comparison.compare(i, j).levels, wanted)


def _learned(odds: Reals, differs: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """m, u, a and b of the mixture."""
    errors, others, base, share = 0.05, 0.9, 0.0, _BELIEVED
    for _ in range(_ROUNDS):
        wrong = Belief(base, share).wrong(odds)
        of_others = wrong * np.where(differs, others, 1 - others)
        of_matches = (1 - wrong) * np.where(differs, errors, 1 - errors)
        taken = of_others / (of_others + of_matches)
        errors = float(np.clip(_share(1 - taken, differs), 1e-4, 0.4))
        others = float(np.clip(_share(taken, differs), 0.3, 0.999))
        base, share = _curve(odds, taken, base, share)
    return errors, others, base, share


def _share(weight: Reals, differs: npt.NDArray[np.bool_]) -> float:
    return float((weight * differs).sum() / max(weight.sum(), 1e-9))


def _curve(odds: Reals, taken: Reals, base: float, share: float) -> tuple[float, float]:
    """One Newton step of the logistic curve, with what is believed beforehand as a ridge."""
    wrong = Belief(base, share).wrong(odds)
    curvature = wrong * (1 - wrong)
    slope_0 = float((wrong - taken).sum()) - base * _OF_BASE
    slope_1 = float(((wrong - taken) * odds).sum()) - (share - _BELIEVED) * _OF_SHARE
    h_00 = float(curvature.sum()) + _OF_BASE
    h_01 = float((curvature * odds).sum())
    h_11 = float((curvature * odds**2).sum()) + _OF_SHARE
    size = h_00 * h_11 - h_01**2
    base += (h_11 * slope_0 - h_01 * slope_1) / size
    share += (h_00 * slope_1 - h_01 * slope_0) / size
    return float(np.clip(base, -8, 8)), float(np.clip(share, 0.05, 1))
