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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparison import Compared, Comparison
from crm_migrate.matching.composites import frequencies
from crm_migrate.matching.terms import FEW, Codes
from crm_migrate.matching.variants import NONE, Variants

Reals = npt.NDArray[np.float64]
ROUNDS = 25
DRAWN = 500_000
_SEEDED = 8.0  # matches that the expected levels count for, against what the data say
_RAREST = 1e-9


@dataclass(slots=True)
class Context:
    """A class of pairs that share something and are not the same: the comparisons in `apart` agree by chance only."""

    apart: frozenset[int]
    levels: list[Reals]
    share: float


@dataclass(slots=True)
class Model:
    """Log probabilities of the levels of each comparison (level 0, missing: log 1), and the shares of the classes.

    `frequency` are shares of values in the numbering of `Compared.agreed`; `same` and `Context.share` are shares of all
    pairs of the file.
    """

    comparisons: tuple[Comparison, ...]
    m: list[Reals]
    u: list[Reals]
    frequency: list[Reals]
    same: float
    contexts: list[Context]
    variants: list[Variants]

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
    groups = sorted({c.apart for c in comparisons if c.apart})
    share = rows * 0.1 / total
    contexts = [
        Context(frozenset(k for k, c in enumerate(comparisons) if c.apart == g), list(m), share) for g in groups
    ]
    return Model(
        comparisons, m, u, [frequencies(c, None) for c in comparisons], share, contexts, [NONE] * len(comparisons)
    )


def drawn_pairs(rows: int) -> tuple[Codes, Codes]:
    """Pairs at random, seeded; all of them for small files."""
    if rows * (rows - 1) // 2 <= DRAWN:
        i, j = np.triu_indices(rows, 1)
        return i.astype(np.int64), j.astype(np.int64)
    i, j = np.random.default_rng(20).integers(0, rows, (2, DRAWN))
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
    """Levels of a set of pairs, comparison by comparison, with the chance of what they agree on."""

    def __init__(self, compared: Sequence[Compared], model: Model) -> None:
        self.levels = [c.levels for c in compared]
        self.chance = [chances(c, u, f) for c, u, f in zip(compared, model.u, model.frequency, strict=True)]

    def known(self) -> npt.NDArray[np.bool_]:
        """Pairs x comparisons: where there was something to compare."""
        return np.stack([levels > 0 for levels in self.levels], axis=1)

    def same(self, model: Model) -> list[Reals]:
        """Per comparison the log probability of the levels among matches."""
        return [m[levels] for m, levels in zip(model.m, self.levels, strict=True)]

    def context(self, context: Context) -> list[Reals]:
        """Per comparison the log probability of the levels in a context."""
        return [
            chance if k in context.apart else logs[levels]
            for k, (chance, logs, levels) in enumerate(zip(self.chance, context.levels, self.levels, strict=True))
        ]


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


def gains(table: Table, model: Model) -> npt.NDArray[np.float32]:
    """What each comparison adds to the log odds: pairs x (comparisons against chance, then against each context)."""
    same = table.same(model)
    columns = [s - c for s, c in zip(same, table.chance, strict=True)]
    for context in model.contexts:
        columns += [s - c for s, c in zip(same, table.context(context), strict=True)]
    return np.stack(columns, axis=1).astype(np.float32)


def log_odds(sums: npt.NDArray[np.floating], before: Reals) -> Reals:
    """Natural log odds of a match from its gains against each other class: a match must beat all of them together."""
    width = sums.shape[1] // len(before)
    against = [before[k] + sums[:, k * width : (k + 1) * width].sum(axis=1) for k in range(len(before))]
    worst = -against[0]
    for other in against[1:]:
        worst = np.logaddexp(worst, -other)
    return np.asarray(-worst, dtype=np.float64)


def learn(table: Table, model: Model, scale: float, total: float) -> None:
    """Expectation maximisation of m, the contexts and the shares, in place.

    `scale` is the number of candidates that one pair of the table stands for, `total` the number of all pairs.
    """
    for _ in range(ROUNDS):
        logs = [np.log(model.same) + np.sum(table.same(model), axis=0), np.sum(table.chance, axis=0)]
        logs += [np.log(c.share) + np.sum(table.context(c), axis=0) for c in model.contexts]
        shares = _normalised(np.stack(logs))
        model.same = max(scale * float(shares[0].sum()), 1.0) / total
        model.m = _matches(table, model, shares[0])
        for context, share in zip(model.contexts, shares[2:], strict=True):
            context.share = max(scale * float(share.sum()), 1.0) / total
            context.levels = [
                _log_shares(np.bincount(levels, weights=share, minlength=len(c.labels)), 1.0)
                for c, levels in zip(model.comparisons, table.levels, strict=True)
            ]


def _normalised(logs: Reals) -> Reals:
    shares = np.exp(logs - logs.max(axis=0))
    return np.asarray(shares / shares.sum(axis=0))


def learn_from_clusters(table: Table, model: Model, scale: float, total: float) -> None:
    """m and the share of matches from pairs inside clusters: among them are pairs that only other records join."""
    weight = np.ones(len(table.levels[0]))
    model.same = max(scale * len(weight), 1.0) / total
    model.m = _matches(table, model, weight)


def _matches(table: Table, model: Model, weight: Reals) -> list[Reals]:
    """Log probabilities of the levels among matches, with the expected ones as a prior of a few matches."""
    found = []
    for comparison, levels, u in zip(model.comparisons, table.levels, model.u, strict=True):
        counts = np.bincount(levels, weights=weight, minlength=len(comparison.labels))
        seen = _log_shares(counts, expected(comparison, u) * _SEEDED + 0.05)
        found.append(_believable(seen, comparison.differs))
    return found


def _believable(logs: Reals, most: float) -> Reals:
    """At most so many matches differ: more would be somebody else's pairs that were taken for matches."""
    if len(logs) <= 3 or logs[1] <= np.log(most):
        return logs
    rest = np.log1p(-most) - np.log(max(1 - np.exp(logs[1]), 1e-9))
    return np.concatenate([[0.0, np.log(most)], logs[2:] + rest])
