"""The labelled sets made from a seed: the same again, with their truth, and good enough to be matched by."""

import re
from statistics import mean

import numpy as np
import pandas as pd
import pytest

from benchmarks.matching_intervals import gap
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import KINDS, Spec, make
from crm_migrate import match


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_is_one_set(kind: str) -> None:
    first, again, other = (make(Spec(kind, 120, "zipf", 0.2, seed)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.frame, again.frame)
    pd.testing.assert_series_equal(first.truth, again.truth)
    assert len(first.frame) == len(first.truth) == 120
    assert first.frame.to_csv() != other.frame.to_csv()
    assert first.frame.columns.is_unique


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("link_")])
def test_the_sources_of_a_link_task_hold_nobody_twice(kind: str) -> None:
    labelled = make(Spec(kind, 600, "few", 0.2))
    for source in labelled.sources():
        assert source is not None
        assert labelled.truth[source.index].is_unique


def test_shapes_give_few_or_many_rows_per_entity() -> None:
    counts = {
        shape: make(Spec("households", 3_000, shape, 0.1)).truth.value_counts() for shape in ("few", "zipf", "flat")
    }
    assert counts["few"].mean() < 1.3
    assert counts["zipf"].max() > 10
    assert 2.5 < counts["flat"].mean() < 3.5


def test_mailboxes_are_nobody_elses() -> None:
    frame = make(Spec("organisations", 2_000, "few", 0.0, 4)).frame
    domains = re.findall(r"@([\w.-]+)", frame.to_csv().lower())
    reserved = [domain.endswith(("example", "example.com", "example.net")) for domain in domains]
    assert mean(reserved) > 0.9  # slips of the finger go anywhere


def test_scores_of_clusters_known_by_heart() -> None:
    truth, found = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 3])
    precision, recall, f1, b_cubed, exact = scores(truth, found)
    assert (precision, recall) == (0.5, 0.25)
    assert f1 == pytest.approx(1 / 3)
    assert 0 < b_cubed < 1
    assert exact == pytest.approx(1 / 3)
    assert scores(truth, truth) == (1, 1, 1, 1, 1)


def test_a_contender_that_is_clearly_worse_is_told_from_one_that_is_not() -> None:
    truth = np.repeat(np.arange(300), 2)
    worse = truth.copy()
    worse[:200:2] = np.arange(1_000, 1_100)
    hardly = truth.copy()
    hardly[0] = 2_000
    assert gap(truth, worse, truth)[0] > 0
    assert gap(truth, truth, worse)[1] < 0
    low, high = gap(truth, hardly, truth)
    assert low <= 0 <= high


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("kind", "floor"), [("households", 0.75), ("international", 0.9), ("contacts", 0.75), ("organisations", 0.45)]
)
def test_what_nobody_has_looked_at_is_matched(kind: str, floor: float) -> None:
    found = []
    for seed in (31, 32):
        labelled = make(Spec(kind, 500, "zipf", 0.15, seed))
        clusters = match(labelled.frame, entity=labelled.entity).clusters["cluster"]
        found.append(scores(pd.factorize(labelled.truth)[0], pd.factorize(clusters)[0])[2])
    assert mean(found) > floor, found
