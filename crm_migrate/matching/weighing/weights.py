"""Match weights after Fellegi and Sunter, learned without labels.

Classes of pairs: the same entity (m), the same context but somebody else (a household, another firm in the building,
another site of the chain), and chance (u). u comes from pairs drawn at random, and from the frequency of the agreed
value where there is one; m, the contexts and the shares of the classes by expectation maximisation over the candidates.
Chance pairs are counted over all n(n-1)/2 pairs, so that the weight of evidence falls as the file grows.

Sources: Fellegi & Sunter, "A Theory for Record Linkage", JASA 64 (1969); Winkler, "Using the EM Algorithm for Weight
Computation in the Fellegi-Sunter Model of Record Linkage" (1988), and "Frequency-Based Matching in the Fellegi-Sunter
Model of Record Linkage" (1989); Dempster, Laird & Rubin, JRSS B 39 (1977).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.comparison import Compared, Comparison
from crm_migrate.matching.comparing.composites import HOUSEHOLD, frequencies
from crm_migrate.matching.comparing.terms import FEW, Codes
from crm_migrate.matching.weighing.variants import NONE, Variants

Reals = npt.NDArray[np.float64]
# Chosen while the labelled sets were looked at; docs/matching.md (Constants) says what less and more would do there.
ROUNDS = 25  # of expectation maximisation; chosen, not measured
DRAWN = 500_000  # pairs drawn for chance; the whole of a file up to 1,000 rows
DRAWN_OF_MANY = 200_000  # as many tell the levels of chance where rarely two values of a row are met again
MANY = 200_000  # rows from which on fewer pairs are drawn
_CROWD = np.array([0.0, 2.5, 4.5, 8.5, 16.5, 32.5])  # entities that share a value: the starts of the steps
_SEEDED = 8.0  # matches that the expected levels count for, against what the data say
_RAREST = 1e-9  # shares stay above it, so that no logarithm is infinite
_ALONE = 1.5  # entities up to which nobody else is known to have a value
_EVEN = np.zeros(len(_CROWD) + 1)
# Pairs that the expected shape of a context counts for: what it shares as in matches (few would drift towards whatever
# is frequent), how its members differ as by chance, and how many entities share what they share.
_TIED, _LOOSE, _CROWDED = 1000.0, 20.0, 10.0
# Pairs of chance that are thought to agree on values of each step, beside those that are found.
_DOUBTED = 5.0


@dataclass(slots=True)
class Context:
    """A class of pairs that share something and are not the same: the comparisons in `apart` agree by chance only.

    `common`: log of how many times as often as in matches what they share is a value of so many entities (`_CROWD`).
    `tied`: what it shares stays near to what matches share.
    """

    apart: frozenset[int]
    levels: list[Reals]
    share: float
    common: Reals
    tied: bool


@dataclass(slots=True)
class Model:
    """Log probabilities of the levels of each comparison (level 0, missing: log 1), and the shares of the classes.

    `frequency` are shares of values in the numbering of `Compared.agreed`; `same` and `Context.share` are shares of all
    pairs of the file. `crowd` says how many have each value; `rare`: log of the share of the pairs agreeing on values
    of each step of `_CROWD` that agree by chance.
    """

    comparisons: tuple[Comparison, ...]
    m: list[Reals]
    u: list[Reals]
    frequency: list[Reals]
    same: float
    contexts: list[Context]
    variants: list[Variants]
    crowd: list[Reals] = field(default_factory=list)
    rare: list[Reals] = field(default_factory=list)

    def compare(self, i: Codes, j: Codes) -> list[Compared]:
        """Levels of the pairs, comparison by comparison, with what is known of variants."""
        return [self.compared(k, i, j) for k in range(len(self.comparisons))]

    def compared(self, k: int, i: Codes, j: Codes) -> Compared:
        """The same for one comparison."""
        return self.variants[k].applied(self.comparisons[k], self.comparisons[k].compare(i, j), i, j)


def seeded(comparisons: tuple[Comparison, ...], drawn: Sequence[Compared], rows: int, total: float) -> Model:
    """The model before anything was learned: expected levels of matches, chance from the drawn pairs."""
    u = [chance(c, found) for c, found in zip(comparisons, drawn, strict=True)]
    m = [_log_shares(expected(c, chances), 0.0) for c, chances in zip(comparisons, u, strict=True)]
    share = rows * 0.1 / total
    contexts = [Context(apart, list(m), share, _EVEN.copy(), tied) for apart, tied in _apart(comparisons)]
    model = Model(comparisons, m, u, [], share, contexts, [NONE] * len(comparisons))
    model.rare = [_EVEN.copy() for _ in comparisons]
    count(model, None)
    return model


def count(model: Model, entities: Codes | None) -> None:
    """How many rows, or entities, have each value, and with what chance it is met again, in place."""
    shares = [frequencies(c, entities) for c in model.comparisons]
    model.crowd = [(s / s.min(initial=1.0) + 1) / 2 for s in shares]
    model.frequency = [
        s * np.exp(rare[_step(crowd)]) for s, crowd, rare in zip(shares, model.crowd, model.rare, strict=True)
    ]


def _step(crowd: Reals) -> Codes:
    """The step of `_CROWD` from 1; 0 where nobody else is known to have the value."""
    return np.where((crowd > _ALONE) & np.isfinite(crowd), np.searchsorted(_CROWD, crowd), 0)


def _apart(comparisons: tuple[Comparison, ...]) -> list[tuple[frozenset[int], bool]]:
    """For each context the comparisons in which its members differ, and whether it is tied to what matches look like.

    Contexts that share nothing are chance itself. What a household has in common is learned from nothing.
    """
    groups = sorted({group for c in comparisons for group in c.apart.split()})
    found = {frozenset(k for k, c in enumerate(comparisons) if g in c.apart.split()): g != HOUSEHOLD for g in groups}
    return [(apart, tied) for apart, tied in found.items() if len(apart) < len(comparisons)]


def drawn_pairs(rows: int) -> tuple[Codes, Codes]:
    """Pairs at random, seeded; all of them for small files."""
    if rows * (rows - 1) // 2 <= DRAWN:
        i, j = np.triu_indices(rows, 1)
        return i.astype(np.int64), j.astype(np.int64)
    count = DRAWN if rows < MANY else DRAWN_OF_MANY
    i, j = np.random.default_rng(20).integers(0, rows, (2, count))
    return i[i != j], j[i != j]


def chance(comparison: Comparison, compared: Compared, where: npt.NDArray[np.bool_] | slice = slice(None)) -> Reals:
    """Log probability of each level among pairs drawn at random, half a pair added to each, `FEW` to different."""
    counts = np.bincount(compared.levels[where], minlength=len(comparison.labels)).astype(np.float64)
    counts[1] += FEW
    return _log_shares(counts, 0.5)


def _log_shares(counts: npt.NDArray[np.generic], added: float | Reals) -> Reals:
    counts = counts.astype(np.float64) + added
    logs = np.zeros(len(counts))
    logs[1:] = np.log(counts[1:] / counts[1:].sum())
    return logs


def expected(comparison: Comparison, u: Reals) -> Reals:
    """What true matches look like before anything was learned: mostly equal, falling towards different.

    Where the levels have no order of likeness they look like chance.
    """
    shape = np.geomspace(1.0, 30.0, len(u) - 1) if comparison.ordered else np.exp(u[1:])
    return np.concatenate([[0.0], shape / shape.sum()])


class Table:
    """Levels of a set of pairs, comparison by comparison, with the chance of what they agree on.

    `weight` is how many pairs each line stands for: one, if nothing is said.
    """

    def __init__(self, compared: Sequence[Compared], model: Model, weight: Reals | None = None) -> None:
        self.weight = np.ones(len(compared[0].levels)) if weight is None else weight
        self.levels = [c.levels for c in compared]
        self.unlike = [c.unlike for c in model.comparisons]
        self.chance = [chances(c, u, f) for c, u, f in zip(compared, model.u, model.frequency, strict=True)]
        self.crowd = np.stack([_crowd(c, f) for c, f in zip(compared, model.crowd, strict=True)], axis=1)
        self.others = _others(self.levels, model.comparisons)
        self._rarest: dict[frozenset[int], tuple[Codes, Codes]] = {}

    def rarest(self, context: Context) -> tuple[Codes, Codes]:
        """Which comparison agrees on the rarest value that a context shares, and the step of `_CROWD`; 0: none does."""
        if context.apart not in self._rarest:
            crowd = self.crowd.copy()
            crowd[:, sorted(context.apart)] = np.inf
            which = crowd.argmin(axis=1)
            found = crowd[np.arange(len(crowd)), which]
            self._rarest[context.apart] = which, np.where(np.isfinite(found), np.searchsorted(_CROWD, found), 0)
        return self._rarest[context.apart]

    def rarer(self, model: Model, by_chance: Reals) -> None:
        """Values that few share are met again by chance as often as their pairs turn out to be chance, in place."""
        for k, logs in enumerate(model.rare):
            step = _step(self.crowd[:, k])
            seen = _steps(step, by_chance) + _DOUBTED
            fresh = np.log(seen / (_steps(step, self.weight) + _DOUBTED))
            fresh[0] = 0.0
            self.chance[k] += (fresh - logs)[step]
            model.frequency[k] *= np.exp((fresh - logs)[_step(model.crowd[k])])
            model.rare[k] = fresh

    def known(self) -> npt.NDArray[np.bool_]:
        """Pairs x comparisons: where there was something to compare."""
        return np.stack([levels > 0 for levels in self.levels], axis=1)

    def same(self, model: Model) -> list[Reals]:
        """Per comparison the log probability of the levels among matches."""
        return [m[levels] for m, levels in zip(model.m, self.levels, strict=True)]

    def context(self, context: Context) -> list[Reals]:
        """Per comparison the log probability of the levels in a context."""
        which, step = self.rarest(context)
        more = context.common[step]
        return [np.where(which == k, logs + more, logs) for k, logs in enumerate(self._levels(context))]

    def whole(self, context: Context) -> Reals:
        """The log probability of all levels in a context."""
        return _total(self._levels(context)) + context.common[self.rarest(context)[1]]

    def _levels(self, context: Context) -> list[Reals]:
        return [
            self._apart(k, logs) if k in context.apart else logs[levels]
            for k, (logs, levels) in enumerate(zip(context.levels, self.levels, strict=True))
        ]

    def _apart(self, k: int, logs: Reals) -> Reals:
        """What members of a context differ in: agreement by chance, the ways to differ as learned."""
        if len(self.unlike[k]) == 1:
            return self.chance[k]
        other = np.zeros(len(logs), dtype=bool)
        other[list(self.unlike[k])] = True
        return np.where(other[self.levels[k]], logs[self.levels[k]], self.chance[k])


def _others(levels: Sequence[npt.NDArray[np.uint8]], comparisons: Sequence[Comparison]) -> npt.NDArray[np.bool_]:
    """Pairs that are unlike in every comparison that is sure, where there are several."""
    unlike = [np.isin(found, c.unlike) for found, c in zip(levels, comparisons, strict=True) if c.sure]
    return np.logical_and.reduce(unlike) if len(unlike) > 1 else np.zeros(len(levels[0]), dtype=bool)


def _steps(step: Codes, weight: Reals) -> Reals:
    return np.bincount(step, weights=weight, minlength=len(_CROWD) + 1).astype(np.float64)


def _commoner(context: Reals, same: Reals) -> Reals:
    """Log of how many times as often; before anything was seen, contexts are as common in each step of `_CROWD`."""
    few = np.geomspace(32.0, 1.0, len(_CROWD))
    matches, others = same[1:] + few / few.sum() * _CROWDED, context[1:] + _CROWDED / len(_CROWD)
    return np.concatenate([[0.0], np.log(others / others.sum()) - np.log(matches / matches.sum())])


def _crowd(compared: Compared, crowd: Reals) -> Reals:
    """How many entities have the value that both have; infinite where they agree on none."""
    found = np.full(len(compared.levels), np.inf)
    known = compared.agreed >= 0
    if known.any():
        found[known] = crowd[compared.agreed[known]]
    return found


def chances(compared: Compared, u: Reals, frequency: Reals) -> Reals:
    """Log chance of the level, or of meeting the agreed value again (Winkler 1989)."""
    logs = u[compared.levels]
    known = compared.agreed >= 0
    logs[known] = np.log(np.maximum(frequency[compared.agreed[known]], _RAREST))
    return logs


def prior(model: Model) -> Reals:
    """Log odds of a match before anything is compared: against chance, then against each context."""
    others = 1 - min(model.same + sum(c.share for c in model.contexts), 0.5)
    return np.log([model.same / others, *(model.same / c.share for c in model.contexts)])


def of_sites(model: Model) -> tuple[int, ...]:
    """The classes (1 is the first context) whose members share the name of a company: shops of a chain, branches."""
    name = next((k for k, c in enumerate(model.comparisons) if c.name == "company_name"), None)
    if name is None:
        return ()
    return tuple(k for k, context in enumerate(model.contexts, start=1) if name not in context.apart)


def gains(table: Table, model: Model) -> npt.NDArray[np.float32]:
    """What each comparison adds to the log odds: pairs x (comparisons against chance, then against each context)."""
    same = table.same(model)
    columns = [s - c for s, c in zip(same, table.chance, strict=True)]
    for context in model.contexts:
        columns += [s - c for s, c in zip(same, table.context(context), strict=True)]
    return np.stack(columns, axis=1).astype(np.float32)


def log_odds(sums: npt.NDArray[np.floating], before: Reals, one: Sequence[int] = ()) -> Reals:
    """Natural log odds of a match from its gains against each other class: a match must beat all of them together.

    The classes at `one` (1 is the first context) are no rivals: whoever is in one of them is the same, too.
    """
    width = sums.shape[1] // len(before)
    against = [before[k] + sums[:, k * width : (k + 1) * width].sum(axis=1) for k in range(len(before))]
    worst, match = -against[0], np.zeros(len(sums))
    for k, other in enumerate(against[1:], start=1):
        if k in one:
            match = np.logaddexp(match, -other)
        else:
            worst = np.logaddexp(worst, -other)
    return np.asarray(match - worst, dtype=np.float64)


def learn(table: Table, model: Model, scale: float, total: float) -> None:
    """Expectation maximisation of m, the contexts and the shares, in place.

    `scale` is the number of candidates that one pair of the table stands for, `total` the number of all pairs.
    """
    by_chance = _total(table.chance)
    for _ in range(ROUNDS):
        logs = [np.where(table.others, -np.inf, np.log(model.same) + _total(table.same(model))), by_chance]
        logs += [np.log(c.share) + table.whole(c) for c in model.contexts]
        shares = _normalised(np.stack(logs)) * table.weight
        if model.contexts and all(context.tied for context in model.contexts):
            table.rarer(model, shares[1])
            by_chance = _total(table.chance)
        model.same = max(scale * float(shares[0].sum()), 1.0) / total
        model.m = _matches(table, model, shares[0])
        for context, share in zip(model.contexts, shares[2:], strict=True):
            context.share = max(scale * float(share.sum()), 1.0) / total
            _, step = table.rarest(context)
            if context.tied:
                context.common = _commoner(_steps(step, share), _steps(step, shares[0]))
            context.levels = [
                _differing(c, levels, share, u) if k in context.apart else _shared(c, levels, share, m, context.tied)
                for k, (c, m, u, levels) in enumerate(
                    zip(model.comparisons, model.m, model.u, table.levels, strict=True)
                )
            ]


def _total(parts: Sequence[Reals]) -> Reals:
    """The sum of columns, one after the other: stacked they would be copied first."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def _shared(comparison: Comparison, levels: npt.NDArray[np.uint8], weight: Reals, m: Reals, tied: bool) -> Reals:
    """What the members of a context share: as matches do if it is tied to them, or as it is found."""
    counts = np.bincount(levels, weights=weight, minlength=len(comparison.labels))
    return _log_shares(counts, np.exp(m) * _TIED if tied else 1.0)


