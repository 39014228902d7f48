"""Countries to ISO 3166-1: codes, CLDR names in many languages, everyday names; nothing is guessed."""

import re
from collections.abc import Mapping
from functools import cache

import polars as pl
import pycountry
from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step, unguessed
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.text.mending import repaired
from crm_migrate.cleansing.vocabulary import languages, phrases, table

# Distinguishing signs of vehicles (UNECE, Convention on Road Traffic) that are no codes of ISO 3166.
_SIGNS = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "H": "HU", "I": "IT", "L": "LU", "N": "NO", "P": "PT",
    "S": "SE", "SLO": "SI",
}  # fmt: skip
# Names and abbreviations in everyday use that neither ISO nor CLDR lists.
EVERYDAY = {name.strip(): code for code, names in table("countries").items() for name in names.split(" | ")}
# Names that several countries (or a country and a state) share; withdrawn ones (ISO 3166-3).
AMBIGUOUS = {
    **dict.fromkeys(("korea", "corea", "coree", "kore", "корея", "koreya", "coreia", "κορεα"), "KR or KP"),
    **dict.fromkeys(("congo", "kongo"), "CG or CD"),
    "georgia": "the country GE or the state US-GA",
    "virgin islands": "VG or VI",
}
NA_MEANS = ("namibia", "nothing")  # what a mapping may say that `NA` is
WITHDRAWN = frozenset(phrases("countries_withdrawn"))


def country_key(text: str) -> str:
    """A name for looking up: folded, punctuation as blanks, `and` as one word, without a leading article."""
    key = re.sub(r"[^\w\s]", " ", fold(text).replace("&", " and "), flags=re.UNICODE).strip()
    for pattern, word in _SHORT:
        key = pattern.sub(word, key)
    return " ".join(key.split()).removeprefix("the ")


_SHORT = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"^ *(?:st|ste|sainte)\b", "saint"),
        (r"\brep(?:ub)?\b", "republic"),
        (r"\bdem\b", "democratic"),
        (r"\b(?:is|isl|isls)$", "islands"),
        (r"^ *s +(?=korea|africa|sudan)", "south "),
        (r"^ *n +(?=korea|ireland|macedonia)", "north "),
        (r"^ *fed\b", "federal"),
        (r"^ *w(?:est)? +sahara", "western sahara"),
        (r"^ *cent +afr\b", "central african"),
        (r"\bherz(?:eg)?$", "herzegovina"),
        (r"^ *eq +guinea", "equatorial guinea"),
    )
)


@cache
def _codes() -> dict[str, str]:
    """ISO 3166-1 alpha-2 and alpha-3."""
    codes = {c.alpha_2: c.alpha_2 for c in pycountry.countries} | {c.alpha_3: c.alpha_2 for c in pycountry.countries}
    numbers = {c.numeric: c.alpha_2 for c in pycountry.countries}
    return codes | numbers | {"XK": "XK", "XKX": "XK", "EL": "GR"}  # Kosovo by usage; Greece as the EU writes it


@cache
def _names() -> dict[str, str]:
    """Keys of names in all languages; a key that names two countries in different languages is left out."""
    names: dict[str, str] = {}
    known = set(_codes().values())
    clash: set[str] = set()
    for language in languages("countries"):
        for code, name in Locale.parse(language).territories.items():
            key = country_key(name)
            if code in known and names.setdefault(key, code) != code and language != "en":
                clash.add(key)
    english = {country_key(n): c for c, n in Locale.parse("en").territories.items() if c in known}
    official = {
        country_key(getattr(c, a)): c.alpha_2
        for c in pycountry.countries
        for a in ("name", "official_name", "common_name")
        if hasattr(c, a)
    }
    usable = {k: c for k, c in names.items() if k not in clash}
    return usable | official | english | {country_key(k): c for k, c in EVERYDAY.items()}


_LONGEST = 200  # characters; the longest official name has 60
# `Republic of`, `Königreich`, `... Cumhuriyeti`: official names are mostly a short name in a frame (UNGEGN).
_FRAME = re.compile(
    r"^(?:(?:(?:federal |federative |federated |islamic |democratic |socialist |plurinational |united |arab |"
    r"people s )*"
    r"(?:republic|states?|kingdom|commonwealth|union|principality|grand duchy|sultanate|emirate|federation)|"
    r"(?:bundes)?republik|konigreich|furstentum|grossherzogtum|republiek|koninkrijk|republica(?: federa[lt]iva)?|"
    r"reino|estado|repubblica|regno|republique(?: federale| islamique)?|royaume|principaute|republika|kingdom|"
    r"kerajaan|krolestwo|kralovstvi) (?:(?:of|the|de|du|des|d|von|der|del|di|do|da|van|het|la|el|l) )*)"
    r"|(?: (?:federal |islam |halk |arap )?(?:cumhuriyeti|kralligi|devleti|sultanligi|emirligi))$"
)


def _code(key: str) -> str | None:
    """The country of a key: as it is, closed up, or out of the frame of an official name."""
    names = _names()
    for spelling in (key, key.replace(" ", ""), re.sub(r"(?<=[aou])e", "", key)):  # `Elfenbeinkueste`
        if spelling in names:
            return names[spelling]
    bare = _FRAME.sub("", key)
    return names.get(bare) if bare != key and bare not in AMBIGUOUS else None


_INVERTED = re.compile(
    r"([^,()]+?)\s*[,(]\s*(?:the|(?:the )?[\w'’ ]+ of(?: the)?|rep\.?|republic|islamic rep\.?)\)?", re.IGNORECASE
)


