"""States and provinces to the second part of ISO 3166-2, inside one country: Florida's `FD` never becomes Uruguay's."""

import re
from collections.abc import Callable
from functools import cache

import pycountry
from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import phrases, table

# Other names in use (English exonyms, traditional and postal abbreviations, short names), by country.
OTHER = table("states")
# What kind of unit it is, in the languages of the countries (ISO 3166-2 categories and their local words); only dropped
# where a name is left.
_KINDS = re.compile(rf"\b(?:{'|'.join(sorted(phrases('state_kinds'), key=len, reverse=True))})\b")
# Where names are written in Cyrillic or Greek letters; elsewhere y for i is a slip.
_OTHER_LETTERS = frozenset(["RU", "UA", "BY", "KZ", "KG", "TJ", "UZ", "MN", "BG", "RS", "MK", "ME", "BA", "GR", "CY"])
# Names of ISO 3166-2 are in Latin letters; several spellings of one sound are made alike by `_sound`.
_LATIN = str.maketrans(table("latin_letters"))


_LONGEST = 200  # characters; the longest official name has 90
# Armed forces abroad: states of the postal service (USPS Publication 28), none of ISO 3166-2.
_MILITARY = frozenset(("AA", "AE", "AP"))


def state_key(text: str) -> str:
    """A name for looking up."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text)).split())


def _bare(key: str) -> str:
    """A key without the word for the kind of unit; as it was where nothing else is in it."""
    return " ".join(_KINDS.sub(" ", key).split()) or key


def _sound(key: str) -> str:
    """A key in one Latin spelling: `Московская` and `Moskovskaya` are one."""
    latin = key.translate(_LATIN).replace(".", "")
    return re.sub(r"[yij]+", "i", re.sub(r"^ye|(?<= )ye", "e", latin))


@cache
def _names(region: str) -> tuple[dict[str, str], frozenset[str]]:
    """Keys of names -> code, and the codes of a country. A name that two units share belongs to neither."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    units = pycountry.subdivisions.get(country_code=region) or ()
    codes = frozenset(u.code.partition("-")[2] for u in units) | (_MILITARY if region == "US" else frozenset())
    for unit in sorted(units, key=lambda u: (u.parent_code is not None, u.code)):
        for name in (unit.name, *re.split(r"[\[\],/]", unit.name)):
            key = state_key(name)
            if (
                key
                and names.setdefault(key, unit.code.partition("-")[2]) != unit.code.partition("-")[2]
                and not unit.parent_code
            ):
                shared.add(key)
    for place, others in OTHER.items():
        country, _, code = place.partition(" ")
        if country == region and code in codes:
            names |= dict.fromkeys((state_key(name) for name in others.split(" | ")), code)
    names = {k: v for k, v in names.items() if k not in shared}
    sounds = (_sound, lambda key: _sound(_bare(key))) if region in _OTHER_LETTERS else ()
    for spelling in (*sounds[:1], _bare, *sounds[1:], _nominative):
        names = _respelt(names, spelling) | names
    return names, codes


def _respelt(names: dict[str, str], spelling: Callable[[str], str]) -> dict[str, str]:
    """The names in another spelling, without what two units would share."""
    found: dict[str, set[str]] = {}
    for key, code in names.items():
        found.setdefault(spelling(key), set()).add(code)
    return {key: next(iter(codes)) for key, codes in found.items() if len(codes) == 1 and key}


def _nominative(key: str) -> str:
    """Swedish counties without the genitive s: `Stockholms län` is also `Stockholm`."""
    return key.removesuffix(" lan").removesuffix("s") if key.endswith(" lan") else key


def state_cell(text: str, region: str | None) -> Cell:
    """The code of a state within its country; without a country nothing is decided."""
    value = text.strip()
    if len(value) > _LONGEST:
        return invalid("too long for a state")
    names, codes = _names(region) if region else ({}, frozenset[str]())
    if is_null(value) and value.upper().replace(".", "") not in codes:  # "N.C." is North Carolina
        return NULL
    if region is None:
        return _without_country(value)
    bare = value.upper().replace(".", "").replace(" ", "").removeprefix(f"{region}-")
    if bare in codes and not (region == "TR" and len(bare) == 1):
        return Cell(bare)
    key = state_key(value)
    if region == "US" and key == "washington":
        return Cell(None, "ambiguous", "the state WA or the city in DC")
    closed = state_key(re.sub("['’‘ʻ`]", "", value))
    tries = [key, closed, _bare(key), *((_sound(key), _sound(_bare(key))) if region in _OTHER_LETTERS else ())]
    code = next((names[k] for k in tries if k in names), None) or _two_names(value, names, codes)
    return Cell(code) if code else _misspelt(key, names)


def _two_names(value: str, names: dict[str, str], codes: frozenset[str]) -> str | None:
    """`CA - California`, `Bayern (BY)`, `Bolzano/Bozen`: every part names the same state."""
    parts = [p.strip() for p in re.split(r"\s+[-–—|]\s+|[/()|:,]", value) if p.strip()]
    if len(parts) < 2:
        return None
    found = {part.upper() if part.upper() in codes else names.get(state_key(part)) for part in parts}
    return found.pop() if len(found) == 1 else None


def _misspelt(key: str, names: dict[str, str]) -> Cell:
    """A near miss of exactly one state: suggested, to be confirmed."""
    if len(key) >= 4:
        near = process.extract(key, names.keys(), scorer=OSA.distance, score_cutoff=1 if len(key) < 8 else 2, limit=5)
        best = {names[name] for name, distance, _ in near if distance == near[0][1]}
        if len(best) == 1:
            return Cell(best.pop(), "typo", "spelt like this state: please confirm")
    return invalid("no state of this country")


def _without_country(value: str) -> Cell:
    """A full code such as `US-CA`, or a name that only one country has; else ambiguous."""
    unit = pycountry.subdivisions.get(code=value.upper())
    if unit:
        return Cell(unit.code.partition("-")[2])
    return Cell(None, "ambiguous", "a state without its country")
