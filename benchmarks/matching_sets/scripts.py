"""People and firms that stand once in their own script and once in Latin letters, in one of several romanisations.

Each source keeps some of its rows in the script of the country, and has its own habit of romanising the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.firms import domain
from benchmarks.matching_sets.people import Person, born, lives_on, mailbox
from benchmarks.matching_sets.places import Phone, address, landline, mobile
from benchmarks.matching_sets.systems import System, cell
from benchmarks.matching_sets.tables import tables
from benchmarks.matching_sets.views import private
from benchmarks.matching_sets.words import common

SCRIPTS = tables("scripts")
LIVES = {"ru": "DE", "uk": "DE", "el": "DE", "ka": "TR", "ar": "GB"}


@dataclass(slots=True)
class Written:
    """Somebody with the spellings of both names: the native one first."""

    known: Person
    given: list[str]
    family: list[str]


@dataclass(frozen=True, slots=True)
class House:
    """A firm with the spellings of its parts, the native ones first."""

    name: tuple[list[str], ...]
    form: list[str]
    city: list[str]
    street: list[str]
    number: int
    phone: Phone
    domain: str


def writers(random_: Draws, _language: str) -> Iterator[Written]:
    """People of five scripts without end; now and then a brother, sister or spouse at one address."""
    while True:
        culture = random_.choice(tuple(SCRIPTS))
        first = _written(random_, culture, None)
        yield first
        if random_.random() < 0.25:
            yield _written(random_, culture, first)


def _written(random_: Draws, culture: str, relative: Written | None) -> Written:
    words, woman = SCRIPTS[culture], random_.random() < 0.5
    given = common(random_, random_.part_of(words["women" if woman else "men"])).split("|")
    stem, end = random_.choice(random_.part_of(words["stems"])), _end(random_, words, woman)
    family = [s + e for s, e in _spellings(stem.split("|"), end.split("|"))] if relative is None else relative.family
    home = address(random_, LIVES[culture]) if relative is None else relative.known.homes[0]
    known = Person(
        culture="ru", woman=woman, given=[given[1]], second="", families=[family[1]], suffix="", born=born(random_),
        homes=[home], fixed=[landline(random_, home)], mobiles=[mobile(random_, home.country)], mails=[],
    )  # fmt: skip
    known.mails = [mailbox(random_, known)]
    lives_on(random_, known, moves=0.1, marries=0.0)
    return Written(known, given, family)


def _end(random_: Draws, words: dict[str, list[str]], woman: bool) -> str:
    ends = words.get("women_ends", words["men_ends"]) if woman else words["men_ends"]
    return random_.choice(random_.part_of(ends) if len(ends) > 5 else ends)


def _spellings(first: Sequence[str], last: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Native with native, and the romanisations of both, the shorter list said again."""
    yield first[0], last[0]
    for at in range(max(len(first), len(last)) - 1):
        yield first[1 + at % (len(first) - 1)], last[1 + at % (len(last) - 1)]


def spelled_row(random_: Draws, habits: System, who: Written, language: str, one_name: bool) -> dict[str, str]:
    """A consumer's row in the one script or the other."""
    native = random_.random() < 0.45
    given, family = (_spelling(random_, names, native) for names in (who.given, who.family))
    return private(random_, habits, replace(who.known, given=[given], families=[family]), language, one_name)


def _spelling(random_: Draws, spellings: list[str], native: bool) -> str:
    return spellings[0] if native else random_.choice(spellings[1:])


def houses(random_: Draws, _language: str) -> Iterator[House]:
    """Firms of five scripts without end."""
    while True:
        words = SCRIPTS[random_.choice(tuple(SCRIPTS))]
        core = common(random_, random_.part_of(words["firms"])).split("|")
        owner = [
            s + e
            for s, e in _spellings(random_.choice(words["stems"]).split("|"), _end(random_, words, False).split("|"))
        ]
        trade = random_.choice(words["trades"]).split("|")
        name = (core, trade) if random_.random() < 0.5 else (owner, trade)
        home = address(random_, "DE")
        yield House(
            name, random_.choice(words["forms"]).split("|"), random_.choice(words["cities"]).split("|"),
            random_.choice(words["streets"]).split("|"), home.number, landline(random_, home),
            domain(random_, name[0][1]),
        )  # fmt: skip


def housed_row(random_: Draws, habits: System, who: House, _language: str, _one_name: bool) -> dict[str, str]:
    """What one system knows of a firm, in the one script or the other."""
    native = random_.random() < 0.45
    words = [_spelling(random_, part, native) for part in who.name]
    form = _spelling(random_, who.form, native)
    name = random_.choices((f"{form} {' '.join(words)}", f"{' '.join(words)} {form}", " ".join(words)), (4, 3, 3))[0]
    facts = {
        "company": name,
        "street": f"{_spelling(random_, who.street, native)} {who.number}",
        "city": _spelling(random_, who.city, native),
        "phone": f"+{who.phone.digits}",
        "email": f"info@{who.domain}",
        "web": who.domain,
    }
    return {name: cell(random_, habits, name, text) for name, text in facts.items()}
