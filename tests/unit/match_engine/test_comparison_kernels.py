"""Kernels and folding: which differences are small, in names, dates and codes."""

import polars as pl
import pytest

from crm_migrate.matching.comparing import folding, kernels
from crm_migrate.matching.comparing.comparison import Pairs
from crm_migrate.matching.comparing.detection import detect


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [
        ("elizabeth", "beth", 4, 4),
        ("j", "james", 3, 3),
        ("maria", "mraia", 5, 5),
        ("rico galvez", "galvez", 4, 6),
        ("anna", "oscar", 1, 2),
    ],
)
def test_names(a: str, b: str, least: int, most: int) -> None:
    forth, back = int(kernels.names(Pairs.of([a], [b]))[0]), int(kernels.names(Pairs.of([b], [a]))[0])
    assert forth == back
    assert least <= forth <= most


@pytest.mark.parametrize(
    ("a", "b", "label"),
    [
        ("19840420", "19840402", "one slip"),
        ("19840405", "19840504", "one slip"),
        ("19840420", "19850519", "parts near"),
        ("18550101", "18550617", "year, no day"),
        ("19840420", "19841219", "year"),
        ("19840420", "20011219", "different"),
    ],
)
def test_dates(a: str, b: str, label: str) -> None:
    assert kernels.DATE[kernels.dates(Pairs.of([a], [b]))[0]] == label
    assert kernels.DATE[kernels.dates(Pairs.of([b], [a]))[0]] == label


def test_dates_are_read_in_the_order_of_the_column() -> None:
    assert folding.date(pl.Series(["04/20/1984", "05/06/1990"])).to_list() == ["19840420", "19900506"]
    assert folding.date(pl.Series(["20.04.1984", "1990-06-05"])).to_list() == ["19840420", "19900605"]


def test_one_number_however_written() -> None:
    numbers = pl.Series(["+49 30 1234567", "030/1234567", "0049-30-123 4567", "(030) 1234567 ext 12"])
    assert folding.phone(numbers).n_unique() == 1


def test_folding_knows_turkish_and_umlauts() -> None:
    assert folding.folded(pl.Series(["IŞIK", "Işık", "isik"])).n_unique() == 1
    assert folding.folded(pl.Series(["Weiß", "WEISS"])).n_unique() == 1


def test_streets_and_firms_in_one_spelling() -> None:
    assert folding.street(pl.Series(["744 North Third Avenue", "744 n. 3rd Ave."])).n_unique() == 1
    assert folding.company(pl.Series(["Sommer & Kaya GmbH", "SOMMER UND KAYA"])).n_unique() == 1


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Vorname", "given_name"), ("soyadı", "family_name"), ("E-Mail", "email"), ("Doğum Tarihi", "birth_date"),
        ("PLZ", "postal_code"), ("Telefon (mobil)", "phone"), ("first_and_last_name", "person_name"),
        ("Telefonnotiz", ""), ("Contact Name", "person_name"), ("Contact No.", "id"), ("Contact owner", "record"),
        ("Account Manager", "record"), ("Account Name", "employer"), ("Email Opt Out", "record"),
        ("Created By", "record"),
        ("Person - Last name", "family_name"), ("Address 1: City", "city"), ("Email (Primary Contact)", "email"),
        ("Country/Region", "country"), ("PHONE3", "phone"), ("Phone Number", "phone"), ("No. HP", "phone"),
        ("VAT No", "tax_id"), ("Müşteri No", "id"), ("Nama", "person_name"), ("LastModifiedDate", "record"),
    ],
)  # fmt: skip
def test_columns_by_name(column: str, kind: str) -> None:
    assert detect(pl.DataFrame({column: ["x 1", "z 2"]}), "person")[0].type == kind


def test_columns_by_content() -> None:
    frame = pl.DataFrame(
        {"a1": ["x@example.com", "y@example.com"], "b1": ["1984-04-20", "1990-06-05"], "c1": ["q", "r"]}
    )
    assert [d.type for d in detect(frame, "person")] == ["email", "birth_date", ""]


def test_a_column_of_dates_without_a_name_is_of_births_only_where_people_are_old_enough() -> None:
    frame = pl.DataFrame({"x1": ["1984-04-20", "2001-06-05"], "x2": ["2019-04-20", "2021-06-05"]})
    assert [d.type for d in detect(frame, "person")] == ["birth_date", ""]
    assert [d.type for d in detect(frame, "organisation")] == ["", ""]
