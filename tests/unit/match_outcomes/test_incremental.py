"""Incremental: new rows find earlier clusters; these keep their rows and their names, whatever the new rows say."""

from collections.abc import Callable

import pandas as pd
import pytest
from planted import crowd, framed, person

from crm_migrate import match
from crm_migrate.errors import UsageError

NEW = {"n0": person(5) | {"phone": None}, "n1": person(900), "n2": person(900) | {"city": None}}


def earlier() -> pd.DataFrame:
    return framed([], crowd())


def fresh(rows: dict[str, dict[str, str | None]] = NEW) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows.values()), index=list(rows), dtype="object")
    return frame.where(frame.notna(), None)


def test_new_rows_join_earlier_clusters_or_each_other() -> None:
    before = earlier()
    known = match(before).clusters
    found = match(fresh(), against=before, known=known)
    assert found.clusters.loc["n0", "cluster"] == known.loc["c5", "cluster"]
    assert found.clusters.loc[["n1", "n2"], "cluster"].tolist() == ["n1", "n1"]
    assert found.clusters["cluster"].reindex(known.index).equals(known["cluster"])


def test_it_says_what_doing_it_all_again_says() -> None:
    before = earlier()
    found = match(fresh(), against=before, known=match(before).clusters).clusters["cluster"]
    again = match(pd.concat([fresh(), before])).clusters["cluster"].reindex(found.index)
    assert pd.crosstab(found, again).gt(0).sum().max() == 1


def test_only_pairs_with_a_new_row_are_compared() -> None:
    before = earlier()
    pairs = match(fresh(), against=before, known=match(before).clusters).pairs
    assert (pairs["left"].isin(list(NEW)) | pairs["right"].isin(list(NEW))).all()


def test_earlier_clusters_are_neither_split_nor_joined_but_asked_about() -> None:
    before = framed([person(700), person(700), person(701), person(702)], crowd())
    known = match(before).clusters["cluster"].copy()
    known.loc[["p0", "p1", "p2", "p3"]] = ["first", "second", "odd", "odd"]
    found = match(fresh({"n0": person(700)}), against=before, known=known)
    assert found.clusters.loc[["p0", "p1", "p2", "p3"], "cluster"].tolist() == ["first", "second", "odd", "odd"]
    assert found.clusters.loc["n0", "cluster"] in ("first", "second")
    merges = found.merges()
    assert merges.loc["p0", "cluster"] != merges.loc["p1", "cluster"]
    assert merges.loc["p2", "cluster"] == merges.loc["p3", "cluster"]
    joining = found.pairs[(found.pairs["left"] == "n0") & ~found.pairs["same_cluster"]]
    assert len(joining) >= 1


def test_clusters_of_other_rows_are_refused() -> None:
    before = earlier()
    with pytest.raises(UsageError):
        match(fresh(), known=match(before).clusters)
    with pytest.raises(UsageError):
        match(fresh(), against=before, known=match(before).clusters.iloc[1:])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda known: known.assign(cluster=known["cluster"].where(known.index != known.index[0])), "1 rows have no"),
        (lambda known: pd.concat([known, known.iloc[:1]]), "name a row twice"),
        (lambda known: pd.concat([known, known.iloc[:1].set_axis(["n0"])]), "1 earlier clusters are of rows that"),
        (lambda known: known.rename(columns={"cluster": "Cluster"}), "no column 'cluster'"),
    ],
)
def test_damaged_clusters_are_refused(damage: Callable[[pd.DataFrame], pd.DataFrame], said: str) -> None:
    before = earlier()
    known = pd.DataFrame({"cluster": before.index}, index=before.index)
    with pytest.raises(UsageError, match=said):
        match(fresh(), against=before, known=damage(known))
