"""What must not change the clusters: order of rows and columns, threads, copies of rows, columns that say nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.matching_sets import Spec, make
from crm_migrate import match
from crm_migrate.matching.weighing import engine
from crm_migrate.matching.weighing.blocking import ALL_PAIRS, Blocked, candidates

ROOT = Path(__file__).resolve().parents[3]
MANY = 200_000  # candidates
SAMPLED = 50_000  # pairs that the weights are learned from here, so that learning from a part of them is seen


@pytest.fixture(autouse=True, scope="module")
def _learned_from_a_part() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SAMPLE", SAMPLED)
        yield


SOUNDS = ["ka", "lu", "mi", "to", "re", "sa", "no", "di", "be", "pu", "ya", "gö", "şe", "ma"]
KIND = {"person": "households", "organisation": "organisations"}


def crowded() -> pd.DataFrame:
    """Few names, places and years: each key gives many pairs."""
    random = np.random.default_rng(3)
    rows = 7_500
    words = [(a + b + c).title() for a in SOUNDS for b in SOUNDS for c in SOUNDS]
    given, family, city = words[::90], words[7::120], words[11::100]
    born = pd.Timestamp("1960-01-01") + pd.to_timedelta(random.integers(0, 8_400, rows), unit="D")
    frame = pd.DataFrame({
        "Nachname": random.choice(family, rows),
        "Vorname": random.choice(given, rows),
        "Ort": random.choice(city, rows),
        "PLZ": random.choice([f"{n * 397:05}" for n in range(1, 26)], rows),
        "Geburtsdatum": born.strftime("%d.%m.%Y"),
        "Telefon": [f"+49 30 55{n * 7919 % 100_000:05}" for n in range(rows)],
        "Mobil": [f"+49 170 55{n * 104_729 % 100_000:05}" if n % 3 else None for n in range(rows)],
    }, dtype=object)  # fmt: skip
    again = frame.iloc[::4].copy()
    again["Vorname"] = [name[0] + name[2:] for name in again["Vorname"]]
    again.loc[again.index[::2], "Telefon"] = None
    return pd.concat([frame, again], ignore_index=True).set_axis([f"r{n}" for n in range(rows + len(again))])


@cache
def large(entity: str) -> pd.DataFrame:
    return crowded() if entity == "person" else make(Spec(KIND[entity], 2_500, "zipf", 0.1, 12)).frame


@cache
def found(entity: str) -> pd.DataFrame:
    return match(large(entity), entity=entity).clusters


def groups(clusters: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(rows) for rows in clusters.groupby("cluster").groups.values()}


@pytest.mark.cases(1)
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
found = match(make(Spec("households", 2_500, "zipf", 0.25, 11)).frame)
print(*(hashlib.sha256(part.to_csv().encode()).hexdigest() for part in (found.clusters, found.pairs)))
"""


def test_the_crowded_file_has_more_candidates_than_can_be_overlooked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def counted(*arguments: Any) -> Blocked:
        blocked = candidates(*arguments)
        seen.append(len(blocked.i))
        return blocked

    monkeypatch.setattr(engine, "candidates", counted)
    match(crowded())
    assert seen[0] > MANY


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


@pytest.mark.cases(1)
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
    frame = make(Spec(KIND[entity], 300, "few", 0.1, 13)).frame
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
    frame = make(Spec(KIND[entity], 250, "few", 0.1, 14)).frame
    other = {column: f"Xqzw{at}jvk" for at, column in enumerate(frame.columns)}
    more = pd.concat([frame, pd.DataFrame([other], index=["stranger"], dtype=object)])
    before, after = match(frame, entity=entity).clusters, match(more, entity=entity).clusters
    assert (after["cluster"] == "stranger").sum() == 1
    assert groups(after.drop("stranger")) == groups(before)
