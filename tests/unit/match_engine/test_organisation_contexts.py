"""Organisations that share much and are not one: buildings, switchboards, chains, branches; and what says nothing."""

import pandas as pd
import polars as pl
import pytest

from crm_migrate import match
from crm_migrate.matching.comparing import folding

WORDS = (
    "Quarz", "Linden", "Orbi", "Sahin", "Budi", "Vela", "Krone", "Mira", "Tosca", "Ufer", "Zeder", "Anker", "Birke",
    "Celik", "Dorn", "Esche", "Falke", "Gold",
)  # fmt: skip
TRADES = ("Optik", "Metallbau", "Logistik", "Tekstil", "Dental", "Verlag", "Autohaus", "Moebel")


def firm(number: int, **facts: str) -> dict[str, str]:
    core = WORDS[number % 18] + WORDS[(number * 7 + number // 18) % 18].lower()
    return {
        "Company": f"{core} {TRADES[number % 8]}", "Street": f"{WORDS[number * 5 % 18]}weg {number * 13 % 190 + 1}",
        "City": f"{WORDS[number * 11 % 18]}stadt", "Phone": f"030 55{number * 7919 % 1_000_000:06}",
        "Web": f"{core.lower()}.example", **facts,
    }  # fmt: skip


def found(rows: list[dict[str, str]]) -> pd.Series:
    return match(pd.DataFrame(rows), entity="organisation").clusters["cluster"]


@pytest.fixture
def strangers() -> list[dict[str, str]]:
    """120 firms, every second one entered twice."""
    firms = [firm(n) for n in range(120)]
    return firms + [
        {**row, "Company": row["Company"] + " GmbH", "Web": f"https://www.{row['Web']}/"} for row in firms[::2]
    ]


def test_what_is_one_comes_together(strangers: list[dict[str, str]]) -> None:
    clusters = found(strangers)
    assert [clusters[120 + n] for n in range(60)] == list(range(0, 120, 2))
    assert clusters[:120].nunique() == 120


def test_firms_behind_one_door_and_one_desk_stay_apart(strangers: list[dict[str, str]]) -> None:
    door = {"Street": "Torplatz 1", "City": "Quarzstadt"}
    desk = door | {"Phone": "030 5500001"}
    rows = [firm(200 + n, **door) for n in range(6)] + [firm(300 + n, **desk) for n in range(6)]
    assert found(strangers + rows)[len(strangers) :].nunique() == 12


def test_sites_of_a_chain_stay_apart(strangers: list[dict[str, str]]) -> None:
    sites = [firm(400 + n, Company="Nordquelle Drogerie", Web="nordquelle.example") for n in range(12)]
    assert found(strangers + sites)[len(strangers) :].nunique() == 12


def test_branches_behind_one_number_stay_apart(strangers: list[dict[str, str]]) -> None:
    bank = {"Phone": "030 5500002", "Web": "nordquelle.example"}
    branches = [firm(500 + n, Company=f"Nordquelle Bank Filiale {WORDS[n]}hausen", **bank) for n in range(12)]
    assert found(strangers + branches)[len(strangers) :].nunique() == 12


def test_a_chain_does_not_part_who_is_one(strangers: list[dict[str, str]]) -> None:
    sites = [firm(400 + n, Company="Nordquelle Drogerie", Web="nordquelle.example") for n in range(30)]
    clusters = found(strangers + sites)
    assert [clusters[120 + n] for n in range(60)] == list(range(0, 120, 2))


def test_ten_rows_work() -> None:
    rows = [firm(n) for n in range(9)]
    assert found([*rows, {**rows[3], "Company": rows[3]["Company"].upper(), "Phone": ""}])[9] == 3


@pytest.mark.parametrize("nothing", ["n/a", "k.A.", "yok", "-", ".", "unbekannt", "x"])
def test_two_nothings_do_not_agree(strangers: list[dict[str, str]], nothing: str) -> None:
    facts = dict.fromkeys(("Street", "City", "Phone", "Web"), nothing)
    rows = [firm(600 + n, **facts) for n in range(5)]
    assert found(strangers + rows)[len(strangers) :].nunique() == 5


def test_letters_of_another_code_page_are_mended() -> None:
    assert folding.mended(pl.Series(["GÃ¼l SokaÄŸÄ±", "Gül", None])).to_list() == ["Gül Sokağı", "Gül", None]
    assert folding.umlauts(pl.Series(["guel", "inoenue", "blue", "poesie"])).to_list() == [
        "gul",
        "inonu",
        "blu",
        "posie",
    ]
