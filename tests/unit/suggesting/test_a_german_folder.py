"""What a small company's German lists propose: short names of keys, a town with its code, numbers of many countries."""

import polars as pl
import pytest

from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.headers import language_of_town
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.suggestion import Suggestion
from crm_migrate.suggesting.tables import Table


def study(name: str, columns: dict[str, list[str | None]]) -> Study:
    values = {column: pl.Series(column, cells, dtype=pl.String) for column, cells in columns.items()}
    return Study(Table(name, tuple(columns), name, values, whole=True))


def kunden(**more: list[str | None]) -> dict[str, list[str | None]]:
    return {
        "KdNr": ["10001", "10002", "10003"],
        "Branche": ["Maschinenbau", "Maschinenbau", "Gastronomie"],
        "Firma": ["Sommer Maschinenbau GmbH", "Işık Makine A.Ş.", "Café Winter"],
        "Straße": ["Gartenweg 5", "Lale Sok. 5", None],
        "PLZ/Ort": ["01067 Dresden", "34956 Tuzla/İstanbul", "A-6020 Innsbruck"],
        "Land": ["DE", "Türkei", "Österreich"],
        "Tel.": ["0351 23125123", "0216 555 01 23", "0512 555666"],
    } | more


def cells(told: Suggestion) -> dict[str, str]:
    return {f"{offer.object}.{offer.field}": offer.cell for offer in told.offers}


def test_a_short_name_of_a_customers_number_is_the_key_and_the_link() -> None:
    people: dict[str, list[str | None]] = {
        "ID": ["1", "2"], "KdNr": ["10001", "10003"], "Vorname": ["Ada", "Jo"], "Nachname": ["Işık", "Winter"],
        "E-Mail": ["ada@isik.example", "jo@winter.example"],
    }  # fmt: skip

    told = propose([study("kunden", kunden()), study("ansprechpartner", people)])

    assert told.keys["kunden"] is not None
    assert told.keys["kunden"].columns == ("KdNr",)
    assert cells(told)["contacts.company"] == "KdNr"


def test_postal_code_and_town_of_one_column_are_two_fields_and_the_street_has_its_town() -> None:
    told = cells(propose([study("kunden", kunden())]))

    assert told["accounts.postal_code"] == "PLZ/Ort | place.postal_code(by=Land)"
    assert told["accounts.city"] == "PLZ/Ort | place.city(by=Land)"
    assert told["accounts.street"] == "Straße"


def test_numbers_are_read_by_the_country_of_their_row_where_a_column_says_it() -> None:
    columns = kunden()
    with_land = cells(propose([study("kunden", columns)]))
    without = cells(propose([study("kunden", {name: cells for name, cells in columns.items() if name != "Land"})]))

    assert with_land["accounts.phone"] == "Tel. | phone(by=Land)"
    assert without["accounts.phone"] == "Tel."
    assert without["accounts.city"] == "PLZ/Ort | place.city"


def test_towns_without_any_code_in_their_column_are_no_codes() -> None:
    told = cells(propose([study("kunden", kunden(**{"PLZ/Ort": ["Dresden", "Tuzla", "Innsbruck"]}))]))

    assert "accounts.postal_code" not in told


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("PLZ/Ort", "de"), ("PLZ Ort", "de"), ("Plz, Ort", "de"), ("PLZ u. Stadt", "de"), ("Ort/PLZ", "de"),
        ("PLZ_Ort", "de"),
        ("Zip / City", "en"), ("Postcode en plaats", "nl"), ("Code postal - Ville", "fr"), ("CAP e città", "it"),
        ("Posta Kodu ve Şehir", "tr"), ("Kota, Kode Pos", "id"), ("CP Ciudad", "es"),
        ("PLZ", ""), ("Ort", ""), ("Ort der Leistung", ""), ("Firma/Ort", ""), ("PLZ Ort Land", ""), ("", ""),
        ("/", ""),
    ],
)  # fmt: skip
def test_headers_that_name_both(header: str, language: str) -> None:
    assert language_of_town(header) == language


def offers(customers: list[str | None]) -> dict[str, list[str | None]]:
    return {
        "Nr": ["A-1", "A-2", "A-3"],
        "Thema": ["Presse", "Retrofit", "Ersatz"],
        "Wert": ["10", "20", "30"],
        "Kunde": customers,
    }


@pytest.mark.parametrize(
    ("customers", "linked"),
    [(["10001", "10003", "10001"], True), (["Sommer", "Winter", "Işık"], False), ([None, None, None], False)],
)
def test_a_column_called_customer_is_a_link_where_it_holds_keys(customers: list[str | None], *, linked: bool) -> None:
    told = cells(propose([study("kunden", kunden()), study("angebote", offers(customers))]))

    assert told["deals.name"] == "Thema"
    assert ("deals.company" in told) is linked


def test_a_list_that_is_called_like_deals_and_lacks_their_name_is_told_so() -> None:
    columns = offers(["10001", "10003", "10001"])
    del columns["Thema"]

    told = propose([study("angebote", columns)])

    assert any("`angebote` is called like deals" in note for note in told.notes)


@pytest.mark.parametrize(
    "header", ["Werbung erlaubt", "Newsletter abbestellt", "Werbesperre", "KVKK İzni", "Désinscrit", "Afgemeld"]
)
def test_a_column_of_consent_is_left_to_a_person_and_told_as_such(header: str) -> None:
    told = propose(
        [study("ansprechpartner", {"ID": ["1"], "Vorname": ["Ada"], "Nachname": ["Işık"], header: ["nein"]})]
    )

    (left,) = [each for each in told.left if each.column == header]
    assert "consent" in left.remark
    assert not any(offer.column == header for offer in told.offers)
