"""What may be merged at a limit against the truth: real wrong merges per 1,000 merged records, and recall there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Labelled
from crm_migrate.matching.matcher import Matching

HEADS = ("merged", "wrong/1k", "recall@1")
LIMIT = 0.001


@dataclass(frozen=True, slots=True)
class Merged:
    """Records in merged clusters, joins of two entities among them, and pairwise recall of what is merged."""

    records: int
    wrong: int
    recall: float

    @property
    def per_thousand(self) -> float:
        """Real wrong merges per 1,000 merged records."""
        return 1000 * self.wrong / max(self.records, 1)


def merged_at(labelled: Labelled, found: Matching, limit: float = LIMIT) -> Merged:
    """What the matcher would merge at a limit, against the truth."""
    clusters = found.merges(limit)["cluster"].reindex(labelled.frame.index)
    return against(pd.factorize(labelled.truth)[0], pd.factorize(clusters)[0])


def against(truth: npt.NDArray[np.int64], merged: npt.NDArray[np.int64]) -> Merged:
    """Clusters that are merged against a truth: a cluster of k entities holds k - 1 wrong merges."""
    sizes = np.bincount(merged)
    entities = len(np.unique(np.stack([merged, truth]), axis=1).T)
    records = int(sizes[sizes > 1].sum())
    return Merged(records, entities - len(sizes), scores(truth, merged)[1])


def columns(labelled: Labelled, found: Matching) -> str:
    """The columns of `HEADS`."""
    at = merged_at(labelled, found)
    return f"{at.records:9} {at.per_thousand:9.2f} {at.recall:9.4f}"
