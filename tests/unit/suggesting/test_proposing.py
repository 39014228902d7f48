"""What is proposed of tables: fields by names and values, keys and links by values, nothing where it is not sure."""

import polars as pl
import pytest

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.model import ObjectPart
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.suggestion import Suggestion, Written
from crm_migrate.suggesting.tables import Table


def study(name: str, columns: dict[str, list[str | None]], label: str = "", *, whole: bool = True) -> Study:
    values = {column: pl.Series(column, cells, dtype=pl.String) for column, cells in columns.items()}
    return Study(Table(name, tuple(columns), label or name, values, whole))


def headers(name: str, *columns: str) -> Study:
    return Study(Table(name, columns, name))


def fields(told: Suggestion, source: str = "") -> dict[str, str]:
    return {f"{o.object}.{o.field}": o.column for o in told.offers if not source or o.source == source}


def numbered(text: str, count: int = 40) -> list[str | None]:
    return [text.format(n) for n in range(count)]


PEOPLE: dict[str, list[str | None]] = {
    "Kişi No": numbered("K{}"),
    "Adı": numbered("Ayşe{}"),
    "Soyadı": numbered("Yılmaz{}"),
    "E-posta": numbered("a{}@firma.example"),
    "Cep Telefonu": numbered("+90 532 000 00 {:02d}"),
    "Açıklama": numbered("not {}"),
}


def test_the_columns_of_a_turkish_list_of_people_are_recognised() -> None:
    told = propose([study("kisiler", PEOPLE)])

    assert fields(told) == {
        "contacts.first_name": "Adı",
        "contacts.last_name": "Soyadı",
        "contacts.email": "E-posta",
        "contacts.mobile": "Cep Telefonu",
        "contacts.description": "Açıklama",
    }
    key = told.keys["kisiler"]
    assert key is not None and key.columns == ("Kişi No",) and key.proved


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("Vorname", "Nachname", "E-Mail", "Handy", "PLZ", "Ort", "Straße"), "contacts.postal_code"),
        (("Nama Depan", "Nama Belakang", "Surel", "No HP", "Kota", "Kode Pos"), "contacts.mobile"),
        (("Prénom", "Nom", "Courriel", "Téléphone", "Code postal", "Ville"), "contacts.last_name"),
        (("Nombre", "Apellidos", "Correo electrónico", "Móvil", "Ciudad"), "contacts.mobile"),
        (("Nome", "Cognome", "Indirizzo e-mail", "Cellulare", "CAP", "Città"), "contacts.first_name"),
        (("Voornaam", "Achternaam", "E-mailadres", "Mobiel", "Postcode", "Plaats"), "contacts.mobile"),
        (("Vorname", "Nachname", "E-Mail", "Laendercode", "Ort", "PLZ"), "contacts.country"),
    ],
)
def test_names_of_several_languages(columns: tuple[str, ...], expected: str) -> None:
    told = fields(propose([headers("list", *columns)]))

    assert expected in told
    assert len(told) == len(columns)


def test_a_name_that_the_values_contradict_is_no_proposal() -> None:
    wrong = {**PEOPLE, "E-posta": numbered("Ankara"), "Cep Telefonu": numbered("a{}@firma.example")}

    told = fields(propose([study("kisiler", wrong)]))

    assert "contacts.mobile" not in told
    assert told["contacts.email"] == "Cep Telefonu" or "contacts.email" not in told


def test_an_empty_column_is_left_and_told() -> None:
    told = propose([study("kisiler", {**PEOPLE, "Doğum Tarihi": [None] * 40})])

    assert "contacts.birth_date" not in fields(told)
    assert [(left.column, left.remark) for left in told.left] == [("Doğum Tarihi", "empty")]


def test_a_column_that_nobody_can_name_is_left_and_not_forced() -> None:
    told = propose([study("kisiler", {**PEOPLE, "Alan 7": numbered("x{}")})])

    assert [left.column for left in told.left] == ["Alan 7"]


def test_consent_is_never_proposed_and_said_to_need_a_person() -> None:
    told = propose([study("kisiler", {**PEOPLE, "Pazarlama izni": ["E", "H"] * 20})])

    assert "contacts.consent" not in fields(told)
    assert "consent" in told.left[0].remark


def test_of_two_addresses_the_columns_of_one_are_taken() -> None:
    columns = ["First Name", "Last Name", "Email", "Home City", "Home Zip", "Work City", "Work Zip", "Work Street"]

    told = propose([headers("contacts", *columns)])

    assert {c for f, c in fields(told).items() if f.endswith(("city", "postal_code", "street"))} == {
        "Work City", "Work Zip", "Work Street",
    }  # fmt: skip


def test_a_whole_address_in_one_cell_is_no_street() -> None:
    told = propose([headers("contacts", "First Name", "Last Name", "Email", "Address")])

    assert "contacts.street" not in fields(told)


def test_tables_that_may_hold_two_things_are_asked_about() -> None:
    told = propose([headers("export", "Name", "Email", "Phone", "City", "Zip", "Created at")])

    assert told.offers == []
    assert "may hold" in told.notes[0]


def test_tables_that_hold_nothing_known_are_told() -> None:
    told = propose([headers("log", "Level", "Message", "Thread")])

    assert told.offers == []
    assert "nothing that the CRM model knows" in told.notes[0]


COMPANIES: dict[str, list[str | None]] = {
    "FirmaNo": numbered("F{:04d}"),
    "Firma Adı": numbered("Firma {}"),
    "Vergi No": numbered("12345678{:02d}"),
    "Üst Firma": ["F0000"] * 39 + [None],
}


