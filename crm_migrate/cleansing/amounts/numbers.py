"""Numbers and money: decimals only, never floats; separators by evidence, locale (CLDR) or proof in the text."""

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale, UnknownLocaleError

from crm_migrate.cleansing.amounts.currencies import currency_of
from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.spreadsheet_errors import is_spreadsheet_error
from crm_migrate.cleansing.text.digits import marked
from crm_migrate.crm.money import digits

_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "—": "-"})
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c]")
_QUOTES = re.compile("[’‘`´ʼ′٬]")
_SHOWN = 5  # decimals of scientific notation in a cell of general format
_CUT = re.compile(rf"[+-]?\d[.,]\d{{{_SHOWN}}}[eE]\+?(\d{{1,2}})")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,2}")
_RANGE = re.compile(r"\d\s*(?:-|to|bis|until|ile|à|hasta|s/d)\s*[^\d\s-]{0,4}\s*\d")
_WORDED_RANGE = re.compile(r"\d\D{0,6}\s(?:to|bis|until|ile|à|hasta|s/d|sampai|tot|do)\s\D{0,6}\d")
_DATE = re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2}(?:[T ].*)?")
_NO_FRACTION = re.compile(r"\d([,.])-{1,2}(?!\d)")  # `1.000,-`: the mark before the dash is the decimal one
_INTERRUPTED = re.compile(r"\d\s*[/*]\s*\d")  # `1/234` is no 1,234
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,' ]*|[.,]\d+)")
_WORD = re.compile(r"[^\d.,'+\-()\s%]+\.?")
_SIGN_WORDS = {"cr": "-", "cr.": "-", "dr": "", "dr.": ""}
_SCALES = {
    "k": 3,
    "tsd": 3,
    "tsd.": 3,
    "bin": 3,
    "m": 6,
    "mio": 6,
    "mio.": 6,
    "mln": 6,
    "mn": 6,
    "million": 6,
    "millionen": 6,
    "milyon": 6,
    "juta": 6,
    "jt": 6,
    "bn": 9,
    "mrd": 9,
    "mrd.": 9,
    "milyar": 9,
    "billion": 9,
    "ribu": 3,
    "rb": 3,
}


@dataclass(frozen=True, slots=True)
class NumberContext:
    """What decides about separators: `decimal` is `.`, `,` or None; `certain` if the column or the mapping said so.

    `percent` is what `50%` is: `fraction` (0.5), `whole` (50), `unknown` (asked), `never` (no amount at all).
    """

    decimal: str | None = None
    certain: bool = False
    locale: str = ""
    percent: str = "fraction"


@cache
def decimal_of(locale: str) -> str | None:
    """The decimal separator of a locale by CLDR; None without a locale."""
    if not locale:
        return None
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    symbol = str(found.number_symbols.get("latn", {}).get("decimal", "."))
    return symbol if symbol in ".," else "."


def amount_cell(text: str, context: NumberContext, *, with_currency: bool = True) -> Cell:
    """A plain decimal, followed by the currency where one is written (`1234.56 EUR`)."""
    if marked(text):
        return invalid("a footnote mark stands at a number")
    value = _normal(text)
    other = _no_amount(value, context)
    if other:
        return other
    dash = _NO_FRACTION.search(value)
    if dash and (dash[1] == "," or "." not in value[: dash.start(1)]):
        context = replace(context, decimal=dash[1], certain=True)
    sign, body, words = _signed(value)
    if _RANGE.search(body.replace("E+", "").replace("E-", "")) and not _SCIENTIFIC.fullmatch(body.strip()):
        return Cell(None, "ambiguous", "a range, not an amount")
    currency, scale, unknown = _words(words, value, context.locale)
    if unknown:
        return invalid(f"no number: {unknown!r}")
    cell = _number(body, context)
    if cell.value is None:
        return cell
    if cell.flag and currency and context.decimal and digits(currency) < 3:  # with three, these are decimals
        cell = _number(body, replace(context, decimal="," if "." in body else ".", certain=True))
    number = _scaled(f"{sign}{cell.value}", scale, "%" in value and context.percent != "whole")
    doubt = _share_doubt(number, "%" in value, context.percent)
    if not with_currency:
        doubt = doubt or _unit_doubt(words, currency)
    return Cell(
        f"{number} {currency}" if currency and with_currency else number,
        cell.flag or (doubt and doubt[0]),
        cell.note or (doubt and doubt[1]),
    )


