"""The mark of a footnote beside a number is no digit of it: `1250²` is never 12,502, at either door."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context

MARKED = {
    "money": ("1250²", "1.250²", "$1,250³", "12⁵", "1250①", "100₂", "1250⑴"),
    "number": ("5²", "51①"),
    "integer": ("5²",),
    "date": ("2024-03-1²", "1²/3/2024", "1. Mai 2024¹"),
    "instant": ("2024-03-1² 10:00",),
    "phone": ("030 231251²", "212-736-500²", "030 231251 ①"),
    "email": ("ann@lee.example²", "ann²@lee.example"),
    "tax_id": ("DE13669597²", "454053692²"),
}
CASES = [(step, text) for step, texts in MARKED.items() for text in texts]


@pytest.mark.parametrize(("step", "text"), CASES)
def test_a_mark_is_no_digit(step: str, text: str) -> None:
    for locale in ("de-DE", "tr-TR"):
        value, flag, _ = STEPS[step].function(pl.Series([text]), Context(locale=locale)).row(0)
        assert (value, flag) == (text, "invalid")


@pytest.mark.parametrize("kind", ["money", "number", "date", "phone", "email", "tax_id"])
def test_the_verb_clean_says_the_same(kind: str) -> None:
    assert set(clean(list(MARKED[kind]), kind, "de-DE")["flag"]) == {"invalid"}


@pytest.mark.parametrize(
    ("step", "text", "value"),
    [("money", "１００", "100"), ("money", "٣٠٠", "300"), ("phone", "+４９ ３０ ２３１２５１", "+4930231251")],
)
def test_digits_of_other_scripts_are_digits(step: str, text: str, value: str) -> None:
    assert STEPS[step].function(pl.Series([text]), Context(locale="de-DE")).row(0)[:2] == (value, None)