def test_a_column_of_keys_of_another_table_is_a_link_by_name_and_by_values() -> None:
    people = {**PEOPLE, "FirmaNo": numbered("F{:04d}")}

    told = propose([study("kisiler", people), study("firmalar", COMPANIES)])

    links = {f"{o.object}.{o.field}": (o.column, o.ref) for o in told.offers if o.ref}
    assert links == {
        "contacts.company": ("FirmaNo", "accounts.firmalar"),
        "accounts.parent": ("Üst Firma", "accounts.firmalar"),
    }


def test_values_alone_prove_a_link_when_nearly_all_are_keys_and_no_small_numbers() -> None:
    people = {**PEOPLE, "Bağ": numbered("F{:04d}"), "Adet": numbered("{}")}
    numbers = {**COMPANIES, "FirmaNo": numbered("{}")}

    with_codes = propose([study("kisiler", people), study("firmalar", COMPANIES)])
    with_numbers = propose([study("kisiler", people), study("firmalar", numbers)])

    assert [o.column for o in with_codes.offers if o.field == "company"] == ["Bağ"]
    assert [o.column for o in with_numbers.offers if o.field == "company"] == []


def test_a_few_values_that_happen_to_be_keys_prove_nothing() -> None:
    people = {**PEOPLE, "Bağ": ["F0001", "F0002"] * 20}

    told = propose([study("kisiler", people), study("firmalar", COMPANIES)])

    assert [o for o in told.offers if o.field == "company"] == []


def test_a_name_whose_values_are_no_keys_is_no_link() -> None:
    people = {**PEOPLE, "FirmaNo": numbered("X{:04d}")}

    told = propose([study("kisiler", people), study("firmalar", COMPANIES)])

    assert not [o for o in told.offers if o.field == "company"]


def test_companies_that_stand_by_name_beside_people_become_records_of_their_own() -> None:
    told = propose([study("kisiler", {**PEOPLE, "Şirket": numbered("Firma {}")})])

    assert fields(told)["accounts.name"] == "Şirket"
    assert told.feeds["accounts", "kisiler"].one_per == ("name",)
    assert [o.cell for o in told.offers if o.field == "company"] == ["same_row"]


def test_a_key_with_a_few_faults_is_one_and_the_faults_are_told() -> None:
    dirty = {**PEOPLE, "Kişi No": [*numbered("K{}", 39), "K0"]}

    key = propose([study("kisiler", dirty)]).keys["kisiler"]

    assert key is not None and key.columns == ("Kişi No",) and not key.proved
    assert "1 row(s) have one that another has" in key.because


def test_without_a_named_key_the_values_show_one_and_never_what_people_change() -> None:
    people = {name: cells for name, cells in PEOPLE.items() if name != "Kişi No"}
    people = {"Güncelleme": numbered("2024-01-{:02d} 10:00:00", 28), **{n: c[:28] for n, c in people.items()}}

    key = propose([study("kisiler", people)]).keys["kisiler"]

    assert key is not None and key.columns == ("Adı",)


def test_what_people_wrote_is_left_alone() -> None:
    part = ObjectPart.model_validate({"from": "kisiler", "fields": {"first_name": "Soyadı"}})
    written = Written(
        {"contacts": part}, {"kisiler": frozenset({"Soyadı"})}, {"kisiler": ("Cep*",)}, {"kisiler": ("Kişi No",)}
    )

    told = propose([study("kisiler", PEOPLE)], written)

    assert fields(told) == {"contacts.email": "E-posta", "contacts.description": "Açıklama"}
    assert [left.column for left in told.left] == ["Adı"]


def test_a_field_that_the_target_does_not_have_is_not_proposed_and_required_ones_come_first() -> None:
    written = Written(
        fields={"contacts": frozenset({"first_name", "last_name", "email"})}, required={"contacts": ("language",)}
    )

    told = propose([study("kisiler", PEOPLE)], written)

    assert set(fields(told)) == {"contacts.first_name", "contacts.last_name", "contacts.email"}
    assert told.missing == [("contacts", "language")]


def test_words_that_are_not_those_of_the_target_are_left_for_a_value_map() -> None:
    deals: dict[str, list[str | None]] = {
        "Fırsat": numbered("İş {}"), "Tutar": numbered("{}.000,50"), "Aşama": ["Teklif", "Görüşme"] * 20,
    }  # fmt: skip
    names = {name: frozenset(f.name for f in model.fields) for name, model in OBJECTS.items()}
    written = Written(fields=names, choices={("deals", "stage"): frozenset({"proposal", "qualified"})})

    told = propose([study("firsatlar", deals)], written)

    assert "deals.stage" not in fields(told)
    assert any("value map" in left.remark for left in told.left)


def test_an_earlier_project_is_believed_more_than_a_name() -> None:
    known = {"alan7": Known("contacts", "mobile", "phone(TR)", 2, 2, "acme")}
    people = {**PEOPLE, "Alan 7": numbered("0532 000 00 {:02d}")}
    base = study("kisiler", people)
    base.earlier = known

    told = propose([base])

    (mobile,) = [o for o in told.offers if o.field == "mobile"]
    assert mobile.cell == "Alan 7 | phone(TR)"
    assert mobile.because[0] == "so in acme and 1 more"


def test_the_order_of_columns_and_tables_changes_nothing_that_is_proposed() -> None:
    people = {**PEOPLE, "FirmaNo": numbered("F{:04d}")}
    turned = dict(reversed(people.items()))

    one = propose([study("kisiler", people), study("firmalar", COMPANIES)])
    other = propose([study("firmalar", COMPANIES), study("kisiler", turned)])

    assert fields(one) == fields(other)
