"""Partition: no chains, no dependence on order, contradictions hold records apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.matching.weighing.partition import Linked, missing_pairs, partition

PRIOR = np.array([0.0])


def clusters(rows: int, pairs: dict[tuple[int, int], float]) -> list[int]:
    a, b = (np.array([pair[end] for pair in sorted(pairs)], dtype=np.int64) for end in (0, 1))
    gains = np.array([[pairs[pair]] for pair in sorted(pairs)], dtype=np.float32).reshape(-1, 1)
    edges = Linked(a, b, gains, np.ones_like(gains), np.ones(len(a)))
    return partition(rows, edges, PRIOR, 0.0, -4.0).tolist()


def test_a_bridge_does_not_join_two_clusters() -> None:
    strong = {(0, 1): 9.0, (0, 2): 9.0, (1, 2): 9.0, (3, 4): 9.0, (3, 5): 9.0, (4, 5): 9.0}
    assert clusters(6, strong | {(2, 3): 3.0}) == [0, 0, 0, 3, 3, 3]


def test_a_contradiction_counts_more_than_a_weak_link() -> None:
    assert clusters(3, {(0, 1): 5.0, (1, 2): 2.0, (0, 2): -8.0}) == [0, 0, 2]


def test_equal_weights_are_settled_the_same_way() -> None:
    assert clusters(4, {(0, 1): 3.0, (1, 2): 3.0, (2, 3): 3.0}) == [0, 0, 2, 2]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1]), st.floats(-9, 9)))
def test_every_row_has_the_smallest_row_of_its_cluster_as_name(pairs: dict[tuple[int, int], float]) -> None:
    label = clusters(10, pairs)
    assert all(label[name] == name and name <= row for row, name in enumerate(label))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=14))
def test_missing_pairs_are_all_pairs_inside_clusters(names: list[int]) -> None:
    label = np.array([names.index(name) for name in names], dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    i, j = missing_pairs(label, none, none, np.zeros(0, dtype=bool), 10_000)
    wanted = {(a, b) for b in range(len(names)) for a in range(b) if label[a] == label[b]}
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == wanted
