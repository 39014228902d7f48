"""Clusters: what the merges connect, unless that joins records that must not be one.

A component in which two members contradict each other (a veto, `apart`, a decision) is held as a whole, with the chain
that joins them: which of its links is the wrong one cannot be known. So is a component that is too big to be true.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]

MAX_CLUSTER = 50  # records; the same as `merging.MAX_MERGED`, for clusters by rules


@dataclass(frozen=True, slots=True)
class Held:
    """Why a cluster waits: its smallest node, a code, and a sentence."""

    cluster: int
    code: str
    why: str


def components(a: Ids, b: Ids) -> tuple[Ids, Ids]:
    """The nodes of the edges (a, b), ascending, and the smallest node that each is connected with.

    Label propagation with pointer jumping: a handful of vectorised rounds, whatever the order of the edges.
    """
    nodes, index = np.unique(np.concatenate([a, b]), return_inverse=True)
    left, right = index[: len(a)], index[len(a) :]
    label = np.arange(len(nodes), dtype=np.int64)
    while True:
        low = np.minimum(label[left], label[right])
        after = label.copy()
        for end in (left, right):
            np.minimum.at(after, label[end], low)
        after = after[after]
        if np.array_equal(after, label):
            return nodes.astype(np.int64), nodes[label].astype(np.int64)
        label = after


def chain(a: Ids, b: Ids, start: int, end: int) -> list[int]:
    """The shortest way from one node to another along the edges; the smallest nodes first among ways as short."""
    neighbours: dict[int, list[int]] = {}
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        neighbours.setdefault(x, []).append(y)
        neighbours.setdefault(y, []).append(x)
    came: dict[int, int] = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in sorted(neighbours.get(here, [])):
            if there not in came:
                came[there] = here
                queue.append(there)
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]
