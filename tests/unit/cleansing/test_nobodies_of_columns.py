"""Values of a raw column that identify nobody are those that `is_placeholder` knows, whichever way they are found."""

import polars as pl
import pytest

from crm_migrate.cleansing.nobodies import identify_nobody
from crm_migrate.cleansing.placeholders import is_placeholder

TEXTS = {
    "email": ("noreply@firma.example", "test@test.com", "aaa@x.example", "no@no.com", "yok", "Ida.Roth@firma.example"),
    "phone": ("000000", "0532 000 00 00", "1234567", "+90 532 111 11 11", "+491234567", "0532 123 40 10", "12"),
    "tax_id": (
        "1111111111",
        "1212121212",
        "123123123",
        "1000000000",
        "00000001",
        "1111111110",
        "1234567890",
        "Pending",
        "applied for",
        "4540536920",
        "0",
    ),
    "family_name": ("Unknown", "UNBEKANNT", "xxx", "Bilinmiyor", "Yılmaz", "N/A", "Ng", "Kaya"),
    "company_name": ("Unknown", "n/a", "Privat", "Acme GmbH", "-"),
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TEXTS.items() for text in texts])
def test_the_column_says_what_the_rule_says(kind: str, text: str) -> None:
    assert identify_nobody(pl.Series([text, None]), kind).to_list() == [is_placeholder(text, kind), False]


def test_a_few_fillers_among_names_stay() -> None:
    names = ["Kaya", "Roth", "Wijaya"] * 100
    assert not identify_nobody(pl.Series([*names, "Anonymous", "Xxx"]), "family_name").any()
    assert identify_nobody(pl.Series([*names, *["Unknown"] * 4]), "family_name").sum() == 4
    assert identify_nobody(pl.Series(["a@b.example"] * 300 + ["noreply@b.example"]), "email").sum() == 1


def test_in_a_file_of_the_past_1800_is_a_year_like_others() -> None:
    past = [f"{year}-05-17" for year in range(1780, 1840)]
    assert not identify_nobody(pl.Series(["1800-01-01", *past]), "birth_date").any()
    living = [f"{year}-05-17" for year in range(1940, 2000)]
    assert identify_nobody(pl.Series(["1800-01-01", *living]), "birth_date").sum() == 1


@pytest.mark.parametrize(
    ("kind", "text", "nobody"),
    [
        ("birth_date", "01.01.1900", True),
        ("birth_date", "1900-01-01", True),
        ("birth_date", "12.03.1980", False),
        ("url", "https://facebook.com/", True),
        ("url", "https://facebook.com/kaya-makina", False),
        ("gender", "unknown", False),
        ("family_name", "Na", False),
        ("given_name", "Nan", False),
        ("postal_code", "2222", False),
        ("email", "ida.rothfirma.example", False),
    ],
)
def test_days_pages_and_what_is_no_identity(kind: str, text: str, nobody: bool) -> None:
    assert identify_nobody(pl.Series([text]), kind).to_list() == [nobody]
