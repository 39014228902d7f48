"""Words of other scripts in Latin letters: as the Latin words of the column spell them, and never in a value."""

import pandas as pd
import polars as pl
import pytest

from benchmarks.matching_limits import merged_at
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import SCRIPT_KINDS, Spec, make
from crm_migrate import match
from crm_migrate.matching.comparing.folding import company, folded
from crm_migrate.matching.comparing.scripts import consonants, romanised, sounds


def keys(*values: str | None) -> list[str | None]:
    return folded(pl.Series(values, dtype=pl.String)).to_list()


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("Юрий", "Yuri"), ("Юрий", "Iurii"), ("Юрий", "Jurij"), ("Хрущёв", "Khrushchev"), ("Хрущёв", "Chruschtschew"),
        ("Наталья", "Natalja"), ("Кузнецов", "Kusnezow"), ("Ігор", "Ihor"), ("Οικονόμου", "Ikonomou"),
        ("Μπακογιάννης", "Bakogiannis"), ("Μπακογιάννης", "Mpakogiannis"), ("Ευάγγελος", "Evangelos"),
        ("Χρήστος", "Hristos"), ("ქეთევან", "Ketewan"), ("ჯავახიშვილი", "Dschavaxishvili"), ("محمد", "Mohammed"),
        ("محمد", "Muhammad"), ("محمد", "Mehmet"), ("حسين", "Hussein"), ("يوسف", "Youssef"), ("خالد", "Chalid"),
        ("عمر", "Umar"), ("مُحَمَّد", "Mohamed"), ("משה", "Moshe"), ("יוסף", "Yosef"), ("Հակոբ", "Hakob"),
    ],
)  # fmt: skip
def test_a_name_is_the_one_that_is_spelled_in_latin_letters(native: str, latin: str) -> None:
    here, there = keys(native, latin)
    assert here == there == latin.lower()


@pytest.mark.parametrize(
    ("native", "latin"), [("حسن", "Hussein"), ("حسين", "Hasan"), ("Иванов", "Ivanova"), ("Ольга", "Oleg"), ("Ян", "Jo")]
)
def test_a_name_is_not_another_one(native: str, latin: str) -> None:
    here, there = keys(native, latin)
    assert here != there


def test_of_several_spellings_it_is_the_nearest_whatever_the_order() -> None:
    assert keys("Юрий", "Jurij", "Yuriy", "Iurii")[0] == "yuriy"
    assert keys("Iurii", "Юрий", "Jurij")[1] == keys("Jurij", "Юрий", "Iurii")[1]


def test_without_a_latin_spelling_it_is_romanised() -> None:
    assert keys("Щукин", "Γιώργος Παπαδόπουλος", "北京", None) == ["shchukin", "giorgos papadopoulos", "beijing", None]
    assert romanised("ау") == "au"  # what is a digraph in Greek is none in Russian


def test_letters_of_one_language_are_not_taken_for_those_of_another() -> None:
    assert keys("Müller", "Yılmaz", "Łódź", "Nguyễn") == ["muller", "yilmaz", "lodz", "nguyen"]
    assert keys("Müller", "Yılmaz", "Łódź", "Иван") == ["muller", "yilmaz", "lodz", "ivan"]


def test_legal_forms_of_other_scripts_are_none_of_the_name() -> None:
    names = pl.Series(["ООО «Ромашка»", "Romaschka OOO", "Αφοί Σαμαρά Α.Ε.", "Afoi Samara S.A.", "შპს იბერია"])
    assert company(names).to_list() == ["romaschka", "romaschka", "afoi samara", "afoi samara", "iberia"]


def test_the_article_is_a_word_of_its_own_unless_it_is_glued_on() -> None:
    assert keys("الرشيد", "Al-Rashid")[0] == "al rashid"
    assert keys("الرشيد", "Alrashid")[0] == "alrashid"
    assert keys("عبد الله", "Abdullah")[0] == "abdullah"


def test_a_word_is_read_in_every_way_it_may_be_meant() -> None:
    assert sounds("chalid") & sounds("khalid")
    assert sounds("chekhov") & sounds("tschechow")
    assert consonants("jamal") & consonants("gamal")
    assert sounds("chcjxchcjxchcjx") == sounds("chcjxchcjxchcjx")  # too many readings are one


@pytest.mark.parametrize(("kind", "floor", "wrong"), [("scripts", 0.93, 1), ("scripts_firms", 0.6, 1)])
def test_people_and_firms_in_two_scripts_are_found(kind: str, floor: float, wrong: int) -> None:
    assert set(SCRIPT_KINDS) == {"scripts", "scripts_firms"}
    labelled = make(Spec(kind, 400, "flat", 0.35, 5, "en", "open"))
    found = match(labelled.frame, entity=labelled.entity)
    clusters = found.clusters["cluster"].reindex(labelled.frame.index)
    assert scores(pd.factorize(labelled.truth)[0], pd.factorize(clusters)[0])[2] > floor
    assert merged_at(labelled, found).wrong <= wrong


def test_no_value_is_changed() -> None:
    labelled = make(Spec("scripts", 60, "flat", 0.1, 6, "en", "open"))
    before = labelled.frame.copy()
    match(labelled.frame)
    assert labelled.frame.equals(before)
