"""Addresses and towns that stand whole in one cell, a part at a time: nothing of a cell is lost without a word."""

import polars as pl
import pytest

from crm_migrate.cleansing import STEPS, Context

PARTS = ("street", "city", "postal_code", "state", "country")
Parts = tuple[str | None, ...]


def step(name: str, text: str, region: str | None) -> tuple[str | None, str | None]:
    """Value and flag of one cell."""
    value, flag, _ = STEPS[name].function(pl.Series([text]), Context(locale="en"), region).row(0)
    return value, flag


@pytest.mark.parametrize(
    ("text", "region", "parts"),
    [
        ("Gartenweg 5, 01067 Dresden", "DE", ("Gartenweg 5", "Dresden", "01067", None, None)),
        ("Lale Sok. 5, 34956 Tuzla/İstanbul", "TR", ("Lale Sok. 5", "Tuzla", "34956", "İstanbul", None)),
        ("Jl. Melati 5, Jakarta 12190", "ID", ("Jl. Melati 5", "Jakarta", "12190", None, None)),
        ("5 Main St\nSuite 4\nSpringfield, IL 62704", "US", ("5 Main St, Suite 4", "Springfield", "62704", "IL", None)),
        ("Gartenweg 5, 01067 Dresden, Germany", "AT", ("Gartenweg 5", "Dresden", "01067", None, "DE")),
    ],
)
def test_the_parts_of_an_address(text: str, region: str, parts: Parts) -> None:
    assert [step(f"address.{part}", text, region) for part in PARTS] == [(value, None) for value in parts]


def test_an_address_whose_parts_are_not_certain_stays_whole_in_its_street_and_is_told_twice() -> None:
    text = "Gartenweg 5, hinter dem Hof, rechts"

    assert step("address.street", text, "DE") == (text, "suspect")
    assert step("address.city", text, "DE") == (None, "invalid")
    assert step("address.postal_code", text, "DE") == (None, None)


def test_a_street_without_a_town_is_told_where_the_town_is_wanted() -> None:
    assert step("address.street", "Gartenweg 5", "DE") == ("Gartenweg 5", None)
    assert step("address.city", "Gartenweg 5", "DE") == (None, "invalid")


@pytest.mark.parametrize(
    ("text", "region", "city", "code", "state"),
    [
        ("80331 München", "DE", "München", "80331", None),
        ("D-80331 München", "DE", "München", "80331", None),
        ("A-6020 Innsbruck", "AT", "Innsbruck", "6020", None),
        ("8001 Zürich", "CH", "Zürich", "8001", None),
        ("1012 AB Amsterdam", "NL", "Amsterdam", "1012 AB", None),
        ("Jakarta 12190", "ID", "Jakarta", "12190", None),
        ("London SW1A 1AA", "GB", "London", "SW1A 1AA", None),
        ("34956 Tuzla/İstanbul", "TR", "Tuzla", "34956", "İstanbul"),
        ("Springfield, IL 62704", "US", "Springfield", "62704", "IL"),
        ("8001 Zürich", None, "Zürich", "8001", None),
        ("1012 AB Amsterdam", None, "Amsterdam", "1012 AB", None),
        ("Köln 50667", None, "Köln", "50667", None),
        ("Frankfurt am Main", "DE", "Frankfurt am Main", None, None),
        ("80331", "DE", None, "80331", None),
    ],
)
def test_a_town_with_its_code(text: str, region: str | None, city: str | None, code: str | None, state: str) -> None:
    assert step("place.city", text, region) == (city, None)
    assert step("place.postal_code", text, region) == (code, None)
    assert step("place.state", text, region) == (state, None)


@pytest.mark.parametrize("text", ["Gartenweg 5, 01067 Dresden", "01067 Dresden 5 b", "Springfield, IL 62704; Boston"])
def test_a_cell_that_holds_more_than_a_town_stays_as_typed_and_is_told_once(text: str) -> None:
    assert step("place.city", text, "DE") == (text, "invalid")
    assert step("place.postal_code", text, "DE") == (None, None)


@pytest.mark.parametrize("text", ["-", "n/a", "unbekannt"])
@pytest.mark.parametrize("name", ["address.street", "address.city", "place.city", "place.postal_code"])
def test_a_word_for_nothing_is_nothing(name: str, text: str) -> None:
    assert step(name, text, "DE") == (None, None)
