"""Why a pair is one: bars that add up to the weight that decided, whichever row is named first, and inert pages."""

import math
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from itertools import combinations, pairwise

import pandas as pd
import pytest

from crm_migrate import match
from crm_migrate.errors import UsageError
from crm_migrate.matching.explaining.telling import begins, sentence, step_words
from crm_migrate.matching.matcher import Matching
from crm_migrate.reports.pairs import lines, page, terminal
from crm_migrate.words.language import Language, language

EN, TR, DE = language("en"), language("tr"), language("de")
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
    shown = lines(told, EN)
    assert shown[0].bits == pytest.approx(told.start, abs=0.005)
    assert all(before.end == after.start for before, after in pairwise(shown[:-1]))
    assert shown[-2].end == shown[-1].end == pytest.approx(told.total, abs=0.005)
    assert told.start + sum(step.bits for step in told.steps) + told.rest == pytest.approx(told.total)


def test_it_is_the_weight_that_decided(found: Matching) -> None:
    for pair in found.pairs.itertuples():
        told = found.explain(pair.left, pair.right)
        assert told.total == pytest.approx(pair.weight, abs=1e-3)
        assert told.probability == pytest.approx(pair.probability, abs=1e-6)


@pytest.mark.parametrize("pair", ["ab", "ce"])
def test_either_row_may_come_first(found: Matching, pair: str) -> None:
    one, other = found.explain(*pair), found.explain(*pair[::-1])
    assert one.total == pytest.approx(other.total)
    assert sentence(one, EN) == sentence(other, EN)
    assert [(s.left, s.right) for s in one.steps] == [(s.right, s.left) for s in other.steps]


def test_the_sentence_says_what_speaks_for_and_against(found: Matching) -> None:
    same, other = (sentence(found.explain(*pair), EN) for pair in ("ab", "ce"))
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
            assert sentence(told, EN).startswith(
                {"merge": "Would be merged", "ask": "Would be asked", "apart": "Kept apart"}[told.verdict.outcome]
            )
            assert begins(told.verdict, EN) in sentence(told, EN)
            if told.verdict.outcome == "ask":
                assert told.verdict.why
                assert {merges.outcome[one], merges.outcome[other]} & {"review", "merge"}
    assert found.explain("c", "d", 0.0).verdict.outcome != "merge"


def test_exchanged_names_are_said(found: Matching) -> None:
    assert "names in each other's place" in " ".join(step_words(step, EN) for step in found.explain("c", "d").steps)


def test_values_stand_as_they_were_typed(found: Matching) -> None:
    given = next(step for step in found.explain("a", "b").steps if step.what == "given name")
    assert (given.left, given.right) == ("Ayşe", "Ayse")
    assert "Ayşe" in "\n".join(terminal(found.explain("a", "b"), EN))


def test_nothing_of_a_value_runs_in_the_page(found: Matching) -> None:
    shown = page([found.explain("c", "e")], "<b>Around & about</b>", EN)
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<b>Around" not in shown
    assert "default-src 'none'" in unescape(shown)
    assert shown.count('<rect class="b-') == len(lines(found.explain("c", "e"), EN))


@pytest.mark.parametrize(("pair", "words"), [(("a", "z"), "there is no row 'z'"), (("a", "a"), "'a' is one row")])
def test_rows_that_cannot_be_asked_about(found: Matching, pair: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        found.explain(*pair)


# ---------------------------------------------------------------------------------------- what a reader can add up


def tables(html: str) -> dict[str, list[list[str]]]:
    """The cells of each table of a page, by its class, without the head."""
    found: dict[str, list[list[str]]] = {}
    for name, body in re.findall(r'<table class="(\w+)">.*?<tbody>(.*?)</tbody>', html, re.DOTALL):
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        found[name] = [[unescape(re.sub(r"<.*?>", "", cell)) for cell in row] for row in cells]
    return found


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


@pytest.mark.parametrize("words", [EN, TR], ids=["en", "tr"])
@pytest.mark.parametrize("pair", list(combinations("abcde", 2)), ids="".join)
def test_the_page_adds_up_as_it_is_shown(found: Matching, pair: tuple[str, str], words: Language) -> None:
    shown = tables(page([found.explain(*pair)], "a pair", words))
    *lines_shown, total = shown["pair"]
    so_far = Decimal(0)
    for line in lines_shown:
        so_far += number(line[6])
        assert number(line[7]) == so_far, line
    assert number(total[6]) == number(total[7]) == so_far
    assert all(number(line[4]) + number(line[5] or "0") == number(line[6]) for line in lines_shown if line[4])
    model = {(row[0], row[1]): row[4:] for row in shown["model"]}
    assert all(line[4] in model[line[0], line[1]] for line in lines_shown if line[4])
    rivals = shown["rivals"]
    assert [row[1] for row in rivals[:-1]] == model[words.word("match.before"), ""]
    assert all(number(row[1]) + number(row[2]) == number(row[3]) for row in rivals[:-1])
    together = -math.log2(sum(2 ** -float(number(row[3])) for row in rivals[:-1]))
    assert together == pytest.approx(float(number(total[6])), abs=0.02)
    assert rivals[-1][3] == total[6]


def test_weights_of_the_model_follow_from_its_shares(found: Matching) -> None:
    model = found.explain("a", "b").model
    for learned in model.learned:
        assert all(level.bits[0] == pytest.approx(math.log2(level.same / level.chance)) for level in learned.levels)
        assert sum(level.same for level in learned.levels) == pytest.approx(1)


def test_thresholds_and_contradictions_stand_beside_the_pair(found: Matching) -> None:
    told = found.explain("c", "d")
    assert told.verdict.merging is not None
    against = replace(told.verdict.merging, against="the given names differ")
    shown = tables(page([replace(told, verdict=replace(told.verdict, merging=against, cut=7.254))], "a pair", EN))
    assert {row[0]: row[1:] for row in shown["merging"]} == {
        "people are asked": ["from -1.44 bits on", f"{against.bits:+.2f}"],
        "weight for merging": ["from +7.25 bits on", f"{against.bits:+.2f}"],
        "kinds of evidence with +2.89 bits or more": [
            "at least 2",
            ", ".join(f"{kind} {bits:+.2f}" for kind, bits in against.kinds.items() if bits),
        ],
        "contradictions": ["none", "the given names differ"],
    }
    unlikely = tables(page([found.explain("c", "e")], "a pair", EN))["merging"]
    assert [row[2] for row in unlikely] == ["–"] * 4  # nothing was looked at, so nothing is said


@pytest.mark.parametrize(
    ("words", "said"), [(TR, ("rastlantıya karşı", "birleştirme")), (DE, ("gegen den Zufall", "Zusammenführen"))]
)
def test_a_page_of_another_language_has_no_english_words(
    found: Matching, words: Language, said: tuple[str, ...]
) -> None:
    text = re.sub(r"<style>.*?</style>|<.*?>", " ", page([found.explain("c", "e")], "", words), flags=re.DOTALL)
    assert not re.search(r"\b(?:the|of|and|is|are|equal|different|against|alike|total|name|model is)\b", text), text
    assert all(word in text for word in said)
