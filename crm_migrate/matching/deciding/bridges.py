"""Bridges: rows that would join what does not belong together, whatever the limit.

A row that fits two clusters which contradict each other is on the wrong side in half of the cases in which they are
two: which of them was chosen is luck. A row that alone joins two parts whose records are unlike belongs to neither.
"""

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.deciding.merging import LIKELIER, MAX_MERGED, Against, Links, grown
from crm_migrate.matching.weighing.weights import Reals

SURE = 0.05  # chance of being wrong of the weakest links that are looked at
_UNLIKE = -2.0  # log odds: parts whose best pair is below have nothing to do with each other; chosen
_ROUNDS = 4  # of finding bridges and growing again; chosen, not measured
Linked = dict[int, dict[int, float]]


def doubted(
    rows: int, links: Links, against: Against, first: list[tuple[int, int]], odds: "Odds"
) -> tuple[Links, dict[str, set[int]]]:
    """The links with the doubts about their rows added to the chance that they are wrong, the surest first.

    With them the rows in doubt: `giant` for what would be too large to be true, `bridge` between contradictions,
    `joint` for those that alone join unlike parts.
    """
    giants = _giants(links.where(links.wrong <= SURE), rows)
    links = links.where(~(giants[links.i] | giants[links.j]))
    between, joints = dict[int, float](), set[int]()
    for _ in range(_ROUNDS):
        forest = grown(rows, links.where(links.wrong <= SURE), against, np.inf, first)
        lone = _lone_joints(forest.members, links, odds, rows) - joints
        more = {row: two for row, two in forest.bridges.items() if two > between.get(row, 0.0)}
        if not (more or lone):
            break
        between |= more
        joints |= lone
        links = _careful(links, between, joints, rows)
    return links, {"giant": set(np.flatnonzero(giants).tolist()), "bridge": set(between), "joint": joints}


def _giants(links: Links, rows: int) -> npt.NDArray[np.bool_]:
    """Rows of what the links connect, where it is more than anybody has been entered."""
    home = np.arange(rows, dtype=np.int64)
    nodes, smallest = components(links.i, links.j)
    home[nodes] = smallest
    return np.asarray(np.bincount(home, minlength=rows)[home] > MAX_MERGED)


def _careful(links: Links, between: dict[int, float], joints: set[int], rows: int) -> Links:
    """Links are as doubtful as their rows; copies stay with each other: they fit where the other fits."""
    doubt = np.zeros(rows)
    doubt[list(between)] = list(between.values())
    doubt[list(joints)] = 1.0
    doubts = np.maximum(doubt[links.i], doubt[links.j])
    wrong = np.where(links.wrong > 0, np.maximum(links.wrong, doubts), 0.0)
    order = np.lexsort((links.j, links.i, wrong))
    return Links(links.i, links.j, links.odds, wrong).where(order)


class Odds:
    """Log odds of pairs, looked up by their rows."""

    def __init__(self, i: Codes, j: Codes, odds: Reals, rows: int) -> None:
        key = i * rows + j
        order = np.argsort(key)
        self._key, self._odds, self._rows = key[order], odds[order], rows
        self.unlike = set(np.concatenate([i[odds < _UNLIKE], j[odds < _UNLIKE]]).tolist())

    def best(self, one: list[int], other: list[int]) -> float:
        """The best pair between two sets of rows; minus infinity where none was weighed."""
        a, b = np.meshgrid(np.array(one), np.array(other))
        key = (np.minimum(a, b) * self._rows + np.maximum(a, b)).ravel()
        at = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        return float(np.where(self._key[at] == key, self._odds[at], -np.inf).max())


def _lone_joints(members: dict[int, list[int]], links: Links, odds: Odds, rows: int) -> set[int]:
    """Rows that alone join unlike parts of their cluster."""
    large = {home: rows_ for home, rows_ in members.items() if len(rows_) > 2 and not odds.unlike.isdisjoint(rows_)}
    if not large:
        return set()
    wanted = np.zeros(rows, dtype=bool)
    wanted[[row for each in large.values() for row in each]] = True
    near: Linked = {}
    inside = links.where(wanted[links.i] & wanted[links.j] & (links.wrong <= SURE))
    for a, b, wrong in zip(inside.i.tolist(), inside.j.tolist(), inside.wrong.tolist(), strict=True):
        near.setdefault(a, {})[b] = wrong
        near.setdefault(b, {})[a] = wrong
    return {row for each in large.values() for row in _joints(each, near, odds)}


def _joints(members: list[int], near: Linked, odds: Odds) -> list[int]:
    home = set(members)
    near = {row: {o: w for o, w in near.get(row, {}).items() if o in home} for row in members}
    # Where everybody is linked with at least half of all others, no single row holds the cluster together (Dirac).
    if min(map(len, near.values())) * 2 >= len(members):
        return []
    return [row for row in sorted(members) if _joins_unlike(row, members, near, odds)]


def _joins_unlike(row: int, members: list[int], near: Linked, odds: Odds) -> bool:
    parts = _parts([m for m in members if m != row], near)
    if len(parts) < 2:
        return False
    sure = sorted(min((near[row][m] for m in part if m in near[row]), default=1.0) for part in parts)
    if sure[0] * LIKELIER <= sure[1]:
        return False
    return any(odds.best(one, other) < _UNLIKE for at, one in enumerate(parts) for other in parts[at + 1 :])


def _parts(members: list[int], near: Linked) -> list[list[int]]:
    """What the links connect among the members."""
    left, found = set(members), []
    for start in members:
        if start not in left:
            continue
        todo, part = [start], []
        left.remove(start)
        while todo:
            here = todo.pop()
            part.append(here)
            reached = left & near[here].keys()
            left -= reached
            todo.extend(reached)
        found.append(part)
    return found
