"""Dates and instants: ISO 8601, declared formats, CLDR month names, serials; order decided by evidence only."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.dates.calendar_words import date_order, is_weekday, month_of
from crm_migrate.cleansing.dates.date_formats import two_digit_year
from crm_migrate.cleansing.dates.no_dates import is_no_date, no_date
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.spreadsheet_errors import is_spreadsheet_error
from crm_migrate.cleansing.text.digits import marked
from crm_migrate.cleansing.text.mending import INVISIBLE

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|"
    r"[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_NUMERIC = re.compile(r"(\d{1,4})\s*([./\-\s])\s*(\d{1,2})\s*([./\-\s])\s*(\d{1,4})\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2}):?(\d{2})?(?:\.\d+)?\s*(Z)?)?")
_TIME = re.compile(
    r"[,\sT]+(?:at|um|à|alle|a las|saat|pukul|"
    r"kl\.?|klo|kello|o|u|v)?\s*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\s*(?:Uhr|h))?$"
)
_CJK = re.compile(
    r"(令和|平成|昭和|大正|明治|R|H|S)?\s*(\d{1,4}|元)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?"
    r"\s*(?:[(]?(?:星期|週|周)?[一二三四五六日天月火水木金土](?:曜日?)?[)]?|[(]?[일월화수목금토](?:요일)?[)]?)?"
)
# Vietnamese numbers its months: `15 tháng 3 năm 2023` (CLDR vi, long format).
_VIETNAMESE = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2})(?: năm|,)? (\d{4})", re.IGNORECASE)
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925, "大正": 1911, "明治": 1867}
_CTIME = re.compile(r"^(.*\d)\s+(\d{1,2}:\d{2}(?::\d{2})?(?: (?:UTC|GMT|Z))?)\s+(\d{4})$")
_IMPERIAL = re.compile(r"([RHS])(\d{1,2})[./-](\d{1,2})[./-](\d{1,2})")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])")
_ORDINAL_DAY = re.compile(r"(\d{4})-(\d{3})")
_PARTIAL = re.compile(
    r"(?:19|20)\d{2}(?:[-/](?:0[1-9]|1[0-2]))?|(?:0?[1-9]|1[0-2])[/.](?:19|20)\d{2}|--?\d{1,2}-\d{1,2}|"
    r"\d{1,2}[/.]\d{1,2}\.?|(?:19|20)\d{2}[年년]\s*\d{1,2}[月월]"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ère|re|º|ª|°|-го|е|\.)(?=\s|$|,)", re.IGNORECASE)
_FILLERS = re.compile(
    r"\b(?:de|del|den|der|of|the|di|da|do|г\.?|года?|р\.?|року|r\.?|m\.|d\.)(?:\b|(?<=\.)(?=\s|$))|[,]", re.IGNORECASE
)
_WEEKDAY = re.compile(r"^([^\W\d_]{1,12}(?:-[^\W\d_]{2,6})?)\.?,?\s+(?=\d)")
# What .NET's old JSON serialiser wrote (Dynamics CRM 4 to 2016, SharePoint): milliseconds, and an offset for display.
_JSON_DATE = re.compile(r"\\?/Date\((-?\d{1,14})([+-]\d{4})?\)\\?/")
_UNIX = re.compile(r"-?\d{9,10}|-?\d{11,13}")
_UNIX_START = datetime(1970, 1, 1, tzinfo=UTC)
_BUDDHIST = 543  # years that the Thai solar calendar is ahead of the Gregorian (CLDR calendar "buddhist")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
REMEMBERED = 1 << 16  # days repeat from batch to batch
DAY_NUMBER = r"^[1-7]\d{4}(?:[.,]\d+)?$"  # of a spreadsheet
_LATER_1904 = 1462  # days that the 1904 system begins later
_SERIAL_DAYS = range(18264, 73051)  # 1950-01-01 to 2099-12-31 in the 1900 system
UNIX_DAYS = range(18264, 23741)  # in both: 1950 to 1964 as days of a spreadsheet, 2020 to 2034 as days since 1970


@dataclass(frozen=True, slots=True)
class DateContext:
    """What decides about a date besides its text: order of day and month, who said so, language, serial system.

    `day_in` is the time zone of the source where only the day is wanted; without it moments keep their time.
    """

    order: str | None = None
    certain: bool = False
    locale: str = ""
    excel_1904: bool = False
    day_in: str | None = None


def date_cell(text: str, context: DateContext) -> Cell:
    """A date (`2024-12-31`), a local time (`2024-12-31T12:15:00`) or an instant in UTC (`...Z`)."""
    if marked(text):
        return invalid("a footnote mark stands at a number")
    value = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip().strip("'\"").strip()
    value = _DASHES.sub("-", re.sub(r"\s+", " ", value))
    formula = re.fullmatch(r'=\s*"([^"]*)"?', value)
    value = formula[1] if formula else value
    if re.fullmatch(r"#{4,}", value):
        return invalid("a spreadsheet's column was too narrow: the date itself was not exported")
    if is_spreadsheet_error(value):
        return invalid("an error value of a spreadsheet")
    if is_null(value):
        return NULL
    if day_less := _TIME_OF_DAY_ZERO.fullmatch(value):
        return Cell(None, "placeholder", f"{day_less[1]}: a time without a day")
    if _is_zero(value):
        return Cell(None, "null", f"{value}: what programs write for no date")
    cell = _read(value, context)
    weekday = _WEEKDAY.match(value)
    if cell is None and weekday and is_weekday(weekday[1]):
        cell = _read(value[weekday.end() :], context)
    if cell is not None:
        return cell
    if _PARTIAL.fullmatch(value):
        return Cell(None, "partial", "no day: it is not made up")
    return invalid("no date")


def _read(value: str, context: DateContext) -> Cell | None:
    """The outcome of the first reader that knows the shape of a text."""
    for reader in (_iso, _numbers_only, _json, _cjk, _vietnamese, _week, _numeric, _worded):
        cell = reader(value, context)
        if cell is not None:
            return cell
    return None


_ZERO = re.compile(
    r"0+|0{1,4}[-./ ]0{1,2}[-./ ]0{1,4}(?:[T ].*)?|0*1[./-]0*0[./-]1900|0*0[./-]0*1[./-]1900|1900-0*1-0*0(?:[T ].*)?"
    r"|1[./-]0[./-]0?0|2958465"
)


# Excel's day zero with a time, which is all that the cell held.
_TIME_OF_DAY_ZERO = re.compile(
    r"(?:1900-0?1-0?0|0?0[./]0?1[./]1900|0?1/0?0/1900)[T ]+(?!0?0:00(?::00)?\b)(\d{1,2}:\d{2}(?::\d{2})?)"
)


def _is_zero(text: str) -> bool:
    """Days that no calendar has, as MySQL, SAP, Excel and Outlook write them, and the last day number of Excel."""
    return _ZERO.fullmatch(text) is not None


def written(moment: datetime, has_time: bool, day_in: str | None = None) -> Cell:
    """The canonical text of a moment, and what is odd about it; midnight without a zone is a date.

    With `day_in` the day alone, as it is written; see `_day`.
    """
    odd = no_date(moment)
    if odd is not None and odd.flag not in {"sentinel_date", "suspect"}:
        return odd
    cell = _day(moment, day_in) if day_in else Cell(_text(moment, has_time))
    return cell if odd is None else Cell(cell.value, odd.flag, odd.note)


def _text(moment: datetime, has_time: bool) -> str:
    """The canonical text of a moment."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    if not has_time or moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat()


