"""Countries to ISO 3166-1: codes, CLDR names in many languages, everyday names; nothing is guessed."""

import re
from functools import cache

import polars as pl
import pycountry
from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step
from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context

# Languages whose names of countries are looked up (CLDR territories); English is looked up first.
LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "tr",
    "id",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "bg",
    "ru",
    "uk",
    "sv",
    "da",
    "nb",
    "fi",
    "et",
    "lv",
    "lt",
    "hr",
    "sl",
    "sr",
    "el",
    "ca",
    "ms",
    "vi",
    "ja",
    "zh",
    "zh_Hant",
    "ko",
    "ar",
    "fa",
    "he",
    "hi",
    "th",
    "sq",
    "az",
    "ka",
    "hy",
    "is",
    "mk",
    "bs",
    "eu",
    "gl",
]
# Names and abbreviations in everyday use that neither ISO nor CLDR lists.
EVERYDAY = {
    "usa": "US", "u s a": "US", "u s": "US", "america": "US", "united states of america": "US", "the united states": "US", "us of a": "US",
    "eeuu": "US", "ee uu": "US", "etats unis d amerique": "US", "abd": "US", "a b d": "US", "vs": "US", "amerika": "US", "сша": "US",
    "vereinigte staaten von amerika": "US", "stati uniti d america": "US", "estados unidos de america": "US", "verenigde staten van amerika": "US",
    "uk": "GB", "u k": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "united kingdom of great britain and northern ireland": "GB", "grossbritannien": "GB", "grande bretagne": "GB", "gran bretana": "GB",
    "gran bretagna": "GB", "groot brittannie": "GB", "ingiltere": "GB", "inggris": "GB", "angleterre": "GB", "inglaterra": "GB", "inghilterra": "GB",
    "engeland": "GB", "birlesik krallik": "GB", "schottland": "GB", "brd": "DE", "frg": "DE", "federal republic of germany": "DE",
    "bundesrepublik deutschland": "DE", "west germany": "DE", "holland": "NL", "the netherlands": "NL", "hollanda": "NL", "olanda": "NL", "holanda": "NL",
    "belanda": "NL", "hollande": "NL", "nederlande": "NL", "turkey": "TR", "turkiye cumhuriyeti": "TR", "republic of turkey": "TR", "tc": "TR", "t c": "TR",
    "czech republic": "CZ", "ceska republika": "CZ", "tschechische republik": "CZ", "cr": "CR", "ivory coast": "CI", "cote d ivoire": "CI",
    "republic of korea": "KR", "south korea": "KR", "korea south": "KR", "korea republic of": "KR", "north korea": "KP", "dprk": "KP",
    "democratic people s republic of korea": "KP", "russia": "RU", "russian federation": "RU", "rf": "RU", "swaziland": "SZ", "eswatini": "SZ", "burma": "MM",
    "myanmar": "MM", "macedonia": "MK", "fyrom": "MK", "north macedonia": "MK", "viet nam": "VN", "vietnam": "VN", "taiwan": "TW", "taiwan r o c": "TW",
    "roc": "TW", "prc": "CN", "p r c": "CN", "p r china": "CN", "pr china": "CN", "china prc": "CN", "mainland china": "CN", "people s republic of china": "CN",
    "uae": "AE", "u a e": "AE", "emirates": "AE", "vae": "AE", "bae": "AE", "eau": "AE", "ksa": "SA", "k s a": "SA", "rsa": "ZA", "drc": "CD", "dr congo": "CD",
    "zaire": "CD", "congo kinshasa": "CD", "congo brazzaville": "CG", "republic of the congo": "CG", "democratic republic of the congo": "CD",
    "cape verde": "CV", "east timor": "TL", "vatican": "VA", "holy see": "VA", "vatikan": "VA", "palestine": "PS", "syria": "SY", "iran": "IR", "laos": "LA",
    "moldova": "MD", "bolivia": "BO", "venezuela": "VE", "tanzania": "TZ", "brunei": "BN", "micronesia": "FM", "kosovo": "XK", "eire": "IE",
    "republic of ireland": "IE", "irish republic": "IE", "roi": "IE", "ceylon": "LK", "persia": "IR", "siam": "TH", "upper volta": "BF", "rhodesia": "ZW",
    "hong kong": "HK", "hong kong sar": "HK", "hongkong": "HK", "macau": "MO", "macao": "MO", "the gambia": "GM", "gambia": "GM", "the bahamas": "BS", "bahamas": "BS",
    "the philippines": "PH", "kktc": "CY", "bosnia": "BA", "bosnia herzegovina": "BA", "trinidad": "TT", "st lucia": "LC", "st vincent": "VC", "st kitts": "KN",
    "saint martin": "MF", "curacao": "CW", "slovak republic": "SK", "kyrgyz republic": "KG", "hellas": "GR", "osterreich": "AT", "oesterreich": "AT",
    "schweiz suisse": "CH", "helvetia": "CH", "suomi": "FI", "bharat": "IN", "republik indonesia": "ID", "nkri": "ID", "byelorussia": "BY", "white russia": "BY",
    "cabo verde": "CV", "georgia country": "GE", "sao tome": "ST", "lao pdr": "LA", "lao": "LA", "el": "GR", "north ireland": "GB", "nl": "NL", "isle of man": "IM", "jersey": "JE", "guernsey": "GG", "aland": "AX", "faroes": "FO", "reunion": "RE", "puerto rico": "PR",
}  # fmt: skip
# Names that several countries (or a country and a state) share; withdrawn ones (ISO 3166-3).
AMBIGUOUS = {
    **dict.fromkeys(("korea", "corea", "coree", "kore"), "KR or KP"),
    **dict.fromkeys(("congo", "kongo"), "CG or CD"),
    "georgia": "the country GE or the state US-GA",
    "virgin islands": "VG or VI",
}
WITHDRAWN = {"yugoslavia", "jugoslawien", "yougoslavie", "yugoslavya", "ussr", "u s s r", "soviet union", "sowjetunion", "udssr", "su", "yu", "cs",
             "czechoslovakia", "tschechoslowakei", "tchecoslovaquie", "cekoslovakya", "gdr", "ddr", "east germany", "german democratic republic",
             "serbia and montenegro", "netherlands antilles", "dd", "sscb", "urss", "scg", "yug", "sun"}  # fmt: skip


