"""Every fast kernel against its reference, cell by cell: a column must read as its texts read one by one."""

import random
from datetime import datetime

import ftfy
import phonenumbers
import polars as pl
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat as Format

from crm_migrate.cleansing.amounts.amount_steps import amount_outcomes
from crm_migrate.cleansing.amounts.numbers import NumberContext, amount_cell
from crm_migrate.cleansing.contact.email import email_cell, email_key, email_outcomes, key_of
from crm_migrate.cleansing.contact.phone import phone_cell
from crm_migrate.cleansing.contact.phone_columns import valid_numbers
from crm_migrate.cleansing.dates.date_formats import compiled, fast_column, read
from crm_migrate.cleansing.dates.date_steps import date_outcomes
from crm_migrate.cleansing.dates.parsing import DateContext, date_cell
from crm_migrate.cleansing.people.person_cells import person_cell
from crm_migrate.cleansing.people.person_columns import plain_names
from crm_migrate.cleansing.text.mending import repaired, text_outcomes

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def _examples(region: str) -> list[phonenumbers.PhoneNumber]:
    found = [phonenumbers.example_number_for_type(region, kind) for kind in range(11)]
    return [number for number in found if number is not None]


def _dialled(rng: random.Random, region: str) -> str:
    """A number of the region or of another one, in some writing: wrong digits, an extension, a stray zero."""
    number = rng.choice(_examples(region if rng.random() < 0.8 else rng.choice(REGIONS)) or _examples("US"))
    written = rng.choice((Format.E164, Format.INTERNATIONAL, Format.NATIONAL, Format.NATIONAL))
    text = phonenumbers.format_number(number, written)
    text = rng.choices(
        (text, "".join(c for c in text if c.isdigit()), text.lstrip("+"), f"00{text.lstrip('+')}"), (7, 2, 1, 1)
    )[0]
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    for at in rng.choices(digits[len(digits) // 3 :], k=rng.choice((0, 0, 1, 3))):
        text = text[:at] + rng.choice("0123456789") + text[at + 1 :]
    if rng.random() < 0.15:
        at = rng.choice(digits)
        text = text[:at] + text[at + 1 :] if rng.random() < 0.5 else text[:at] + rng.choice("0123456789") + text[at:]
    return rng.choices(("", "0", "(0)"), (9, 1, 1))[0] + text + rng.choices(("", " x12", " ext. 345"), (9, 1, 1))[0]


def _by_the_library(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, Format.E164) + extension


def test_phones_of_all_regions_are_what_the_library_says() -> None:
    rng, handled = random.Random(7), 0
    for region in REGIONS:
        texts = [_dialled(rng, region) for _ in range(15)]
        fast = valid_numbers(pl.Series(texts), region)
        for text, found in zip(texts, fast, strict=True):
            if found is not None:
                handled += 1
                cell = phone_cell(text, region)
                assert found == _by_the_library(text, region) == cell.value, (region, text)
                assert cell.flag is None, (region, text)
    assert handled > 0.4 * 15 * len(REGIONS)


def test_a_number_with_its_country_code_but_no_plus_is_not_read_as_a_national_one() -> None:
    assert phone_cell("49 171 1234567", "DE").value == "+491711234567"
    assert valid_numbers(pl.Series(["49 171 1234567"]), "DE").to_list() == [None]


EMAILS = st.from_regex(r"[A-Za-z0-9._+'\-]{1,12}@[A-Za-z0-9.\-]{1,14}\.[A-Za-z]{1,6}[;,. ]?", fullmatch=True)


@given(st.lists(EMAILS, min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_mailboxes_of_a_column_are_those_of_the_reader(texts: list[str]) -> None:
    frame = email_outcomes(pl.Series(texts))
    cells = [email_cell(text) for text in texts]
    assert frame.rows() == [(c.value, c.flag, c.note) for c in cells]


@given(EMAILS)
@settings(max_examples=300, deadline=None)
def test_what_is_taken_for_a_mailbox_is_valid_by_the_standard(text: str) -> None:
    value = email_cell(text).value
    if value is not None:
        try:
            validate_email(value, check_deliverability=False, globally_deliverable=False, strict=True)
        except EmailNotValidError as error:
            pytest.fail(f"{text!r} became {value!r}: {error}")


def test_keys_of_mailboxes_are_decoded_and_lowered() -> None:
    texts = ["Info@MÜLLER.example", "info@xn--mller-kva.example", "JANE@X.example", None]
    assert email_key(pl.Series(texts)).to_list() == [key_of(t) if t else None for t in texts]


LETTERS = "abcXYZ äöüßçğıöşüÇĞİÖŞÜéèÃÂÄÅâ€™œžšŠ¼©°ÉÁÑøåłęńąśřũ\u00a0\u0301&;=?_x-+@\n"


@given(st.lists(st.text(alphabet=LETTERS, max_size=14), min_size=1, max_size=20))
@settings(max_examples=400, deadline=None)
def test_texts_that_are_only_trimmed_need_no_repair(texts: list[str]) -> None:
    frame = text_outcomes(pl.Series(texts))
    for text, value in zip(texts, frame["value"], strict=True):
        assert value == (repaired(text) or None)


@given(
    st.text(alphabet="ğüşıöçĞÜŞİÖÇaeİÉÁ łśćß", min_size=1, max_size=12),
    st.sampled_from(("cp1252", "cp1254", "latin-1", "cp1250")),
)
@settings(max_examples=400, deadline=None)
def test_whatever_ftfy_repairs_is_repaired(text: str, page: str) -> None:
    broken = text.encode().decode(page, errors="ignore")
    fixed = ftfy.fix_text(broken, unescape_html=False)
    if fixed != broken and ftfy.fix_text(fixed, unescape_html=False) == fixed:
        assert text_outcomes(pl.Series([broken]))["value"][0] in {repaired(broken), None}


NUMBERS = st.one_of(
    st.from_regex(r"-?[0-9]{1,4}([.,' ][0-9]{1,4}){0,3}", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,3}([.,][0-9]{2,3}){1,2}[.,][0-9]{2}", fullmatch=True),
)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.sampled_from((".", ",")), st.booleans())
@settings(max_examples=300, deadline=None)
def test_numbers_of_a_column_are_those_of_the_reader(texts: list[str], decimal: str, certain: bool) -> None:
    context = NumberContext(decimal, certain, "de")
    frame = amount_outcomes(pl.Series(texts), context, with_currency=True)
    cells = [amount_cell(text, context) for text in texts]
    assert frame.rows() == [(c.value, c.flag, c.note) for c in cells]


DATES = st.from_regex(r"[0-9]{1,4}[./\-][0-9]{1,2}[./\-][0-9]{1,4}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", fullmatch=True)


@given(st.lists(DATES, min_size=1, max_size=20), st.sampled_from(("DMY", "MDY", None)))
@settings(max_examples=300, deadline=None)
def test_dates_of_a_column_are_those_of_the_reader(texts: list[str], order: str | None) -> None:
    context = DateContext(order, order is not None, "de")
    frame = date_outcomes(pl.Series(texts), context)
    cells = [date_cell(text, context) for text in texts]
    assert frame.rows() == [(c.value, c.flag, c.note) for c in cells]


@pytest.mark.parametrize("pattern", ["DD.MM.YYYY", "D.M.YYYY", "MM/DD/YYYY", "YYYY-MM-DD HH:mm:ss", "DD.MM.YYYY HH:mm"])
@given(texts=st.lists(DATES, min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_declared_formats_read_alike_and_no_year_has_two_digits(pattern: str, texts: list[str]) -> None:
    date_format = compiled(pattern)
    moments = fast_column(pl.Series(texts), date_format)
    for text, moment in zip(texts, moments, strict=True):
        assert moment == read(text, date_format, "en")
        assert moment is None or isinstance(moment, datetime)
    assert fast_column(pl.Series(["9/24/14", "24.9.14"]), date_format).to_list() == [None, None]


WORDS = (
    *(
        "Ayşe",
        "Yılmaz",
        "Jan",
        "Van",
        "De",
        "Smith",
        "Jr",
        "Bey",
        "Bank",
        "Holding",
        "Null",
        "March",
        "Doe",
        "John",
        "Test",
        "Und",
    ),
    *(
        "Mac",
        "Ltd",
        "Müller-Lüdenscheidt",
        "Łukasz",
        "Øst",
        "Max",
        "Mustermann",
        "Sales",
        "Manager",
        "Aa",
        "Li",
        "Dr",
        "Jesús",
    ),
    *("Dup", "Old", "As", "Sa", "Hanım"),
)
NAMES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(" ".join)


@given(NAMES, st.sampled_from(("en", "tr", "de", "es", "id", "nl", "ru", "ja", "hu", "fr", "pt")))
@settings(max_examples=600, deadline=None)
def test_plain_names_are_what_the_reader_makes_of_them(text: str, locale: str) -> None:
    first, last = plain_names(pl.Series([text]), locale).row(0)
    if first is not None:
        cell = person_cell(text, locale)
        assert (cell.flag, cell.parts) == (None, ({"first": first, "last": last},)), text