def _day(moment: datetime, time_zone: str) -> Cell:
    """The day of a moment as its writer meant it.

    Midnight, also with `Z` or an offset, is how programs write a day. Another time with an offset has the day that is
    written; a time in UTC was converted by a program, and has the day of the source's time zone.
    """
    if moment.time() == datetime.min.time():
        return Cell(moment.date().isoformat())
    said = f"was {_text(moment, True)}"
    if moment.utcoffset() != timedelta(0):
        return Cell(moment.date().isoformat(), "time_dropped", said)
    local = moment.astimezone(ZoneInfo(time_zone))
    return Cell(local.date().isoformat(), "time_dropped", f"{said}, {local:%Y-%m-%d %H:%M} in {time_zone}")


Clock = tuple[int, int, int]
_END_OF_DAY = (24, 0, 0)  # ISO 8601:2004


def _cell(context: DateContext, day: tuple[int, int, int], clock: Clock | None = None, zone: str | None = None) -> Cell:
    """The outcome of a year, month and day with its time and offset; 24:00 is the next day's start."""
    hour, minute, second = clock or (0, 0, 0)
    end_of_day = clock == _END_OF_DAY
    try:
        moment = datetime(*day, 0 if end_of_day else hour, minute, min(second, 59), tzinfo=_zone(zone))
        following = moment + timedelta(days=1) if end_of_day else moment
    except (ValueError, OverflowError):
        return invalid("the calendar has no such day")
    if end_of_day and context.day_in:  # the day that it ends, not the one that begins
        return Cell(moment.date().isoformat(), "time_dropped", f"was {moment.date()}T24:00:00")
    return written(following, clock is not None, context.day_in)


def _zone(text: str | None) -> timezone | None:
    """The offset of `Z`, `UTC`, `+01:00`, `-0500`."""
    if not text:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta)


