"""A number of something else is no amount: shares, lengths, weights, times; a word that is also a currency is asked."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context

# What is neither an amount nor nothing, wherever a number is wanted.
FOREIGN = [
    "12 ‰", "12‰", "12 ‱", "50 bps", "50 bp", "12 percent", "12 Prozent", "yüzde 12", "free", "gratis", "kostenlos",
    "ücretsiz", "10 + VAT", "10+VAT", "10 + KDV", "10 EUR + MwSt", "10 excl. VAT", "8 h", "8h", "8 hrs", "8 Std.",
    "8 saat", "3 days", "3 Tage", "5 kg", "5 kgs", "5kgs", "12 km", "12km", "12 KM", "12 ft", "12 pcs", "12 adet",
    "12 Stk", "12 m²", "10 (20)", "1/2", "100 p.a.", "100/month", "<100", "~100", "ca. 100", "10 or 20", "10€ 20€",
    "2 cup", "12 q", "Q3", "q3", "m3", "M3", "K3", "mn3",
]  # fmt: skip
RANGES = ["10-20", "10 - 20", "10–20", "10 to 20", "10 bis 20", "€10-20"]
STEPS_OF_NUMBERS = ["money", "number", "integer"]


def read(step: str, *texts: str, locale: str = "en-US") -> list[tuple[str | None, str | None, str | None]]:
    return STEPS[step].function(pl.Series(texts), Context(locale=locale)).select("value", "flag", "note").rows()


@pytest.mark.parametrize("step", STEPS_OF_NUMBERS)
@pytest.mark.parametrize("locale", ["en-US", "de-DE", "tr-TR"])
def test_what_is_no_amount_is_refused_or_asked(step: str, locale: str) -> None:
    flags = {text: flag for text, (_, flag, _) in zip(FOREIGN, read(step, *FOREIGN, locale=locale), strict=True)}
    assert {text: flag for text, flag in flags.items() if flag != "invalid"} == {}
    assert {flag for _, flag, _ in read(step, *RANGES, locale=locale)} == {"ambiguous"}


@pytest.mark.parametrize("kind", ["money", "integer"])
def test_the_verb_clean_reads_no_more(kind: str) -> None:
    texts = [*FOREIGN, *RANGES, "12 %", "12%", "100%"]
    flags = clean(texts, kind, "en-US")["flag"]
    assert set(flags) <= {"invalid", "ambiguous"}


@pytest.mark.parametrize("step", ["date", "instant"])
def test_what_is_no_day_is_refused(step: str) -> None:
    texts = ["12 %", "50 bps", "free", "10-20", "10 + VAT", "8 h", "3 days", "Q3", "45000 h", "45000%", "2024-01-01%"]
    assert {flag for _, flag, _ in read(step, *texts)} == {"invalid"}


def test_a_share_is_no_money_and_asked_as_a_number() -> None:
    shares = ["12 %", "12%", "%12", "12,5 %"]
    assert {flag for _, flag, _ in read("money", *shares)} == {"invalid"}
    assert {flag for _, flag, _ in read("number", *shares)} == {"ambiguous"}


@pytest.mark.parametrize(
    "text, locale, code",
    [
        ("12 KM", "bs-BA", "BAM"),
        ("12 km", "bs-BA", "BAM"),
        ("12 Ft", "en-US", "HUF"),
        ("12 Ft.", "en-US", "HUF"),
        ("12 ft", "hu-HU", "HUF"),
        ("Q 12", "es-GT", "GTQ"),
        ("12 kgs", "ky-KG", "KGS"),
        ("12 CUP", "en-US", "CUP"),
    ],
)
def test_a_word_that_is_a_unit_too_is_a_currency_where_it_is_used(text: str, locale: str, code: str) -> None:
    assert read("money", text, locale=locale) == [("12", None, f"currency {code}")]


def test_thousands_and_millions_stand_behind_the_number() -> None:
    assert [row[0] for row in read("money", "1.5M", "£1.5m", "1.5m", "2 mio", "5k", "Mio. EUR 3")] == [
        "1500000", "1500000", "1500000", "2000000", "5000", "3000000",
    ]  # fmt: skip
    told = "millions, or metres, minutes, months?"
    for step in ("number", "integer"):
        assert read(step, "12 m", "12m") == [("12000000", "ambiguous", told)] * 2
        assert read(step, "12M") == [("12000000", None, None)]
        assert read(step, "€12m") == [("12000000", "suspect", "the currency EUR is left out")]


@pytest.mark.parametrize("step", ["number", "integer"])
def test_a_number_of_a_currency_is_read_and_told(step: str) -> None:
    assert read(step, "12 €", "USD 12") == [
        ("12", "suspect", "the currency EUR is left out"), ("12", "suspect", "the currency USD is left out"),
    ]  # fmt: skip
    assert clean(["12 €"], step, "de-DE")["flag"].tolist() == ["suspect"]