def _inverted(value: str) -> str | None:
    """`Sudan, Republic of`, `Bahamas, The`: the name stands before the comma; never for Korea and Congo."""
    found = _INVERTED.fullmatch(value)
    key = country_key(found[1]) if found else ""
    return None if key in AMBIGUOUS or "democratic" in fold(value) else _code(key)


def _repeated(value: str) -> str | None:
    """`Germany (DE)`, `TR - Türkiye`, `Suomi/Finland`: every part names the same country."""
    parts = [p.strip() for p in re.split(r"[()\[\]/|:;,]|\s*[-–—]\s*", value) if p.strip()]
    if not 2 <= len(parts) <= 4:
        return None
    found = {_codes().get(part.replace(".", "")) or _code(country_key(part)) for part in parts}
    return found.pop() if len(found) == 1 else None


def country_cell(text: str) -> Cell:
    """The ISO 3166-1 alpha-2 code. `NA` is Namibia and `NO` is Norway: codes go before words for nothing."""
    if len(text) > _LONGEST:
        return invalid("too long for a country")
    value = repaired(text)
    bare = value.replace(".", "").replace(" ", "").upper()
    dotted = bare in {"UK", "USA", "UAE"}  # others with dots are abbreviations of names: `T.C.` is no Turks and Caicos
    if dotted or (bare.isascii() and bare in _codes() and "." not in value and bare != "NAN"):
        return Cell(_codes().get(bare) or EVERYDAY[bare.lower()])
    key = country_key(value)
    if is_null(value) or not key:
        return NULL
    if key in AMBIGUOUS:
        return Cell(None, "ambiguous", AMBIGUOUS[key])
    if key in WITHDRAWN:
        return invalid("a country that is no more (ISO 3166-3)")
    code = _code(key) or _inverted(value) or _repeated(value)
    return _sure(key, code) if code else _misspelt(key)


def _sure(key: str, code: str) -> Cell:
    """A name as found; one that another language writes so and that is a slip of a commoner one is told (`Nigera`)."""
    if key in _own_names() or len(key) < 5:
        return Cell(code)
    others = {_names()[name] for name, _ in _near(key, 1) if name in _own_names()} - {code}
    if not others:
        return Cell(code)
    return Cell(None, "ambiguous", f"{code} in another language, or a slip of {' or '.join(sorted(others))}")


def _misspelt(key: str) -> Cell:
    """A near miss of exactly one country: suggested, to be confirmed."""
    if len(key) < 5:
        return invalid("no country")
    near = _near(key, 1 if len(key) < 8 else 2)
    best = {_names()[name] for name, distance in near if distance == near[0][1]}
    if len(best) == 1 and not _is_region(key):
        return Cell(best.pop(), "typo", "spelt like this country: please confirm")
    return (
        Cell(None, "ambiguous", f"a slip of {' or '.join(sorted(best))}") if len(best) == 2 else invalid("no country")
    )


def _near(key: str, most: int) -> list[tuple[str, int]]:
    """Names within so many slips, with their distance, the nearest first."""
    near = process.extract(key, _names().keys(), scorer=OSA.distance, score_cutoff=most, limit=8)
    return [(name, int(distance)) for name, distance, _ in near]


@cache
def _own_names() -> frozenset[str]:
    """Names of countries in English, in the languages that this product serves first, and of everyday use."""
    known = set(_codes().values())
    names = (
        country_key(name)
        for language in ("en", "de", "tr", "id", "fr", "es", "it", "pt", "nl", "pl", "hu", "az", "ro", "cs", "sv")
        for code, name in Locale.parse(language).territories.items()
        if code in known
    )
    official = (country_key(c.name) for c in pycountry.countries)
    return frozenset((*names, *official, *map(country_key, EVERYDAY)))


def _is_region(key: str) -> bool:
    """`South America`, `Western Europe`: a part of the world, near to a country's name by its letters only."""
    return bool({"america", "europe", "asia", "amerika", "europa", "asien", "asya", "avrupa"} & set(key.split()))


@step("country", "country", parameters=("na",), examples=(("Deutschland", "DE"), ("Türkiye", "TR")))
def country_step(values: pl.Series, context: Context, na: str | None = None) -> pl.DataFrame:
    """Write a country as its ISO 3166-1 code, from codes and names in many languages.

    A near miss is no country yet: the cell is invalid, and the note says which one may be meant. `NA` is Namibia in a
    column of codes; beside names of countries or other words for nothing it is a doubt, unless `na` says what it is.
    """
    means = na_means(na, context.evidence)
    return as_step(values, unguessed(outcomes(values, lambda text: country_among(text, means))))


def na_means(said: str | None, evidence: Mapping[str, str]) -> str:
    """What `NA` is in a column: as somebody says, else as the column shows. ValueError for another word."""
    if said is not None and said not in NA_MEANS:
        raise ValueError(f"`na` is one of {', '.join(NA_MEANS)}")
    return said or evidence.get("na", "namibia")


def country_among(text: str, means: str) -> Cell:
    """The country of a text in a column in which `NA` means that."""
    return _na(text, means) or _sign(text) or country_cell(text)


def _sign(text: str) -> Cell | None:
    """`D` and `A` as everybody writes them in addresses there; the other signs of cars that are no code are a doubt."""
    sign = text.strip().upper()
    doubt = ("suspect", f"{sign} is the sign of its cars") if sign not in ("D", "A") else (None, None)
    return Cell(_SIGNS[sign], *doubt) if sign in _SIGNS else None


def _na(text: str, means: str) -> Cell | None:
    """What `NA` is by the column or the mapping; None for other texts, and where it is the code."""
    if text.strip().upper() != "NA" or means == "namibia":
        return None
    if means == "nothing":
        return NULL
    return Cell(None, "ambiguous", "NA: Namibia, or nothing; `na=nothing` or `na=namibia` says which")
