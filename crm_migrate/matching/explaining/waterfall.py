"""Why a pair is one, or is not: the weight of each comparison against the most likely other explanation, in bits.

A bit doubles the odds. The other explanations are chance and the contexts of the model (a household, one building, a
chain); the bars add up against the strongest of them, and what the weaker ones take away besides is a bar of its own,
so that the last bar is the weight that the matcher decided by.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crm_migrate.matching.deciding.evidence import KINDS, Weighed
from crm_migrate.matching.deciding.vetoes import SENTENCES
from crm_migrate.matching.explaining.model import BIT, ModelTable, model_table, what
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.weights import Model, Table, gains, log_odds, prior

# What a comparison looks at, where it is not a semantic type itself.
_KINDS = {
    "given_name": ("given_name", "person_name"), "middle_name": ("middle_name", "person_name"),
    "family_name": ("family_name", "person_name"),
    "street": ("street", "house_number"), "place": ("postal_code", "city", "state"),
    "web": ("url", "email"),
}  # fmt: skip
_NAMES = ("given_name", "family_name", "person_name")
CROSSED = "crossed"  # level of names that agree in each other's place: no evidence, but told


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison: its level of agreement, both values as they stand in the file, and its weight in bits.

    `level_bits` are those of the level in the model, None of names that are only exchanged: that says nothing of who
    it is. The rest is for how rare the agreed value is. `one_in`: every how manieth record carries it; None where
    nothing agreed exactly.
    """

    what: str
    level: str
    left: str
    right: str
    bits: float
    level_bits: float | None
    one_in: float | None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another explanation of a pair, and the weight against it: before anything is compared, and of the comparisons."""

    name: str
    start: float
    gained: float


@dataclass(frozen=True, slots=True)
class Merging:
    """What merging believes of a pair, in bits: independent evidence only, by kind, and what contradicts it most."""

    bits: float
    kinds: dict[str, float]
    against: str


def merging(pairs: Weighed, at: int, reason: str | None) -> Merging:
    """What merging believes of one of the pairs that it has weighed; `reason`: the key of its contradiction, if any."""
    kinds = dict(zip(KINDS, (pairs.kinds[at] / BIT).tolist(), strict=True))
    return Merging(float(pairs.odds[at]) / BIT, kinds, SENTENCES.get(reason or "", ""))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would happen to a pair at a `limit` of wrong merges per merged record, why not more, and the cut in bits.

    What is likely is not yet merged: below the cut people are asked, and a contradiction keeps a pair apart above it.
    """

    outcome: Literal["merge", "ask", "apart"]
    why: str
    cut: float
    limit: float
    merging: Merging | None = None  # None where the pair is too unlikely to be looked at for merging


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The weight of a pair from `start` (before anything is compared) over the steps and `rest` to `total`, in bits.

    `rivals`: all other explanations, the strongest of which is `rival`. `sites`: whether both are one company at
    several addresses, whatever the pair alone weighs. `telling.sentence` says it in words.
    """

    left: Hashable
    right: Hashable
    rival: str
    start: float
    steps: tuple[Step, ...]
    rest: float
    total: float
    verdict: Verdict
    rivals: tuple[Rival, ...]
    model: ModelTable
    sites: bool = False

    @property
    def probability(self) -> float:
        """What the model believes; see the limits of the matcher for how far to believe it."""
        return float(1 / (1 + np.exp(-np.clip(self.total * BIT, -50, 50))))


def waterfall(
    found: Resolved,
    rows: tuple[int, int],
    names: tuple[Hashable, Hashable],
    said: Callable[[int, tuple[str, ...]], str],
    verdict: Verdict,
) -> Waterfall:
    """The weights of two rows of what was resolved; `said(row, kinds)` gives the texts of a row for semantic types."""
    model = found.model
    i, j = (np.array([row], dtype=np.int64) for row in rows)
    compared = [comparison.compare(i, j) for comparison in model.comparisons]
    table, known = Table(compared, model), model_table(model)
    found_gains, before = gains(table, model), prior(model)
    width = found_gains.shape[1] // len(before)
    by_rival = found_gains[0].reshape(len(before), width).astype(np.float64) / BIT
    rivals = tuple(map(Rival, known.rivals, known.priors, by_rival.sum(axis=1).tolist()))
    rival = min(range(len(rivals)), key=lambda at: rivals[at].start + rivals[at].gained)
    steps = []
    for k, comparison in enumerate(model.comparisons):
        level = int(compared[k].levels[0])
        if level:
            kinds = _KINDS.get(comparison.name, (comparison.name,))
            one_in = _one_in(model, k, int(compared[k].agreed[0]), len(found.label))
            left, right = (said(row, kinds) for row in rows)
            learned = known.learned[k]
            told = learned.levels[level - 1]
            bits = float(by_rival[rival, k])
            steps.append(Step(learned.what, told.label, left, right, bits, told.bits[rival], one_in))
        turned = compared[k].turned
        if turned is not None and turned[0]:
            left, right = (said(row, _NAMES) for row in rows)
            steps.append(Step(what("name_order"), CROSSED, left, right, 0.0, None, None))
    start, end = rivals[rival].start, float(log_odds(found_gains, before)[0]) / BIT
    rest = end - start - sum(step.bits for step in steps)
    sites = found.companies[rows[0]] == found.companies[rows[1]] and found.doors[rows[0]] != found.doors[rows[1]]
    return Waterfall(*names, rivals[rival].name, start, tuple(steps), rest, end, verdict, rivals, known, bool(sites))


def _one_in(model: Model, at: int, value: int, rows: int) -> float | None:
    """Shares are smoothed (ten rows are not the world), but nothing is rarer than one in all rows."""
    share = float(model.frequency[at][value]) if value >= 0 else 0.0
    return min(1 / share, rows) if share > 0 else None
