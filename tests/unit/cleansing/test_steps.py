"""Steps of the mapping: what they leave alone, what they say, and that their examples are true."""

import polars as pl
import pytest

from crm_migrate.cleansing import STEPS, Context, compare_key, is_free_mail, is_role_mailbox

TURKISH = Context(locale="tr-TR", time_zone="Europe/Istanbul")


def run(step: str, text: str, *args: str, context: Context = TURKISH, **options: str) -> tuple[str | None, ...]:
    return STEPS[step].function(pl.Series([text]), context, *args, **options).row(0)


@pytest.mark.parametrize(
    ("name", "before", "after"), [(s.name, *example) for s in STEPS.values() for example in s.examples]
)
def test_the_examples_of_the_reference_are_true(name: str, before: str, after: str) -> None:
    assert (run(name, before)[0] or "") == after.replace("\\n", "\n")


@pytest.mark.parametrize("name", list(STEPS))
def test_every_step_is_documented_and_takes_empty_columns(name: str) -> None:
    step = STEPS[name]
    assert step.doc.endswith(".")
    assert step.examples
    for values in ([], [None, None]):
        frame = step.function(pl.Series(values, dtype=pl.String), TURKISH)
        assert frame.rows() == [(None, None, None)] * len(values)


def test_what_cannot_be_read_stays_as_typed_with_a_flag() -> None:
    assert run("phone", " ask reception ")[:2] == (" ask reception ", "invalid")
    assert run("date", "yesterday")[:2] == ("yesterday", "invalid")
    assert run("number", "1.500")[:2] == ("1500", "ambiguous")
    assert run("country", "Germnay")[0] == "Germnay"


def test_two_digit_years_need_a_format_that_says_so() -> None:
    assert run("date", "05.03.14", "DD.MM.YYYY")[:2] == ("05.03.14", "invalid")
    assert run("date", "05.03.14", "DD.MM.YY")[0] == "2014-03-05"


def test_instants_are_utc_by_the_zone_of_the_source() -> None:
    assert run("instant", "31.12.2024 23:30")[0] == "2024-12-31T20:30:00Z"
    assert run("instant", "2024-12-31T23:30:00-05:00")[0] == "2025-01-01T04:30:00Z"
    assert run("date", "2024-12-31T22:30:00Z")[:2] == ("2025-01-01", "time_dropped")


def test_a_second_value_is_named_and_not_lost() -> None:
    assert run("email", "a.b@example.com; c.d@example.org") == ("a.b@example.com", "split", "also: c.d@example.org")
    assert run("phone", "0212 345 67 89 / 0532 123 45 67")[2] == "also: +905321234567"


def test_domains_of_free_mail_name_no_company() -> None:
    assert run("domain", "jo@gmail.com", **{"except": "free_mail"})[:2] == (None, "free_mail")
    assert run("domain", "jo@shop.isik.example", **{"except": "free_mail"})[0] == "isik.example"


def test_cutting_a_text_says_what_was_cut() -> None:
    assert run("max", "abcdef", "3") == ("abc", "cut", "cut off: def")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("company_name", "IŞIK Makine San. A.Ş.", "Isik makine"),
        ("company_name", "Müller GmbH & Co. KG", "MUELLER"),
        ("company_name", "PT. Maju Jaya Tbk", "Maju Jaya, PT"),
        ("person_name", "İBRAHİM O'Neil-Şen", "Ibrahim ONeil Sen"),
        ("family_name", "Łódź", "LODZ"),
        ("email", "Info@MÜLLER.example", "info@xn--mller-kva.example"),
        ("phone", "0212 345 67 89", "+90 (212) 345-6789"),
        ("tax_id", "DE 136.695.976", "de136695976"),
        ("domain", "https://www.shop.example.co.uk/x", "example.co.uk"),
        ("city", "İSTANBUL", "istanbul"),
    ],
)
def test_two_spellings_of_one_thing_have_one_key(kind: str, one: str, other: str) -> None:
    keys = compare_key(pl.Series([one, other, None, " "]), kind, TURKISH)
    assert keys[0] == keys[1] is not None
    assert keys[2:].to_list() == [None, None]


def test_mailboxes_of_functions_and_of_everybody() -> None:
    values = pl.Series(["Info@isik.example", "ayse@GMAIL.com", "muhasebe+x@isik.example", None, "ayse@isik.example"])
    assert is_role_mailbox(values).to_list() == [True, False, True, False, False]
    assert is_free_mail(values).to_list() == [False, True, False, False, False]


@pytest.mark.parametrize("step", ["money(tr)", "money"])
def test_whose_separators_these_are_does_not_hide_whose_dollars(step: str) -> None:
    name, _, args = step.rstrip(")").partition("(")
    assert run(name, "1.250,50 $", *filter(None, [args])) == ("1250.50", None, "currency USD")
    assert run("money", "1,250.50 $", "en-AU") == ("1250.50", None, "currency AUD"), "unless a country is named"
