"""Mentions find what they shall however it is written, never within another's, and the quick look misses none."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.cleansing.contact.mentions import MARK, Mentions

PERSON = Mentions(["ayse@isik.example"], ["+905321112233"], ["Işıl Ayşe Yılmaz"])
BETWEEN = st.sampled_from(["", " ", "-", ".", "/", " - ", ") "])


def written(digits: str, gaps: list[str]) -> str:
    return "".join(digit + gap for digit, gap in zip(digits, [*gaps, ""], strict=False))


@given(st.sampled_from(["905321112233", "00905321112233", "05321112233", "5321112233"]), st.lists(BETWEEN, min_size=14))
def test_a_number_is_found_with_whatever_between_its_digits(digits: str, gaps: list[str]) -> None:
    text = f"tel. {written(digits, gaps)}; ask"
    assert PERSON.found(text) and PERSON.maybe(pl.Series([text]))[0]
    left = PERSON.without(text)
    assert left is not None and MARK in left and "112233" not in "".join(filter(str.isdigit, left))


@given(st.text(alphabet="0123456789", min_size=1, max_size=3), st.booleans())
def test_a_longer_number_is_another(more: str, behind: bool) -> None:
    text = f"no {'5321112233' + more if behind else '7' + more + '9' + '5321112233'}"
    assert PERSON.found(text) == PERSON.found(text.removeprefix("no "))
    if behind:
        assert not PERSON.found(text)


@given(st.text(alphabet="abcz019._+-", min_size=1, max_size=5))
def test_a_mailbox_that_ends_alike_is_another(before: str) -> None:
    assert not PERSON.found(f"{before}ayse@isik.example")
    assert not PERSON.found(f"ayse@isik.example.{before.strip('._+-') or 'x'}")


@given(
    st.text(max_size=30),
    st.sampled_from(["AYSE@isik.EXAMPLE", "ayse%40isik.example", "IŞIL AYŞE YILMAZ", "Yılmaz, Işıl Ayşe"]),
)
def test_what_is_found_is_never_missed_by_the_quick_look_and_is_gone_afterwards(around: str, said: str) -> None:
    text = f"{around} {said} {around}"
    assert PERSON.found(text) and PERSON.maybe(pl.Series([text]))[0]
    assert not PERSON.found(PERSON.without(text) or "")


@given(st.text())
def test_other_texts_stay_as_they_are(text: str) -> None:
    if not PERSON.found(text):
        assert PERSON.without(text) == text


ABROAD = Mentions(["ayse@isik.example"], ["+905321112233"], ["Jürgen Müßig-Öztürk", "Çağrı Işık", "Cagri Yildiz"])


@pytest.mark.parametrize(
    "said",
    [
        "JÜRGEN MÜSSIG-ÖZTÜRK", "Jurgen Mussig Ozturk", "Müssig-Öztürk, Jürgen", "Cagri Isik", "ÇAĞRI IŞIK",
        "işik çağri",
        "ÇAĞRI YILDIZ", unicodedata.normalize("NFD", "Jürgen Müßig-Öztürk"), unicodedata.normalize("NFD", "Çağrı Işık"),
        "５３２ １１１ ２２ ３３", "ａｙｓｅ＠ｉｓｉｋ．ｅｘａｍｐｌｅ", "AYSE@İSİK.EXAMPLE",
        "scan ayse@isik.example.pdf", "ayse@isik.example_2.pdf", "C:\\letters\\ayse@isik.example.docx",
    ],
)  # fmt: skip
def test_other_spellings_are_found_too(said: str) -> None:
    text = f"see {said}, please"
    assert ABROAD.found(text) and ABROAD.maybe(pl.Series([text]))[0]
    left = ABROAD.without(text)
    assert left is not None and MARK in left and not ABROAD.found(left)


def test_another_name_is_another() -> None:
    others = ("Jürgen Müßiger-Öztürk", "Jürgen Musig-Öztürk", "Çağrı Işıksoy", "Cagri Yıldızlı", "Çağrı Işık'a ait")
    assert [ABROAD.found(other) for other in others] == [False, False, False, False, True]
