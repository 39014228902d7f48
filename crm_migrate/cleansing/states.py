"""States and provinces to the second part of ISO 3166-2, inside one country: Florida's `FD` never becomes Uruguay's."""

import re
from functools import cache

import pycountry
from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.vocabulary import table

# Other names in use (English exonyms, traditional and postal abbreviations, short names), by country.
OTHER = table("states")
_KINDS = re.compile(
    r"\b(?:state of|province of|provincia de|region of|canton of|kanton|canton de|freistaat|land|estado "
    r"de|estado do|prefecture|province|provinsi|provincia|wojewodztwo|ili|oblast|county of|departement|"
    r"region)\b"
)


def state_key(text: str) -> str:
    """A name for looking up."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text)).split())


@cache
def _names(region: str) -> tuple[dict[str, str], frozenset[str]]:
    """Keys of names -> code, and the codes of a country. A name that two units share belongs to neither."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    units = pycountry.subdivisions.get(country_code=region) or ()
    codes = frozenset(u.code.partition("-")[2] for u in units)
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
    return {k: v for k, v in names.items() if k not in shared}, codes


def state_cell(text: str, region: str | None) -> Cell:
    """The code of a state within its country; without a country nothing is decided."""
    value = text.strip()
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
    code = names.get(key) or names.get(" ".join(_KINDS.sub(" ", key).split()))
    return Cell(code) if code else _misspelt(key, names)


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
