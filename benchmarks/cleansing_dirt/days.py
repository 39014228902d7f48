"""Dirt of dates and times: orders, words, serials, stamps, days that are none."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from benchmarks.cleansing_dirt.damage import hard_blanks, invisible, wide
from benchmarks.cleansing_dirt.material import LOCALES, language, words
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_NUMERIC = {
    "en": "%m/%d/%Y",
    "de": "%d.%m.%Y",
    "tr": "%d.%m.%Y",
    "es": "%d/%m/%Y",
    "fr": "%d/%m/%Y",
    "it": "%d/%m/%Y",
    "pt": "%d/%m/%Y",
    "pl": "%d.%m.%Y",
    "nl": "%d-%m-%Y",
    "id": "%d/%m/%Y",
}
_LONG = {
    "en": "{month} {day}, {year}",
    "de": "{day}. {month} {year}",
    "es": "{day} de {month} de {year}",
    "pt": "{day} de {month} de {year}",
}
_NO_DATES = (
    "0000-00-00",
    "00.00.0000",
    "0001-01-01",
    "1753-01-01",
    "9999-12-31",
    "31.12.9999",
    "1899-12-30 00:00:00",
    "12/31/9999",
    "01.01.0001",
    "0000-00-00 00:00:00",
)
_WORDS = ("asap", "around Easter", "next week", "Mitte Mai", "bientôt", "yakında")


def _day(rng: random.Random) -> date:
    """Any day of 1950 to 2035 that no program writes for none."""
    return date(1950, 1, 2) + timedelta(days=rng.randrange(31_000))


def _written(write: Callable[[random.Random, date, str], str]) -> Draw:
    def draw(rng: random.Random) -> Row:
        of, day = language(rng), _day(rng)
        if day in (date(1970, 1, 1), date(1969, 12, 31)):
            day += timedelta(days=40)
        return Row(write(rng, day, of), (day.isoformat(),), LOCALES[of])

    return draw


def _timed(write: Callable[[random.Random, datetime, str], str], zone: str = "") -> Draw:
    def draw(rng: random.Random) -> Row:
        of = language(rng)
        moment = datetime(2001, 9, 9, 2) + timedelta(seconds=rng.randrange(10**9))
        return Row(write(rng, moment, of), (moment.isoformat() + zone,), LOCALES[of])

    return draw


def _long(rng: random.Random, day: date, of: str) -> str:
    month = words(of, "months")[day.month - 1]
    return _LONG.get(of, "{day} {month} {year}").format(day=day.day, month=month, year=day.year)


def _numeric(day: date, of: str) -> str:
    return day.strftime(_NUMERIC[of])


def _separators(rng: random.Random, day: date, of: str) -> str:
    between = rng.choice((" . ", "/", "-", ". ", " / "))
    return _numeric(day, of).replace(".", "/").replace("-", "/").replace("/", between)


def _short_year(rng: random.Random) -> Row:
    of, day = language(rng), date(1990, 1, 1) + timedelta(days=rng.randrange(13_000))
    return Row(day.strftime(_NUMERIC[of].replace("%Y", "%y")), (day.isoformat(),), LOCALES[of])


def _serial(rng: random.Random, day: date, of: str) -> str:
    return f"{(day - date(1899, 12, 30)).days}{rng.choice(('', '.0', '.0'))}"


def _time_only(rng: random.Random) -> Row:
    """A time of Access or Excel without its day: no date, and the time may not vanish without a word."""
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(1, 60):02}"
    form = rng.choice(("1899-12-30 {}", "30.12.1899 {}", "1899-12-30T{}", "{}", "1900-01-00 {}"))
    return Row(form.format(clock), (), LOCALES[language(rng)], (clock,))


def _time_more(rng: random.Random) -> Row:
    """A time without its day in other writings: of other first days, without seconds, of twelve hours."""
    hour, minute, second = rng.randrange(13, 24), rng.randrange(60), rng.randrange(1, 60)
    long, half = f"{hour}:{minute:02}:{second:02}", f"{hour - 12}:{minute:02}"
    typed, kept = rng.choice(
        (
            (f"12/30/1899 {half}:{second:02} PM", f"{minute:02}"),
            (f"30/12/1899 {long}", long),
            (f"1899-12-31 {long}", long),
            (f"1899-12-30 {long}.000", long),
            (f"1899-12-30 {long}+00:00", long),
            (f"1904-01-01 {long}", ""),
            (f"{half} PM", half),
            (f"{hour}:{minute:02}", f"{hour}:{minute:02}"),
            (f"{hour}h{minute:02}", f"{hour}h{minute:02}"),
            (f"{hour}.{minute:02} Uhr", f"{hour}.{minute:02}"),
        )
    )
    return Row(typed, (), LOCALES[language(rng)], (kept,))


def _time_serial(rng: random.Random) -> Row:
    """A time of a spreadsheet as a part of a day."""
    return Row(f"0.{rng.randrange(1000, 99999999)}", (), LOCALES[language(rng)])


def _half_serial(rng: random.Random) -> Row:
    """A moment of a spreadsheet."""
    moment = datetime(2001, 1, 1) + timedelta(minutes=15 * rng.randrange(900_000))
    if moment.hour == moment.minute == 0:
        moment += timedelta(hours=6)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    return Row(f"{serial:.10f}".rstrip("0"), (moment.isoformat(),), LOCALES[language(rng)])


def _no_day(rng: random.Random) -> Row:
    """A day that the calendar does not have."""
    of = language(rng)
    day, month = rng.choice(((31, 2), (30, 2), (31, 4), (31, 6), (31, 9), (31, 11), (32, 1)))
    form = (
        _NUMERIC[of]
        .replace("%d", f"{day:02}")
        .replace("%m", f"{month:02}")
        .replace("%Y", str(rng.randrange(1960, 2030)))
    )
    return Row(form, (), LOCALES[of])


def _other_order(rng: random.Random) -> Row:
    """Day and month in the order of another country, which the day proves: read, and told."""
    of = rng.choice([of for of in _NUMERIC if of != "en"])
    day = _day(rng).replace(day=rng.randrange(13, 29))
    return Row(day.strftime("%m/%d/%Y"), (), LOCALES[of])


def _partial(rng: random.Random) -> Row:
    of, day = language(rng), _day(rng)
    form = rng.choice(("{month} {year}", "{number:02}/{year}", "{year}", "{year}-{number:02}"))
    return Row(form.format(month=words(of, "months")[day.month - 1], number=day.month, year=day.year), (), LOCALES[of])


def _epoch(scale: int) -> Draw:
    def write(rng: random.Random, moment: datetime, of: str) -> str:
        return str(int(moment.replace(tzinfo=UTC).timestamp()) * scale)

    return _timed(write, "Z")


def _twelve(rng: random.Random, moment: datetime, of: str) -> str:
    half = rng.choice(("AM", "am", "a.m.")) if moment.hour < 12 else rng.choice(("PM", "pm", "p.m."))
    return f"{moment:%Y-%m-%d} {moment.hour % 12 or 12}:{moment:%M:%S} {half}"


DIRTS: Dirts = {
    "clean": _written(lambda rng, day, of: day.isoformat()),
    "numbers of the country": _written(lambda rng, day, of: _numeric(day, of)),
    "without zeros": _written(
        lambda rng, day, of: "/".join(
            str(int(n)) for n in _numeric(day, of).replace(".", "/").replace("-", "/").split("/")
        )
    ),
    "other separators": _written(_separators),
    "month in words": _written(_long),
    "month in words, capitals": _written(
        lambda rng, day, of: _long(rng, day, of).upper() if of != "tr" else _long(rng, day, of)
    ),
    "year of two digits": _short_year,
    "compact": _written(lambda rng, day, of: f"{day:%Y%m%d}"),
    "serial": _written(_serial),
    "serial with a time": _half_serial,
    "ISO with midnight": _written(
        lambda rng, day, of: f"{day}{rng.choice((' 00:00:00', 'T00:00:00', ' 00:00:00.000', ' 0:00'))}"
    ),
    "moment": _timed(lambda rng, m, of: m.isoformat(" ")),
    "moment of the country": _timed(lambda rng, m, of: f"{m.strftime(_NUMERIC[of])} {m:%H:%M:%S}"),
    "moment of twelve hours": _timed(_twelve),
    "seconds": _epoch(1),
    "milliseconds": _epoch(1000),
    "hard blanks": _written(lambda rng, day, of: hard_blanks(rng, _long(rng, day, of))),
    "invisible characters": _written(lambda rng, day, of: invisible(rng, _numeric(day, of))),
    "full-width digits": _written(lambda rng, day, of: wide(rng, _numeric(day, of))),
    "apostrophe": _written(lambda rng, day, of: f"'{_numeric(day, of)}"),
    "no date": lambda rng: Row(rng.choice(_NO_DATES), ("",), LOCALES[language(rng)]),
    "a time alone": _time_only,
    "a time alone, others": _time_more,
    "a time as part of a day": _time_serial,
    "no such day": _no_day,
    "other order": _other_order,
    "no day": _partial,
    "words": lambda rng: Row(rng.choice(_WORDS), (), LOCALES[language(rng)]),
}
