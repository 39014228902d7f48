"""Neighbours: pairs of clusters that one key joins; a cluster speaks for all its records, so that keys may be wide.

Once what is surely one has been put together there is little left that shares a key, and the keys of a whole cluster
say more than those of one record: a stray record meets the cluster by any value that some member has.
"""

from collections.abc import Sequence

import numpy as np

from crm_migrate.matching.comparing.terms import Codes, distinct, joint, numbered
from crm_migrate.matching.weighing.blocking import candidates

# Pairs in all for files of up to four hundred thousand rows; half a pair per row beyond. Chosen for time, not measured.
BUDGET = 200_000


def neighbours(anchors: dict[str, Codes], recipes: Sequence[tuple[str, ...]], label: Codes) -> tuple[Codes, Codes]:
    """Pairs (i < j) of records of different clusters that agree in all anchors of a recipe, one for two clusters."""
    rows = len(label)
    usable = [recipe for recipe in recipes if all(anchor in anchors for anchor in recipe)]
    keys = {"+".join(recipe): _once(joint(*(anchors[a] for a in recipe)), label) for recipe in usable}
    found = candidates(keys, [(name,) for name in keys], rows, max(BUDGET, rows // 2))
    a, b = label[found.i], label[found.j]
    apart = np.flatnonzero(a != b)
    low, high = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
    first = _firsts(low * rows + high)
    return found.i[apart[first]], found.j[apart[first]]


def _once(key: Codes, label: Codes) -> Codes:
    """The key for the first record of each cluster that has it, -1 for the others."""
    several = np.bincount(label, minlength=len(label))[label] > 1
    rows = np.flatnonzero((key >= 0) & several)
    number = numbered(key[rows])[1]
    once = key.copy()
    once[rows] = -1
    chosen = rows[_firsts(label[rows] * (len(number) + 1) + number)]
    once[chosen] = key[chosen]
    return once


def _firsts(values: Codes) -> Codes:
    """Places where a value stands for the first time."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    return np.sort(order[np.concatenate([[True], ordered[1:] != ordered[:-1]])]) if len(order) else order


def unknown(pairs: Sequence[tuple[Codes, Codes]], i: Codes, j: Codes, rows: int) -> tuple[Codes, Codes]:
    """The pairs that are not among (i, j), each once."""
    fresh = distinct(np.concatenate([a * rows + b for a, b in pairs]))
    fresh = fresh[~np.isin(fresh, i * rows + j, kind="sort")]
    return fresh // rows, fresh % rows
