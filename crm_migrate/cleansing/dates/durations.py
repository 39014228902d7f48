"""How long something took, in seconds: `1:05:30`, `90 min`, `1 saat 5 dk`, `PT1H30M`; the step `duration`.

A number alone says nothing: one CRM counts calls in seconds, another in minutes, a third in thousandths of a second.
"""

import re
from decimal import Decimal
from functools import partial

import polars as pl

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context

_WORDS: dict[Decimal, tuple[str, ...]] = {
    Decimal("0.001"): ("ms", "msec", "millisecond", "milliseconds", "milisaniye"),
    Decimal(1): ("s", "sec", "secs", "second", "seconds", "sn", "saniye", "sek", "sekunde", "sekunden"),
    Decimal(60): ("m", "min", "mins", "minute", "minutes", "dk", "dakika", "minuten"),
    Decimal(3600): ("h", "hr", "hrs", "hour", "hours", "sa", "saat", "std", "stunde", "stunden"),
    Decimal(86400): ("d", "day", "days", "gün", "tag", "tage"),
}
_SECONDS = {word: seconds for seconds, words in _WORDS.items() for word in words}
_NUMBER = re.compile(r"\d{1,15}(?:[.,]\d{1,6})?")
_PART = re.compile(r"(\d{1,15}(?:[.,]\d{1,6})?)\s*([^\W\d_]+)\.?[\s,]*")
_THOUSANDS = re.compile(r"\d{1,3}[.,]\d{3}")
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d(?:[.,]\d{1,6})?))?")
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def duration_cell(text: str, unit: str = "") -> Cell:
    """The seconds that a text names; `unit` says what a number alone counts, and what stands before a lone colon."""
    value = text.strip()
    if is_null(value):
        return NULL
    if _NUMBER.fullmatch(value) and not unit:
        return Cell(None, "ambiguous", "a number of what?")
    if clock := _CLOCK.fullmatch(value):
        return _of_clock(clock, unit)
    if (iso := _ISO.fullmatch(value.upper())) and any(iso.groups()):
        parts = zip(iso.groups(default="0"), (86400, 3600, 60, 1), strict=True)
        return _written(sum((Decimal(number) * seconds for number, seconds in parts), Decimal()))
    if any(_THOUSANDS.fullmatch(number) for number in _NUMBER.findall(value)):
        return Cell(None, "ambiguous", "thousands or decimals?")
    return _written(_decimal(value) * _SECONDS[unit]) if _NUMBER.fullmatch(value) else _of_words(value)


def _of_clock(clock: re.Match[str], unit: str) -> Cell:
    """`1:05:30` has one meaning; `1:05` is hours and minutes, or minutes and seconds."""
    first, second, third = clock.groups()
    if third is not None:
        return _written(int(first) * 3600 + int(second) * 60 + _decimal(third))
    if _SECONDS.get(unit) not in (60, 3600):
        return Cell(None, "ambiguous", "hours and minutes, or minutes and seconds?")
    return _written(_SECONDS[unit] * int(first) + _SECONDS[unit] / 60 * int(second))


def _of_words(value: str) -> Cell:
    """`1 h 30 min`: every number has its word, and each word stands once."""
    parts = [(_decimal(part[1]), part[2].lower()) for part in _PART.finditer(value)]
    units = [_SECONDS.get(word) for _, word in parts]
    if not parts or _PART.sub("", value) or None in units or len(set(units)) < len(units):
        return invalid("no duration")
    return _written(sum((number * (unit or 0) for (number, _), unit in zip(parts, units, strict=True)), Decimal()))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _written(seconds: Decimal) -> Cell:
    return Cell(f"{seconds.normalize():f}")


@step("duration", "duration", parameters=("unit",), examples=(("1:05:30", "3930"), ("1 saat 5 dk", "3900")))
def duration_step(values: pl.Series, context: Context, unit: str = "") -> pl.DataFrame:  # noqa: ARG001
    """Write a duration in seconds; `duration(minutes)` says what a number alone counts.

    ValueError for a unit that is none.
    """
    if unit and unit.lower() not in _SECONDS:
        raise ValueError("`unit` is `seconds`, `minutes`, `hours`, `days` or `milliseconds`")
    return as_step(values, outcomes(values, partial(duration_cell, unit=unit.lower())))
