"""Names with a comma before a short given name or initials, generations, and what is no person at all."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context

# Given names of two and three letters from many languages; most are also legal forms, degrees, titles or particles.
_SHORT = (
    "An Bo Ed Al Jo Vi Ma Do Md Mo Li Wu Yu Ng Ny Hu Ha Le Ly Ky Ty Si Kai Mai Tao Mei Ian Ike Ira Jan "
    "Ken Kim Leo Liv Mae Max May Ned Pam Rae Rex Sam Sue Val Van Cem Ece Efe Nur Ay Ata Can Eko Ida Tri "
    "Dwi Sri Rio Ben Cor Daan Dag Ger Gus Ole Ove Per Siv Tor Uwe Udo Urs Ria Sia Sis Wim Eng Mag Sag Sip "
    "Mak Bed Mas Ing Ret Esp Ana Or Om Raj Dev Jay Uma Sai Oh Min Jin Un Il Im Ki Ae Ji Rei Ren Jun Sae "
    "Too Kou Pao Zaw Win Thi Thu Tu Vy Abu Ola Ada Obi Sol Luz Xan Pol Luc Guy Ugo Ivo Ota Aga Ion Ene "
    "Doe Sa Pa Ba Ca "
)
SHORT = _SHORT.split()
_FORMS = "AS AG SA SL OY AB NV BV KG OG SE PT CV UD UG HB KB DA EG EV EK AD ET EI CC RF NA AE OE EE IK MB GK KK BT "
FORMS = _FORMS.split()


def parts(text: str, locale: str = "en-US") -> tuple[str, str, str]:
    """First name, last name and suffix."""
    row = clean([text], "person_name", locale).iloc[0]
    return row["first"], row["last"], row["suffix"]


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "tr-TR", "fr-FR", "es-ES", "nl-NL", "vi-VN", "id-ID", "pl-PL"])
def test_a_short_given_name_stands_behind_its_family_name(locale: str) -> None:
    frame = clean([f"Turner, {name}" for name in SHORT], "person_name", locale)
    assert [(first, last) for first, last in zip(frame["first"], frame["last"], strict=True)] == [
        (name, "Turner") for name in SHORT
    ]


def test_in_capitals_nothing_is_lost_either() -> None:
    frame = clean([f"TURNER, {name.upper()}" for name in SHORT if name != "Sia"], "person_name", "en-US")
    assert set(frame["last"]) == {"Turner"}
    assert all(frame["first"])


@pytest.mark.parametrize("form", FORMS)
def test_two_letters_of_a_legal_form_behind_a_comma_are_initials_and_told(form: str) -> None:
    for given in (form, f"{form[0]}.{form[1]}."):
        row = clean([f"Smith, {given}"], "person_name", "en-US").iloc[0]
        assert (row["first"], row["last"], row["flag"]) == (given, "Smith", "suspect"), given
        assert given in row["note"]


@pytest.mark.parametrize(
    ("text", "locale", "wanted"),
    [
        ("Smith, J.R.", "en", ("J.R.", "Smith", "")),
        ("Rao, B.S.", "en", ("B.S.", "Rao", "")),
        ("Patel, M.S.", "en", ("M.S.", "Patel", "")),
        ("Reddy, V.", "en", ("V.", "Reddy", "")),
        ("Ma, Andrew", "en", ("Andrew", "Ma", "")),
        ("Smith, J.R. III", "en", ("J.R.", "Smith", "III")),
        ("Smith, J.R., MD", "en", ("J.R.", "Smith", "MD")),
        ("van der Berg, J.R.", "nl", ("J.R.", "van der Berg", "")),
        ("García López, Ma.", "es", ("Ma.", "García López", "")),
        ("Bey, Ali", "tr", ("Ali", "Bey", "")),
        ("Church, Frank", "en", ("Frank", "Church", "")),
        ("Smith, PhD", "en", ("", "Smith", "PhD")),
        ("Smith, Jr.", "en", ("", "Smith", "Jr.")),
        ("John Smith, MD", "en", ("John", "Smith", "MD")),
        ("Sukarno, S.E.", "id", ("", "Sukarno", "S.E.")),
        ("Rahman Md", "en", ("Rahman", "Md", "")),
        ("John Smith II", "en", ("John", "Smith", "II")),
        ("JOHN SMITH II", "en", ("John", "Smith", "II")),
        ("Smith, John II", "en", ("John", "Smith", "II")),
        ("Smith II, John", "en", ("John", "Smith", "II")),
        ("John Smith, II", "en", ("John", "Smith", "II")),
        ("John Smith VIII", "en", ("John", "Smith", "VIII")),
        ("John Smith V", "en", ("John", "Smith", "V")),
        ("Ali Taş", "tr", ("Ali", "Taş", "")),
        ("Jan Vos", "nl", ("Jan", "Vos", "")),
        ("Terence Tao", "en", ("Terence", "Tao", "")),
    ],
)
def test_what_stands_where(text: str, locale: str, wanted: tuple[str, str, str]) -> None:
    assert parts(text, locale) == wanted


def test_an_initial_in_capitals_is_no_particle() -> None:
    row = clean(["Brent Y Hickok II"], "person_name", "en-US").iloc[0]
    assert (row["first"], row["middle"], row["last"], row["suffix"]) == ("Brent", "Y", "Hickok", "II")
    assert parts("Ortega y Gasset, José", "es")[1] == "Ortega y Gasset"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Acme, Inc.", "en"), ("Acme, LLC", "en"), ("Ejemplo, S.L.", "es"), ("Ejemplo, S.A.", "es"),
        ("Müller AG", "de"), ("Dupont SAS", "fr"), ("Beispiel, GmbH", "de"), ("PT Maju Jaya", "id"),
        ("Esempio, S.r.l.", "it"), ("Ferrari Spa", "it"), ("Örnek Ltd. Şti.", "tr"), ("Örnek A.Ş.", "tr"),
    ],
)  # fmt: skip
def test_companies_stay_companies(text: str, locale: str) -> None:
    assert clean([text], "person_name", locale)["flag"].tolist() == ["company_in_person"]


@pytest.mark.parametrize(
    "text", ["Smith, MD", "SMITH, MD", "Smith, JR", "SMITH, SR", "John Smith V", "John Smith, Md", "Smith, M.A."]
)
def test_what_has_two_readings_is_told(text: str) -> None:
    row = clean([text], "person_name", "en-US").iloc[0]
    assert row["flag"] == "suspect"
    assert row["note"]


ROLES = [
    "Reception", "Empfang", "Info", "Buchhaltung", "Muhasebe", "Resepsiyon", "Accounts Payable", "Front Desk", "Kasse",
    "Rezeption", "Sekretariat", "Büro", "Office Manager", "Satış", "Santral", "Danışma", "Bagian Keuangan", "HR",
    "Resepsionis", "Human Resources", "Purchasing Department", "Einkauf", "Kundendienst", "Ön Büro", "Comptabilité",
    "Customer Service", "Sales Team", "Müşteri Hizmetleri", "Layanan Pelanggan", "Ventas", "Helpdesk", "Zentrale",
    "Accounts Dept.", "Abt. Einkauf", "The Manager", "Sayın Yetkili", "Yetkili", "Geschäftsleitung",
    "Purchase Manager", "Billing", "Warehouse", "Vendite", "Ufficio Acquisti", "Recepción", "Recepção", "Dział Kadr",
]  # fmt: skip


@pytest.mark.parametrize("text", ROLES)
def test_a_role_is_no_person(text: str) -> None:
    assert clean([text], "person_name", "en")["flag"].tolist() == ["role"]


@pytest.mark.parametrize("text", ["Acme Holding GmbH", "Reception", "info@acme.example", "0212 345 67 89"])
def test_what_is_no_person_stands_in_one_field_and_is_told_in_all(text: str) -> None:
    kept = {
        part: STEPS[f"person.{part}"].function(pl.Series([text]), Context(locale="en")).row(0)
        for part in ("given", "first", "middle", "family", "prefix", "suffix", "nickname")
    }
    assert [part for part, (value, _, _) in kept.items() if value] == ["family"]
    assert kept["family"][0] == text
    assert all(flag for _, flag, _ in kept.values())


@pytest.mark.parametrize("between", ["; ", " | ", " or ", " oder ", " veya ", ";"])
def test_two_whole_names_are_two_people(between: str) -> None:
    for text in (f"Ann Lee{between}Bob Ray", f"Lee, Ann{between}Ray, Bob"):
        row = clean([text], "person_name", "en-US").iloc[0]
        assert (row["first"], row["last"], row["flag"]) == ("Ann", "Lee", "split")
        assert "first=Bob;last=Ray" in row["value"]


@pytest.mark.parametrize("text", ["Nguyen; Vi", "Ann | Lee", "Ann Lee\nBob Ray", "Ann Lee\nSales Lead"])
def test_what_may_be_one_or_two_is_told(text: str) -> None:
    assert clean([text], "person_name", "en-US").loc[0, "flag"] == "suspect"
    for part in ("given", "family"):
        assert STEPS[f"person.{part}"].function(pl.Series([text]), Context(locale="en")).row(0)[1] == "suspect"


def test_a_comma_of_another_script_is_a_comma() -> None:
    assert parts("Nguyen، Vi")[:2] == parts("Nguyen，Vi")[:2] == ("Vi", "Nguyen")
