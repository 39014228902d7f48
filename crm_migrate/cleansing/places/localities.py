"""What a locale says: its language and its region, whichever of the two was given."""

import re
from functools import cache

from babel.core import get_global

# Languages of so many countries that the language alone names none.
_EVERYWHERE = frozenset(("en", "es", "fr", "ar", "pt", "de", "zh", "ms", "sw"))


@cache
def region_of(locale: str) -> str | None:
    """`US` of `US`, `en-US` and `en_US`; `TR` of `tr` (CLDR likely subtags); None where a language names no country."""
    parts = re.split(r"[-_]", locale)
    region = next((p for p in parts if len(p) == 2 and p.isupper()), None)
    if region or not parts[0] or parts[0].lower() in _EVERYWHERE:
        return region
    likely = get_global("likely_subtags").get(parts[0].lower())
    return likely.rpartition("_")[2] if likely else None


@cache
def language_of(locale: str) -> str:
    """`tr` of `tr`, `tr-TR` and `TR`; `en` where nothing says otherwise."""
    first = re.split(r"[-_]", locale)[0]
    if not first:
        return "en"
    if not first.isupper():
        return first.lower()
    likely = get_global("likely_subtags").get(f"und_{first}")
    return likely.partition("_")[0] if likely else "en"
