"""Declared date formats: `DD.MM.YYYY HH:mm` as a pattern, for one text and for a column."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from crm_migrate.cleansing.dates.calendar_words import month_of

# token -> (pattern, what polars calls it or None where only the reference parser can)
_TOKENS = {
    "YYYY": (r"(?P<Y>\d{4})", "%Y"),
    "YY": (r"(?P<y>\d{2})", None),
    "MMMM": (r"(?P<B>[^\W\d_]+\.?)", None),
    "MMM": (r"(?P<B>[^\W\d_]+\.?)", None),
    "MM": (r"(?P<m>\d{2})", "%m"),
    "M": (r"(?P<m>\d{1,2})", "%m"),
    "DD": (r"(?P<d>\d{2})", "%d"),
    "D": (r"(?P<d>\d{1,2})", "%d"),
    "HH": (r"(?P<H>\d{2})", "%H"),
    "H": (r"(?P<H>\d{1,2})", "%H"),
    "hh": (r"(?P<I>\d{1,2})", None),
    "h": (r"(?P<I>\d{1,2})", None),
    "mm": (r"(?P<M>\d{2})", "%M"),
    "ss": (r"(?P<S>\d{2})", "%S"),
    "SS": (r"(?P<S>\d{2})", "%S"),
    "SSS": (r"(?P<f>\d{1,6})", None),
    "A": (r"(?P<p>[AaPp]\.?[Mm]\.?)", None),
    "Z": (r"(?P<z>Z|[+-]\d{2}:?\d{2})", None),
}
_TOKEN = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A declared format. `fast` is the format for polars, or None; `has_time` and `has_zone` say what it reads."""

    text: str
    pattern: re.Pattern[str]
    gate: str
    fast: str | None
    has_time: bool
    has_zone: bool


def _in_time(name: str, before: list[str]) -> str:
    """`MM` right after the hours means minutes: people write `HH:MM:SS` as readily as `HH:mm:ss`."""
    return "mm" if name == "MM" and before and before[-1][0] in "Hh" else name


@lru_cache(maxsize=256)
def compiled(text: str) -> DateFormat:
    """The format of a text; every letter that is no token stands for itself."""
    pattern, fast, at = "", "", 0
    names: list[str] = []
    simple = True
    for found in _TOKEN.finditer(text):
        between = text[at : found.start()]
        token = _in_time(found[0], names)
        expression, polars_name = _TOKENS[token]
        pattern += re.escape(between) + expression
        fast += between.replace("%", "%%") + (polars_name or "")
        simple &= polars_name is not None
        names.append(token)
        at = found.end()
    pattern += re.escape(text[at:])
    gate = (
        "^"
        + re.sub(r"\(\?P<\w+>", "(?:", pattern).replace(r"\ ", " ").replace(r"\-", "-").replace(r"\d", "[0-9]")
        + "$"
    )
    return DateFormat(
        text,
        re.compile(pattern),
        gate,
        fast + text[at:] if simple else None,
        any(n[0] in "Hh" for n in names),
        "Z" in names,
    )


def two_digit_year(year: int, as_of: str | None = None) -> int:
    """The century of a two-digit year: Oracle's RR rule, 00-49 is 20xx and 50-99 is 19xx."""
    del as_of
    return year + (2000 if year < 50 else 1900)


def read(text: str, date_format: DateFormat, locale: str) -> datetime | None:
    """The date and time that a text holds in a format, or None where it is not of that format or no such day exists."""
    found = date_format.pattern.fullmatch(text)
    if not found:
        return None
    got = found.groupdict()
    month = month_of(got["B"], locale) if got.get("B") else int(got.get("m") or 1)
    year = int(got["Y"]) if got.get("Y") else two_digit_year(int(got.get("y") or 0))
    hour = int(got.get("H") or got.get("I") or 0)
    if got.get("p"):
        hour = hour % 12 + (12 if got["p"][0] in "Pp" else 0)
    zone = got.get("z")
    day = f"{year:04d}-{month or 0:02d}-{int(got.get('d') or 1):02d}"
    tail = f"{day}T{hour:02d}:{got.get('M') or '00'}:{got.get('S') or '00'}"
    try:
        return datetime.fromisoformat(tail + ("" if not zone else zone.replace("Z", "+00:00")))
    except ValueError:
        return None


def fast_column(values: pl.Series, date_format: DateFormat) -> pl.Series:
    """Datetimes of the rows that have exactly the shape of the format (four-digit years only); null elsewhere.

    The gate is needed: the parser behind `%Y` takes `14` for the year 14 and does not say so.
    """
    shaped = values.str.contains(date_format.gate).fill_null(False)
    text = pl.select(pl.when(shaped).then(values)).to_series()
    if date_format.fast is None:
        return pl.Series(values=[None] * len(values), dtype=pl.Datetime("us"))
    if date_format.has_time:
        return text.str.to_datetime(date_format.fast, strict=False, time_unit="us")
    return text.str.to_date(date_format.fast, strict=False).cast(pl.Datetime("us"))
