"""Currencies: ISO 4217 codes, their symbols by CLDR, and which one a shared symbol means in a country."""

import re
from functools import cache

from babel import UnknownLocaleError
from babel.numbers import get_currency_symbol, get_territory_currencies
from pycountry import currencies

from crm_migrate.cleansing.vocabulary import table

# Symbols and everyday abbreviations that mean one currency wherever they stand.
SYMBOLS = table("currency_signs")
# Symbols that several countries use: decided by the country of the locale, never guessed beyond it.
SHARED = {
    "$": {
        "USD",
        "CAD",
        "AUD",
        "NZD",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "HKD",
        "SGD",
        "TWD",
        "UYU",
        "BSD",
        "BBD",
        "BZD",
        "BMD",
        "FJD",
        "JMD",
        "LRD",
        "NAD",
        "TTD",
        "DOP",
    },
    "¥": {"JPY", "CNY"},
    "￥": {"JPY", "CNY"},
    "KR": {"SEK", "NOK", "DKK", "ISK"},
    "KR.": {"SEK", "NOK", "DKK", "ISK"},
    "R": {"ZAR"},
    "LEU": {"RON", "MDL"},
    "BS": {"BOB", "VES"},
    "Q": {"GTQ"},
    "L": {"HNL", "ALL"},
    "DIN": {"RSD"},
    "KM": {"BAM"},
    "RS.": {"INR", "PKR", "LKR", "NPR"},
    "LIRE": {"ITL"},
    "DH": {"MAD", "AED"},
    "DHS": {"AED", "MAD"},
    "SR": {"SAR"},
    "P": {"BWP", "PHP"},
    "K": {"ZMW", "MMK"},
}
# Words that are units of measure as well (and quarters, quintals, cups): a currency in its own country, and elsewhere
# only where they are written as no unit is; "" where there is no such writing.
_UNITS = {"KM": "", "Q": "", "KGS": "", "FT": "Ft", "CUP": "CUP"}
_TERRITORY = {
    "ja": "JP",
    "zh": "CN",
    "sv": "SE",
    "nb": "NO",
    "no": "NO",
    "nn": "NO",
    "da": "DK",
    "is": "IS",
    "ko": "KR",
}


@cache
def codes() -> frozenset[str]:
    """ISO 4217 codes, and those that were in use when old CRMs were filled."""
    return frozenset(c.alpha_3 for c in currencies) | {
        "DEM",
        "FRF",
        "ITL",
        "ESP",
        "NLG",
        "ATS",
        "BEF",
        "TRL",
        "HRK",
        "LTL",
        "EEK",
    }


@cache
def of_territory(locale: str) -> str | None:
    """The currency in use in the country of a locale."""
    parts = re.split(r"[-_]", locale)
    region = next((p for p in parts[1:] if len(p) == 2 and p.isupper()), None) or _TERRITORY.get(parts[0])
    found = get_territory_currencies(region) if region else []
    return found[0] if len(found) == 1 else (found[-1] if found else None)


def currency_of(sign: str, locale: str = "") -> str | None:
    """The ISO 4217 code of a code, symbol or abbreviation; None where it is none or the country does not decide."""
    written = sign.strip().rstrip(".")
    if written.upper() in _UNITS and written != _UNITS[written.upper()]:
        return _local_unit(written.upper(), locale)
    key = sign.strip().upper()
    if key in codes():
        return key
    found = SYMBOLS.get(key) or SYMBOLS.get(key.rstrip("."))
    if found:
        return found
    local = of_territory(locale) if locale else None
    wanted = SHARED.get(key, set())
    if local in wanted:
        return local
    return next(iter(wanted)) if len(wanted) == 1 else _by_cldr(key, locale)


def _local_unit(key: str, locale: str) -> str | None:
    """The currency that a unit of measure names in the country of a locale."""
    local = of_territory(locale) if locale else None
    return local if local in {key, SYMBOLS.get(key), *SHARED.get(key, ())} else None


@cache
def _by_cldr(sign: str, locale: str) -> str | None:
    """The foreign currency that CLDR writes with a shared sign in the language of a locale: `$` is USD in Turkish."""
    if not re.search(r"[-_]", locale):
        return None
    try:
        found = [c for c in sorted(SHARED.get(sign, ())) if get_currency_symbol(c, locale.replace("-", "_")) == sign]
    except (UnknownLocaleError, ValueError):
        return None
    return found[0] if len(found) == 1 else None
