"""Why a pair is one, or is not: the weight of each comparison against the most likely other explanation, in bits.

A bit doubles the odds. The other explanations are chance and the contexts of the model (a household, one building, a
chain); the bars add up against the strongest of them, and what the weaker ones take away besides is a bar of its own,
so that the last bar is the weight that the matcher decided by.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crm_migrate.matching.explaining.likely import likely
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.weights import Context, Model, Table, gains, log_odds, prior

_BIT = float(np.log(2))
_NOTHING = 0.05  # bits: less is no argument
_USUAL = "straight"  # names in their usual order are no argument for anything

# What a comparison looks at, where it is not a semantic type itself.
_KINDS = {
    "given_name": ("given_name", "person_name"), "middle_name": ("middle_name", "person_name"),
    "family_name": ("family_name", "person_name"), "name_order": ("given_name", "family_name", "person_name"),
    "street": ("street", "house_number"), "place": ("postal_code", "city", "state"),
}  # fmt: skip
_WORDS = {"email": "e-mail", "url": "web address", "tax_id": "tax number", "phone": "phone number"}


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison: its level of agreement, both values as they stand in the file, and its weight in bits.

    `one_in`: every how manieth record carries the agreed value; None where nothing agreed exactly.
    """

    what: str
    level: str
    left: str
    right: str
    bits: float
    one_in: float | None

    @property
    def words(self) -> str:
        """The step in words: `the same e-mail`, `another phone number`, `family name: one slip`."""
        if self.level == "crossed":
            return "names in each other's place"
        if self.level == "equal":
            rare = f" (one in {self.one_in:,.0f})" if self.one_in and self.one_in >= 2 else ""
            return f"the same {self.what}{rare}"
        return f"another {self.what}" if self.level == "different" else f"{self.what}: {self.level}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would happen to a pair at a `limit` of wrong merges per merged record, why not more, and the cut in bits.

    What is likely is not yet merged: below the cut people are asked, and a contradiction keeps a pair apart above it.
    """

    outcome: Literal["merge", "ask", "apart"]
    why: str
    cut: float
    limit: float

    @property
    def sentence(self) -> str:
        """The verdict in words; the cut is told where it is what a pair fell short of or passed."""
        said = {"merge": "Would be merged", "ask": "Would be asked about", "apart": "Kept apart"}[self.outcome]
        why = f": {self.why}" if self.why else ""
        return f"{said} at a limit of {self.limit:g}{why}; {self.begins}"

    @property
    def begins(self) -> str:
        """Where merging begins; without bound nothing is merged."""
        return f"merging begins at {self.cut:+.1f} bits" if np.isfinite(self.cut) else "no weight is enough to merge"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The weight of a pair from `start` (before anything is compared) over the steps and `rest` to `total`, in bits."""

    left: Hashable
    right: Hashable
    rival: str
    start: float
    steps: tuple[Step, ...]
    rest: float
    total: float
    verdict: Verdict

    @property
    def probability(self) -> float:
        """What the model believes; see the limits of the matcher for how far to believe it."""
        return float(1 / (1 + np.exp(-np.clip(self.total * _BIT, -50, 50))))

    @property
    def sentence(self) -> str:
        """Verdict, how likely one is, what speaks for it and what against, strongest first."""
        speaks_for, against = self._arguments(1), self._arguments(-1)
        parts = [f"{self.verdict.sentence} ({self.total:+.1f} bits here, {likely(self.probability)})."]
        parts.append(f"For: {'; '.join(speaks_for)}." if speaks_for else "Nothing speaks for one.")
        parts.append(f"Against: {'; '.join(against)}." if against else "Nothing speaks against.")
        return " ".join(parts)

    def _arguments(self, sign: int) -> list[str]:
        telling = (s for s in self.steps if s.bits * sign > _NOTHING and s.level != _USUAL)
        said = sorted(telling, key=lambda s: (-abs(s.bits), s.what))
        return [step.words for step in said]


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
    table = Table(compared, model)
    found_gains, before = gains(table, model), prior(model)
    width = found_gains.shape[1] // len(before)
    against = before + found_gains[0].reshape(len(before), width).sum(axis=1)
    rival = int(np.argmin(against))
    total = float(log_odds(found_gains, before)[0])
    bits = found_gains[0, rival * width : (rival + 1) * width] / _BIT
    steps = []
    for k, comparison in enumerate(model.comparisons):
        level = int(compared[k].levels[0])
        if level:
            kinds = _KINDS.get(comparison.name, (comparison.name,))
            one_in = _one_in(model, k, int(compared[k].agreed[0]), len(found.label))
            left, right = (said(row, kinds) for row in rows)
            label = comparison.labels[level]
            steps.append(Step(_what(comparison.name), label, left, right, float(bits[k]), one_in))
    start, end = float(before[rival]) / _BIT, total / _BIT
    rest = end - start - sum(step.bits for step in steps)
    return Waterfall(*names, _rival(model, rival), start, tuple(steps), rest, end, verdict)


def _what(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " "))


def _one_in(model: Model, at: int, value: int, rows: int) -> float | None:
    """Shares are smoothed (ten rows are not the world), but nothing is rarer than one in all rows."""
    share = float(model.frequency[at][value]) if value >= 0 else 0.0
    return min(1 / share, rows) if share > 0 else None


def _rival(model: Model, at: int) -> str:
    return "chance" if at == 0 else _context(model, model.contexts[at - 1])


def _context(model: Model, context: Context) -> str:
    return model.comparisons[min(context.apart)].apart
