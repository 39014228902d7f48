"""Parts of persons' names: where single words stand, words found elsewhere, and dates in a row."""

import numpy as np
import polars as pl

from crm_migrate.matching.comparing import folding
from crm_migrate.matching.comparing.composites import NAME, generations, origins, person_names, places
from crm_migrate.matching.comparing.names import NameParts, name_parts, words_between
from crm_migrate.matching.comparing.records import prepare
from crm_migrate.matching.comparing.terms import encode


def series(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def parted(*whole: str | None) -> NameParts:
    none = series(*[None] * len(whole))
    return name_parts(none, none, none, series(*whole), none)


def parts(*whole: str | None) -> list[tuple[str | None, str | None, str | None]]:
    found = parted(*whole)
    return list(zip(found.given, found.middle, found.family, strict=True))


def test_a_single_word_stands_where_others_have_it() -> None:
    found = parts("Archie Stone", "Elif Demir", "Archie", "Stone", None, "Suharto")
    assert found[:2] == [("archie", None, "stone"), ("elif", None, "demir")]
    assert found[2] == ("archie", None, None)
    assert found[3] == (None, None, "stone")
    assert found[4] == (None, None, None)
    assert found[5] == (None, None, "suharto")


def test_a_single_word_is_not_read_as_both_names() -> None:
    none = series(None, None)
    found = name_parts(series("Siti", "Budi"), none, series(None, "Santoso"), series("Siti", "Budi Santoso"), none)
    assert found.family.to_list() == [None, "santoso"]


def test_a_whole_name_fills_what_its_columns_lack() -> None:
    found = name_parts(series("Lucía"), series(None), series(None), series("Lucía García Pérez"), series(None))
    assert (found.given[0], found.middle[0], found.family[0]) == ("lucia", "garcia", "perez")


def levels(rows: list[tuple[str | None, str | None, str | None]]) -> list[str]:
    """Labels of given name, family name of rows 0 and 1."""
    given, middle, family = (series(*column) for column in zip(*rows, strict=True))
    first, last, *between = encode(given, family, *words_between(middle))
    i, j = np.array([0]), np.array([1])
    return [NAME[c.compare(i, j).levels[0]] for c in person_names(first, last, between)[:2]]


def test_a_family_name_among_the_other_words_is_elsewhere() -> None:
    assert levels([("lucia", "garcia", "perez"), ("lucia", None, "garcia")]) == ["equal", "elsewhere"]
    assert levels([("lucia", "garcia", "perez"), ("lucia", None, "moreno")]) == ["equal", "different"]


def test_one_word_in_two_places_is_the_family_name_and_counts_once() -> None:
    assert levels([("dartoso", None, "kartini"), ("fitri", None, "dartoso")]) == ["different", "elsewhere"]
    assert levels([("fitri", None, "dartoso"), ("dartoso", None, "kartini")]) == ["different", "elsewhere"]
    # A family name before, and the words of a given name in another order.
    assert levels([("nguyen", "van", "minh"), ("van", "minh", "nguyen")]) == ["elsewhere", "elsewhere"]


def test_names_of_a_wrong_code_page_are_themselves() -> None:
    frame = pl.DataFrame(
        {"first": ["Ã–mer", "Abdullah", "JÃ¶rg", "Jörg"], "last": ["GÃ¼l", "Gül", "MÃ¼ller", "Müller"]}
    )
    given, family = prepare(frame, {"first": "given_name", "last": "family_name"}, "person").comparisons[:2]
    i, j = np.array([0, 2]), np.array([1, 3])
    assert [NAME[level] for level in given.compare(i, j).levels] == ["different", "equal"]
    assert [NAME[level] for level in family.compare(i, j).levels] == ["equal", "equal"]


def test_relatives_may_share_the_word_between_their_names() -> None:
    frame = pl.DataFrame({"whole": ["Antonio Calero Marales", "Luis Calero Marales"]})
    found = {c.name: c for c in prepare(frame, {"whole": "person_name"}, "person").comparisons}
    assert "household" in found["given_name"].apart.split()
    assert "household" not in found["middle_name"].apart.split()


def test_who_has_one_name_has_no_order_of_names() -> None:
    given, family = encode(series("suharto", "budi"), series(None, "suharto"))
    first, _ = (c.compare(np.array([0]), np.array([1])) for c in person_names(given, family))
    assert first.turned is not None
    assert first.turned.tolist() == [False]


def test_exchanged_names_are_as_frequent_as_where_they_usually_stand() -> None:
    given, family = encode(series("ali", "ali", "ali", "demir"), series("demir", "stone", "demir", "ali"))
    for one, other in ((0, 3), (3, 0)):
        first, last = (c.compare(np.array([one]), np.array([other])) for c in person_names(given, family))
        straight = [c.compare(np.array([0]), np.array([2])) for c in person_names(given, family)]
        assert first.turned is not None
        assert first.turned.tolist() == [True]
        assert {int(first.agreed[0]), int(last.agreed[0])} == {int(c.agreed[0]) for c in straight}


def test_closed_dates_with_the_year_at_the_end() -> None:
    assert folding.date(series("31121984", "01021990", None)).to_list() == ["19841231", "19900201", None]
    assert folding.date(series("12311984", "01/02/1990")).to_list() == ["19841231", "19900102"]
    assert folding.date(series("19841231", "19900201")).to_list() == ["19841231", "19900201"]


def test_the_area_of_a_postal_code_counts() -> None:
    none = series(None, None, None)
    place = places(*(encode(column)[0] for column in (series("10115", "10999", "80331"), none, none)))
    found = place.compare(np.array([0, 0]), np.array([1, 2]))
    assert [place.labels[level] for level in found.levels] == ["area equal", "different"]


def test_where_two_records_come_from() -> None:
    origin = origins(encode(series("crm", "erp", "crm", None))[0])
    found = origin.compare(np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert [origin.labels[level] for level in found.levels] == ["two sources", "both crm", "missing"]


def test_a_family_name_before_a_comma() -> None:
    assert parts("STEIN, WOLFGANG", "von der Heide, Dörte", "Anna Falk, Dr.")[:2] == [
        ("wolfgang", None, "stein"),
        ("dorte", None, "heide"),
    ]
    found = parted("Adam Falk, Jr", "Falk, Adam Sr.", "Adam Falk III", "Adam Falk")
    assert found.family.to_list() == ["falk"] * 4
    assert found.given.to_list() == ["adam"] * 4
    assert found.generation.to_list() == ["jr", "sr", "iii", None]


def test_particles_are_no_words_of_a_name_unless_nothing_else_is_there() -> None:
    assert parts("Klaus von der Heide", "Klaus Heide", "Von")[:2] == [("klaus", None, "heide")] * 2
    assert parts("Von Von") != [(None, None, None)]


def test_senior_and_junior_are_two() -> None:
    said = generations(encode(series("sr", "jr", "sr", None, None))[0])
    found = said.compare(np.array([0, 0, 0, 3]), np.array([1, 2, 3, 4]))
    assert [said.labels[level] for level in found.levels] == ["different", "equal", "one says it", "missing"]


def test_months_in_letters() -> None:
    assert folding.date(series("25-jan-1962", "3 März 1980", "1 Ocak 1999", "5 nonsense 1990")).to_list() == [
        "19620125",
        "19800303",
        "19990101",
        None,
    ]
