"""Whom a text would reach. Domains here have no top level that exists; nobody is written to by a test."""

import pytest

from crm_migrate.pseudonyms.reach import Allowed, Means, reached

BOTH: tuple[Means, ...] = ("mailbox", "phone")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ali@kunde.beispiel", ["mailbox"]),
        ("ask Ali (ali@kunde.beispiel), he knows", ["mailbox"]),
        ("mailto:ali@kunde.beispiel.", ["mailbox"]),
        ('["x@masked.example", "ali@kunde.beispiel"]', ["mailbox"]),
        ("call +90 532 000 00 00 at night", ["phone"]),
        ("call 0532 000 00 00", ["phone"]),
        ("ali@kunde.beispiel or 0090 532 0000000", ["mailbox", "phone"]),
        ("ali@firma.example ali@x.test ali@example.com ALI@MASKED.EXAMPLE ali@x.invalid ali@mail.example.org", []),
        ("+999 123 456 789 012, 00999123456789012", []),
        ("on 01.02.2025 10:00 and 2025-02-01T10:00:00Z, 1.250.000,50 EUR", []),
        ("invoice 4711, 12 boxes @ 5 EUR", []),
        ("", []),
    ],
)
def test_what_is_found_in_a_text(text: str, found: list[Means]) -> None:
    assert reached(text, BOTH, Allowed()) == found


def test_only_what_is_asked_for_is_looked_for() -> None:
    assert reached("ali@kunde.beispiel 0532 000 00 00", ("phone",), Allowed()) == ["phone"]
    assert reached("ali@kunde.beispiel 0532 000 00 00", (), Allowed()) == []


def test_whatever_could_be_dialled_counts_in_a_field_of_numbers() -> None:
    assert reached("532 000 00 00", BOTH, Allowed(), field="phone") == ["phone"]
    assert reached("532 000 00 00", BOTH, Allowed()) == []
    assert reached("999 123 45 67", BOTH, Allowed(), field="phone") == ["phone"], "a number in some town"
    assert reached("999 123 456 789 012", BOTH, Allowed(), field="phone") == [], "a pseudonym without its plus"
    assert reached("ext. 123", BOTH, Allowed(), field="phone") == []


def test_who_is_allowed_does_not_count() -> None:
    allowed = Allowed.of(["@tester.beispiel", "+905320000000"])
    assert reached("qa@tester.beispiel, +90 532 000 00 00", BOTH, allowed) == []
    assert reached("qa@tester.beispiel, ali@kunde.beispiel", BOTH, allowed) == ["mailbox"]
