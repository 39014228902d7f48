"""Family names in capitals beside given names that are not: the French, Turkish and Spanish way to mark them."""

import re

from crm_migrate.cleansing.people.person_case import one_case
from crm_migrate.cleansing.people.person_words import PARTICLES
from crm_migrate.cleansing.text.letters import fold


def shouted(words: list[str]) -> int:
    """How many words at the start are a family name in capitals before a given name that is not (`DUPONT Jean`)."""
    at = 0
    while at < len(words) and (_is_loud(words[at]) or (words[at].isupper() and _is_particle(words[at - 1 : at]))):
        at += 1
    rest = words[at:]
    loud = any(len(w) > 2 for w in words[:at])
    return at if loud and rest and all(w[0].isupper() and len(w) > 1 and not one_case(w) for w in rest) else 0


def _is_particle(words: list[str]) -> bool:
    """One word before a name in capitals (`VAN ES`)."""
    return len(words) == 1 and fold(words[0]) in PARTICLES


def is_family_loud(parts: dict[str, str]) -> bool:
    """A family name of several words in capitals beside a given name that is not (`DE LA TOUR, Marie`)."""
    last = parts.get("last", "")
    return " " in last and all(_is_loud(w) for w in last.split()) and not one_case(parts.get("first", "A"))


def _is_loud(word: str) -> bool:
    """A word of a family name in capitals, particles among them."""
    return word.isupper() and "." not in word and (len(word) > 2 or fold(word) in PARTICLES)


def marked(words: list[str]) -> int:
    """Where the family name starts that is in capitals behind given names that are not (`Ayşe YILMAZ DEMİR`), or 0."""
    at = len(words)
    while at and words[at - 1].isupper() and re.search(r"[^\W\d_]{2}", words[at - 1]) and "." not in words[at - 1]:
        at -= 1
    long = any(len(re.sub(r"[\W\d_]", "", w)) > 2 and fold(w) not in PARTICLES for w in words[at:])
    long = long or (at < len(words) - 1 and fold(words[at]) in PARTICLES)
    given = words[:at]
    return at if long and given and all(w[0].isupper() and (len(w) < 3 or not one_case(w)) for w in given) else 0
