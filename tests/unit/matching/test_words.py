"""The matcher's words around names are some of those that the clean-up knows: which ones is its own choice."""

import polars as pl
import pytest

from crm_migrate.cleansing.vocabulary import words
from crm_migrate.matching.comparing.folding import person
from crm_migrate.matching.comparing.words import word_set

AROUND = ("name_titles", "name_titles_dotted", "name_titles_local", "name_titles_plain", "name_suffixes",
          "name_suffixes_unsure", "name_noble", "name_after")  # fmt: skip
NOBLE = {"baronet", "viscount", "countess", "duchess", "marquess"}  # rare; the clean-up leaves them as they are
ORDINALS = {"1st", "2nd", "3rd", *(f"{n}th" for n in range(4, 11))}  # of a line of kings: `Henry the 8th`


def test_particles_that_are_dropped_are_particles() -> None:
    assert word_set("particles") <= words("name_particles")
    kept = {"ben", "mac", "mc", "san", "abu", "fitz", "o"}  # they tell people apart
    assert not word_set("particles") & kept
    assert kept <= words("name_particles")


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Earl Smith", "earl smith"), ("Bart Smith", "bart smith"), ("Don", "don"), ("Earl", "earl"),
        ("Md Karim", "md karim"), ("Junior Rossi", "junior rossi"), ("Earl John Smith", "john smith"),
        ("John Smith MD", "john smith"), ("Sir John Smith, Bart", "john smith"), ("Dr. Earl Smith", "earl smith"),
        ("Dr. Smith", "smith"), ("Herr Dr. Smith", "smith"), ("Dr.", None),
    ],
)  # fmt: skip
def test_a_title_that_is_a_name_too_is_not_taken_from_who_is_called_so(name: str, left: str | None) -> None:
    assert person(pl.Series([name], dtype=pl.String)).to_list() == [left]


def test_titles_that_are_dropped_are_known_to_the_clean_up() -> None:
    known = set().union(*map(words, AROUND))
    assert word_set("titles") - known - ORDINALS - NOBLE == set()
