"""Persons in households: what they share is not who they are.

Families with one mailbox, father and son of one name (with and without Jr/Sr), twins, flat mates; people move, marry.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.people import MAIL, Person, born, family_name, lives_on, person
from benchmarks.matching_sets.places import Address, address, landline

COUNTRY = {
    "en": "US", "de": "DE", "tr": "TR", "es": "ES", "id": "ID",
    "fr": "FR", "it": "IT", "pt": "BR", "pl": "PL", "nl": "NL",
}  # fmt: skip


def households(random_: Draws, culture: str) -> Iterator[Person]:
    """People without end, household by household."""
    kinds = (alone, couple, family, namesakes, twins, flat_mates)
    while True:
        home = address(random_, COUNTRY[culture])
        kind = random_.choices(kinds, (34, 20, 26, 6, 4, 10))[0]
        members = kind(random_, culture, home)
        if len(members) > 1 and random_.random() < 0.5:
            _share(random_, members)
        for member in members:
            lives_on(random_, member, moves=0.1, marries=0.08)
            yield member


def alone(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Somebody on their own."""
    return [person(random_, culture, home)]


def couple(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Two people, most of them with one name."""
    name = family_name(random_, culture)
    other = name if random_.random() < 0.7 else family_name(random_, culture)
    year = random_.randrange(1940, 1998)
    return [
        person(random_, culture, home, name, woman=False, born=_near(random_, year)),
        person(random_, culture, home, other, woman=True, born=_near(random_, year)),
    ]


def family(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Parents and one to four children."""
    parents = couple(random_, culture, home)
    name, year = parents[0].families[0], parents[1].born.year + 22
    children = [
        person(random_, culture, home, name, born=_near(random_, year + random_.randrange(14)))
        for _ in range(random_.choice((1, 1, 2, 2, 3, 4)))
    ]
    return parents + children


def namesakes(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Father and son of one name; some say which one they are."""
    father = person(random_, culture, home, woman=False, born=born(random_, 1975))
    marks = random_.choice((("Sr.", "Jr."), ("sen.", "jun."), ("", "Jr"), ("", "II"), ("", "")))
    facts: dict[str, object] = {"woman": False, "given": father.given, "suffix": marks[1]}
    facts["born"] = _near(random_, father.born.year + random_.randrange(20, 36))
    son = person(random_, culture, home, father.families[0], **facts)
    father.suffix = marks[0]
    return [father, son]


def twins(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Two children of one day and their mother."""
    name, day = family_name(random_, culture), born(random_, 2006, 1960)
    mother = person(random_, culture, home, name, woman=True, born=_near(random_, day.year - random_.randrange(20, 40)))
    first = person(random_, culture, home, name, born=day)
    second = person(random_, culture, home, name, born=day)
    while second.given[0] == first.given[0]:
        second = person(random_, culture, home, name, born=day)
    return [mother, first, second]


def flat_mates(random_: Draws, culture: str, home: Address) -> list[Person]:
    """Two to five people behind one door, with one telephone and nothing else in common."""
    fixed = landline(random_, home)
    return [
        person(random_, culture, replace(home, flat=home.flat), fixed=[fixed], born=born(random_, 2004, 1985))
        for _ in range(random_.randrange(2, 6))
    ]


def _share(random_: Draws, members: list[Person]) -> None:
    """One fixed line for all; sometimes one mailbox too, of the house or of one of them."""
    shared = random_.choice((members[0].mails[0], f"familie.{random_.randrange(10_000)}@{random_.choice(MAIL)}"))
    mail = random_.random() < 0.45
    for member in members:
        member.fixed = [members[0].fixed[0]]
        if mail and random_.random() < 0.75:
            member.mails = [shared]


def _near(random_: Draws, year: int) -> date:
    return date(min(year, 2012), 1, 1) + timedelta(days=random_.randrange(365 * 4))