def _iso(text: str, context: DateContext) -> Cell | None:
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, _, zone = found.groups()
    if year == "0000" and month.strip("0") and day.strip("0"):
        return Cell(None, "partial", "no year: it is not made up")
    clock = None if hour is None else (int(hour), int(minute), int(second or 0))
    cell = _cell(context, (int(year), int(month), int(day)), clock, zone)
    if cell.value and clock == _END_OF_DAY and zone is None and not context.day_in:
        return Cell(f"{cell.value}T00:00:00")
    return cell


def _numbers_only(text: str, context: DateContext) -> Cell | None:
    """Compact ISO dates, Unix times and spreadsheet serials."""
    found = _COMPACT.fullmatch(text)
    if found and 1 <= int(found[2]) <= 12 and (1850 <= int(found[1]) <= 2150 or is_no_date(text[:8])):
        clock = (int(found[4]), int(found[5]), int(found[6] or 0)) if found[4] else None
        return _cell(context, (int(found[1]), int(found[2]), int(found[3])), clock, found[7])
    if _UNIX.fullmatch(text):
        return _unix(text, context)
    serial = re.fullmatch(r"(\d{5})(?:[.,](\d+))?", text)
    if serial and int(serial[1]) + (_LATER_1904 if context.excel_1904 else 0) in _SERIAL_DAYS:
        return _serial(int(serial[1]), float(f"0.{serial[2] or 0}"), context)
    return None


def _unix(text: str, context: DateContext) -> Cell | None:
    """Unix seconds or milliseconds; of another length than today's only where they are a whole day.

    Nine digits are seconds before September 2001, twelve their milliseconds; so are telephone numbers and ids, but
    those are no multiple of a day.
    """
    milliseconds = len(text.lstrip("-")) > 10
    seconds, rest = divmod(int(text), 1000) if milliseconds else (int(text), 0)
    usual = len(text) in (10, 13)
    if not usual and (seconds % 86_400 or rest):
        return None
    return written(_UNIX_START + timedelta(seconds=seconds), True, context.day_in)


def _json(text: str, context: DateContext) -> Cell | None:
    """Milliseconds, and the offset of the clock that they were read from."""
    found = _JSON_DATE.fullmatch(text)
    if not found:
        return None
    try:
        moment = _UNIX_START + timedelta(milliseconds=int(found[1]))
        return written(moment.astimezone(_zone(found[2]) or UTC), True, context.day_in)
    except OverflowError:
        return invalid("the calendar has no such day")


def _serial(days: int, fraction: float, context: DateContext) -> Cell:
    """A day number of a spreadsheet, in the 1900 or the 1904 system."""
    start = datetime(1904, 1, 1) if context.excel_1904 else datetime(1899, 12, 30)
    return written(start + timedelta(days=days, seconds=round(fraction * 86400)), True, context.day_in)


def _cjk(text: str, context: DateContext) -> Cell | None:
    found = _CJK.fullmatch(text) or (_IMPERIAL.fullmatch(text) if context.locale.startswith("ja") else None)
    if not found:
        return None
    year = 1 if found[2] == "元" else int(found[2])
    return _cell(context, (year + _ERAS.get(found[1] or "", 0), int(found[3]), int(found[4])))


def _week(text: str, context: DateContext) -> Cell | None:  # noqa: ARG001
    week, ordinal = _WEEK.fullmatch(text), _ORDINAL_DAY.fullmatch(text)
    try:
        if week:
            return Cell(date.fromisocalendar(int(week[1]), int(week[2]), int(week[3])).isoformat())
        if ordinal and ordinal[2] != "000":
            day = date(int(ordinal[1]), 1, 1) + timedelta(days=int(ordinal[2]) - 1)
            return Cell(day.isoformat()) if day.year == int(ordinal[1]) else invalid("the year has no such day")
    except ValueError:
        return invalid("the year has no such week")
    return None


def _clocked(text: str) -> tuple[str, Clock | None, str | None]:
    """The text without its time of day, the time, and the zone."""
    found = _TIME.search(text)
    if not found:
        return text, None, None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4][0] in "Pp" else 0)
    return text[: found.start()].strip(" ,"), (hour, minute, second), found[5]


def _numeric(text: str, context: DateContext) -> Cell | None:
    """Three numbers: year first, or day and month in the order that is known, or that the numbers prove."""
    day_part, clock, zone = _clocked(text)
    found = _NUMERIC.fullmatch(day_part)
    if not found or found[2].strip() != found[4].strip():
        return None
    first, middle, last = found[1], int(found[3]), found[5]
    if len(first) >= 3:
        if len(first) != 4 or len(last) > 2:
            return invalid("the calendar has no such day")
        return _cell(context, (int(first), middle, int(last)), clock, zone)
    if len(last) == 3 or (context.order == "YMD" and len(last) <= 2 and not context.certain and context.locale == ""):
        return invalid("no date")
    return _ordered(int(first), middle, last, (clock, zone), context)


