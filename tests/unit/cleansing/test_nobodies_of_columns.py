"""Values of a raw column that identify nobody are those that `is_placeholder` knows, whichever way they are found."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_migrate.cleansing.contact.mailboxes import FILLER_HOSTS, FILLER_LOCALS
from crm_migrate.cleansing.contact.phone_columns import WALKS
from crm_migrate.cleansing.nobodies import identify_nobody, placeholders_among
from crm_migrate.cleansing.placeholders import is_placeholder, vocabulary
from crm_migrate.crm.types import TYPES

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


_WORDS = st.sampled_from(sorted(vocabulary()))
_SIGNS = st.text(st.sampled_from(" -._/+'’|\t\u00a0"), max_size=3)
_CASES = st.sampled_from([str, str.upper, str.title, lambda text: text.replace("o", "ø").replace("ss", "ß")])
_SAID = st.builds(lambda a, word, case, b: a + case(word) + b, _SIGNS, _WORDS, _CASES, _SIGNS)
_NUMBERS = st.one_of(
    st.sampled_from(sorted(WALKS)),
    st.builds(
        lambda unit, times, more: unit * times + more,
        st.text("0123456789", min_size=1, max_size=3),
        st.integers(1, 12),
        st.text("0123456789", max_size=3),
    ),
).flatmap(lambda digits: st.sampled_from([digits, f"+49{digits}", f"00{digits}", " ".join(digits), f"TR {digits}"]))
_PARTS = st.one_of(st.sampled_from(sorted(FILLER_LOCALS)), st.text("abx.-+1İı", max_size=6), _SAID)
_HOSTS = st.one_of(
    st.sampled_from(sorted(FILLER_HOSTS)), st.sampled_from(["a.com", "test.com", "firma.example", "aaa"])
)
_MAILBOXES = st.builds(lambda local, at, host: f"{local}{at}{host}", _PARTS, st.sampled_from(["@", "@@", ""]), _HOSTS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_SAID, _NUMBERS, _MAILBOXES, st.text(max_size=12)), max_size=40))
@example(["unknøwn", "UNBEKANNT", "---", "aaa@firma.example", "Test@x.example", "12", "ı", ""])
def test_asked_as_columns_all_types_say_what_they_say_of_each_value(values: list[str]) -> None:
    for name in TYPES:
        one_by_one = {value for value in values if is_placeholder(value, name)}
        assert set(placeholders_among(pl.Series([*values, None], dtype=pl.String), name)) == one_by_one, name
