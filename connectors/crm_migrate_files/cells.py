"""A cell of a workbook as the text that a person means by it: numbers plain, dates ISO, ids with their zeros."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from crm_migrate.connecting.typed import unmistakable
from crm_migrate_files.package import local

_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])
_BUILT_IN_CLOCKS = frozenset((18, 19, 20, 21, 32, 33, 45, 47))
_BUILT_IN_PERCENTS = frozenset((9, 10))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLOURS = r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color\d+|\$[^\]]*)\]"
_NOT_FORMAT = re.compile(rf'"[^"]*"|\\.|_.|\*.|{_COLOURS}', re.I)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)
_ZEROS = re.compile(r"0{2,}")
_EPOCH_1900 = datetime.datetime(1899, 12, 30)  # with the day that 1900 never had, from 1 March 1900 on
_EPOCH_1904 = datetime.datetime(1904, 1, 1)
# Days: a number below it in a format of the clock alone is hours, not a moment before 1910 (1914) without its day.
_LONGEST_DURATION = 3653
DIGITS = 15  # what a spreadsheet keeps of a number


@dataclass(frozen=True, slots=True)
class Format:
    """How numbers of a style are meant: `date` (with time or without), `clock` (a time alone), `elapsed`, `percent`, or
    with leading `zeros`."""

    kind: str = "number"
    zeros: int = 0


def format_of(number: int, code: str) -> Format:
    """What a number format means; `code` is empty for built-in ones."""
    if number in _BUILT_IN_CLOCKS:
        return Format("clock")
    if number in _BUILT_IN_DATES:
        return Format("elapsed" if number == 46 else "date")
    if number in _BUILT_IN_PERCENTS:
        return Format("percent")
    first = _NOT_FORMAT.sub("", code.split(";")[0])
    if _ELAPSED.search(first):
        return Format("elapsed")
    if re.search(r"[dmyhs]", first, re.I) and "general" not in first.lower() and not re.search(r"[0#?]", first):
        return Format(_day_or_clock(first))
    if re.search(r"[dmyhs]", first, re.I) and re.search(r"ss\.0+", first, re.I):
        return Format(_day_or_clock(first))
    if first.rstrip().endswith("%"):
        return Format("percent")
    return Format("number", len(first)) if _ZEROS.fullmatch(first) else Format()


def _day_or_clock(code: str) -> str:
    """`mm` beside hours or seconds is minutes; three letters and more are the name of a month."""
    return "clock" if re.search("[hs]", code, re.I) and not re.search("[dyeg]|mmm", code, re.I) else "date"


def is_duration(value: str, style: Format) -> bool:
    """Whether a number in a format of the clock is a duration of a day or more: shown without its days."""
    try:
        return style.kind == "clock" and 1 <= float(value) < _LONGEST_DURATION
    except ValueError:
        return False


def styles_of(root: Element | None) -> list[Format]:
    """The format of every cell style of a workbook, by index."""
    if root is None:
        return []
    codes: dict[int, str] = {}
    styles: list[Format] = []
    for part in root:
        if local(part) == "numFmts":
            codes = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in part}
        elif local(part) == "cellXfs":
            ids = [int(xf.get("numFmtId", "0")) for xf in part]
            styles = [format_of(i, codes.get(i, "")) for i in ids]
    return styles


def unescape(text: str) -> str:
    """`_x000D_` is how a workbook writes characters that XML cannot hold."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def number_text(value: str, style: Format, *, date1904: bool) -> str:
    """A number as it is stored, as text: `15.0` is `15`, `1E+3` is `1000`, zeros of an id are put back."""
    if style.kind == "number" and value.isdigit() and len(value) <= DIGITS:
        return value.zfill(style.zeros)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return value
    if style.kind == "elapsed" or is_duration(value, style):
        return _elapsed(number)
    if style.kind in ("date", "clock"):
        return date_text(float(number), date1904=date1904)
    if style.kind == "percent":
        return f"{_plain(number * 100, 0)}%"  # as it is shown, and as a CSV of the same sheet has it
    return _plain(number, style.zeros)


def _plain(number: Decimal, zeros: int) -> str:
    if number != number.to_integral_value():
        # A double: what is behind the 15th digit is noise of the binary form.
        number = Decimal(format(float(number), f".{DIGITS}g"))
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, fraction = text.partition(".")
    if fraction:
        return unmistakable(text)
    return text.zfill(zeros) if zeros and whole.isdigit() else text if text != "-0" else "0"


def date_text(serial: float, *, date1904: bool) -> str:
    """A serial day as ISO 8601: date, date with time, or time alone for serials below 1."""
    seconds = round(serial * 86_400)
    if 0 < serial < 1 or (serial == 0 and not date1904):
        return str(datetime.timedelta(seconds=seconds)).zfill(8) if seconds < 86_400 else "24:00:00"
    if not date1904 and serial < 60:
        seconds += 86_400  # before the day that 1900 never had
    try:
        moment = (_EPOCH_1904 if date1904 else _EPOCH_1900) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return format(Decimal(repr(serial)).normalize(), "f")
    midnight = moment.time() == datetime.time(0)
    return moment.date().isoformat() if midnight else moment.isoformat(timespec="seconds")


def _elapsed(number: Decimal) -> str:
    seconds = round(float(number) * 86_400)
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{second:02}"


def text_of(element: Element) -> str:
    """The text of a shared or inline string: all its runs, without the phonetic hints of East Asian sheets."""
    parts = []
    for child in element:
        name = local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [t.text or "" for t in child if local(t) == "t"]
    return unescape("".join(parts))
