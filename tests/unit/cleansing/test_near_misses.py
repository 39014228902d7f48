"""Near misses of closed lists are told and cost the cell, not the record."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import INVALID_FLAGS, STEPS, Context
from crm_migrate.cleansing.near import near_words


def run_step(kind: str, text: str, locale: str = "en-US") -> tuple[str | None, str | None, str | None]:
    value, flag, note = STEPS[kind].function(pl.Series([text]), Context(locale=locale)).row(0)
    return value, flag, note


@pytest.mark.parametrize(
    ("text", "locale", "kind", "meant"),
    [
        ("Germny", "en-US", "country", "DE"),
        ("Unites States", "en-US", "country", "US"),
        ("Swedn", "en-US", "country", "SE"),
        ("Almanyaa", "tr-TR", "country", "DE"),
        ("Califronia", "en-US", "state", "CA"),
        ("Ankarra", "tr-TR", "state", "06"),
    ],
)
def test_a_near_miss_stays_as_typed_and_is_invalid(text: str, locale: str, kind: str, meant: str) -> None:
    value, flag, note = run_step(kind, text, locale)
    assert value == text
    assert flag in INVALID_FLAGS  # so that the policy of the field decides: a country is cleared
    assert meant in str(note)


@pytest.mark.parametrize(
    ("text", "both"),
    [("Nigera", "NE NG"), ("Nigerya", "NE NG"), ("Austrlia", "AT AU"), ("Slovania", "SI SK"), ("Malia", "ML MT")],
)
def test_a_near_miss_of_two_is_ambiguous_and_names_them(text: str, both: str) -> None:
    row = clean([text], "country", "en").iloc[0]
    assert (row["value"], row["flag"]) == ("", "ambiguous")
    assert all(code in row["note"] for code in both.split())
    assert run_step("country", text)[1] == "ambiguous"


@pytest.mark.parametrize("text", ["South America", "Atlantis", "Western Europe", "Asia"])
def test_what_is_no_country_is_near_to_none(text: str) -> None:
    assert clean([text], "country", "en")["flag"].tolist() == ["invalid"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("W. Sahara", "EH"), ("Bosnia and Herz.", "BA"), ("Solomon Is.", "SB"), ("Marshall Is.", "MH"),
        ("Falkland Is.", "FK"), ("Korea, Democratic People's Republic", "KP"), ("Dem. Rep. Korea", "KP"),
        ("Cent. Afr. Rep.", "CF"), ("Eq. Guinea", "GQ"), ("S. Sudan", "SS"), ("Niger", "NE"), ("Nigeria", "NG"),
        ("Nijerya", "NG"), ("Nijer", "NE"), ("Gana", "GH"), ("Irlanda", "IE"), ("Islanda", "IS"), ("Liberya", "LR"),
        ("Slowakei", "SK"), ("Slowenien", "SI"), ("Österreich", "AT"), ("Avusturya", "AT"), ("Avustralya", "AU"),
    ],
)  # fmt: skip
def test_names_and_abbreviations_that_are_sure(text: str, code: str) -> None:
    assert clean([text], "country", "en").iloc[0]["value"] == code


@pytest.mark.parametrize(("text", "meant"), [("ERU", "EUR"), ("TYR", "TRY"), ("Eruo", "EURO")])
def test_a_slip_of_a_currency_asks_and_is_no_currency(text: str, meant: str) -> None:
    value, flag, note = run_step("currency", text)
    assert (value, flag) == (text, "invalid")
    assert f"did you mean `{meant}`" in str(note)


def test_two_currencies_in_a_cell_are_named() -> None:
    assert run_step("currency", "EUR USD")[1:] == ("invalid", "several currencies: EUR, USD")


@pytest.mark.parametrize(
    ("text", "known", "near"),
    [
        ("Prposal", ("Proposal", "Won"), ("Proposal",)),
        ("ACTIVE", ("active",), ("active",)),
        ("Wno", ("Won", "Own"), ("Won",)),
        ("Kapali", ("Kapalı", "Açık"), ("Kapalı",)),
        ("a.yilmza", ("a.yilmaz", "b.yildiz"), ("a.yilmaz",)),
        ("Deutch", ("Deutsch", "English"), ("Deutsch",)),
        ("Unqualified", ("Qualified",), ()),  # the contrary is no slip
        ("Stage 3", ("Stage 1", "Stage 2"), ()),  # nor is another number
        ("One", ("One more", "Gone"), ()),
        ("", ("Won",), ()),
        ("?", ("Won",), ()),
        ("Teaml", ("Teama", "Teamb", "Teamc"), ()),  # near to many says nothing
    ],
)
def test_near_words_of_a_list(text: str, known: tuple[str, ...], near: tuple[str, ...]) -> None:
    assert near_words(text, known) == near


def test_a_choice_near_to_two_or_with_another_number_is_no_choice() -> None:
    two = clean(["Formar"], "picklist", choices=("Former", "Format")).iloc[0]
    assert (two["value"], two["flag"]) == ("", "unmapped")
    assert "Former" in two["note"] and "Format" in two["note"]
    rest = clean(["Unqualified", "Stage 3"], "picklist", choices=("Qualified", "Stage 2"))
    assert rest["flag"].tolist() == ["unmapped", "unmapped"]


@pytest.mark.parametrize(
    ("text", "code", "flag"),
    [("D", "DE", None), (" a ", "AT", None), ("F", "FR", "suspect"), ("slo", "SI", "suspect"), ("X", "X", "invalid")],
)
def test_signs_of_cars_are_countries_in_a_column_of_countries(text: str, code: str, flag: str | None) -> None:
    value, told, note = STEPS["country"].function(pl.Series([text]), Context()).row(0)

    assert (value, told) == (code, flag)
    assert (note is not None) is (flag is not None)


def test_the_end_of_an_address_is_no_sign_of_a_car() -> None:
    (cell,) = clean(["Gartenweg 5, D"], "address", "tr-TR")["value"]

    assert "country" not in cell