def _ordered(first: int, second: int, last: str, when: tuple[Clock | None, str | None], context: DateContext) -> Cell:
    """Day and month of `first` and `second`."""
    clock, zone = when
    if context.order == "YMD" and len(last) <= 2:
        return _cell(context, (two_digit_year(first), second, int(last)), clock, zone)
    year = int(last) if len(last) == 4 else two_digit_year(int(last))
    if first > 12 and second > 12:
        return invalid("no month")
    order = "DMY" if first > 12 else "MDY" if second > 12 else context.order
    if order not in {"DMY", "MDY"} and first != second:
        return Cell(None, "ambiguous", "day or month first? the column does not say")
    day, month = (first, second) if order != "MDY" else (second, first)
    cell = _cell(context, (year, month, day), clock, zone)
    contradicts = cell.value and context.order in {"DMY", "MDY"} and order != context.order and first != second
    if not contradicts:
        return cell
    said = f"not in the order {context.order} of the column"
    return Cell(cell.value, "suspect", f"{said}; {cell.note}" if cell.note else said)


def _vietnamese(text: str, context: DateContext) -> Cell | None:
    """Day, month and year with the words for them between."""
    found = _VIETNAMESE.fullmatch(unicodedata.normalize("NFC", text))
    return _cell(context, (int(found[3]), int(found[2]), int(found[1]))) if found else None


def _worded(text: str, context: DateContext) -> Cell | None:
    """A month in words: `31 Aralık 2024`, `Dec 31, 2024`, `31-DEC-24`, `1er janvier 2024`."""
    day_part, clock, zone = _clocked(_CTIME.sub(r"\1 \3 \2", text))
    plain = _FILLERS.sub(" ", _ORDINAL.sub(" ", day_part))
    words = [w for w in re.split(r"[\s\-/]+|(?<=[^\W\d])\.(?=\d)|(?<=\d)\.?(?=[^\W\d])|(?<=[^\W\d])(?=\d)", plain) if w]
    numbers = [w.strip(".") for w in words if w.strip(".").isdigit()]
    if len(numbers) not in (1, 2):
        return None  # no date, whatever its words are: the months of all languages are not read for it
    months = [(i, month_of(w, context.locale or "en")) for i, w in enumerate(words) if not w[0].isdigit()]
    known = [(i, m) for i, m in months if m]
    if len(numbers) + len(months) < len(words):
        return None  # something else stands there, a time perhaps: nothing is dropped unseen
    if len(known) != 1 or len(numbers) != 2 or len(months) > 2:
        return _month_only(known, numbers)
    if context.locale.startswith("th"):
        numbers = [str(int(n) - _BUDDHIST) if len(n) == 4 and int(n) > _BUDDHIST + 1800 else n for n in numbers]
    day = _from_words(numbers, known[0][1])
    return _cell(context, day, clock, zone) if day else invalid("the calendar has no such day")


def _month_only(known: Sequence[tuple[int, int]], numbers: list[str]) -> Cell | None:
    """`March 2024` has no day."""
    if len(known) == 1 and len(numbers) == 1:
        return Cell(None, "partial", f"no {'day' if len(numbers[0]) == 4 else 'year'}: it is not made up")
    return None


def _from_words(numbers: list[str], month: int) -> tuple[int, int, int] | None:
    """Day and year are told apart by length; two short numbers are day and year in that order."""
    day, year = numbers
    if len(day) == 4:
        day, year = year, day
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return int(year) if len(year) == 4 else two_digit_year(int(year)), month, int(day)


@lru_cache(REMEMBERED)
def instant(value: str, time_zone: str) -> Cell:
    """The UTC instant of a canonical date or local time in a zone; an instant stays.

    A time that the clocks left out, or that they showed twice, is read and told: by the offset that held before.
    """
    if value.endswith("Z"):
        return Cell(value)
    local = datetime.fromisoformat(value)
    before, after = (local.replace(tzinfo=ZoneInfo(time_zone), fold=fold) for fold in (0, 1))
    text = _text(before, True)
    early, late = before.utcoffset(), after.utcoffset()
    if early == late or early is None or late is None or "T" not in value:
        return Cell(text)
    if early < late:
        return Cell(text, "time_skipped", f"{value}: clocks in {time_zone} went forward over this time")
    return Cell(text, "time_twice", f"{value}: clocks in {time_zone} showed this time twice; the first was taken")


def context_of(locale: str, evidence: dict[str, str] | None = None, day_in: str | None = None) -> DateContext:
    """The date context of a locale and of facts about the column (`date_order`, `excel_1904`)."""
    facts = evidence or {}
    order = facts.get("date_order")
    return DateContext(
        order or date_order(locale),
        order is not None,
        locale,
        facts.get("excel_1904") == "true" or "1904" in locale,
        day_in,
    )
