"""Words of dates in the world's languages, from CLDR through Babel: months, and the order of day, month and year."""

import re
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import languages


def _locale(name: str) -> Locale | None:
    """The locale of a name such as `tr`, `tr-TR` or `tr_TR`, or None where CLDR has none."""
    try:
        return Locale.parse(re.split(r"[.@]", name.replace("-", "_"))[0])
    except (UnknownLocaleError, ValueError, TypeError):
        language = re.split(r"[-_]", name)[0]
        return _locale(language) if language and language != name else None


def month_key(word: str) -> str:
    """A month name for looking up: folded, without the dot of an abbreviation."""
    return fold(word).replace("'", "").strip(". ")


@cache
def month_words(language: str) -> dict[str, int]:
    """Month names and abbreviations of a language, in the forms it uses inside dates and alone."""
    locale, words = _locale(language), {}
    if locale is None:
        return {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, locale).items():
                if not name.isdigit():
                    words[month_key(name)] = int(number)
    return {word: number for word, number in words.items() if not word.isdigit()}


# Everyday short forms that CLDR spells otherwise.
_SHORT = {"sept": 9, "sep": 9, "oca": 1, "agt": 8, "ags": 8, "agust": 8, "nop": 11, "pebruari": 2, "mrz": 3, "marz": 3,
          "jaenner": 1, "janner": 1, "januar": 1, "okt": 10, "dez": 12, "mai": 5, "juin": 6, "juil": 7, "aout": 8,
          "ene": 1, "dic": 12, "abr": 4, "ago": 8, "set": 9, "out": 10, "fev": 2, "mrt": 3, "mei": 5}  # fmt: skip


@cache
def _everywhere() -> dict[str, set[int]]:
    """Month words of all languages, each with every month that it names somewhere."""
    words: dict[str, set[int]] = {}
    for language in languages("months"):
        for word, number in month_words(language).items():
            words.setdefault(word, set()).add(number)
    for word, number in _SHORT.items():
        words.setdefault(word, set()).add(number)
    return words


def month_of(word: str, locale: str = "en") -> int | None:
    """The month that a word names: in the column's language, in English, or in the only way it is used anywhere."""
    key = month_key(word).removeprefix("ב")  # Hebrew "in", which stands before every month
    for language in (locale, "en"):
        if key in month_words(language):
            return month_words(language)[key]
    found = _everywhere().get(key, set())
    return next(iter(found)) if len(found) == 1 else None


@cache
def date_order(locale: str) -> str | None:
    """`DMY`, `MDY` or `YMD` of a locale; None for plain English and unknown locales, which do not say."""
    found = _locale(locale)
    if found is None or (found.language == "en" and not found.territory):
        return None
    letters = re.sub(r"'[^']*'", "", str(found.date_formats["short"].pattern)).lower()
    order = sorted("dmy", key=letters.find)
    return "".join(order).upper()


@cache
def _weekdays() -> frozenset[str]:
    """Names and short forms of the days of the week in all languages."""
    found = (
        get_day_names(width, context, locale).values()
        for locale in filter(None, map(_locale, languages("months")))
        for width in ("wide", "abbreviated", "short")
        for context in ("format", "stand-alone")
    )
    return frozenset(month_key(name) for names in found for name in names)


def is_weekday(word: str) -> bool:
    """Whether a word names a day of the week in any of the languages."""
    return month_key(word) in _weekdays()
