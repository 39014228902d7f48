"""Why a pair is one: bars that add up to the weight that decided, whichever row is named first, and inert pages."""

from html import unescape
from itertools import combinations, pairwise

import pandas as pd
import pytest

from crm_migrate import match
from crm_migrate.errors import UsageError
from crm_migrate.matching.matcher import Matching
from crm_migrate.reports.pairs import lines, page, terminal

ROWS = [
    ("Ayşe", "Yılmaz", "ayse@isik.example", "0532 000 11 22", "Ankara"),
    ("Ayse", "Yilmaz", "ayse@isik.example", "", "Ankara"),
    ("Mehmet", "Demir", "info@x.example", "0212 415 77 38", "İzmir"),
    ("Demir", "Mehmet", "mehmet@x.example", "0212 415 77 38", "İzmir"),
    ("Can", "Öz", "can@x.example", "0212 415 77 38", "<script>alert(1)</script>"),
]


@pytest.fixture(scope="module")
def found() -> Matching:
    names = ["Ad", "Soyad", "E-posta", "Telefon", "Şehir"]
    return match(pd.DataFrame(ROWS, columns=names, index=list("abcde"), dtype=object))


@pytest.mark.parametrize("pair", ["ab", "cd", "ce", "ae", "bd"])
def test_the_bars_lead_from_the_first_line_to_the_total(found: Matching, pair: str) -> None:
    told = found.explain(*pair)
    shown = lines(told)
    assert shown[0].bits == pytest.approx(told.start)
    assert all(before.end == pytest.approx(after.start) for before, after in pairwise(shown[:-1]))
    assert shown[-2].end == pytest.approx(told.total, abs=0.06)  # a rest under half a tenth of a bit has no bar
    assert told.start + sum(step.bits for step in told.steps) + told.rest == pytest.approx(told.total)
    assert shown[-1].bits == pytest.approx(told.total)


def test_it_is_the_weight_that_decided(found: Matching) -> None:
    for pair in found.pairs.itertuples():
        told = found.explain(pair.left, pair.right)
        assert told.total == pytest.approx(pair.weight, abs=1e-3)
        assert told.probability == pytest.approx(pair.probability, abs=1e-6)


@pytest.mark.parametrize("pair", ["ab", "ce"])
def test_either_row_may_come_first(found: Matching, pair: str) -> None:
    one, other = found.explain(*pair), found.explain(*pair[::-1])
    assert one.total == pytest.approx(other.total)
    assert one.sentence == other.sentence
    assert [(s.left, s.right) for s in one.steps] == [(s.right, s.left) for s in other.steps]


def test_the_sentence_says_what_speaks_for_and_against(found: Matching) -> None:
    same, other = found.explain("a", "b").sentence, found.explain("c", "e").sentence
    assert "the same e-mail" in same
    assert "Nothing speaks against" in same
    assert "For: the same phone number" in other
    assert "another family name" in other.partition("Against:")[2]


def test_the_verdict_is_what_merges_says_and_never_that_likely_ones_are_the_same(found: Matching) -> None:
    for limit in (0.0, 0.001, 0.3):
        merges = found.merges(limit)
        for one, other in combinations("abcde", 2):
            told = found.explain(one, other, limit)
            merged = merges.cluster[one] == merges.cluster[other]
            assert (told.verdict.outcome == "merge") == merged
            assert told.sentence.startswith(
                {"merge": "Would be merged", "ask": "Would be asked", "apart": "Kept apart"}[told.verdict.outcome]
            )
            assert told.verdict.begins in told.sentence
            if told.verdict.outcome == "ask":
                assert told.verdict.why
                assert {merges.outcome[one], merges.outcome[other]} & {"review", "merge"}
    assert found.explain("c", "d", 0.0).verdict.outcome != "merge"


def test_exchanged_names_are_said(found: Matching) -> None:
    assert "names in each other's place" in " ".join(step.words for step in found.explain("c", "d").steps)


def test_values_stand_as_they_were_typed(found: Matching) -> None:
    given = next(step for step in found.explain("a", "b").steps if step.what == "given name")
    assert (given.left, given.right) == ("Ayşe", "Ayse")
    assert "Ayşe" in "\n".join(terminal(found.explain("a", "b")))


def test_nothing_of_a_value_runs_in_the_page(found: Matching) -> None:
    shown = page([found.explain("c", "e")], "<b>Around & about</b>")
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<b>Around" not in shown
    assert "default-src 'none'" in unescape(shown)
    assert shown.count("<rect") == len(lines(found.explain("c", "e")))


@pytest.mark.parametrize(("pair", "words"), [(("a", "z"), "there is no row 'z'"), (("a", "a"), "'a' is one row")])
def test_rows_that_cannot_be_asked_about(found: Matching, pair: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        found.explain(*pair)
