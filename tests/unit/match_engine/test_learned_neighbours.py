"""What clusters teach: variants of values, and neighbours over wide keys; whatever the order of the rows."""

import numpy as np
import pandas as pd
import pytest

from crm_migrate import match
from crm_migrate.matching.comparing.comparison import Compared, Comparison
from crm_migrate.matching.weighing.neighbours import neighbours
from crm_migrate.matching.weighing.variants import learned

FIRST = "Ada Bela Cem Dina Emre Fanni Gül Hana Ivo Juna Kaan Lale Mara Nils Okan Pia Rana Umut".split()  # noqa: SIM905
SOUNDS = [c + v for c in "bdfgklmnprstvz" for v in "aeio"]


def crowd(count: int, seed: int = 11) -> pd.DataFrame:
    """People with made-up family names, birth dates and towns; every third twice or thrice, with slips and gaps."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(count):
        born = pd.Timestamp("1935-01-01") + pd.Timedelta(days=int(random.integers(0, 25000)))
        one = {
            "person": person,
            "given_name": str(random.choice(FIRST)),
            "surname": "".join(random.choice(SOUNDS, 3)).title(),
            "birth_date": born.strftime("%Y-%m-%d"),
            "city": f"Ort{random.integers(0, 150)}",
            "postal_code": f"{random.integers(10000, 99999)}",
        }
        rows.append(one)
        for _ in range(int(random.integers(1, 3)) if person % 3 == 0 else 0):
            twin = dict(one)
            twin["surname"] = twin["surname"][:-1] + str(random.choice(list("aeiou")))
            for gap in random.choice(["birth_date", "city", "postal_code"], 1):
                twin[str(gap)] = None
            rows.append(twin)
    return pd.DataFrame(rows, dtype=object)


def groups(clusters: pd.Series) -> set[frozenset[int]]:
    return {frozenset(rows) for rows in clusters.groupby(clusters).groups.values()}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter_when_keys_propose(seed: int) -> None:
    frame = crowd(1700)
    assert len(frame) > 2000  # beyond what is compared completely
    truth = frame.pop("person")
    shuffled = frame.sample(frac=1, random_state=seed)
    first, second = (match(f).clusters.reindex(frame.index) for f in (frame, shuffled))
    assert groups(first["cluster"]) == groups(second["cluster"])
    np.testing.assert_allclose(first["probability"], second["probability"], rtol=1e-9)
    assert pd.crosstab(truth, first["cluster"]).gt(0).sum(axis=1).gt(1).mean() < 0.05


def test_values_that_several_entities_have_side_by_side_are_variants() -> None:
    codes = np.array([0, 1] * 4 + [2, 3] + [4, 5, 6, 7] * 10, dtype=np.int64)
    label = np.array([n // 2 for n in range(10)] + list(range(5, 45)), dtype=np.int64)
    same = Comparison(
        "x", ("missing", "different", "alike", "equal"), lambda i, j: Compared(i, j), variants=(codes, 8, 2)
    )
    found = learned(same, label)
    assert found.keys.tolist() == [0 * 8 + 1]
    levels = np.array([1, 1, 3, 0], dtype=np.uint8)
    i, j = np.array([0, 8, 0, 0]), np.array([3, 9, 2, 1])
    applied = found.applied(same, Compared(levels, np.full(4, -1)), i, j)
    assert applied.levels.tolist() == [2, 1, 3, 0]


def test_neighbours_are_one_pair_for_two_clusters() -> None:
    rows = 2000
    label = np.arange(rows)
    label[:50], label[50:100] = 0, 50
    town = np.full(rows, -1, dtype=np.int64)
    town[[3, 40, 60, 70, 1500]] = 7
    i, j = neighbours({"city": town}, [("city",), ("city", "not there")], label)
    assert sorted(zip(label[i].tolist(), label[j].tolist(), strict=True)) == [(0, 50), (0, 1500), (50, 1500)]
