"""Columns are known by their names in ten languages."""

import pandas as pd
import polars as pl
import pytest

from crm_migrate import match
from crm_migrate.matching.comparing.detection import detect


@pytest.mark.parametrize(
    ("given", "family", "postal", "phone"),
    [
        ("Imię", "Nazwisko", "Kod pocztowy", "Komórka"),
        ("Primeiro nome", "Sobrenome", "Código postal", "Telemóvel"),
        ("Roepnaam", "Achternaam", "Postcode", "Mobiel"),
        ("Nome di battesimo", "Cognome", "CAP", "Cellulare"),
        ("Prénoms", "Nom d'usage", "Code postal", "Portable"),
        ("Vorname", "Name", "PLZ", "Telefon"),
        ("Prénom", "Nom", "CP", "Téléphone"),
    ],
)
def test_columns_of_persons_in_several_languages(given: str, family: str, postal: str, phone: str) -> None:
    frame = pl.DataFrame({given: ["Ada", "Bo"], family: ["Roe", "Doe"], postal: ["1", "2"], phone: ["55", "56"]})
    found = [each.type for each in detect(frame, "person")]
    assert found == ["given_name", "family_name", "postal_code", "phone"]


def test_a_name_without_given_names_is_the_whole_one() -> None:
    frame = pl.DataFrame({"Name": ["Ada Roe", "Bo Doe"], "Ort": ["Ulm", "Hof"]})
    assert [each.type for each in detect(frame, "person")] == ["person_name", "city"]
    both = pl.DataFrame({"Vorname": ["Ada", "Bo"], "Nachname": ["Roe", "Doe"], "Name": ["Ada Roe", "Bo Doe"]})
    assert [each.type for each in detect(both, "person")] == ["given_name", "family_name", "person_name"]


@pytest.mark.parametrize("family", ["Name", "Nom", "Nachname"])
def test_the_matcher_takes_a_name_beside_given_names_for_the_family_name(family: str) -> None:
    frame = pd.DataFrame(
        {"Rufname": ["Ada", "Ada"], family: ["Roe", "Doe"], "Firma": ["Ulmbau"] * 2, "Telefon": ["0731 5550101"] * 2}
    )
    found = match(frame)
    assert {each.column: each.type for each in found.detected}[family] == "family_name"
    assert "weight_family_name" in found.pairs
