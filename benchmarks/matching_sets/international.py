"""Persons from everywhere in one file: mononyms, double surnames, family name first, transliterations, lost letters."""

from collections.abc import Iterator

from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.people import Person, lives_on, person
from benchmarks.matching_sets.places import address

LIVES = {
    "en": "US GB",
    "de": "DE",
    "tr": "TR DE",
    "id": "ID",
    "es": "ES US",
    "ar": "DE GB US",
    "vi": "DE US",
    "zh": "US GB ID",
    "ru": "DE US TR",
    "pl": "DE GB",
}


def strangers(random_: Draws, _language: str) -> Iterator[Person]:
    """People without end; now and then brothers, sisters and spouses at one address."""
    while True:
        culture = random_.choice(tuple(LIVES))
        home = address(random_, random_.choice(LIVES[culture].split()))
        first = person(random_, culture, home)
        members = [first]
        if random_.random() < 0.2:
            members.append(person(random_, culture, home, first.families[0]))
        for member in members:
            lives_on(random_, member, moves=0.08, marries=0.05)
            yield member