def _differing(comparison: Comparison, levels: npt.NDArray[np.uint8], weight: Reals, u: Reals) -> Reals:
    """The ways to differ as often as in the context, begun with those of chance, of which they have the same share."""
    unlike = list(comparison.unlike)
    counts = np.bincount(levels, weights=weight, minlength=len(comparison.labels))[unlike] + np.exp(u[unlike]) * _LOOSE
    logs = u.copy()
    logs[unlike] = np.log(counts / counts.sum() * np.exp(u[unlike]).sum())
    return logs


def _normalised(logs: Reals) -> Reals:
    shares = np.exp(logs - logs.max(axis=0))
    return np.asarray(shares / shares.sum(axis=0))


def learn_from_clusters(table: Table, model: Model, scale: float, total: float) -> None:
    """m and the share of matches from pairs inside clusters: among them are pairs that only other records join."""
    weight = np.where(table.others, 0.0, table.weight)
    model.same = max(scale * float(weight.sum()), 1.0) / total
    model.m = _matches(table, model, weight)


def _matches(table: Table, model: Model, weight: Reals) -> list[Reals]:
    """Log probabilities of the levels among matches, with the expected ones as a prior of a few matches."""
    found = []
    for comparison, levels, u in zip(model.comparisons, table.levels, model.u, strict=True):
        counts = np.bincount(levels, weights=weight, minlength=len(comparison.labels))
        seen = _log_shares(counts, expected(comparison, u) * _SEEDED + 0.05)
        found.append(_believable(seen, comparison.differs, list(comparison.unlike)))
    return found


def _believable(logs: Reals, most: float, unlike: list[int]) -> Reals:
    """At most so many matches differ: more would be somebody else's pairs that were taken for matches."""
    differ = float(np.exp(logs[unlike]).sum())
    if len(logs) <= 3 or differ <= most:
        return logs
    bounded = logs + np.log1p(-most) - np.log(max(1 - differ, 1e-9))
    bounded[unlike] = logs[unlike] + np.log(most / differ)
    bounded[0] = 0.0
    return np.asarray(bounded)