def _no_amount(value: str, context: NumberContext) -> Cell | None:
    """The outcome of a text that is something else than one amount; None where it may be one."""
    if is_spreadsheet_error(value):
        return invalid("an error value of a spreadsheet")
    if is_null(value):
        return NULL
    if _DATE.fullmatch(value):
        return invalid("a date, not an amount")
    if _WORDED_RANGE.search(value):
        return Cell(None, "ambiguous", "a range, not an amount")
    if _INTERRUPTED.search(value):
        return invalid("something stands between its digits")
    if "%" in value and context.percent == "never":
        return invalid("a share, not an amount")
    return None


def _unit_doubt(words: list[str], currency: str | None) -> tuple[str, str] | None:
    """Flag and note of a number that is one of something."""
    if currency:
        return "suspect", f"the currency {currency} is left out"
    return ("ambiguous", "millions, or metres, minutes, months?") if "m" in words else None


def _share_doubt(number: str, signed: bool, percent: str) -> tuple[str, str] | None:
    """Flag and note where a number does not fit to what `50%` is in its column."""
    if signed and percent == "unknown" and Decimal(number):
        return "ambiguous", "a share: in hundredths, or as a fraction of one?"
    if not signed and percent == "whole" and 0 < abs(Decimal(number)) < 1:
        return "suspect", f"less than one per cent, or the fraction {number}?"
    return None


def _normal(text: str) -> str:
    """One kind of blank, minus, quote and digit."""
    value = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_MINUS)
    value = _QUOTES.sub("'", _SPACES.sub(" ", value)).replace("٫", ".")
    value = "".join(str(unicodedata.digit(c, c)) if c.isdigit() and not c.isascii() else c for c in value)
    formula = re.fullmatch(r'=\s*"([^"]*)"', value.strip())
    # The colon before the fraction is how Swedish and Finnish price tags are written (Språkrådet: `12:50`).
    value = re.sub(r"(?<=\d):(?=\d\d(?!\d))(?=[^:]*(?:kr|sek|€|mk)\b)", ",", value, flags=re.IGNORECASE)
    # `1 234:-` says "and no öre" in Sweden, the dash behind `¥12,000-` that nothing follows in Japan.
    value = re.sub(r":-{1,2}(?!\d)", "", value)
    value = value.rstrip("-") if re.search(r"[¥円]", value) else value
    # `1,000/-` and `1,000/=` say "and no paise, no cents" in South Asia and East Africa; that dash is no minus.
    return re.sub(r"/[-=]+$", "", (formula[1] if formula else value).strip().lstrip("'").strip())


def _signed(text: str) -> tuple[str, str, list[str]]:
    """Sign, the text's number part, and its words (currencies, scales)."""
    negative = False
    bracketed = re.fullmatch(r"([^\d()]*)\(([^()]+)\)([^\d()]*)", text)
    if bracketed:
        negative, text = True, f"{bracketed[1]} {bracketed[2]} {bracketed[3]}".strip()
    scientific = _SCIENTIFIC.fullmatch(text.strip())
    words = [] if scientific else _WORD.findall(text)
    body = text if scientific else _WORD.sub(" ", text)
    body = body.replace("%", " ").strip()
    kept = [w for w in words if w.lower() not in _SIGN_WORDS]
    negative ^= any(_SIGN_WORDS.get(w.lower()) == "-" for w in words)
    body = re.sub(r"[,.]-{1,2}$", "", body).strip()
    if body.endswith("-"):
        negative, body = not negative, body[:-1].strip()
    match = re.match(r"([+-])\s*(.*)", body)
    if match:
        negative ^= match[1] == "-"
        body = match[2]
        if body.startswith(("+", "-")):
            body = "±"  # two signs are no sign that can be read
    return ("-" if negative else ""), body, kept


