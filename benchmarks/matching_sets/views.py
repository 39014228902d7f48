"""What one system knows about somebody at one time: a row by field."""

import random
import re

from benchmarks.matching_sets.people import Person, Work
from benchmarks.matching_sets.places import COUNTRIES, Address, written_city, written_street
from benchmarks.matching_sets.systems import System, called, cell, dated
from benchmarks.matching_sets.words import CULTURES

TITLES = {
    "en": ("Mr", "Mrs|Ms"),
    "de": ("Herr", "Frau"),
    "tr": ("Bay", "Bayan"),
    "es": ("Sr.", "Sra."),
    "id": ("Bapak", "Ibu"),
    "fr": ("M.", "Mme|Mlle"),
    "it": ("Sig.", "Sig.ra"),
    "pt": ("Sr.", "Sra.|D."),
    "pl": ("Pan", "Pani"),
    "nl": ("Dhr.", "Mevr.|Mw."),
}
FIRST_OF_TWO = re.compile(r"(?:de la |del |de )?\S*")
# What is written instead of a family name in full, now and then: the last of two, no particle, one word of two.
_PARTICLE = re.compile(
    r"^(?:van der |van den |van 't |v\.d\. |van |de La |de |du |ter |De |Di |Del |Della )", re.IGNORECASE
)
FAMILY_HABITS = {
    "pt": ((re.compile(r"^(?:d[aeo]s? )?\S+ (?=\S)"), ""), (re.compile(r"\bd[aeo]s? "), "")),
    "nl": ((_PARTICLE, ""), (re.compile("^van der |^van den "), "v.d. "), (re.compile("^van 't "), "van het ")),
    "fr": ((_PARTICLE, ""), (re.compile("^de La "), "Dela")),
    "it": ((_PARTICLE, ""), (re.compile("^(De|Di|Del|Della) "), r"\1")),
}
PERSONAL = (
    "title",
    "given",
    "family",
    "suffix",
    "birth",
    "email",
    "phone",
    "mobile",
    "street",
    "code",
    "city",
    "country",
)
WORKING = (
    "title",
    "given",
    "family",
    "email",
    "phone",
    "mobile",
    "company",
    "job",
    "street",
    "code",
    "city",
    "country",
)


def names(random_: random.Random, habits: System, who: Person, late: bool) -> tuple[str, str]:
    """Given and family name in the forms that somebody used that day."""
    given = random_.choice(who.given) if random_.random() < habits.nicknames else who.given[0]
    if random_.random() < habits.initials:
        given = given[0] + "."
    elif who.second and random_.random() < 0.4:
        given = f"{given} {who.second if random_.random() < 0.6 else who.second[0] + '.'}"
    family = who.families[-1] if late else who.families[0]
    if who.culture == "es" and random_.random() < 0.3:
        family = FIRST_OF_TWO.match(family).group()
    if who.culture in FAMILY_HABITS and random_.random() < 0.3:
        pattern, instead = random_.choice(FAMILY_HABITS[who.culture])
        family = pattern.sub(instead, family)
    if not family:
        family = random_.choices(("", given, ".", "-"), (6, 3, 1, 1))[0]
    return (family, given) if random_.random() < habits.exchanged else (given, family)


def whole_name(random_: random.Random, habits: System, who: Person, given: str, family: str) -> str:
    """The name in one cell, in an order that the system or the culture likes."""
    if CULTURES[who.culture].family_first and random_.random() < 0.6:
        return f"{family} {given}"
    if habits.family_first:
        return f"{family}, {given}" if family else given
    return f"{given} {family}".strip()


def private(random_: random.Random, habits: System, who: Person, language: str, one_name: bool) -> dict[str, str]:
    """A consumer's row."""
    late = random_.random() < 0.5
    given, family = names(random_, habits, who, late)
    at = -1 if late else 0
    home = who.homes[at]
    facts = _named(random_, habits, who, given, family, one_name)
    facts |= _housed(random_, habits, home)
    facts |= {
        "title": random_.choice(TITLES[language][who.woman].split("|")),
        "suffix": who.suffix,
        "birth": dated(random_, habits, who.born),
        "email": random_.choice(who.mails),
        "phone": called(random_, habits, who.fixed[at]),
        "mobile": called(random_, habits, who.mobiles[at]),
    }
    return {name: cell(random_, habits, name, text) for name, text in facts.items()}


def business(random_: random.Random, habits: System, who: Person, language: str, one_name: bool) -> dict[str, str]:
    """A business contact's row: one of the places where somebody works."""
    work: Work = random_.choice(who.works)
    given, family = names(random_, habits, who, random_.random() < 0.5)
    facts = _named(random_, habits, who, given, family, one_name)
    facts |= _housed(random_, habits, work.where)
    mail = random_.choices((work.email, work.shared, who.mails[0]), (80, 8, 12))[0]
    facts |= {
        "title": random_.choice(TITLES[language][who.woman].split("|")),
        "email": mail,
        "phone": called(random_, habits, work.phone)
        + (f" ext. {random_.randrange(10, 99)}" if random_.random() < 0.08 else ""),
        "mobile": called(random_, habits, who.mobiles[-1]),
        "company": work.company,
        "job": work.job,
    }
    return {name: cell(random_, habits, name, text) for name, text in facts.items()}


def _named(
    random_: random.Random, habits: System, who: Person, given: str, family: str, one_name: bool
) -> dict[str, str]:
    if one_name:
        return {"full": whole_name(random_, habits, who, given, family)}
    return {"given": given, "family": family}


def _housed(random_: random.Random, habits: System, home: Address) -> dict[str, str]:
    return {
        "street": written_street(home, habits.street if random_.random() < 0.8 else 0, random_.random() < 0.7),
        "code": home.code,
        "city": written_city(random_, home, 0.12),
        "country": random_.choice(COUNTRIES[home.country].name.split("|")[: 1 + habits.street]),
    }
