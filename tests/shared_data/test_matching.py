"""The matcher on labelled sets beside the checkout: never worse than it was; the goals are in docs/matching.md."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.matching import scores
from benchmarks.matching_limits import against
from crm_migrate import match

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "matching"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


@pytest.mark.parametrize(
    ("name", "entity", "sites", "least"),
    [
        ("fake_1000", "person", "one", 0.975),
        ("febrl1", "person", "one", 0.999),
        ("febrl3", "person", "one", 0.999),
        ("pseudopeople_3src", "person", "one", 0.98),
        ("restaurants", "organisation", "one", 0.955),
        # Its truth counts the sites of an agency, which are one company by default (decision 0058).
        ("early_childhood", "organisation", "apart", 0.94),
        ("early_childhood", "organisation", "one", 0.93),
    ],
)
def test_f1_of_clusters(name: str, entity: str, sites: str, least: float) -> None:
    frame = pd.read_csv(DATA / f"{name}.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(DATA / f"{name}.truth.csv", dtype=str).set_index("rec_id")["cluster"].reindex(frame.index)
    found = match(frame, entity=entity, sites=sites).clusters["cluster"]
    assert scores(pd.factorize(truth)[0], pd.factorize(found)[0])[2] >= least


@pytest.mark.parametrize(
    ("name", "entity", "most", "recall"),
    [
        ("fake_1000", "person", 2.0, 0.25),
        ("febrl1", "person", 1.0, 0.85),
        ("febrl3", "person", 1.0, 0.80),
        ("pseudopeople_3src", "person", 1.0, 0.75),
        ("restaurants", "organisation", 6.0, 0.75),
        # All 15 (of 2,451) that its truth calls wrong were looked at: each is one name (some say the agency before it)
        # and street, 14 are one telephone, 3 have a slip in the house number (4340 and 4640 S. Lamon). It was 13 when
        # .47 of the true merges were made; the two others are Abraham Lincoln Center and Centre at 3858 S Cottage
        # Grove, McKay at 7050 and 7059 S. Washtenaw.
        ("early_childhood", "organisation", 6.2, 0.58),
    ],
)
def test_wrong_merges_at_the_default_limit(name: str, entity: str, most: float, recall: float) -> None:
    """At most so many real wrong merges per 1,000 merged records (one alone is 12 in the smallest set)."""
    frame = pd.read_csv(DATA / f"{name}.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(DATA / f"{name}.truth.csv", dtype=str).set_index("rec_id")["cluster"].reindex(frame.index)
    merged = match(frame, entity=entity).merges()["cluster"]
    at = against(pd.factorize(truth)[0], pd.factorize(merged)[0])
    assert at.per_thousand <= most
    assert at.recall >= recall


def test_two_files_without_doubles_are_linked_one_to_one() -> None:
    frame = pd.read_csv(DATA / "febrl4.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(DATA / "febrl4.truth.csv", dtype=str).set_index("rec_id")["cluster"]
    found = match(frame[frame["source"] == "a"], against=frame[frame["source"] == "b"])
    assert "at most one partner" in found.linking
    clusters = found.clusters["cluster"]
    assert clusters.value_counts().max() == 2
    assert scores(pd.factorize(truth.reindex(clusters.index))[0], pd.factorize(clusters)[0])[2] >= 0.9995


def test_new_rows_join_earlier_clusters_as_if_all_were_matched_again() -> None:
    frame = pd.read_csv(DATA / "febrl3.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(DATA / "febrl3.truth.csv", dtype=str).set_index("rec_id")["cluster"]
    new = frame.index[::10]
    before = frame.drop(new)
    known = match(before).clusters
    clusters = match(frame.loc[new], against=before, known=known).clusters["cluster"]
    assert clusters.reindex(known.index).equals(known["cluster"])
    assert scores(pd.factorize(truth.reindex(clusters.index))[0], pd.factorize(clusters)[0])[2] >= 0.998
