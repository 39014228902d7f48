"""What is read as a column is read as one text by one text: the fast path of a step and its careful one agree."""

from collections.abc import Callable

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.cleansing.amounts.amount_steps import amount_outcomes
from crm_migrate.cleansing.amounts.numbers import NumberContext, amount_cell
from crm_migrate.cleansing.cells import Cell
from crm_migrate.cleansing.dates.date_formats import compiled, fast_column, read
from crm_migrate.cleansing.dates.date_steps import date_outcomes
from crm_migrate.cleansing.dates.parsing import DateContext, date_cell
from crm_migrate.cleansing.text.mending import text_cell, text_outcomes

_YEARS = st.one_of(st.integers(0, 99), st.integers(1850, 2210), st.sampled_from([1, 1604, 1753, 4501, 9999]))
_SMALL = st.one_of(st.integers(0, 13), st.integers(26, 32))
_CLOCKS = st.sampled_from(
    ["", " 00:00:00", "T00:00:00", " 24:00:00", " 12:30:59", "T23:59:60", " 7:05:00", "T00:00:00Z"]
)
_WIDTHS = st.sampled_from(["{}", "{:02}", "{:04}"])
_MARKS = st.sampled_from(["-", ".", "/", " "])


@st.composite
def _dates(draw: st.DrawFn) -> str:
    """Three numbers with marks between, in any order, padded or not, with a time or not."""
    parts = [draw(_WIDTHS).format(draw(strategy)) for strategy in draw(st.permutations([_YEARS, _SMALL, _SMALL]))]
    return draw(st.sampled_from(["", " "])) + draw(_MARKS).join(parts) + draw(_CLOCKS)


_DIGITS = st.text("0123456789", min_size=1, max_size=4)
_AMOUNTS = st.builds(
    lambda sign, parts, marks, end: sign + "".join(p + m for p, m in zip(parts, marks, strict=False)) + end,
    st.sampled_from(["", "-", "+", "(", " "]),
    st.lists(_DIGITS, min_size=1, max_size=4),
    st.lists(st.sampled_from([".", ",", "", "'", " "]), min_size=4, max_size=4),
    st.sampled_from(["", "%", " EUR", ")", "-", "0", "00", ".0", ",00"]),
)
_WORDS = st.sampled_from(["null", "\\N", "#N/A", "NaN", "(null)", "None", "-", "0", "0.00", "-0", "00", "TRUE", "1e5"])


def _agree(texts: list[str], column: pl.DataFrame, careful: Callable[[str], Cell]) -> None:
    for text, row in zip(texts, column.iter_rows(), strict=True):
        cell = careful(text)
        assert (text, *row) == (text, cell.value, cell.flag, cell.note)


@given(
    texts=st.lists(st.one_of(_dates(), _WORDS), min_size=1, max_size=8),
    order=st.sampled_from(["DMY", "MDY", "YMD", None]),
    locale=st.sampled_from(["", "en-US", "tr-TR", "de-DE", "sv-SE", "id-ID"]),
)
@settings(max_examples=120, deadline=None)
def test_dates(texts: list[str], order: str | None, locale: str) -> None:
    context = DateContext(order, order is not None, locale)
    _agree(texts, date_outcomes(pl.Series(texts), context), lambda text: date_cell(text, context))


@given(
    texts=st.lists(_dates(), min_size=1, max_size=8),
    shape=st.sampled_from(
        ["YYYY-MM-DD", "D.M.YYYY", "DD.MM.YYYY", "M/D/YYYY", "YYYY-MM-DD HH:mm:ss", "DD/MM/YYYY H:mm:ss"]
    ),
)
@settings(max_examples=80, deadline=None)
def test_declared_dates(texts: list[str], shape: str) -> None:
    """A row that the column parser reads is what the pattern reads; a row that it leaves is left to the pattern."""
    form = compiled(shape)
    for text, moment in zip(texts, fast_column(pl.Series(texts), form), strict=True):
        assert moment is None or moment == read(text, form, "en")


@given(
    texts=st.lists(st.one_of(_AMOUNTS, _WORDS), min_size=1, max_size=8),
    decimal=st.sampled_from([".", ",", None]),
    certain=st.booleans(),
    locale=st.sampled_from(["", "en-US", "tr-TR", "de-DE", "de-CH"]),
)
@settings(max_examples=120, deadline=None)
def test_amounts(texts: list[str], decimal: str | None, certain: bool, locale: str) -> None:
    context = NumberContext(decimal, certain and decimal is not None, locale)
    for with_currency in (True, False):

        def careful(text: str, with_currency: bool = with_currency) -> Cell:
            return amount_cell(text, context, with_currency=with_currency)

        _agree(texts, amount_outcomes(pl.Series(texts), context, with_currency=with_currency), careful)


@given(texts=st.lists(st.one_of(_dates(), _AMOUNTS, _WORDS, st.text(max_size=12)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_texts(texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()]
    _agree(texts, text_outcomes(pl.Series(texts, dtype=pl.String)), text_cell)
