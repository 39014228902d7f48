"""Columns are known by their names in ten languages."""

from importlib.resources import files

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


# Headings as CRM systems and mail programs export them, and what they hold.
HEADINGS = {
    "fr": """Nom du contact = person_name; Nom de la société = employer; Nom et prénom = person_name;
        Numéro de téléphone = phone; Adresse e-mail = email; Ville de facturation = city;
        Pays/région (bureau) = country; Pays de naissance = country; Lieu de naissance = city; Télécopie (bureau) = fax;
        Adresse de messagerie = email; Rue (bureau) = street""",
    "es": """Nombre del contacto = person_name; Nombre de la empresa = employer; Provincia o estado = state;
        País o región del trabajo = country; Dirección de correo electrónico = email; Número de teléfono = phone;
        Lugar de nacimiento = city; Ciudad de trabajo = city; Segundo nombre = middle_name; Nombre = given_name""",
    "it": """Nome dell'azienda = employer; Indirizzo posta elettronica = email; Luogo di nascita = city; Prov. = state;
        Data di nascita = birth_date; Numero civico = house_number; Numero di telefono = phone;
        Compleanno = birth_date""",
    "pt": """Nome da empresa = employer; Nome do contato = person_name; CEP do endereço comercial = postal_code;
        Estado do endereço comercial = state; Rua do endereço comercial = street; Endereço de email = email""",
    "nl": """Naam bedrijf = employer; Werkadres, plaats = city; Land/regio = country; E-mailadres = email;
        Geboorteplaats = city; Verjaardag = birth_date; Mobiele telefoon = phone; PC = postal_code""",
    "pl": """Kod pocztowy (służbowy) = postal_code; Kod klienta = id; Kraj/region = country; Miejsce urodzenia = city;
        Drugie imię = middle_name; Faks służbowy = fax; Numer telefonu = phone; Data urodzenia = birth_date""",
    "id": """Nama PT = employer; Nama Kontak = person_name; No. Handphone = phone; Tempat Lahir = city;
        Tanggal Lahir = birth_date; Negara/Wilayah (Bisnis) = country; Alamat Email = email""",
    "de": """Land/Region geschäftlich = country; Telefon der Firma = phone; Bundesland/Kanton = state;
        Weitere Vornamen = middle_name; Geburtsort = city; Kontakt E-Mail = email""",
    "tr": """Ülke/Bölge = country; Cep = phone; Doğum Günü = birth_date; Doğum Yeri = city;
        Posta Kodu (İş) = postal_code""",
    "en": """Country of birth = country; Customer date of birth = birth_date; Mailing Zip/Postal Code = postal_code;
        Name of company = employer; Account City = city; First/Last Name = person_name""",
}
VALUES = {
    "birth_date": ["1980-01-02", "1981-03-04"], "CEP do endereço comercial": ["01310-100", "01310200"],
    "PC": ["1015 GQ", "3511dl"],
}  # fmt: skip


@pytest.mark.parametrize("language", HEADINGS)
def test_headings_say_first_what_they_hold_and_then_whose_it_is(language: str) -> None:
    wanted = dict(map(str.strip, each.split("=")) for each in HEADINGS[language].split(";"))
    values = {head: VALUES.get(head) or VALUES.get(kind) or ["x 1", "z 2"] for head, kind in wanted.items()}
    assert {each.column: each.type for each in detect(pl.DataFrame(values), "person")} == wanted


def test_a_name_of_a_person_names_the_firm_where_firms_are_listed() -> None:
    found = detect(pl.DataFrame({"Nombre": ["Roe S.L.", "Doe S.A."], "CIF": ["B1", "B2"]}), "organisation")
    assert [each.type for each in found] == ["company_name", "tax_id"]


def test_signs_of_nothing_say_nothing_about_a_column() -> None:
    frame = pl.DataFrame({"Sito internet": ["n/a", "-", "unknown", "x.example", "y.example"]})
    assert [each.type for each in detect(frame, "organisation")] == ["url"]


# What `init` takes for these fields, `match` takes for these types, but for words that mean several things: what stands
# beside them, or the values, say which.
TYPES = {
    "*.phone": "phone", "*.mobile": "phone", "*.fax": "fax", "*.email": "email", "*.first_name": "given_name",
    "*.last_name": "family_name", "*.full_name": "person_name", "*.street": "street", "*.city": "city",
    "*.postal_code": "postal_code", "*.country": "country", "*.state": "state", "accounts.name": "company_name",
    "accounts.tax_id": "tax_id", "accounts.website": "url", "*.birth_date": "birth_date",
}  # fmt: skip
SEVERAL = {
    "cep", "contribuinte", "customer", "customer name", "elektronische post", "fixe", "ilçe", "internet", "land staat",
    "nom", "né le", "person", "place", "postal", "second name", "site", "staat", "stato estero", "str", "uid", "état",
}  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "id", "it", "nl", "pt", "tr"])
def test_match_knows_the_headings_that_init_knows(language: str) -> None:
    text = (files("crm_migrate.suggesting") / "words" / f"{language}.txt").read_text("utf-8").replace("\n ", " ")
    lines = {key: words.split("|") for key, _, words in (line.partition(":") for line in text.splitlines())}
    heads = {(head.strip(), key) for key in TYPES.keys() & lines.keys() for head in lines[key]}
    wrong = {}
    for head, key in sorted(heads):
        entity = "organisation" if key.startswith("accounts.") else "person"
        values = VALUES.get(TYPES[key], ["a.example", "z.example"])
        (found,) = detect(pl.DataFrame({head: values}), entity)
        if head and head not in SEVERAL and found.type != TYPES[key]:
            wrong[head] = (TYPES[key], found.type)
    assert len(heads) > 50
    assert wrong == {}
