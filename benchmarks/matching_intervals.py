"""Is one contender behind another by more than chance? Paired bootstrap over the true entities."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
RESAMPLES = 1_000


def gap(truth: Codes, ours: Codes, theirs: Codes) -> tuple[float, float]:
    """95 % interval of F1 of theirs less F1 of ours, over entities drawn again (Poisson weights), the same for both.

    A pair that is claimed between two entities counts half for each of them.
    """
    entities = int(truth.max()) + 1
    random = np.random.default_rng(7)
    parts = [_parts(truth, found, entities) for found in (ours, theirs)]
    drawn = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        weight = random.poisson(1.0, entities).astype(float)
        first, second = (2 * (weight @ hits) / max(weight @ (claimed + real), 1e-12) for hits, claimed, real in parts)
        drawn[at] = second - first
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def _parts(truth: Codes, found: Codes, entities: int) -> tuple[npt.NDArray[np.float64], ...]:
    """Per entity: pairs found, pairs claimed, pairs that are."""
    size = np.bincount(truth, minlength=entities).astype(float)
    clusters = int(found.max()) + 1
    both, common = np.unique(truth.astype(np.int64) * clusters + found, return_counts=True)
    owner = both // clusters
    hits = np.bincount(owner, weights=common * (common - 1) / 2, minlength=entities)
    claimed = np.bincount(truth, weights=(np.bincount(found)[found] - 1) / 2, minlength=entities)
    return hits, claimed, size * (size - 1) / 2
