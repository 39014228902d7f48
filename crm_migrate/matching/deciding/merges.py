"""Merges as frames: what happens to each row at a limit and why, and who shares a home or a contact point."""

import numpy as np
import pandas as pd

from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.evidence import KINDS, STRONG
from crm_migrate.matching.deciding.groups import Group
from crm_migrate.matching.deciding.outcomes import Case, Outcomes, waits

OUTCOMES = ("merge", "review", "held", "apart")
_NOTHING = "no other row is likely to be the same"


def merges_frame(case: Case, result: Outcomes, order: Codes, index: pd.Index) -> pd.DataFrame:
    """Per row of the frame `cluster` (label of its first row), `outcome` (one of `OUTCOMES`) and `why`."""
    rows = len(order)
    cluster = named(result.merged, order)
    outcome, why = np.full(rows, "apart", dtype=object), np.full(rows, _NOTHING, dtype=object)
    for at in range(len(result.review_i) - 1, -1, -1):
        for row in (result.review_i[at], result.review_j[at]):
            outcome[row], why[row] = "review", result.review_why[at]
    alone = np.bincount(result.merged, minlength=rows)[result.merged] == 1
    for row in np.flatnonzero(alone):
        sentence = result.held.get(int(case.label[row]))
        if sentence is not None and not waits(sentence):
            outcome[row], why[row] = "held", sentence
    outcome[~alone] = "merge"
    why[~alone] = _agreeing(case, result.merged)[~alone]
    facts = {"cluster": index[cluster], "outcome": _placed(outcome, order), "why": _placed(why, order)}
    return pd.DataFrame(facts, index=index)


def groups_frame(groups: tuple[Group, ...], order: Codes, index: pd.Index) -> pd.DataFrame:
    """One line per row and group: its index label, `group` (from 1), `kind`, `shared_value`, `members` (how many)."""
    lines = [
        (int(order[row]), number, group.kind, group.shared_value, len(group.members))
        for number, group in enumerate(groups, 1)
        for row in sorted(group.members, key=lambda row: int(order[row]))
    ]
    frame = pd.DataFrame(lines, columns=["at", "group", "kind", "shared_value", "members"])
    return frame.set_index(pd.Index(index[frame.pop("at").to_numpy(dtype=np.int64)], name=index.name))


def named(label: Codes, order: Codes) -> Codes:
    """Per row of the frame the first row of the frame that is in its cluster; `order[k]` is the row of entry k."""
    rows = len(order)
    placed = np.empty(rows, dtype=np.int64)
    placed[order] = label
    first = np.full(rows, rows, dtype=np.int64)
    np.minimum.at(first, placed, np.arange(rows))
    return first[placed]


def _placed(values: np.ndarray, order: Codes) -> np.ndarray:
    placed = np.empty(len(order), dtype=object)
    placed[order] = values
    return placed


def _agreeing(case: Case, merged: Codes) -> np.ndarray:
    """Per row what its surest pair inside its cluster agrees in."""
    i, j = case.pairs.i, case.pairs.j
    inside = np.flatnonzero(merged[i] == merged[j])
    inside = inside[np.argsort(case.pairs.odds[inside], kind="stable")]
    bits = (case.pairs.kinds[inside] >= STRONG) @ (1 << np.arange(len(KINDS)))
    code = np.zeros(len(merged), dtype=np.int64)
    for end in (i, j):
        code[end[inside]] = bits
    sentences = {at: _sentence([kind for k, kind in enumerate(KINDS) if at >> k & 1]) for at in np.unique(code)}
    return np.array([sentences[at] for at in code], dtype=object)


def _sentence(kinds: list[str]) -> str:
    if not kinds:
        return "decided"
    return f"{' and '.join([', '.join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)} agree"
