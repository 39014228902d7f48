"""Person names into parts: prefix, given, middle, nickname, family, suffix; first version."""

import re
import unicodedata

from crm_migrate.cleansing.letters import fold, lower, upper

PREFIXES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "herr",
        "frau",
        "sr",
        "sra",
        "srta",
        "m",
        "mme",
        "mlle",
        "dhr",
        "mevr",
        "bay",
        "bayan",
        "sayin",
        "av",
        "ir",
        "drs",
        "dra",
        "hj",
        "h",
        "bpk",
        "ibu",
        "ing",
        "dipl",
    ]
)
SUFFIXES = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "phd",
        "md",
        "mba",
        "esq",
        "cpa",
        "dds",
        "bsc",
        "msc",
        "ba",
        "ma",
        "spd",
        "mm",
        "se",
        "sh",
        "st",
        "skom",
        "ssi",
    ]
)
PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "do",
        "du",
        "la",
        "le",
        "ter",
        "ten",
        "zu",
        "zum",
        "zur",
        "af",
        "av",
        "bin",
        "binti",
        "ibn",
        "al",
        "el",
        "y",
        "e",
        "ben",
    ]
)


def parts_of(text: str, locale: str = "en") -> dict[str, str]:
    """The parts of one person's name."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    family, _, rest = value.partition(",")
    if rest and fold(rest.split()[0]).replace(".", "") not in SUFFIXES:
        value = f"{rest.strip()} {family.strip()}"
        words = value.split()
        inverted = len(family.split())
    else:
        words, inverted = value.replace(",", " ").split(), 0
    prefix = _taken(words, 0, PREFIXES)
    suffix = _taken(words, -1, SUFFIXES)
    if not words:
        return {"prefix": prefix, "suffix": suffix}
    words = [_cased(w, value, locale) for w in words]
    at = len(words) - inverted if inverted else max(len(words) - 1, 0)
    while not inverted and at > 1 and fold(words[at - 1]) in PARTICLES:
        at -= 1
    if len(words) == 1:
        return {"prefix": prefix, "first": words[0], "last": "", "suffix": suffix}
    return {"prefix": prefix, "first": " ".join(words[:at]), "last": " ".join(words[at:]), "suffix": suffix}


def _taken(words: list[str], at: int, known: frozenset[str]) -> str:
    """Take known words off one end."""
    taken: list[str] = []
    while len(words) > 1 and fold(words[at]).replace(".", "") in known:
        taken.insert(0 if at else len(taken), words.pop(at))
    return " ".join(taken)


def _cased(word: str, whole: str, locale: str) -> str:
    """Letter case restored only where the whole input is all one case."""
    if whole not in (whole.upper(), whole.lower()) and whole != upper(whole, locale):
        return word
    if fold(word) in PARTICLES:
        return lower(word, locale)
    return re.sub(r"[^\W\d_]+", lambda m: upper(m[0][0], locale) + lower(m[0][1:], locale), word)
