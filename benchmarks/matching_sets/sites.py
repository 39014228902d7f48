"""Companies at several addresses beside chains: one customer who moved, has a branch or a billing address, and shops of
one brand that are customers of their own.

A company has one to four doors and is one whichever of them a row names. A chain has many: each shop has its own door
and telephone and is somebody by itself, whatever name and web site they share.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace

from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.firms import Firm, firm
from benchmarks.matching_sets.households import COUNTRY
from benchmarks.matching_sets.organisations import OTHERS, account, building, group, site_of
from benchmarks.matching_sets.places import Address, Phone, address, landline
from benchmarks.matching_sets.systems import System

DOORS = (1, 2, 3, 4)


@dataclass(slots=True)
class Sited(Firm):
    """A firm with the other doors that rows may name, each with the telephone that rings there."""

    doors: list[tuple[Address, Phone]] = field(default_factory=list)


def companies(random_: Draws, language: str) -> Iterator[Firm]:
    """Firms without end: most of the file's own language, one in four at more than one address."""
    kinds: tuple[Callable[[Draws, str], list[Firm]], ...] = (company, group, building, chain)
    while True:
        there = language if random_.random() < 0.75 else random_.choice(OTHERS)
        yield from random_.choices(kinds, (84, 6, 6, 1))[0](random_, there)


def company(random_: Draws, language: str) -> list[Firm]:
    """One firm with its doors."""
    made = firm(random_, language)
    elsewhere = [_door(random_, made) for _ in range(random_.choices(DOORS, (75, 15, 7, 3))[0] - 1)]
    return [Sited(**{each.name: getattr(made, each.name) for each in fields(made)}, doors=elsewhere)]


def _door(random_: Draws, of: Firm) -> tuple[Address, Phone]:
    """Another address; half of them are reached by the telephone of the head office."""
    home = address(random_, COUNTRY[of.language])
    return home, of.phone if random_.random() < 0.5 else landline(random_, home)


def chain(random_: Draws, language: str) -> list[Firm]:
    """Shops of one brand, ten to forty of them; some are called by their place, some have a tax number of their own."""
    brand = firm(random_, language)
    named, own = random_.random() < 0.5, random_.random() < 0.5
    made = [site_of(random_, brand, named) for _ in range(random_.choice((10, 15, 25, 40)))]
    return [replace(shop, tax=firm(random_, language).tax) if own else shop for shop in made]


def at_a_door(random_: Draws, habits: System, who: Firm, language: str, one_name: bool) -> dict[str, str]:
    """What one system knows of a firm: of several doors it has one."""
    if isinstance(who, Sited) and who.doors and random_.random() < 0.5:
        where, phone = random_.choice(who.doors)
        who = replace(who, where=where, phone=phone)
    return account(random_, habits, who, language, one_name)
