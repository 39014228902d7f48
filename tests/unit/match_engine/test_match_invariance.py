"""What must not change the clusters: order of rows and columns, threads, copies of rows, columns that say nothing."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.matching_sets import Spec, make
from crm_migrate import match
from crm_migrate.matching.blocking import ALL_PAIRS

ROOT = Path(__file__).resolve().parents[3]
# More rows than are compared completely, and so many candidates that the weights are learned from a sample of them.
LARGE = {
    "person": Spec("households", 6_000, "zipf", 0.25, 11),
    "organisation": Spec("organisations", 3_000, "zipf", 0.1, 12),
}


@cache
def large(entity: str) -> pd.DataFrame:
    return make(LARGE[entity]).frame


@cache
def found(entity: str) -> pd.DataFrame:
    return match(large(entity), entity=entity).clusters


def groups(clusters: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(rows) for rows in clusters.groupby("cluster").groups.values()}


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_the_order_of_rows_and_columns_changes_nothing(entity: str) -> None:
    frame = large(entity)
    assert len(frame) > ALL_PAIRS
    shuffled = frame.sample(frac=1, random_state=2).sample(frac=1, axis=1, random_state=3)
    again = match(shuffled, entity=entity).clusters.reindex(frame.index)
    assert groups(again) == groups(found(entity))
    np.testing.assert_allclose(again["probability"], found(entity)["probability"], atol=1e-4)


SCRIPT = """
import sys, hashlib
from benchmarks.matching_sets import Spec, make
from crm_migrate import match
found = match(make(Spec("households", 6_000, "zipf", 0.25, 11)).frame)
print(*(hashlib.sha256(part.to_csv().encode()).hexdigest() for part in (found.clusters, found.pairs)))
"""


@pytest.mark.slow
def test_threads_and_hash_seeds_change_nothing() -> None:
    said = []
    for threads, seed in (("1", "1"), ("4", "2")):
        environment = os.environ | {"POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": seed}
        environment |= {"RAYON_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, cwd=ROOT)
        assert not done.returncode, done.stderr
        said.append(done.stdout)
    assert said[0] == said[1]


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_a_row_that_stands_twice_lands_with_itself(entity: str) -> None:
    frame = large(entity)
    twice = frame.iloc[::7].set_axis([f"again {label}" for label in frame.index[::7]])
    clusters = match(pd.concat([frame, twice]), entity=entity).clusters["cluster"]
    empty = twice.isna().sum(axis=1) > twice.shape[1] / 2  # what says next to nothing is nobody's double
    apart = [label for label in twice.index[~empty] if clusters[label] != clusters[label.removeprefix("again ")]]
    assert not apart


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_a_row_that_stands_a_hundred_times_is_one(entity: str) -> None:
    frame = make(Spec(LARGE[entity].kind, 300, "few", 0.1, 13)).frame
    fullest = frame.isna().sum(axis=1).idxmin()
    copies = pd.concat([frame.loc[[fullest]]] * 100).set_axis([f"again {n}" for n in range(100)])
    clusters = match(pd.concat([frame, copies]), entity=entity).clusters["cluster"]
    assert clusters[copies.index].nunique() == 1
    assert clusters[fullest] == clusters["again 0"]


def test_a_column_that_is_not_compared_changes_nothing() -> None:
    frame = large("person")
    more = frame.assign(zzz=[f"q{n * 7919 % 104729}" for n in range(len(frame))], empty=None)
    assert groups(match(more).clusters) == groups(found("person"))


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_a_row_that_has_nothing_to_do_with_the_others_leaves_them_alone(entity: str) -> None:
    frame = make(Spec(LARGE[entity].kind, 250, "few", 0.1, 14)).frame
    other = {column: f"Xqzw{at}jvk" for at, column in enumerate(frame.columns)}
    more = pd.concat([frame, pd.DataFrame([other], index=["stranger"], dtype=object)])
    before, after = match(frame, entity=entity).clusters, match(more, entity=entity).clusters
    assert (after["cluster"] == "stranger").sum() == 1
    assert groups(after.drop("stranger")) == groups(before)
