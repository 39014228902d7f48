"""The words of the languages: every file can be read, means fields that there are, and contradicts itself nowhere."""

import re

import pytest

from crm_migrate.crm.model import OBJECTS
from crm_migrate.suggesting import vocabulary as words
from crm_migrate.suggesting.headers import object_words, readings
from crm_migrate.suggesting.vocabulary import compact, languages, tokens, vocabulary

NO_FIELDS = {"key", "reference", "first", "second", "other", "noise"}


@pytest.mark.parametrize("language", languages())
def test_every_line_of_a_language_means_something_that_there_is(language: str) -> None:
    for key, _, phrase in words._entries(language):
        name, _, field = key.partition(".")
        assert compact(phrase), f"{language}: {key} has an empty phrase"
        if key in NO_FIELDS:
            continue
        if name == "objects":
            assert field in OBJECTS
        else:
            assert list(words._meant(key, language, 0)), f"{language}: {key} is no field"


def test_english_and_the_languages_of_our_customers_are_there() -> None:
    assert languages()[0] == "en"
    assert {"tr", "de", "id", "fr", "es", "it", "nl"} <= set(languages())


@pytest.mark.parametrize("name", OBJECTS)
def test_a_field_answers_to_its_own_name(name: str) -> None:
    for field in OBJECTS[name].fields:
        if field.reference is None:
            meanings = vocabulary().meanings[compact(field.name)]
            assert any((m.object, m.field) == (name, field.name) for m in meanings)


def test_writers_differ_in_blanks_capitals_and_signs_only() -> None:
    assert tokens("BillingCity") == tokens("billing_city") == tokens("Billing - City") == ["billing", "city"]
    assert compact("E-Posta Adresi") == compact("eposta adresi") == "epostaadresi"
    assert compact("Straße") == compact("STRASSE")
    assert compact("İl") == compact("il")


@pytest.mark.parametrize(
    ("header", "phrase", "about", "kinds"),
    [
        ("BILLINGSTREET", "street", set(), ("first",)),
        ("Deal - Currency of Value", "currency", {"deals"}, ("noise",)),
        ("(Do Not Modify) Modified On", "modifiedon", set(), ("noise",)),
        ("Organization 1 - Title", "organizationtitle", set(), ("first",)),
        ("ShippingCity", "city", set(), ("other",)),
        ("E-mail 2 - Value", "email", set(), ("first", "other")),
        ("AccountId", "id", {"accounts"}, ()),
    ],
)
def test_the_words_around_a_phrase_are_told_apart(
    header: str, phrase: str, about: set[str], kinds: tuple[str, ...]
) -> None:
    assert any((r.phrase, set(r.about), r.kinds) == (phrase, about, kinds) for r in readings(header))


@pytest.mark.parametrize("header", ["", "Custom Field 7", "x" * 5000, "=1+1", "\x1b[31m", "Sitz", "Viadukt", "\ud800"])
def test_what_is_no_name_is_not_read_as_one(header: str) -> None:
    assert readings(header) == ()


def test_a_file_is_named_after_what_it_holds_and_customers_are_companies_or_people() -> None:
    assert object_words("contacts_export_2024") == {"contacts"}
    assert object_words("firma") == {"accounts"}
    assert object_words("customers") == frozenset()


def test_no_word_is_in_a_language_twice_with_two_meanings_beside_a_phrase() -> None:
    for phrase, affixes in vocabulary().affixes.items():
        kinds = {affix.kind for affix in affixes if affix.kind in ("first", "second", "other")}
        assert len(kinds) <= 1, f"{phrase} is {kinds}"


def test_the_files_have_no_line_that_nobody_reads() -> None:
    for language in languages():
        text = (words._FOLDER / f"{language}.txt").read_text("utf-8")
        for line in text.splitlines():
            assert re.match(r"#|  \S|[a-z_*]+(\.[a-z_]+)?: \S", line), f"{language}: {line}"
