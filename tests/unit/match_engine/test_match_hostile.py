"""Frames that nobody would draw up: empty, constant, tiny, wide, and with content that breaks programs."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.matching_sets import Spec, make
from crm_migrate import match
from crm_migrate.errors import UsageError

PERSON = {"Vorname": "Ayşe", "Nachname": "Yılmaz", "E-Mail": "ayse@example.com", "Telefon": "+90 212 555 01 02"}
HOSTILE = (
    "a" * 100_000, "\x00nul\x00", "👩‍👩‍👧‍👦🇹🇷", "\u202eمحمد\u202c", "مُحَمَّد", "ß" * 300, "İıIi", "\ufeffbom",
    "\ud7ff\ue000\uffff",
    "'; DROP TABLE x; --", "=HYPERLINK(1)", " \t\u00a0\u200b ", "%", "\\", '"', "'", "-", "0", "NaN", "None", "null",
    "(((", "a.b.c@@d..e",
    "+", "++49", "1e309", "-0", "00/00/0000", "31.02.1999", "９９９", "Ω≈ç√", "Z͑ͫa̴l̶g̷o",
)  # fmt: skip


def frame_of(rows: int, **columns: object) -> pd.DataFrame:
    made = pd.DataFrame([PERSON] * rows, dtype=object)
    return made.assign(**columns)


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_a_handful_of_strangers_stay_apart(rows: int, entity: str) -> None:
    frame = pd.DataFrame({
        "Name": ["Anka Optik", "Budi Santoso", "Zoë Lefèvre", "Emre Şahin", "Käthe Groß", "Quinn Vela", "Ivo Petrov",
                 "Linh Trần", "Noor Haddad", "Tjeerd Bos"][:rows],
        "Telefon": [f"+90 212 55{n}{n * 37 % 10} {n * 13 % 90 + 10} 1{n}" for n in range(rows)],
        "E-Mail": [f"{'qwertzuiop'[n]}{n * 71}@s{n}.example" for n in range(rows)],
    })  # fmt: skip
    assert match(frame, entity=entity).clusters["cluster"].nunique() == rows


@pytest.mark.parametrize("rows", [2, 10])
def test_the_same_row_again_and_again_is_one(rows: int) -> None:
    assert match(frame_of(rows)).clusters["cluster"].nunique() == 1


def test_nothing_to_match_is_said() -> None:
    for frame in (
        pd.DataFrame(),
        pd.DataFrame({"Vorname": []}, dtype=object),
        pd.DataFrame({"Vorname": [None, "", "  "]}),
    ):
        with pytest.raises(UsageError, match="no column to compare"):
            match(frame)


def test_empty_columns_and_constant_columns_say_nothing() -> None:
    frame = make(Spec("households", 220, "few", 0.1, 21)).frame
    more = frame.assign(Fax=None, Website="", Land="Türkiye", Quelle="Import", Stadt="Ankara")
    before, after = (match(f).clusters for f in (frame, more))
    changed = (before["cluster"] != after["cluster"]).sum()
    assert changed <= 4, f"{changed} rows changed their cluster for constants"


def test_columns_that_are_all_alike_make_no_two_people_one() -> None:
    frame = make(Spec("households", 200, "few", 0.0, 22)).frame
    names = frame.columns[
        [name.startswith(("Email", "E-Mail", "E-posta", "Mail", "Surel", "Correo")) for name in frame]
    ]
    assert len(names) == 1
    frame[names[0]] = "info@example.com"
    found = match(frame).clusters
    assert found["cluster"].nunique() > 120


@pytest.mark.parametrize("entity", ["person", "organisation"])
def test_hostile_content_is_content(entity: str) -> None:
    random = np.random.default_rng(5)
    columns = (
        "Vorname",
        "Nachname",
        "Firma",
        "E-Mail",
        "Telefon",
        "Geburtsdatum",
        "Strasse",
        "PLZ",
        "Ort",
        "USt-IdNr.",
        "Webseite",
    )
    rows = 90
    frame = pd.DataFrame(
        {c: [HOSTILE[k] for k in random.integers(0, len(HOSTILE), rows)] for c in columns}, dtype=object
    )
    kinds = ["given_name", "family_name", "company_name", "email", "phone", "birth_date", "street", "postal_code"]
    kinds += ["city", "tax_id", "url"]
    types = dict(zip(columns, kinds, strict=True))
    found = match(frame, entity=entity, types=types)
    assert len(found.clusters) == rows
    assert found.clusters["probability"].between(0, 1).all()
    assert np.isfinite(found.pairs["weight"]).all()


def test_hostile_rows_beside_ordinary_ones_change_little() -> None:
    labelled = make(Spec("international", 300, "flat", 0.1, 23))
    frame = labelled.frame
    bad = pd.DataFrame({c: list(HOSTILE[at % 7 :][:20]) for at, c in enumerate(frame.columns)}, dtype=object)
    bad.index = pd.Index([f"bad{n}" for n in range(len(bad))])
    alone, found = match(frame).clusters["cluster"], match(pd.concat([frame, bad])).clusters["cluster"]
    assert (
        found[bad.index].isin(frame.index).sum() <= 1
    )  # a column of mostly "NaN" is not far from somebody called Ngan
    assert (found[frame.index] == alone).mean() > 0.97


def test_forty_columns() -> None:
    frame = make(Spec("households", 200, "zipf", 0.1, 24)).frame
    for n in range(40 - frame.shape[1]):
        frame[f"Feld {n}"] = [f"wert{(row * (n + 3)) % 17}" for row in range(len(frame))]
    assert (
        match(frame).clusters["cluster"].nunique() == match(frame.iloc[:, : -(40 - 25)]).clusters["cluster"].nunique()
    )


def test_values_that_are_no_texts() -> None:
    frame = pd.DataFrame({
        "Kundennr": [1, 2, 3, 4],
        "Vorname": ["Ayşe", "Ayse", "Jürgen", "Budi"],
        "Nachname": ["Yılmaz", "Yilmaz", "Müller", "Santoso"],
        "Geburtsdatum": pd.to_datetime(["1980-03-12", "1980-03-12", "1971-09-01", None]),
        "PLZ": [35000.0, 35000.0, np.nan, 1.5],
        "aktiv": [True, False, True, None],
    })  # fmt: skip
    found = match(frame).clusters["cluster"]
    assert found[0] == found[1]
    assert found.nunique() == 3


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([["Ayşe", "Yılmaz", "a@example.com"]] * 3, columns=["Vorname", "Nachname", "Vorname"])
    with pytest.raises(UsageError, match="Vorname"):
        match(frame)


@pytest.mark.cases(3)
@pytest.mark.parametrize("placeholder", ["n/a", "-", "yok", "k.A.", "unknown", "x", "keine", "bilinmiyor", "."])
def test_what_stands_for_nothing_makes_nobody_one(placeholder: str) -> None:
    labelled = make(Spec("households", 200, "few", 0.0, 25))
    people = labelled.frame[~labelled.truth.duplicated()]
    hollow = people.copy()
    for column in hollow.columns[np.arange(hollow.shape[1]) % 3 > 0]:
        hollow.iloc[:60, hollow.columns.get_loc(column)] = placeholder
    found = match(hollow).clusters["cluster"]
    assert found.nunique() >= match(people).clusters["cluster"].nunique() - 3