def _words(words: list[str], text: str, locale: str) -> tuple[str | None, int, str | None]:
    """Currency, power of ten and the first word of a text that is neither.

    Behind the number `k` and `m` are powers of ten, before it (`m3`) they are something else.
    """
    currency, scale = None, 0
    for word in words:
        found = currency_of(word, locale)
        if found:
            currency = found
        elif word.lower() in _SCALES and (len(word) > 2 or re.search(rf"\d[^\d]*{re.escape(word)}", text)):
            scale += _SCALES[word.lower()]
        elif word.strip("./*"):
            return currency, scale, word
    return currency, scale, None


def _number(body: str, context: NumberContext) -> Cell:
    """The digits of a body with its separators resolved."""
    body = body.strip()
    if _SCIENTIFIC.fullmatch(body):
        return _scientific(body)
    if not _NUMBER.fullmatch(body) or body.endswith(("'", " ")):
        return invalid("no number")
    body = body.replace(" ", "'").rstrip(".,")
    points, commas = body.count("."), body.count(",")
    if points and commas:
        decimal = "." if body.rfind(".") > body.rfind(",") else ","
        return _grouped(body, decimal)
    mark = "." if points else "," if commas else None
    if mark is None:
        return _grouped(body, ".")
    if points + commas > 1:
        return _grouped(body, "," if mark == "." else ".")
    return _one_mark(body, mark, context)


def _scientific(body: str) -> Cell:
    """Scientific notation where no digit was lost: at most 15 are ever written.

    A spreadsheet shows six digits of a long number (`1.21143E+15`), so where there are more places the rest was cut.
    """
    if (cut := _CUT.fullmatch(body)) and int(cut[1]) > _SHOWN:
        return invalid("scientific notation: digits were lost")
    try:
        value = Decimal(body.replace(",", "."))
    except InvalidOperation:
        return invalid("no number")
    return Cell(plain(value)) if abs(value) < Decimal("1e16") else invalid("scientific notation: digits were lost")


def _grouped(body: str, decimal: str) -> Cell:
    """A number whose decimal mark is known; groups must be of three (or Indian pairs)."""
    whole, _, fraction = body.partition(decimal)
    group = "," if decimal == "." else "."
    parts = re.split(f"[{re.escape(group)}']", whole)
    well = all(len(p) == 3 for p in parts[1:]) or (len(parts[-1]) == 3 and all(len(p) == 2 for p in parts[1:-1]))
    if (len(parts) > 1 and (not well or not 1 <= len(parts[0]) <= 3)) or (fraction and not fraction.isdigit()):
        return invalid("separators in odd places")
    return Cell(tidy("".join(parts) or "0", fraction))


def _one_mark(body: str, mark: str, context: NumberContext) -> Cell:
    """One separator: decimal unless exactly three digits follow; then the column decides, or nobody."""
    whole, _, fraction = body.partition(mark)
    groupable = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.isdigit() and whole.strip("0") != ""
    if not groupable or "'" in whole:
        return _grouped(body, mark)
    decimal = context.decimal or "."
    as_group = mark != decimal
    value = whole + fraction if as_group else tidy(whole, fraction)
    if context.certain:
        return Cell(value)
    return Cell(value, "ambiguous", "thousands or decimals? the column does not say")


def tidy(whole: str, fraction: str) -> str:
    """A plain decimal without leading zeros; zeros beyond the second decimal (and a bare `.0`) are no information."""
    whole = whole.lstrip("0") or "0"
    fraction = fraction if len(fraction) == 2 else fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def plain(value: Decimal) -> str:
    """A decimal without exponent."""
    return format(value.normalize(), "f")


def _scaled(number: str, scale: int, percent: bool) -> str:
    """A number times a power of ten, in hundredths where a percent sign stood."""
    if number in {"-0", "-0.00"}:
        number = number[1:]
    power = scale - (2 if percent else 0)
    return plain(Decimal(number).scaleb(power)) if power else number


def integer_cell(text: str, context: NumberContext) -> Cell:
    """A whole number; a fraction that is not zero is no integer."""
    cell = amount_cell(text, context, with_currency=False)
    if cell.value is None:
        return cell
    whole, _, fraction = cell.value.partition(".")
    if fraction.strip("0"):
        return invalid("no whole number") if cell.flag is None else cell
    return Cell(whole, cell.flag, cell.note)