def country_key(text: str) -> str:
    """A name for looking up: folded, punctuation as blanks, `and` as one word, without a leading article."""
    key = re.sub(r"[^\w\s]", " ", fold(text).replace("&", " and "), flags=re.UNICODE)
    for pattern, word in _SHORT:
        key = pattern.sub(word, key)
    return " ".join(key.split()).removeprefix("the ")


_SHORT = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"^ *(?:st|ste)\b", "saint"), (r"\brep(?:ub)?\b", "republic"), (r"\bdem\b", "democratic"), (r"\b(?:is|isl|isls)$", "islands"),
        (r"^ *s (?=korea|africa|sudan)", "south "), (r"^ *n (?=korea|ireland|macedonia)", "north "), (r"^ *fed\b", "federal"),
    )
)  # fmt: skip


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
    for language in LANGUAGES:
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


def country_cell(text: str) -> Cell:
    """The ISO 3166-1 alpha-2 code. `NA` is Namibia and `NO` is Norway: codes go before words for nothing."""
    value = text.strip()
    bare = value.replace(".", "").replace(" ", "")
    if bare.upper() in {"UK", "USA", "UAE"} or (bare.isascii() and bare.upper() in _codes() and bare.upper() != "NAN"):
        return Cell(EVERYDAY.get(bare.lower()) or _codes()[bare.upper()])
    key = country_key(value)
    if is_null(value) or not key:
        return NULL
    if key in AMBIGUOUS:
        return Cell(None, "ambiguous", AMBIGUOUS[key])
    if key in WITHDRAWN:
        return invalid("a country that is no more (ISO 3166-3)")
    code = _names().get(key) or _names().get(key.replace(" ", ""))
    return Cell(code) if code else _misspelt(key)


def _misspelt(key: str) -> Cell:
    """A near miss of exactly one country: suggested, to be confirmed."""
    if len(key) < 5:
        return invalid("no country")
    near = process.extract(key, _names().keys(), scorer=OSA.distance, score_cutoff=1 if len(key) < 8 else 2, limit=5)
    best = {_names()[name] for name, distance, _ in near if distance == near[0][1]}
    return (
        Cell(best.pop(), "typo", "spelt like this country: please confirm") if len(best) == 1 else invalid("no country")
    )


@step("country", "country", examples=(("Deutschland", "DE"), ("Türkiye", "TR")))
def country_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001 -- the signature of all steps
    """Write a country as its ISO 3166-1 code, from codes and names in many languages; near misses stay as typed."""
    frame = outcomes(values, country_cell)
    unsure = pl.col("flag") == "typo"
    note = pl.when(unsure).then(pl.format("did you mean {}?", pl.col("value"))).otherwise(pl.col("note"))
    return as_step(
        values,
        frame.with_columns(note.alias("note"), pl.when(~unsure.fill_null(False)).then(pl.col("value")).alias("value")),
    )
