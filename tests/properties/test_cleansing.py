"""What holds for every kind and every step, whatever is typed: idempotent, deterministic, bounded, never raising."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.kinds import KINDS

LOCALES = ("en-US", "tr-TR", "de-DE", "id-ID", "es-MX", "fr-FR", "ja-JP", "ru-RU", "nl-NL", "pt-BR", "vi-VN", "it-IT")
DIRT = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789+-()./@,;:|'\"=#&<>[]{}_ \t\n\r\\%!?*€$£₺TLkr"),
        st.sampled_from("abcdefghIİıişŞğöÜßéñøłÃ©â€™Ä°éÅ\u200b\u00a0\ufeff\u0301\ufffd山田김Иванпт"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=40,
)
# Pieces that readers look for, in any order: titles, dates, numbers, hosts, escapes, forms.
WORDS = (
    *(
        "Dr.",
        "Mr",
        "&",
        "Smith",
        "JR,",
        "van",
        "der",
        "O'Brien",
        "Yılmaz",
        "AYŞE",
        "GmbH",
        "A.Ş.",
        "+90",
        "0212",
        "345",
        "67",
    ),
    *(
        "ext.",
        "12",
        "31.12.2024",
        "12/31/24",
        "Dec",
        "5th",
        "2024-02-30",
        "T10:00Z",
        "1.234,56",
        "€",
        "USD",
        "(12)",
        "-5",
        "1e6",
    ),
    *(
        "jane@example.com",
        ";",
        "www.example.com",
        "http://",
        "&amp;",
        "=?UTF-8?Q?J=C3=BCr?=",
        "_x000D_",
        "NULL",
        "n/a",
        "DE89",
    ),
    *(
        "10115",
        "Berlin",
        "SW1A",
        "1AA",
        ",",
        "IL",
        "62701",
        "und",
        "Frau",
        "not",
        "deceased",
        "call",
        "E+11",
        "2.02555",
        "#",
    ),
)
PIECES = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
TEXTS = st.one_of(DIRT, PIECES)
UNCHANGING = [kind for kind in KINDS if kind not in {"csv_structure", "note_flag", "picklist"}]


@pytest.mark.parametrize("kind", list(KINDS))
@given(text=TEXTS, locale=st.sampled_from(LOCALES))
@settings(max_examples=60, deadline=None)
def test_a_kind_never_raises_and_is_bounded_and_deterministic(kind: str, text: str, locale: str) -> None:
    first = clean([text, None, text], kind, locale)
    again = clean([text], kind, locale)
    assert len(first) == 3
    assert first.iloc[0].tolist() == first.iloc[2].tolist() == again.iloc[0].tolist()
    assert first.loc[1, "value"] == ""
    assert first.loc[1, "flag"] in {"null"}
    assert len(first.loc[0, "value"]) <= 12 * len(text) + 200
    assert first.loc[0, "flag"]


@pytest.mark.parametrize("name", list(STEPS))
@given(texts=st.lists(TEXTS, max_size=4), locale=st.sampled_from(LOCALES))
@settings(max_examples=40, deadline=None)
def test_a_step_is_idempotent_and_elementwise(name: str, texts: list[str], locale: str) -> None:
    context = Context(locale=locale, time_zone="Europe/Istanbul")
    values = pl.Series([*texts, None], dtype=pl.String)
    once = STEPS[name].function(values, context)
    assert once.columns == ["value", "flag", "note"]
    assert once.height == len(values)
    assert once["value"][-1] is None
    assert once["flag"][-1] is None
    alone = [STEPS[name].function(pl.Series([text], dtype=pl.String), context).row(0) for text in texts]
    assert [once.row(i) for i in range(len(texts))] == alone
    if name not in NOT_IDEMPOTENT:
        twice = STEPS[name].function(once["value"], context)
        assert twice["value"].to_list() == once["value"].to_list()


# A part of a name or an address is no whole one any more; one of several values was chosen already.
NOT_IDEMPOTENT = {name for name in STEPS if name.startswith(("person.", "address.", "place."))}
