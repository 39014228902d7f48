"""What the kinds promise beyond the yardstick: other countries, other dirt, and what is never invented."""

import pandas as pd
import pytest

from crm_migrate import clean
from crm_migrate.errors import UsageError


def one(kind: str, text: str, locale: str | None = None, **options: object) -> tuple[str, str]:
    frame = clean([text], kind, locale, **options)
    return frame.loc[0, "value"], frame.loc[0, "flag"]


def test_the_frame_has_a_line_per_input_in_order_and_the_parts_as_columns() -> None:
    frame = clean(pd.Series(["Yılmaz, Ayşe", None, float("nan"), "Acme GmbH"]), "person_name", "tr-TR")
    assert frame.columns.tolist() == [
        "value",
        "flag",
        "note",
        "prefix",
        "first",
        "middle",
        "nickname",
        "last",
        "suffix",
    ]
    assert frame["first"].tolist() == ["Ayşe", "", "", ""]
    assert frame["flag"].tolist() == ["changed", "null", "null", "company_in_person"]


def test_unknown_kinds_and_options_are_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="no kind 'fone'"):
        clean([""], "fone")
    with pytest.raises(UsageError, match="no option 'area'"):
        clean([""], "phone", area="1")


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("tr", "MEHMET YILMAZ", "first=Mehmet;last=Yılmaz"),
        ("tr", "Ali ve Ayşe Demir", "first=Ali;last=Demir|first=Ayşe;last=Demir"),
        ("de", "Herr und Frau Schmidt", "prefix=Herr;last=Schmidt|prefix=Frau;last=Schmidt"),
        ("de", "Dipl.-Ing. Karl Huber, MSc", "prefix=Dipl.-Ing.;first=Karl;last=Huber;suffix=MSc"),
        ("es", "Ortega y Gasset, José", "first=José;last=Ortega y Gasset"),
        ("es", "José Luis Rodríguez", "first=José Luis;last=Rodríguez"),
        ("fr", "DUPONT Jean", "first=Jean;last=Dupont"),
        ("nl", "Vries, Piet de", "first=Piet;last=de Vries"),
        ("it", "MARIO DI STEFANO", "first=Mario;last=Di Stefano"),
        ("vi", "Trần Thị Mai", "last=Trần;middle=Thị;first=Mai"),
        ("zh", "欧阳 明", "last=欧阳;first=明"),
        ("ko", "김철수", "last=김;first=철수"),
        ("hu", "Kovács János", "last=Kovács;first=János"),
        ("ms", "Nur Aisyah binti Hassan", "first=Nur Aisyah;last=binti Hassan"),
        ("id", "Sukarno", "last=Sukarno"),
        ("en", "Smith, Jr., John", "first=John;last=Smith;suffix=Jr."),
        ("en", "Mary (née Jones) Smith", "first=Mary;last=Smith"),
        ("en", "Jack Chan", "first=Jack;last=Chan"),
    ],
)
def test_names_follow_the_order_of_their_language(locale: str, text: str, value: str) -> None:
    assert one("person_name", text, locale)[0] == value


@pytest.mark.parametrize("text", ["Christian Null", "Will True", "April May", "Jane Mackenzie", "Dean Martin", "Jo Li"])
def test_real_surnames_that_look_like_something_else_stay(text: str) -> None:
    first, last = text.split()
    assert one("person_name", text, "en") == (f"first={first};last={last}", "ok")


@pytest.mark.parametrize(
    ("kind", "locale", "text"),
    [
        ("phone", "US", "2.03E+09"),
        ("phone", "DE", "4.9171E+11"),
        ("id", "", "1.0000E+15"),
        ("postal_code", "DE", "1.0E+04"),
        ("money", "en-US", "#NAME?"),
        ("date", "en-US", "2/30/2024"),
        ("country", None, "Yugoslavia"),
        ("tax_id", "DE", "DE136695979"),
        ("iban", None, "DE89370400440532013001"),
        ("email", None, "jane@example"),
    ],
)
def test_what_is_lost_or_wrong_is_refused_and_not_mended(kind: str, locale: str | None, text: str) -> None:
    assert one(kind, text, locale) == ("", "invalid")


