"""Two sources: one partner each where neither has doubles, the best assignment as a whole; clusters otherwise."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from planted import crowd, framed, person

from crm_migrate import match
from crm_migrate.matching.weighing.linking import assignment


@given(
    st.integers(1, 5).flatmap(
        lambda rows: st.integers(rows, 6).flatmap(
            lambda columns: arrays(np.float64, (rows, columns), elements=st.floats(-20, 20))
        )
    )
)
@settings(max_examples=150, deadline=None)
def test_no_assignment_is_cheaper(cost: np.ndarray) -> None:
    rows, columns = cost.shape
    chosen = assignment(cost)
    assert len(set(chosen)) == rows
    cheapest = min(cost[range(rows), each].sum() for each in itertools.permutations(range(columns), rows))
    assert cost[range(rows), chosen].sum() == pytest.approx(cheapest, abs=1e-9)


def test_sources_without_doubles_have_one_partner_each() -> None:
    first = framed([person(at) for at in range(60)], [])
    second = framed([person(at) | {"phone": None} for at in range(30, 90)], [])
    second.index = [f"s{at}" for at in range(30, 90)]
    found = match(first, against=second)
    assert "at most one partner" in found.linking
    sizes = found.clusters["cluster"].value_counts()
    assert sizes.max() == 2
    assert (sizes == 2).sum() == 30
    assert found.clusters.loc["s42", "cluster"] == "p42"


def test_of_two_that_fit_the_better_is_the_partner() -> None:
    first = framed([person(at) for at in range(80)], [])
    rows = [person(at) | {"city": None} for at in range(80)]
    second = framed([*rows, person(5) | {"phone": None, "email": None, "street": None}], [])
    second.index = [f"s{at}" for at in range(81)]
    found = match(first, against=second)
    assert found.clusters.loc["s5", "cluster"] == "p5"


def test_a_source_with_doubles_is_clustered() -> None:
    first = framed([], crowd(80))
    second = framed([person(at) for at in range(40)], [])
    found = match(first, against=second)
    assert found.linking.startswith("clusters")
    assert found.clusters["cluster"].value_counts().max() >= 3


def test_without_a_second_source_nothing_is_said() -> None:
    assert match(framed([person(1)])).linking == ""
