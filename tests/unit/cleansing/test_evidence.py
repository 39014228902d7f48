"""Facts of a column: decided by all of it, with the counts in the sentence; what it does not decide is said."""

from dataclasses import replace

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context, evidence

TURKISH = Context(locale="tr-TR")


def test_one_day_above_twelve_decides_the_order_of_the_column() -> None:
    facts = evidence(pl.Series(["03/04/2024"] * 400 + ["25/12/2024"] * 12), "date", Context())
    assert facts["date_order"] == "DMY"
    assert "12 of 12" in facts["date_order_because"]
    read = STEPS["date"].function(pl.Series(["03/04/2024"]), Context(evidence=facts))
    assert read.row(0) == ("2024-04-03", None, None)


def test_a_column_without_proof_or_with_two_orders_stays_undecided() -> None:
    silent = evidence(pl.Series(["03/04/2024", "05/06/2024"]), "date", Context())
    mixed = evidence(pl.Series(["31/12/2024", "12/31/2024"]), "date", Context())
    for facts in (silent, mixed):
        assert "date_order" not in facts
        assert "date_order_undecided" in facts


@pytest.mark.parametrize(
    ("locale", "slip", "usual", "meant"),
    [("tr-TR", "12.13.1975", "05.06.1980", "1980-06-05"), ("en-US", "13/12/1975", "05/06/1980", "1980-05-06")],
)
def test_one_slip_does_not_exchange_days_and_months_of_a_column(locale: str, slip: str, usual: str, meant: str) -> None:
    context = Context(locale=locale)
    facts = evidence(pl.Series([usual, slip]), "date", context)
    assert "date_order" not in facts
    assert "1 of 2 dates" in facts["date_order_doubt_because"]
    read = STEPS["date"].function(pl.Series([usual, slip]), replace(context, evidence=facts))
    assert read["value"].to_list() == [meant, "1975-12-13"]
    assert read["flag"].to_list() == [None, "suspect"]
    proven = evidence(pl.Series([usual, *[slip] * 5]), "date", context)
    assert proven["date_order"] == {"tr-TR": "MDY", "en-US": "DMY"}[locale]
    assert "date_order_doubt_because" not in proven


@pytest.mark.parametrize(("locale", "slip", "usual"), [("tr-TR", "12.5", "345.000"), ("en-US", "12,5", "345,000")])
def test_one_slip_does_not_make_decimals_of_the_thousands_of_a_column(locale: str, slip: str, usual: str) -> None:
    context = Context(locale=locale)
    facts = evidence(pl.Series([usual, slip]), "money", context)
    assert "decimal" not in facts
    read = STEPS["number"].function(pl.Series([usual]), replace(context, evidence=facts))
    assert read.row(0)[:2] == ("345000", "ambiguous")
    assert "decimal" in evidence(pl.Series([usual, *[slip] * 5]), "money", context)


def test_the_decimal_mark_is_proven_by_other_numbers_of_the_column() -> None:
    facts = evidence(pl.Series(["1.500", "2.750", "12,5", "1.250.000,50"]), "money", TURKISH)
    assert facts["decimal"] == ","
    read = STEPS["number"].function(pl.Series(["1.500"]), Context(evidence=facts))
    assert read.row(0) == ("1500", None, None)
    assert "decimal_undecided" in evidence(pl.Series(["1.500", "2.750"]), "money", TURKISH)


def test_damage_that_no_single_cell_proves() -> None:
    taxed = pl.Series(["4840847211", "1234567890", "9876543217", "123456789", "12345672", "987654322"])
    assert "3 of 6 are shorter than 10 digits" in evidence(taxed, "tax_id", TURKISH)["lost_zeros"]
    assert "1 of 2" in evidence(pl.Series(["1.21143E+15", "5"]), "id", TURKISH)["scientific"]
    assert "double_encoded" in evidence(pl.Series(["MÃ¼ller", "Smith"]), "text", TURKISH)
    cut = pl.Series(["x" * n for n in range(5, 29)] + ["y" * 30] * 9)
    assert "exactly 30" in evidence(cut, "text", TURKISH)["cut"]
    assert evidence(pl.Series(["Kadýköy"]), "text", TURKISH)["code_page"] == "cp1254"
    assert "code_page" not in evidence(pl.Series(["Kadýköy", "Şişli"]), "text", TURKISH)
    assert "shifted_email" in evidence(pl.Series(["+90 212 345 67 89", "jo@example.com"]), "phone", TURKISH)


def test_the_region_of_phones_comes_from_those_that_carry_a_code() -> None:
    numbers = pl.Series([*(f"+90 212 345 67 8{last}" for last in range(5)), "0212 345 67 89"])
    assert evidence(numbers, "phone", Context())["phone_region"] == "TR"


def test_a_few_numbers_with_a_code_are_foreign_customers_and_tell_nothing_of_the_others() -> None:
    numbers = pl.Series(["+62 812 3456 7890", "089 23125123", "0512 555666"])
    facts = evidence(numbers, "phone", Context(locale="de"))
    assert "phone_region" not in facts
    assert facts["phone_regions"] == "1 of 1 numbers with a country code are of ID"
    assert clean(numbers, "phone", "de")["value"].to_list() == ["+6281234567890", "", ""]


def test_an_empty_column_has_no_facts() -> None:
    assert evidence(pl.Series([None, " "], dtype=pl.String), "date", TURKISH) == {}


@pytest.mark.parametrize(
    ("others", "means"),
    [
        (["DE", "TR", "Namibia"], "namibia"),
        (["tr", "de"], "namibia"),
        (["Deutschland", "Türkiye"], "doubtful"),
        (["DE", "N/A"], "doubtful"),
        (["DE", "TR", "null"], "doubtful"),
        (["DEU", "TUR"], "doubtful"),
        ([], "doubtful"),
    ],
)
@pytest.mark.parametrize("written", ["NA", " na "])
def test_na_is_namibia_among_codes_and_a_doubt_elsewhere(others: list[str], means: str, written: str) -> None:
    column = pl.Series([written, *others])
    facts = evidence(column, "country", Context())
    assert facts["na"] == means
    cell = STEPS["country"].function(column, Context(evidence=facts)).row(0)
    assert cell[:2] == (("NA", None) if means == "namibia" else (written, "ambiguous"))


@pytest.mark.parametrize(("said", "value"), [("nothing", None), ("namibia", "NA")])
def test_what_the_mapping_says_of_na_goes_before_the_column(said: str, value: str | None) -> None:
    doubtful = Context(evidence={"na": "doubtful"})
    cell = STEPS["country"].function(pl.Series(["NA", "N/A"]), doubtful, na=said)
    assert cell["value"].to_list() == [value, None]
    assert not cell["flag"].drop_nulls().len()


def test_a_column_without_na_shows_nothing() -> None:
    assert evidence(pl.Series(["DE", "N/A", "Namibia"]), "country", Context()) == {}