@pytest.mark.parametrize(
    ("locale", "text", "value", "flag"),
    [
        ("tr-TR", "1.250 TL", "1250 TRY", "changed"),
        ("en-IN", "₹1,23,456.78", "123456.78 INR", "changed"),
        ("de-DE", "12,345", "12.345", "ambiguous"),
        ("en-US", "$ (500.00)", "-500.00 USD", "changed"),
        ("en-US", "500-600", "", "ambiguous"),
        ("es-MX", "$1,234.50", "1234.50 MXN", "changed"),
    ],
)
def test_money_is_read_by_its_country_and_never_guessed(locale: str, text: str, value: str, flag: str) -> None:
    assert one("money", text, locale) == (value, flag)


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("pl-PL", "31 grudnia 2024", "2024-12-31"),
        ("ru-RU", "31 декабря 2024 г.", "2024-12-31"),
        ("ko-KR", "2024년 12월 31일", "2024-12-31"),
        ("ar-EG", "٣١/١٢/٢٠٢٤", "2024-12-31"),
        ("hu-HU", "2024. december 31.", "2024-12-31"),
        (None, "Mon Dec 31 10:20:30 2024", "2024-12-31T10:20:30"),
    ],
)
def test_dates_in_words_of_many_languages(locale: str | None, text: str, value: str) -> None:
    assert one("date", text, locale)[0] == value


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        (
            "GB",
            "Flat 2, 10 High Street, Oxford, OX1 4AA",
            "street=10 High Street;street2=Flat 2;city=Oxford;postal=OX1 4AA",
        ),
        (
            "CA",
            "1 Rue Ste-Catherine, Montréal QC H2X 1K4",
            "street=1 Rue Ste-Catherine;city=Montréal;state=QC;postal=H2X 1K4",
        ),
        (
            "BR",
            "Av. Paulista, 1578, São Paulo - SP, 01310-200",
            "street=Av. Paulista, 1578;city=São Paulo;state=SP;postal=01310-200",
        ),
        ("IT", "Via Garibaldi 5, 20121 Milano (MI)", "street=Via Garibaldi 5;city=Milano;state=MI;postal=20121"),
        ("NL", "Damrak 1, 1012LG Amsterdam", "street=Damrak 1;city=Amsterdam;postal=1012 LG"),
        ("TR", "Bağdat Cad. No:5 Kadıköy/İstanbul", "street=Bağdat Cad. No:5;city=Kadıköy;state=İstanbul"),
    ],
)
def test_addresses_come_apart_in_the_order_of_their_country(locale: str, text: str, value: str) -> None:
    assert one("address", text, locale) == (value, "split")


def test_a_state_is_looked_up_in_its_own_country_only() -> None:
    assert one("state", "Florida", "US") == ("FL", "changed")
    assert one("state", "FD", "US") == ("", "invalid")
    assert one("state", "Florida", "UY") == ("FD", "changed")
    assert one("state", "N.C.", "US") == ("NC", "changed")


def test_lost_zeros_come_back_only_where_codes_begin_with_them() -> None:
    assert one("postal_code", "1067", "DE") == ("01067", "suspect")
    assert one("postal_code", "101", "AT") == ("", "invalid")
    assert one("postal_code", "0123 AB", "NL") == ("", "invalid")


def test_mailboxes_are_lowered_by_ascii_rules_in_every_locale() -> None:
    for locale in ("tr-TR", "az", "lt", "en"):
        assert one("email", "INFO.I@EXAMPLE-I.ORG", locale)[0] == "INFO.I@example-i.org"


def test_a_code_page_that_the_column_proved_is_undone_and_icelandic_is_left_alone() -> None:
    assert one("text", "Kadýköy", "tr", code_page="cp1254") == ("Kadıköy", "changed")
    assert one("text", "Þórður", "is") == ("Þórður", "ok")


def test_a_picklist_suggests_and_never_guesses() -> None:
    choices = ["Closed Won", "Closed Lost", "Negotiation"]
    assert one("picklist", "CLOSED_WON", choices=choices) == ("Closed Won", "changed")
    assert one("picklist", "Negotation", choices=choices) == ("Negotiation", "typo")
    assert one("picklist", "Kazanıldı", choices=choices) == ("", "unmapped")
    assert one("picklist", "Kazanıldı", choices=choices, map={"Kazanıldı": "Closed Won"}) == ("Closed Won", "changed")
