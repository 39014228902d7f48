"""Scores of clusters against a truth: pairs, B-cubed, exact clusters."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]


def scores(truth: Codes, found: Codes) -> tuple[float, float, float, float, float]:
    """Precision, recall and F1 of pairs inside clusters, B-cubed F1 (Bagga & Baldwin 1998), share of exact clusters."""
    both = truth.astype(np.int64) * (int(found.max()) + 1) + found
    _, inverse, common = np.unique(both, return_inverse=True, return_counts=True)
    hits, claimed, real = _pairs(both), _pairs(found), _pairs(truth)
    precision, recall = hits / max(claimed, 1), hits / max(real, 1)
    size_true, size_found = np.bincount(truth)[truth], np.bincount(found)[found]
    b_precision, b_recall = (common[inverse] / size_found).mean(), (common[inverse] / size_true).mean()
    exact = (common[inverse] == size_found) & (common[inverse] == size_true)
    whole = float((exact / size_true).sum() / len(np.unique(truth)))
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return precision, recall, f1, float(2 * b_precision * b_recall / (b_precision + b_recall)), whole


def _pairs(codes: Codes) -> int:
    sizes = np.unique(codes, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())
