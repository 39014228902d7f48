"""Pairs to ask about become small groups: one question for records that hang together, never a giant."""

from collections.abc import Iterable, Iterator, Mapping

MOST = 8  # records of one question; more are not taken in at a glance
Edge = tuple[int, int, float]  # cluster, cluster, how sure they are one


def grouped(edges: Iterable[Edge], sizes: Mapping[int, int], most: int = MOST) -> Iterator[tuple[int, ...]]:
    """Groups of clusters to ask about, in a stable order; every edge lies inside at least one group.

    `sizes` gives the number of records of a cluster. The surest edges join first, as long as a group stays small; an
    edge between two full groups is asked about by itself.
    """
    parent: dict[int, int] = {}
    weight: dict[int, int] = {}
    between: list[tuple[int, int]] = []
    for a, b, _ in sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1])):
        x, y = sorted((_root(parent, a), _root(parent, b)))
        whole = weight.get(x, sizes[x]) + weight.get(y, sizes[y])
        if x == y:
            continue
        if whole > most:
            between.append((a, b))
            continue
        parent[y], weight[x] = x, whole
    groups: dict[int, list[int]] = {}
    for cluster in list(parent):
        groups.setdefault(_root(parent, cluster), []).append(cluster)
    yield from sorted(tuple(sorted(members)) for members in groups.values() if len(members) > 1)
    yield from sorted(_apart(parent, between))


def _root(parent: dict[int, int], item: int) -> int:
    parent.setdefault(item, item)
    while parent[item] != item:
        parent[item] = item = parent[parent[item]]
    return item


def _apart(parent: dict[int, int], between: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Edges whose ends did not come together after all."""
    return {(min(a, b), max(a, b)) for a, b in between if _root(parent, a) != _root(parent, b)}
