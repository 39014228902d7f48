"""What contradicts that two records are one: every reason by its smallest example, beside the nearest that is none."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest

from crm_migrate.matching.comparing.facts import facts_of
from crm_migrate.matching.comparing.records import prepare
from crm_migrate.matching.deciding.evidence import Weighed
from crm_migrate.matching.deciding.vetoes import DIFFERENT, contradictions, first_reason

Row = Mapping[str, str]


def reasons(entity: str, *rows: Row, pair: tuple[int, int] = (0, 1)) -> set[str]:
    """The reasons that keep two rows (the first two) apart; the others are the company they are in."""
    return together(entity, rows, pair)[0]


def together(entity: str, rows: Sequence[Row], *wanted: tuple[int, int]) -> list[set[str]]:
    """The reasons that keep the rows of each pair apart."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )
    records = prepare(frame, {name: name.split("/")[0] for name in names}, entity)
    i, j = np.array(wanted).T
    levels = {each.name: each.compare(i, j).levels for each in records.comparisons}
    nothing = np.zeros((len(wanted), 1))
    pairs = Weighed(i, j, levels, nothing.astype(np.float32), nothing[:, 0], nothing[:, 0], nothing)
    found = contradictions(pairs, records.comparisons, facts_of(records))
    names = [{name for name, flags in found.items() if flags[at]} for at in range(len(wanted))]
    assert all(told in (each or {None}) for told, each in zip(first_reason(found, len(wanted)), names, strict=True))
    return names


def person(given: str = "Marina", family: str = "Yilmaz", **more: str) -> Row:
    return {"given_name": given, "family_name": family, **more}


def firm(name: str = "Kaya Makine", **more: str) -> Row:
    return {"company_name": name, **more}


NUMBER, ANOTHER = "10000000146", "10000000078"
BORN, OTHERWISE = "1980-03-14", "1991-07-26"
# Both names stand with five family names each: the file knows them as two names.
BORNE = [person(given, family) for given in ("Marina", "Marine") for family in ("Ak", "Bor", "Can", "Dag", "Er")]
RARE = BORNE[:-1]
VAGUE = [person(given, family) for given in ("Maria", "Mark") for family in ("Ak", "Bor", "Can", "Dag", "Er")]

