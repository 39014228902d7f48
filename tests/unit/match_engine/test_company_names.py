"""Names of companies: what two names share, what each says of its own, and what is only written in another way."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.matching.comparing import folding
from crm_migrate.matching.comparing.company_names import LEVELS, UNLIKE, CompanyNames
from crm_migrate.matching.comparing.comparison import Pairs

OTHERS = ["Quarzhof Optik", "Lindner Metallbau", "Orbitec Logistik", "Sahin Tekstil", "Budi Konstruksi", "Vela Dental"]


def level(left: str, right: str) -> str:
    folded = folding.company(pl.Series([left, right, *OTHERS])).to_list()
    kernel = CompanyNames(list(dict.fromkeys(folded)))
    return LEVELS[int(kernel(Pairs.of(folded[:1], folded[1:2]))[0])]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Nordquelle Bakery", "Nordquelle Plumbing"),
        ("Nordquelle Kita East", "Nordquelle Kita West"),
        ("Nordquelle Store 12", "Nordquelle Store 14"),
        ("Nordquelle Haus I", "Nordquelle Haus II"),
        ("Nordquelle Holding AG", "Nordquelle Verlag AG"),
    ],
)
def test_names_with_words_of_their_own_are_unlike(left: str, right: str) -> None:
    assert LEVELS.index(level(left, right)) in UNLIKE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Nordquelle Maschinenbau GmbH", "Nordquelle Masch. G.m.b.H."),
        ("Nordquelle Otomotiv San. ve Tic. A.Ş.", "NORDQUELLE OTO. SANAYİ VE TİCARET ANONİM ŞİRKETİ"),
        ("Nordquelle Dental", "NordquelleDental"),
        ("Gülbay Danışmanlık Ltd. Şti.", "Guelbay Danismanlik"),
        ("PT Nordquelle Konstruksi", "Nordquelle Konstruksi Perseroan Terbatas"),
        ("Nordquelle & Söhne Verlag", "Nordquelle und Soehne Verlag"),
    ],
)
def test_one_name_in_two_spellings_is_not_unlike(left: str, right: str) -> None:
    assert LEVELS.index(level(left, right)) not in (0, *UNLIKE)


def test_an_acronym_stands_for_its_words() -> None:
    assert level("Sankt Petri Hospital", "SPH") == "acronym"
    assert level("Sankt Petri Hospital Filiale Lund", "SPH Filiale Lund") == "acronym"
    assert level("Sankt Petri Hospital", "XQZ") == "different"


def test_a_name_said_shorter_is_between() -> None:
    assert level("Nordquelle Dental Filiale Lund", "Nordquelle Dental") in ("shorter", "much shorter")


@given(
    st.lists(
        st.text("abn 12", min_size=1, max_size=12).map(str.strip).filter(bool), min_size=2, max_size=6, unique=True
    )
)
def test_levels_are_the_same_from_both_sides(names: list[str]) -> None:
    names = list(dict.fromkeys(" ".join(name.split()) for name in names))
    kernel = CompanyNames(names)
    there, back = kernel(Pairs.of(names[:-1], names[1:])), kernel(Pairs.of(names[1:], names[:-1]))
    assert there.tolist() == back.tolist()


@pytest.mark.parametrize("written", ["H&ST", "H & ST", "h&st GmbH & Co. KG", "HST"])
def test_the_initials_of_partners_stand_for_their_names(written: str) -> None:
    assert level("Hollis & Stanton", written) == "acronym"


def test_partners_of_other_initials_are_others_and_a_legal_form_is_no_partner() -> None:
    assert level("H&M", "H&S") == "different"
    assert folding.company(pl.Series(["Nova AG & Co. KG", "M&S"])).to_list() == ["nova", "ms"]


def test_a_host_is_one_however_it_is_written() -> None:
    ways = ["x.example", "http://x.example/", "https://www.x.example/index.html", "X.example.", "mailto:info@x.example"]
    assert set(folding.domain(pl.Series(ways))) == {"x.example"}
