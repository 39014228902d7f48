"""People as they are: names over time, homes, numbers, mailboxes. What a CRM knows about them is made in `views.py`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from benchmarks.matching_sets.dirt import spelled
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.places import Address, Phone, address, landline, mobile
from benchmarks.matching_sets.tables import more
from benchmarks.matching_sets.words import CULTURES, common, family

MAIL = (
    "mail.example",
    "post.example",
    "inbox.example",
    "freemail.example.com",
    "web.example.net",
    "eposta.example",
    "surat.example",
)
TWO_NAMES = ("es", "pt")
GENDERED = re.compile(r"([sc]k|dzk)i$")  # his Kowalski is her Kowalska, and they are two people
HOBBIES = ("sunny", "kartal", "bluebird", "wolke", "bintang", "lobo", "aslan", "bergfex", "happy")


@dataclass(slots=True)
class Person:
    """Somebody. Lists run from the oldest to the newest; `given` holds the forms of the name, the formal one first."""

    culture: str
    woman: bool
    given: list[str]
    second: str
    families: list[str]
    suffix: str
    born: date
    homes: list[Address]
    fixed: list[Phone]
    mobiles: list[Phone]
    mails: list[str]
    works: list["Work"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work:
    """A place at a firm: what stands on the business card."""

    company: str
    job: str
    email: str
    shared: str
    phone: Phone
    where: Address


def born(random_: Draws, youngest: int = 2006, oldest: int = 1938) -> date:
    """Any day between two years."""
    first = date(oldest, 1, 1)
    return first + timedelta(days=random_.randrange((date(youngest, 12, 31) - first).days))


def person(random_: Draws, culture: str, home: Address, name: str | None = None, **facts: object) -> Person:
    """Somebody who lives there; `facts` stand instead of what is drawn."""
    woman = bool(facts.pop("woman", random_.random() < 0.5))
    pool = _pool(random_, culture, woman)
    given = [form.replace("_", " ") for form in common(random_, pool).split("/")]
    second = common(random_, pool).split("/")[0].replace("_", " ") if random_.random() < 0.25 else ""
    families = [name or family_name(random_, culture)]
    if culture == "pl" and woman and random_.part:
        families = [GENDERED.sub(r"\1a", families[0])]
    drawn: dict[str, object] = {
        "given": given,
        "second": second,
        "families": families,
        "suffix": "",
        "born": born(random_),
        "homes": [home],
        "fixed": [landline(random_, home)],
        "mobiles": [mobile(random_, home.country)],
    }
    known = Person(culture=culture, woman=woman, mails=[], **(drawn | facts))  # type: ignore[arg-type]
    known.mails = known.mails or [mailbox(random_, known)]
    return known


def _pool(random_: Draws, culture: str, woman: bool) -> Sequence[str]:
    """The given names of this set."""
    pool = CULTURES[culture].women if woman else CULTURES[culture].men
    if not random_.part:
        return pool
    return random_.part_of((*pool, *more("names", culture).get("women" if woman else "men", ())))


def family_name(random_: Draws, culture: str) -> str:
    """A family name; who speaks Spanish or Portuguese has two, one Indonesian in three has none."""
    words = CULTURES[culture]
    if culture in TWO_NAMES:
        return f"{family(random_, words)} {family(random_, words)}"
    if culture == "id" and random_.random() < 0.35:
        return ""
    return family(random_, words)


def mailbox(random_: Draws, who: Person) -> str:
    """A private mailbox that nobody else has, out of a name, a year, or a hobby."""
    given, last = (
        spelled(text).lower().replace(" ", "").replace("'", "")
        for text in (who.given[0], who.families[-1] or who.second or "x")
    )
    year = who.born.year

    def draw() -> str:
        local = random_.choice(
            (
                f"{given}.{last}",
                f"{given[0]}{last}",
                f"{given}{year % 100:02}",
                f"{last}.{given}{random_.randrange(99)}",
                f"{given}_{last}{year}",
                f"{given}{last}{random_.randrange(1000)}",
                f"{random_.choice(HOBBIES)}{random_.randrange(10_000)}",
            )
        )
        return f"{local}@{random_.choice(MAIL)}"

    return random_.once(draw)


def lives_on(random_: Draws, who: Person, moves: float, marries: float) -> None:
    """What time does: a new home with its number, a name by marriage, a new mailbox, another mobile number."""
    if random_.random() < moves:
        home = address(random_, who.homes[-1].country)
        who.homes.append(home)
        who.fixed.append(landline(random_, home))
    if who.woman and random_.random() < marries:
        new = family_name(random_, who.culture)
        who.families.append(
            random_.choice((new, new, f"{who.families[-1]}-{new}", f"{new} {who.families[-1]}")).strip()
        )
    if random_.random() < 0.2:
        who.mails.append(mailbox(random_, who))
    if random_.random() < 0.12:
        who.mobiles.append(mobile(random_, who.homes[-1].country))
