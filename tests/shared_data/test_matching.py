"""The matcher on labelled sets beside the checkout: never worse than it was; the goals are in docs/matching.md."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.matching import scores
from crm_migrate import match

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "matching"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


@pytest.mark.parametrize(
    ("name", "entity", "least"),
    [
        ("fake_1000", "person", 0.975),
        ("febrl1", "person", 0.999),
        ("febrl3", "person", 0.999),
        ("pseudopeople_3src", "person", 0.98),
        ("restaurants", "organisation", 0.955),
        ("early_childhood", "organisation", 0.94),
    ],
)
def test_f1_of_clusters(name: str, entity: str, least: float) -> None:
    frame = pd.read_csv(DATA / f"{name}.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(DATA / f"{name}.truth.csv", dtype=str).set_index("rec_id")["cluster"].reindex(frame.index)
    found = match(frame, entity=entity).clusters["cluster"]
    assert scores(pd.factorize(truth)[0], pd.factorize(found)[0])[2] >= least