PEOPLE: list[tuple[list[Row], set[str]]] = [
    ([person(), person()], set()),
    ([person(tax_id=NUMBER), person(tax_id=NUMBER)], set()),
    ([person(tax_id=NUMBER), person(tax_id=ANOTHER)], {"tax_id"}),
    ([person(tax_id=NUMBER), person()], set()),
    ([person(birth_date=BORN), person(birth_date=OTHERWISE)], {"birth_date"}),
    ([person(birth_date=BORN), person(birth_date="1980-03-15")], set()),  # one slip
    ([person(birth_date=BORN), person(birth_date="1980-07-26")], {"birth_date"}),  # the year alone
    ([person(birth_date=BORN), person(birth_date="1981-07-26")], {"birth_date"}),  # a year near it
    # A number of their own settles a birth date, but not with a name that differs as well.
    ([person(birth_date=BORN, tax_id=NUMBER), person(birth_date=OTHERWISE, tax_id=NUMBER)], set()),
    (
        [person(birth_date=BORN, tax_id=NUMBER), person("Kemal", birth_date=OTHERWISE, tax_id=NUMBER)],
        {"birth_date", "given_name"},
    ),
    (
        [person(birth_date=BORN, tax_id=NUMBER), person(family="Kara", birth_date=OTHERWISE, tax_id=NUMBER)],
        {"birth_date", "family_name"},
    ),
    ([person(), person("Kemal")], {"given_name"}),
    ([person(), person(family="Kara")], {"family_name"}),
    # Another name needs both: the number and the birth date.
    ([person(tax_id=NUMBER), person("Kemal", tax_id=NUMBER)], {"given_name"}),
    ([person(birth_date=BORN), person(family="Kara", birth_date=BORN)], {"family_name"}),
    ([person(tax_id=NUMBER, birth_date=BORN), person("Kemal", "Kara", tax_id=NUMBER, birth_date=BORN)], set()),
    ([person(tax_id=NUMBER, birth_date=BORN), person("Kemal", tax_id=NUMBER, birth_date="1980-03-15")], set()),
    ([person(id="A1"), person(id="A2")], {"id"}),
    ([person(id="A1"), person(id="A1")], set()),
    ([person(id="A1"), person()], set()),
    ([person(), person(id="A1")], set()),
    ([{"id/1": "A1", "id/2": "X", **person()}, {"id/1": "A1", "id/2": "Y", **person()}], {"id"}),
    ([{"id/1": "A1", "id/2": "X", **person()}, {"id/1": "A2", "id/2": "X", **person()}], {"id"}),
    ([person(family="Fox Sr"), person(family="Fox Jr")], {"generation"}),
    ([person(family="Fox Jr"), person(family="Fox Jr")], set()),
    ([person(family="Fox Jr"), person(family="Fox")], set()),
    ([person(family="Fox"), person(family="Fox Jr")], set()),
    ([person(), person("Marine")], set()),
    ([person(), person("Marine"), *BORNE], {"usual_names"}),
    ([person(), person("Marine"), *RARE[:-1]], set()),
    ([person(family="Ak"), person("Marine", "Ak"), *RARE], set()),  # one of the two stands with four family names
    ([person(family="Ak"), person("Marine", "Ak"), *BORNE], {"usual_names"}),  # five each, and no more
    ([person(), person(), *BORNE], set()),
    # Who has no family name known is no further family of that name.
    ([person(family="Ak"), person("Marine", "Ak"), *BORNE[:4], *BORNE[5:], {"given_name": "Marine"}], set()),
    ([{"given_name": "Zeynep"}, {"given_name": "Marine"}], {"given_name"}),
    ([person("Maria"), person("Mark")], set()),
    ([person("Maria"), person("Mark"), *VAGUE], {"usual_names"}),
    ([person("Tim"), person("Tom")], {"usual_names"}),
    ([person("Anne"), person("Anna")], {"usual_names"}),
    ([person("Karin"), person("Karen")], set()),
    ([person("Jon"), person("John")], set()),  # of two lengths
    ([person("Tim", tax_id=NUMBER, birth_date=BORN), person("Tom", tax_id=NUMBER, birth_date=BORN)], set()),
    ([person("Tim", tax_id=NUMBER), person("Tom", tax_id=NUMBER)], {"usual_names"}),
    # A number at a host makes another mailbox, and another of one name; a birth date or a tax number settles it.
    ([person(email="m.yilmaz@acme.example"), person(email="m.yilmaz2@acme.example")], {"mailbox"}),
    ([person(email="m.yilmaz3@acme.example"), person(email="m.yilmaz2@acme.example")], {"mailbox"}),
    ([person(email="m.yilmaz@acme.example"), person(email="M.Yilmaz@ACME.example")], set()),
    ([person(email="m.yilmaz@acme.example"), person(email="m.yilmaz2@other.example")], set()),
    ([person(email="m.yilmaz@acme.example"), person(email="myilmaz@acme.example")], set()),
    ([person(email="m.yilmaz@acme.example"), person()], set()),
    (
        [
            person(email="m.yilmaz@acme.example", birth_date=BORN),
            person(email="m.yilmaz2@acme.example", birth_date=BORN),
        ],
        set(),
    ),
    (
        [person(email="m.yilmaz@acme.example", tax_id=NUMBER), person(email="m.yilmaz2@acme.example", tax_id=NUMBER)],
        set(),
    ),
    (
        [
            {"email/1": "m.yilmaz@acme.example", "email/2": "m.yilmaz2@acme.example", **person()},
            {"email/1": "m.yilmaz2@acme.example", **person()},
        ],
        set(),
    ),
    # Of people a street and a telephone say nothing: they move, and have two.
    ([person(street="Ring 1", phone="+902120000001"), person(street="Kale 77", phone="+902129999999")], set()),
]
FIRMS: list[tuple[list[Row], set[str]]] = [
    ([firm(), firm()], set()),
    ([firm(), firm("Deniz Turizm")], {"company_name"}),
    ([firm(tax_id=NUMBER), firm("Deniz Turizm", tax_id=NUMBER)], set()),
    ([firm(tax_id=NUMBER), firm(tax_id=ANOTHER)], {"tax_id"}),
    ([firm(phone="+902120000001"), firm(phone="+902129999999")], {"phone"}),
    # Shops of a chain have its number, and telephones of their own.
    ([firm(phone="+902120000001", tax_id=NUMBER), firm(phone="+902129999999", tax_id=NUMBER)], {"phone"}),
    ([firm(street="Ring 1"), firm(street="Ring 9")], {"street"}),
    ([firm(street="Ring 1"), firm(street="Ring 1")], set()),
    # Sites of one company have its number and streets of their own.
    ([firm(street="Ring 1", tax_id=NUMBER), firm(street="Kale 77", tax_id=NUMBER)], {"street"}),
    ([firm("Kaya Makine Ankara"), firm("Kaya Makine Bursa")], {"words"}),
    ([firm("Kaya Makine Ankara"), firm("Kaya Makine")], set()),
    ([firm("Kaya Makine"), firm("Kaya Makine Ankara")], set()),
    ([firm("Kaya Makine Ankara", tax_id=NUMBER), firm("Kaya Makine Bursa", tax_id=NUMBER)], {"words"}),
    ([firm("Kaya Makine Beton", tax_id=NUMBER), firm("Kaya Mkn Beton", tax_id=NUMBER)], set()),  # how a name is written
    ([firm("Kaya Makine", tax_id=NUMBER), firm("Makine Kaya Ticaret", tax_id=NUMBER)], set()),
    ([firm("Kaya Makine Istanbul"), firm("Kaya Makine Istambul")], set()),  # one word, spelt twice
    ([firm("Kaya Makine Ist"), firm("Kaya Makine Istanbul")], set()),  # cut short
    ([firm("Kaya Makine 12"), firm("Kaya Makine 123")], {"words"}),  # numbers have one spelling
    ([firm("Kaya Makine 12"), firm("Kaya Makine 12b")], {"words"}),
    ([firm("Kaya Makine Beton Altan"), firm("Kaya Makine Beton Altin")], set()),  # four letters of five, just one word
    ([firm("Kaya Makine Beton Altan"), firm("Kaya Makine Beton Akten")], {"words"}),
    ([firm("Kaya Makine Denizli Istanbul Beton Altan"), firm("Kaya Makine Denizli Istanbul Beton Akten")], {"words"}),
    ([firm(id="A1"), firm(id="A2")], {"id"}),
]


