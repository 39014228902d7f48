"""A source system and its habits: letter case, alphabet, order of names, formats, what it leaves empty, its slips.

Dirt comes by system, not by cell: an ERP writes all in capitals and cuts at thirty, the web shop has mail
addresses and no fixed lines.
"""

import random
from dataclasses import dataclass
from datetime import date

from benchmarks.matching_sets import dirt
from benchmarks.matching_sets.places import Phone, written_phone

NOTHING = ("", "", "", "", "-", "n/a", "k.A.", "yok", "unknown", "x", ".")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%b-%Y", "%Y%m%d")
NAMES = ("given", "family", "full", "company")
LOSSES = ("as is", "as is", "as is", "plain", "plain", "spelled", "misread")


@dataclass(frozen=True, slots=True)
class System:
    """Habits of one source; `missing` by field, `slips` per written cell, `cut` the longest text it holds."""

    medium: str
    case: str
    letters: str
    dates: str
    phone: int
    street: int
    cut: int
    slips: float
    nicknames: float
    initials: float
    exchanged: float
    family_first: bool
    missing: dict[str, float]


def system(random_: random.Random, missing: float, fields: tuple[str, ...]) -> System:
    """Habits drawn at random; about `missing` of the cells of `fields` are empty, unevenly; names seldom are."""
    shares = {field: min(0.97, missing * random_.choice((0.1, 0.3, 0.6, 1.0, 1.5, 2.5))) for field in fields}
    shares |= {name: random_.choice((0.0, 0.0, 0.005, 0.03)) for name in NAMES}
    return System(
        medium=random_.choice(tuple(dirt.SLIPS)),
        case=random_.choice(("", "", "", "upper", "lower", "title")),
        letters=random_.choice(LOSSES),
        dates=random_.choice(DATES),
        phone=random_.randrange(6),
        street=random_.randrange(3),
        cut=random_.choice((20, 30, 40, 80, 80)),
        slips=random_.choice((0.01, 0.03, 0.05, 0.09)),
        nicknames=random_.choice((0.0, 0.05, 0.2, 0.4)),
        initials=random_.choice((0.0, 0.0, 0.02, 0.1)),
        exchanged=random_.choice((0.0, 0.0, 0.01, 0.05)),
        family_first=random_.random() < 0.25,
        missing=shares,
    )


def systems(random_: random.Random, missing: float, fields: tuple[str, ...], count: int = 3) -> list[System]:
    """The systems that one file was put together from."""
    return [system(random_, missing, fields) for _ in range(count)]


def cell(random_: random.Random, habits: System, name: str, text: str) -> str:
    """One cell as the system holds it: empty, mistaken, in its letters, cut."""
    if random_.random() < habits.missing.get(name, 0.0):
        return random_.choice(NOTHING)
    if random_.random() < habits.slips:
        text = dirt.slip(random_, text, habits.medium)
    if name in ("email", "web"):
        return text.lower() if habits.case != "upper" else text.upper()
    return cased(habits.case, lettered(habits.letters, text))[: habits.cut].rstrip()


def lettered(letters: str, text: str) -> str:
    """In the letters that the system has."""
    if letters == "plain":
        return dirt.plain(text)
    if letters == "spelled":
        return dirt.spelled(text)
    return dirt.misread(text) if letters == "misread" else text


def cased(case: str, text: str) -> str:
    """In the case that the system keeps."""
    return {"upper": text.upper, "lower": text.lower, "title": text.title}.get(case, lambda: text)()


def dated(random_: random.Random, habits: System, day: date) -> str:
    """A date in the system's format, sometimes with day and month exchanged, or only its year right."""
    chance = random_.random()
    if chance < habits.slips / 3 and day.day <= 12:
        day = date(day.year, day.day, day.month)
    elif chance < habits.slips / 2:
        day = date(day.year, 1, 1)
    return day.strftime(habits.dates)


def called(random_: random.Random, habits: System, number: Phone) -> str:
    """A number as the system writes it, now and then as somebody typed it."""
    return written_phone(number, habits.phone if random_.random() < 0.85 else random_.randrange(6))
