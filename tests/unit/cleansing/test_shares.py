"""A percentage is no amount, and in one column 50%, 50 and 0.5 mean one thing or are asked about."""

import polars as pl
import pytest

from crm_migrate.cleansing import STEPS, Context, evidence

Rows = list[tuple[str | None, str | None]]


def read(step: str, *texts: str, **options: str) -> Rows:
    context = Context(locale="en-US")
    known = Context(locale="en-US", evidence=evidence(pl.Series(texts), STEPS[step].family, context))
    return STEPS[step].function(pl.Series(texts), known, **options).select("value", "flag").rows()


@pytest.mark.parametrize(
    "text", ["10%", "% 10", "%10", "10 %", "-5%", "10％", "10٪", "5‰", "50 bps", "1/2", "1/234", "½"]
)
def test_a_share_is_no_amount(text: str) -> None:
    assert read("money", text, "100.50") == [(text, "invalid"), ("100.50", None)]


def test_a_column_of_shares_is_read_as_fractions() -> None:
    assert read("number", "50%", "12.5%", "0") == [("0.5", None), ("0.125", None), ("0", None)]


def test_shares_beside_plain_numbers_are_asked_about() -> None:
    assert read("number", "50%", "50", "0.5", "0%") == [
        ("0.5", "ambiguous"), ("50", None), ("0.5", None), ("0", None),
    ]  # fmt: skip


def test_the_mapping_says_what_a_share_is() -> None:
    assert read("number", "50%", "50", "0.5", percent="whole") == [("50", None), ("50", None), ("0.5", "suspect")]
    assert read("number", "50%", "0.5", percent="fraction") == [("0.5", None), ("0.5", None)]
    with pytest.raises(ValueError, match="whole"):
        read("number", "50%", percent="hundred")