@pytest.mark.parametrize(("rows", "found"), PEOPLE)
def test_what_keeps_two_people_apart(rows: list[Row], found: set[str]) -> None:
    assert reasons("person", *rows) == found
    assert reasons("person", rows[1], rows[0], *rows[2:]) == found


@pytest.mark.parametrize(("rows", "found"), FIRMS)
def test_what_keeps_two_companies_apart(rows: list[Row], found: set[str]) -> None:
    assert reasons("organisation", *rows) == found
    assert reasons("organisation", rows[1], rows[0], *rows[2:]) == found


def test_without_names_nothing_is_said_of_names() -> None:
    assert reasons("person", {"email": "a@x.example"}, {"email": "b@x.example"}) == set()
    one, other = {"tax_id": NUMBER, "birth_date": BORN}, {"tax_id": NUMBER, "birth_date": OTHERWISE}
    assert reasons("person", one, other) == set(), "the number settles the birth date: no name contradicts it"


@pytest.mark.parametrize(
    ("entity", "one", "other", "found"),
    [
        ("organisation", firm("Kaya Makine Ankara"), firm("Kaya Makine Bursa"), {"words"}),
        ("person", person("Tim"), person("Tom"), {"usual_names"}),
        ("person", person(id="A1"), person(id="A2"), {"id"}),
    ],
)
def test_it_does_not_matter_what_the_file_had_before(entity: str, one: Row, other: Row, found: set[str]) -> None:
    assert reasons(entity, one, other, one, pair=(1, 2)) == found


def test_every_pair_has_reasons_of_its_own() -> None:
    rows = [person(family="Fox Sr"), person(family="Fox Jr"), person(family="Fox Jr"), person("Kemal", "Fox")]
    assert together("person", rows, (0, 1), (1, 2), (0, 2), (2, 3)) == [
        {"generation"},
        set(),
        {"generation"},
        {"given_name"},
    ]


def test_every_level_that_keeps_apart_is_one_that_pairs_can_have() -> None:
    everything = person(birth_date=BORN, tax_id=NUMBER)
    frames = {"person": everything, "organisation": firm(street="Ring 1", city="Muster", phone="+902120000001")}
    labels = {
        each.name: set(each.labels)
        for entity, row in frames.items()
        for each in prepare(pl.DataFrame([row, row]), {name: name for name in row}, entity).comparisons
    }
    assert all(levels <= labels[name] for name, levels in DIFFERENT.items())


def test_the_weightiest_reason_is_the_one_that_is_told() -> None:
    """A decision before numbers, numbers before birth dates, vetoes before doubts; none where nothing contradicts."""
    order = ["clash", "apart", "tax_id", "id", "generation", "birth_date", "given_name"]
    found = {name: np.arange(len(order) + 1) >= at for at, name in enumerate(reversed(order))}
    told = first_reason(found, len(order) + 1).tolist()
    assert told == [*reversed(order), "clash"]
    assert first_reason({name: np.array([False]) for name in order}, 1).tolist() == [None]
