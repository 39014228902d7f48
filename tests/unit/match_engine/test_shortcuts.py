"""Shortcuts of the matcher lose nothing: blocking, sifting, signatures and folding give what the long way does."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Indel

from crm_migrate.matching.comparing import folding, kernels
from crm_migrate.matching.comparing.comparison import Pairs, by_value, summed_up
from crm_migrate.matching.comparing.facts import several_names
from crm_migrate.matching.comparing.records import Records, prepare
from crm_migrate.matching.comparing.signatures import far, may_contain
from crm_migrate.matching.comparing.terms import encode, joint
from crm_migrate.matching.weighing.blocking import candidates
from crm_migrate.matching.weighing.sifting import bounds, sift
from crm_migrate.matching.weighing.weights import Table, drawn_pairs, gains, log_odds, prior, seeded

TEXT = st.text(alphabet="aabcdeé şя漢 01", min_size=1, max_size=9)
PERSONS = {
    "first": "given_name", "last": "family_name", "born": "birth_date", "mail": "email", "tel": "phone",
    "line": "street", "zip": "postal_code", "town": "city",
}  # fmt: skip
FIRMS = {"firm": "company_name", "tel": "phone", "web": "url", "line": "street", "zip": "postal_code", "town": "city"}
WORDS = ("alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow", "yew")


def rows(count: int) -> pl.DataFrame:
    """Invented rows with slips and gaps, a third of them written twice."""
    random = np.random.default_rng(count)
    word = [WORDS[at] for at in random.integers(0, len(WORDS), count * 4)]
    number = random.integers(1000, 9999, count)
    frame = {
        "first": word[:count], "last": [w + v for w, v in zip(word[count : 2 * count], word, strict=False)],
        "born": [f"19{n % 90 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in number.tolist()],
        "mail": [f"{w}{n}@{v}.example" for w, v, n in zip(word, word[count:], number.tolist(), strict=False)],
        "tel": [f"030 {n}{n // 7}" for n in number.tolist()], "zip": [f"{n % 300:05}" for n in number.tolist()],
        "line": [f"{w} street {n % 90}" for w, n in zip(word[2 * count :], number.tolist(), strict=False)],
        "town": word[3 * count :], "firm": [f"{w} {v} ltd" for w, v in zip(word, word[count:], strict=False)][:count],
        "web": [f"www.{w}{n % 50}.example" for w, n in zip(word, number.tolist(), strict=False)],
    }  # fmt: skip
    texts = {name: [_worn(text, random) for text in values[:count]] for name, values in frame.items()}
    again = random.integers(0, count, count // 3)
    both = {name: values + [_worn(values[at], random) for at in again.tolist()] for name, values in texts.items()}
    return pl.DataFrame(both, schema=dict.fromkeys(both, pl.String))


def _worn(text: str | None, random: np.random.Generator) -> str | None:
    chance = random.random()
    if text is None or chance < 0.06:
        return None
    at = int(random.integers(0, len(text)))
    return text if chance < 0.8 else text[:at] + text[at + 1 :] or None


def prepared(entity: str, count: int = 120) -> Records:
    types = PERSONS if entity == "person" else FIRMS
    return prepare(rows(count).select(list(types)), types, entity)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-1, 12), min_size=2, max_size=60), st.integers(0, 2**50))
def test_blocks_hold_all_pairs_of_a_key_whatever_its_size(keys: list[int], factor: int) -> None:
    copies = 1600 // len(keys) + 1
    key = np.array(keys * copies, dtype=np.int64)
    wide = np.where(key >= 0, key * factor, -1)
    alone = np.arange(len(key)) // 2 * 7919 + 5
    found = candidates({"pair": alone, "wide": wide}, [("pair",), ("wide", "pair")], len(key))
    wanted = {(i, i + 1) for i in range(0, len(key) - 1, 2)}
    assert set(zip(found.i.tolist(), found.j.tolist(), strict=True)) == wanted


def test_blocks_too_big_are_counted_not_lost() -> None:
    rows_ = 4000
    found = candidates({"one": np.zeros(rows_, dtype=np.int64)}, [("one",)], rows_)
    assert found.oversized == {"one": rows_}
    assert len(found.i) == 0


@pytest.mark.parametrize("entity", ["person", "organisation"])
@pytest.mark.parametrize("above", [-6.0, -2.0, 0.0])
def test_sifting_leaves_what_comparing_everything_leaves(entity: str, above: float) -> None:
    records = prepared(entity)
    i, j = drawn_pairs(records.rows)
    compared = [c.compare(i, j) for c in records.comparisons]
    model = seeded(records.comparisons, compared, records.rows, records.rows * (records.rows - 1) / 2)
    before = prior(model)
    odds = log_odds(gains(Table(compared, model), model), before)
    left, right, found = sift(model, bounds(model), i, j, float(before[0]), above)
    again = log_odds(gains(Table(found, model), model), before)
    wanted = odds > above
    assert 0 < wanted.sum() < len(i)
    assert np.array_equal(left[again > above], i[wanted])
    assert np.array_equal(right[again > above], j[wanted])
    assert np.allclose(again[again > above], odds[wanted])
    assert len(left) < len(i) / 2


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_what_is_agreed_is_told_by_codes_alone(entity: str) -> None:
    records = prepared(entity)
    i, j = drawn_pairs(records.rows)
    for comparison in (c for c in records.comparisons if c.equal):
        compared, agreed = comparison.compare(i, j), comparison.equal(i, j)
        known = compared.agreed >= 0
        assert np.array_equal(compared.agreed[known], agreed[known]), comparison.name
        assert set(np.unique(compared.levels[agreed < 0])).isdisjoint(comparison.agreeing), comparison.name


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_pairs_summed_up_stand_for_all_pairs(entity: str) -> None:
    records = prepared(entity)
    i, j = drawn_pairs(records.rows)
    compared = [c.compare(i, j) for c in records.comparisons]
    lines, weight = summed_up(compared)
    whole, short = (np.stack([x for c in found for x in (c.levels, c.agreed)], axis=1) for found in (compared, lines))
    different, counts = np.unique(whole, axis=0, return_counts=True)
    order = np.lexsort(short.T[::-1])
    assert np.array_equal(short[order], different)
    assert np.array_equal(weight[order], counts)
    assert len(short) < len(whole)


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT)
def test_signatures_never_say_too_much(a: str, b: str) -> None:
    pairs = Pairs.of([a], [b])
    bare = a.replace(" ", ""), b.replace(" ", "")
    assert far(pairs)[0] <= Indel.distance(*bare)
    assert far(pairs)[0] <= 2 * OSA.distance(*bare)
    if set(a.split()) <= set(b.split()):
        assert may_contain(pairs)[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=40))
def test_one_pair_at_a_time_has_the_levels_of_all_together(texts: list[tuple[str, str]]) -> None:
    left, right = ([pair[side] for pair in texts] for side in (0, 1))
    for kernel in (kernels.names, kernels.texts, kernels.codes, kernels.emails):
        together = kernel(Pairs.of(left, right)).tolist()
        single = [int(kernel(Pairs.of([a], [b]))[0]) for a, b in texts]
        turned = kernel(Pairs.of(right, left)).tolist()
        assert together == single == turned


def test_levels_from_the_table_are_those_of_a_dictionary_too_large_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = pl.Series([a + b for a, b in combinations(WORDS, 2)] + [None])
    a, b = np.random.default_rng(3).integers(-1, len(words) - 1, (2, 3000))
    small = by_value(a, b, encode(words)[0], kernels.names, 6)
    monkeypatch.setattr("crm_migrate.matching.comparing.comparison.SMALL", 10)
    assert np.array_equal(small, by_value(a, b, encode(words)[0], kernels.names, 6))


@pytest.mark.parametrize("fold", ["folded", "person", "company", "street", "phone", "date", "email", "domain", "code"])
def test_a_column_is_folded_by_value_as_by_row(fold: str) -> None:
    values = ["Dr. Ada  Øst", "ÖST & Söhne GmbH", "12 North Third Avenue", "+49 (30) 123 45 67", "3.4.1984", None]
    values += ["1984-04-03", "A+b@Example.com ", "https://www.example.com/x", "00-00", "", "Işık"]
    by = getattr(folding, fold)
    assert by(pl.Series(values * 600)).to_list() == by(pl.Series(values)).to_list() * 600


def test_codes_of_32_bits_do_not_run_over_in_dictionaries_of_many_values() -> None:
    """Two codes of 70,000 values make a number beyond 32 bits: by_value, joint keys and names with values alike."""
    terms = encode(pl.Series([f"{at:06}" for at in range(70_000)]))[0]
    assert terms.codes.dtype == np.int32
    i, j = np.array([69_998, 3, 69_000]), np.array([69_999, 69_997, 69_000])
    a, b = terms.codes[i], terms.codes[j]
    assert by_value(a, b, terms, kernels.codes, 4).tolist() == [3, 1, 4]
    assert len(np.unique(joint(terms.codes, terms.codes))) == 70_000
    used = terms.codes.copy()
    used[-3:] = 69_999
    assert np.flatnonzero(several_names(used[None], terms.codes, 70_000)).tolist() == [69_999]
