"""Limits: how far the odds of a pair can be believed, learned from the file without labels.

Comparisons depend on each other, so log odds are too large. One comparison that two people seldom share by chance (the
birth date, the tax id; of companies the tax id, the street) is held out. Among pairs that could be merged without it
(nothing else contradicts, two kinds of evidence) with log odds s by all the rest, the share that contradicts in it is
m(s) + (u - m(s)) f(s): m is the share of errors among matches (it falls with s, as errors come together), u the share
of contradictions among others, and f(s) = 1 / (1 + exp(a + b s)) the share of pairs that are no match. Expectation
maximisation finds them (a mixture of two Bernoulli classes with logistic mixing: Jacobs, Jordan, Nowlan & Hinton,
"Adaptive Mixtures of Local Experts", Neural Computation 3, 1991); b < 1 is the share of the odds that may be believed.
It is the idea of decoys in proteomics (Elias & Gygi, Nature Methods 4, 2007): pairs known to be wrong show how wrong
pairs score.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.facts import facts_of
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.evidence import KINDS_NEEDED, Weighed, weigh
from crm_migrate.matching.deciding.vetoes import DIFFERENT, contradictions
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.weights import Model, Reals, log_odds, prior

# Chosen while the labelled sets were looked at; docs/matching.md (Constants) says what less and more would do there.
SAMPLE = 150_000  # pairs that one comparison is held out for; chosen for time
ENOUGH = 200  # pairs with the held-out comparison, below which nothing is learned from it
_ROUNDS = 40  # of learning; chosen, not measured
# Shares of the odds that are believed of persons and of organisations: before anything is learned, and at most. On
# generated files of 200 to 5,000 rows (persons seeds 101 to 103, companies 401 to 409) what is wrong falls by .85 of
# the odds of persons, and by .6 of those of organisations; the 15 merges of early_childhood that its truth calls wrong
# are one name and street each.
_PERSONS, _ORGANISATIONS = (0.75, 0.85), (0.6, 0.7)
_LEAST = 0.2  # a flatter curve is that of errors, not of pairs that are no match; chosen
_OF_SHARE, _OF_BASE = 50.0, 1.0  # how sure that is (inverse variances)
_ERRORS, _OTHERS = 0.25, 0.5  # a comparison with more errors, or less contrast, tells nothing; chosen
_AT = 10.0  # log odds at which the most careful of several curves is chosen


@dataclass(frozen=True, slots=True)
class Belief:
    """Log odds s are believed as `base + share * s`; `held_out` names the comparison this was learned from, if any."""

    base: float = 0.0
    share: float = _ORGANISATIONS[0]
    held_out: str = ""

    def wrong(self, odds: Reals) -> Reals:
        """Chance that a pair with these log odds is no match."""
        return np.asarray(1 / (1 + np.exp(np.clip(self.base + self.share * odds, -500, 500))))


UNLEARNED = Belief()


def believed(found: Resolved, records: Records) -> Belief:
    """The most careful of what the comparisons that can be held out say; what is typical where none can."""
    names = [c.name for c in found.model.comparisons]
    firms = "company_name" in names
    held, typical = ("tax_id", "street") if firms else ("tax_id", "birth_date"), _ORGANISATIONS if firms else _PERSONS
    curves = [_held_out(found, records, names.index(name), *typical) for name in held if name in names]
    known = [curve for curve in curves if curve is not None]
    return min(known, key=lambda c: c.base + c.share * _AT, default=Belief(share=typical[0]))


def _held_out(found: Resolved, records: Records, at: int, typical: float, most: float) -> Belief | None:
    """What one comparison says about the odds of all others, among pairs that these would merge."""
    comparison = found.model.comparisons[at]
    pairs = mergeable(found, records, at)
    if len(pairs.i) < ENOUGH:
        return None
    differs = _contradicts(found.model, at, pairs.i, pairs.j)
    belief, errors, others = _learned(pairs.odds, differs, comparison.name, typical)
    if errors > _ERRORS or others < _OTHERS or belief.share < _LEAST:
        return None
    return replace(belief, share=min(belief.share, most))


def mergeable(found: Resolved, records: Records, at: int) -> Weighed:
    """Pairs in which one comparison is known, weighed without it: nothing else contradicts, enough speaks for them."""
    scored, width, facts = found.scored, len(found.model.comparisons), facts_of(records)
    step = max(len(scored.i) // SAMPLE, 1)
    gains = scored.gains[::step].copy()
    gains[:, at::width] = 0
    use = np.flatnonzero(scored.known[::step, at] & (log_odds(gains, prior(found.model)) > 0))
    pairs = weigh(found, scored.i[::step][use], scored.j[::step][use], records, facts).without(found.model, at)
    name = found.model.comparisons[at].name
    against = contradictions(pairs, records.comparisons, facts)
    free = np.logical_and.reduce([~flags for key, flags in against.items() if key != name])
    return pairs.where(free & (pairs.strong() >= KINDS_NEEDED) & (pairs.odds > 0))


def _contradicts(model: Model, at: int, i: Codes, j: Codes) -> npt.NDArray[np.bool_]:
    comparison = model.comparisons[at]
    wanted = [at for at, label in enumerate(comparison.labels) if label in DIFFERENT[comparison.name]]
    return np.isin(model.compared(at, i, j).levels, wanted)


def _learned(odds: Reals, differs: npt.NDArray[np.bool_], held_out: str, typical: float) -> tuple[Belief, float, float]:
    """How far the odds are believed, and the shares of contradictions among matches and among others."""
    points, others = np.stack([np.ones(len(odds)), odds], axis=1), 0.9
    # Curves of chances falling with the odds: that a pair is no match, and that a match contradicts.
    wrong = _Curve(np.array([0.0, -typical]), np.array([_OF_BASE, _OF_SHARE]))
    errors = _Curve(np.array([-2.9, 0.0]), np.array([0.5, _OF_SHARE]))
    for _ in range(_ROUNDS):
        mistaken = errors.at(points)
        of_others = wrong.at(points) * np.where(differs, others, 1 - others)
        of_matches = (1 - wrong.at(points)) * np.where(differs, mistaken, 1 - mistaken)
        taken = of_others / (of_others + of_matches)
        others = float(np.clip(_share(taken, differs), 0.3, 0.999))
        wrong.step(points, taken, np.ones(len(odds)))
        errors.step(points, differs.astype(np.float64), 1 - taken)
    base, slope = -wrong.weights
    return Belief(float(base), float(slope), held_out), _share(1 - taken, differs), others


def _share(weight: Reals, differs: npt.NDArray[np.bool_]) -> float:
    return float((weight * differs).sum() / max(weight.sum(), 1e-9))


class _Curve:
    """A logistic curve that never rises, with what is believed beforehand as a ridge around its first weights."""

    def __init__(self, weights: Reals, sure: Reals) -> None:
        self.weights, self._before, self._sure = weights, weights, sure

    def at(self, points: Reals) -> Reals:
        """Heights of the curve."""
        return np.asarray(1 / (1 + np.exp(-np.clip(points @ self.weights, -50, 50))))

    def step(self, points: Reals, wanted: Reals, weight: Reals) -> None:
        """One Newton step towards the wanted heights."""
        heights = self.at(points)
        slope = points.T @ (weight * (wanted - heights)) - self._sure * (self.weights - self._before)
        bent = (points * (weight * heights * (1 - heights))[:, None]).T @ points + np.diag(self._sure)
        base, along = self.weights + np.linalg.solve(bent, slope)
        self.weights = np.array([np.clip(base, -8, 8), np.clip(along, -1, 0)])
