"""Limits: less is merged when less may be wrong, whatever the order of the rows; certain is only what says the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import crowd, framed, person

from crm_migrate import match
from crm_migrate.errors import UsageError
from crm_migrate.matching.comparing.comparison import Comparison
from crm_migrate.matching.deciding.limits import Belief, _learned, mergeable
from crm_migrate.matching.deciding.outcomes import outcomes
from crm_migrate.matching.deciding.vetoes import SENTENCES
from crm_migrate.matching.matcher import Matching


@pytest.fixture(scope="module")
def found() -> Matching:
    return match(framed([person(700), person(700)]))


@given(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
@settings(max_examples=40, deadline=None)
def test_a_smaller_limit_never_merges_more(found: Matching, limits: list[float]) -> None:
    less, more = (found.merges(limit)["cluster"] for limit in limits)
    for _, rows in more.groupby(less.to_numpy()):
        assert rows.nunique() == 1


@pytest.mark.parametrize("limit", [1e-7, 1e-5, 1e-4, 1e-3, 1e-2])
def test_what_is_expected_to_be_wrong_stays_within_the_limit(found: Matching, limit: float) -> None:
    result = outcomes(found.ground.found, found.ground.records, limit)
    assert result.merged_records > 0
    assert result.expected_wrong <= limit * result.merged_records


def test_at_limit_zero_only_rows_that_say_the_same_are_merged(found: Matching) -> None:
    merges = found.merges(0)
    assert merges.loc["p1", "cluster"] == "p0"
    merged = merges[merges["outcome"] == "merge"].index
    frame = found.ground.frame.loc[merged].apply(lambda column: column.str.casefold())
    assert (frame.groupby(merges.loc[merged, "cluster"]).nunique() <= 1).all(axis=None)


def test_the_order_of_the_rows_changes_nothing() -> None:
    frame = framed([person(700), person(700) | {"city": None}])
    shuffled = frame.sample(frac=1, random_state=3)
    one, other = (match(f).merges() for f in (frame, shuffled))
    assert one["outcome"].equals(other["outcome"].reindex(one.index))
    pairs = pd.crosstab(one["cluster"], other["cluster"].reindex(one.index))
    assert ((pairs > 0).sum() == 1).all()
    assert ((pairs > 0).sum(axis=1) == 1).all()


def test_rows_that_are_there_twice_land_together() -> None:
    rows = crowd(60)
    frame = framed(rows, rows)
    clusters = match(frame).merges()["cluster"]
    assert (clusters.iloc[: len(rows)].to_numpy() == clusters.iloc[len(rows) :].to_numpy()).all()


def test_a_limit_that_is_no_share_is_refused(found: Matching) -> None:
    with pytest.raises(UsageError):
        found.merges(1.5)


def test_decisions_go_before_everything(found: Matching) -> None:
    ground = found.ground
    a, b = ground.row("p0"), ground.row("p1")
    kept = outcomes(ground.found, ground.records, apart=[(a, b)])
    assert kept.merged[a] != kept.merged[b]
    assert not any({i, j} == {a, b} for i, j in zip(kept.review_i, kept.review_j, strict=True))
    other = ground.row("c3")
    joined = outcomes(ground.found, ground.records, together=[(a, other)])
    assert joined.merged[a] == joined.merged[other]


def test_decisions_that_clash_are_held(found: Matching) -> None:
    ground = found.ground
    a, b, c = (ground.row(label) for label in ("p0", "p1", "c3"))
    clashing = outcomes(ground.found, ground.records, together=[(a, c), (c, b)], apart=[(a, b)])
    assert len({clashing.merged[row] for row in (a, b, c)}) == 3
    assert SENTENCES["clash"] in clashing.held.values()


def test_how_far_odds_are_believed_is_found_again() -> None:
    """Pairs made from a known curve, with errors that come together: it errs to the careful side."""
    random = np.random.default_rng(5)
    odds = random.uniform(0, 20, 60_000)
    wrong = random.random(len(odds)) < Belief(0.4, 0.55).wrong(odds)
    errors = 0.08 * np.exp(-odds / 12)
    differs = random.random(len(odds)) < np.where(wrong, 0.85, errors)
    belief, mistaken, others = _learned(odds, differs, "birth_date", 0.5)
    at = np.array([2.0, 6.0, 10.0])
    ratio = belief.wrong(at) / Belief(0.4, 0.55).wrong(at)
    assert (ratio > 0.95).all()
    assert (ratio < 2).all()
    assert mistaken == pytest.approx(0.035, abs=0.01)
    assert others == pytest.approx(0.85, abs=0.1)


def test_belief_is_learned_from_pairs_that_could_be_merged_without_what_is_held_out() -> None:
    home = {"last_name": "Aslan", "phone": "+90 312 5550101", "street": "Gül Sokak 5", "postal_code": "06100"}
    family = [home | {"first_name": name, "birth_date": born} for name, born in BROTHERS]
    ground = match(framed(family)).ground
    names = [c.name for c in ground.found.model.comparisons]
    pairs = mergeable(ground.found, ground.records, names.index("birth_date"))
    assert len(pairs.i) > 0
    assert not (pairs.levels["given_name"] == names_differ(ground.records.comparisons)).any()
    assert (pairs.strong() >= 2).all()
    assert np.abs(pairs.gains[:, names.index("birth_date")]).max() == 0


BROTHERS = [(name, f"19{60 + at}-02-03") for at, name in enumerate(("Hasan", "Cem", "Emre", "Bora"))]
BROTHERS += [("Hasan", "1960-03-02"), ("Cem", "1999-01-30")]


def names_differ(comparisons: tuple[Comparison, ...]) -> int:
    return next(c for c in comparisons if c.name == "given_name").labels.index("different")


def test_a_first_name_alone_is_believed_less_where_nobody_has_a_birth_date() -> None:
    one = {**person(700), "last_name": None, "birth_date": None}
    dated = framed([one, one | {"city": None}])
    for frame, doubted in ((dated, False), (dated.drop(columns="birth_date"), True)):
        ground = match(frame).ground
        links, ends = ground.case().links, sorted((ground.row("p0"), ground.row("p1")))
        at = np.flatnonzero((links.i == ends[0]) & (links.j == ends[1]))
        assert len(at) == 1
        assert (links.wrong[at] > ground.case().belief.wrong(links.odds[at]) * 1.5).all() == doubted
