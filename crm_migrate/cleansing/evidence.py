"""What a whole column shows: date order, decimal mark, phone region, and damage that no single cell can prove.

Facts are pairs of texts: `date_order` = `DMY`, and `date_order_because` = the sentence with the counts. They are
decided once for a column, kept in `evidence.lock`, and reach the steps through `Context.evidence`. What the column does
not decide is no fact; `..._undecided` says so with examples.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import ftfy
import phonenumbers
import polars as pl

from crm_migrate.cleansing.amounts.numbers import decimal_of
from crm_migrate.cleansing.dates.calendar_words import date_order
from crm_migrate.cleansing.dates.exchanged import exchanged
from crm_migrate.cleansing.dates.parsing import DAY_NUMBER, UNIX_DAYS
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.organisations.checked_codes import without_zeros
from crm_migrate.cleansing.steps import Context
from crm_migrate.crm.types import Shows, type_of

Facts = dict[str, str]

_SAMPLE = 200_000  # rows looked at by slow checks; the fast ones see all of them
_DATE = r"^\s*(\d{1,2})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(?:\d{4}|\d{2})(?:\D.*)?$"
_UNSAID = "en"  # the locale of a project that names none
_ORDERS = ("DMY", "MDY")  # of dates that end with the year
_PERCENT = r"[%\u066a\ufe6a\uff05]"
# Of the telling rows that must agree; fewer leave the column undecided. Chosen: one slip in 200 rows is typing, more
# are rows of another country; the counts are told in a sentence.
_SHARE = 0.995
_CODED = 5  # numbers with a country code that tell of the others: one of them is a foreign customer
_OVERRULES = 5  # rows that tell against the locale: one of them is a slip, and would exchange days and months of all


def evidence(values: pl.Series, kind: str, context: Context) -> Facts:
    """Facts about a column of a kind (a semantic type, or a kind of `clean`), each with its counts in a sentence."""
    filled = values.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    if filled.is_empty():
        return {}
    facts: Facts = {}
    for check in (*_ALWAYS, *_CHECKS[type_of(kind).shows]):
        facts |= check(filled, context)
    return facts


def _fact(name: str, value: str, because: str) -> Facts:
    return {name: value, f"{name}_because": because}


def _read_as_said(doubt: str) -> Facts:
    """No fact: the locale decides the order, and what speaks against it is told."""
    return {"date_order_undecided": doubt, "date_order_doubt_because": doubt}


def _examples(values: pl.Series) -> str:
    return ", ".join(repr(v) for v in values.unique(maintain_order=True).head(3))


def date_facts(values: pl.Series, context: Context) -> Facts:
    """Day or month first: proven by parts above 12, over the whole column."""
    parts = values.str.extract_groups(_DATE).struct.unnest()
    first, second = (parts[name].cast(pl.Int32, strict=False) for name in parts.columns)
    day_first = int(((first > 12) & (second <= 12)).sum())
    month_first = int(((second > 12) & (first <= 12)).sum())
    telling, dates = day_first + month_first, int(first.is_not_null().sum())
    if not dates:
        return {}
    order, count = ("DMY", day_first) if day_first >= month_first else ("MDY", month_first)
    said = date_order(context.locale)
    if telling and count >= _SHARE * telling:
        if said not in _ORDERS or said == order or count >= _OVERRULES:
            because = f"{count} of {telling} dates with a part above 12 (of {dates}) are {order}"
            return _fact("date_order", order, because)
        return _read_as_said(f"{count} of {dates} dates are {order}, and the locale says {said}")
    if telling:
        mixed = f"{day_first} dates are DMY and {month_first} are MDY: two sources in one column?"
        return _read_as_said(mixed) if said in _ORDERS else {"date_order_undecided": mixed}
    dates_seen = _examples(values.filter(first.is_not_null()))
    return {
        "date_order_undecided": f"no part above 12 in {dates} dates ({dates_seen}); the locale says {said or 'nothing'}"
    }


def exchanged_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Two writings of dates, of which a spreadsheet exchanged day and month of one."""
    found = exchanged(values)
    return {"exchanged": found[0], "exchanged_undecided": found[1]} if found else {}


def percent_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Numbers with a percent sign: all of them, or beside numbers without, and then nobody knows what 50 is."""
    signed = values.str.contains(_PERCENT)
    others = values.filter(~signed & values.str.contains(r"[1-9]"))
    shares = int(signed.sum())
    if not shares:
        return {}
    if others.is_empty():
        return _fact("percent", "fraction", f"all {shares} numbers that are not zero carry a percent sign")
    shown = f"{_examples(values.filter(signed))} beside {_examples(others)}"
    return {"percent_undecided": f"{shares} numbers carry a percent sign and {len(others)} do not ({shown})"}


def excel_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Day numbers of a spreadsheet among the dates."""
    serials = int(values.str.contains(DAY_NUMBER).sum())
    said = f"{serials} of {len(values)} are day numbers of a spreadsheet, counted from 1900 unless `excel_1904` is true"
    if not serials:
        return {}
    return {"serials": said} | (_unix_days(values) if serials == len(values) else {})


def _unix_days(values: pl.Series) -> Facts:
    """A column of nothing but numbers that are days of a spreadsheet, and as likely days since 1970."""
    numbers = values.str.extract(r"^(\d+)").cast(pl.Int64)
    both = numbers.filter(numbers >= UNIX_DAYS.start)
    if both.is_empty() or (numbers >= UNIX_DAYS.stop).any():
        return {}
    first = int(both[0])
    days = [(start + timedelta(days=first)).isoformat() for start in (date(1899, 12, 30), date(1970, 1, 1))]
    said = f"{first} is {days[0]} as a day number of a spreadsheet, and {days[1]} counted in days since 1970"
    return {"days_since_1970_because": said}


def decimal_facts(values: pl.Series, context: Context) -> Facts:
    """The decimal mark: proven by two marks in one number, by groups, or by other than three digits behind the mark."""
    comma = (
        r"\d\.\d{3},\d|^\D*\d+,\d{1,2}\D*$|^\D*\d+,\d{4,}\D*$|\d\.\d{3}\.\d{3}|^\D*0,\d+|\d[ '\u00a0\u202f’]\d{3},\d"
    )
    point = (
        r"\d,\d{3}\.\d|^\D*\d+\.\d{1,2}\D*$|^\D*\d+\.\d{4,}\D*$|\d,\d{3},\d{3}|^\D*0\.\d+|\d[ '\u00a0\u202f’]\d{3}\.\d"
    )
    commas, points = int(values.str.contains(comma).sum()), int(values.str.contains(point).sum())
    telling = commas + points
    if not telling:
        unsure = values.filter(values.str.contains(r"^\D*\d{1,3}[.,]\d{3}\D*$"))
        if unsure.is_empty():
            return {}
        return {
            "decimal_undecided": f"{len(unsure)} numbers such as {_examples(unsure)} could be thousands or decimals"
        }
    mark, count = (",", commas) if commas >= points else (".", points)
    if count >= _SHARE * telling:
        because = f"{count} of {telling} numbers that tell (of {len(values)}) have a decimal {mark!r}"
        said = None if context.locale == _UNSAID else decimal_of(context.locale)
        if said in {None, mark} or count >= _OVERRULES:
            return _fact("decimal", mark, because)
        return {"decimal_undecided": f"{because}, and the locale says {said!r}"}
    return {"decimal_undecided": f"{commas} numbers have a decimal comma and {points} a decimal point"}


def country_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Whether `NA` is Namibia, as in a column of codes, or may be a program's word for nothing."""
    na = values.str.to_uppercase() == "NA"
    others = values.filter(~na).unique(maintain_order=True)
    if not na.any():
        return {}
    codes = int(others.str.contains(r"^[A-Za-z]{2}$").sum())
    nothing = others.filter(others.map_elements(is_null, return_dtype=pl.Boolean))
    said = f"{codes} of {len(others)} other values are written with two letters"
    if nothing.is_empty() and 0 < len(others) <= 2 * codes:
        return _fact("na", "namibia", said)
    return _fact("na", "doubtful", said + (f"; {_examples(nothing)} stand for nothing" if len(nothing) else ""))


def phone_facts(values: pl.Series, context: Context) -> Facts:
    """The region of numbers without a country code, judged by those that carry one, where enough of them do."""
    found = called(values)
    if found is None:
        return {}
    if context.region or found.total < _CODED or not found.most:
        return {"phone_regions": found.told}
    return _fact("phone_region", found.region, found.told)


@dataclass(frozen=True, slots=True)
class Called:
    """The region that most numbers with a country code are of: `count` of `total`."""

    region: str
    count: int
    total: int

    @property
    def most(self) -> bool:
        """Whether it is the country of the column. Chosen: a company calls its own country most."""
        return self.count >= 0.8 * self.total

    @property
    def told(self) -> str:
        """The counts in a sentence."""
        return f"{self.count} of {self.total} numbers with a country code are of {self.region}"


def called(values: pl.Series) -> Called | None:
    """What the first numbers of a column with a country code tell; None where there are none."""
    coded = values.filter(values.str.contains(r"^\s*(?:\+|00)[1-9]")).head(2_000)
    regions = Counter(region for text in coded if (region := _region_of(text)))
    if not regions:
        return None
    region, count = regions.most_common(1)[0]
    return Called(region, count, sum(regions.values()))


def _region_of(text: str) -> str | None:
    """Region of an international number."""
    try:
        number = phonenumbers.parse("+" + text.lstrip("+0 "), None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(number)


def zero_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Leading zeros that a spreadsheet took, where check digits prove it: short digits are plain numbers, too."""
    counted = values.alias("value").to_frame().with_row_index("row").group_by("value")
    codes = counted.agg(pl.len().alias("cells"), pl.col("row").min())
    width, mended = without_zeros(codes)
    if not mended:
        return {}
    lost = int(codes.filter(pl.col("value").is_in(list(mended)))["cells"].sum())
    sentence = (
        f"{lost} of {len(values)} are shorter than {width} digits, and their check digits fit once zeros stand before "
        "them: leading zeros were lost"
    )
    return {"lost_zeros": sentence}


def scientific_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Numbers in scientific notation: digits are lost and cannot be restored."""
    cut = values.filter(values.str.contains(r"^\d[.,]?\d*[eE]\+\d{2}$"))
    if cut.is_empty():
        return {}
    sentence = f"{len(cut)} of {len(values)} are in scientific notation ({_examples(cut)}): export the column as text"
    return {"scientific": sentence}


def encoding_facts(values: pl.Series, context: Context) -> Facts:
    """Text encoded twice, or read with the wrong code page."""
    odd = values.filter(values.str.contains(r"[ÃÂÄÅÐØæçâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|�")).head(_SAMPLE)
    facts: Facts = {}
    broken = pl.Series(
        [v for v in odd.unique(maintain_order=True).head(500) if ftfy.fix_encoding(v) != v], dtype=pl.String
    )
    if not broken.is_empty():
        facts["double_encoded"] = (
            f"{len(odd)} of {len(values)} are UTF-8 read as another encoding ({_examples(broken)})"
        )
    lost = int(values.str.contains("�").sum())
    if lost:
        facts["characters_lost"] = f"{lost} of {len(values)} hold U+FFFD: letters that cannot be restored"
    return facts | _code_page(values, context)


def _code_page(values: pl.Series, context: Context) -> Facts:
    """Turkish read as Western European: ð þ ý stand where ğ ş ı belong, and the real letters never occur."""
    if not context.locale.startswith(("tr", "az")):
        return {}
    wrong = values.filter(values.str.contains("[ÐðÝýÞþ]"))
    if wrong.is_empty() or values.str.contains("[ĞğİıŞş]").any():
        return {}
    return _fact(
        "code_page", "cp1254", f"{len(wrong)} of {len(values)} hold ð, þ or ý and none ğ, ş or ı ({_examples(wrong)})"
    )


def cut_facts(values: pl.Series, context: Context) -> Facts:  # noqa: ARG001
    """Texts cut at a fixed length: many values end at exactly the greatest length, far more than just below it."""
    lengths = values.str.len_chars()
    longest = int(str(lengths.max() or 0))
    at_end, below = int((lengths == longest).sum()), int((lengths == longest - 1).sum())
    usual = longest in (
        20,
        24,
        25,
        30,
        32,
        35,
        40,
        50,
        60,
        64,
        80,
        100,
        120,
        128,
        150,
        200,
        250,
        254,
        255,
        256,
        500,
        1000,
        32767,
    )
    if longest < 20 or not usual or at_end < 3 or at_end < 3 * max(below, 1) or lengths.n_unique() < 5:
        return {}
    return {
        "cut": f"{at_end} of {len(values)} are exactly {longest} characters long, {below} one less: the column was cut"
    }


_SHAPES: dict[str, str] = {
    "email": r"@.*\.",
    "phone": r"^\+?[\d\s().\-/]{7,}$",
    "postal_code": r"^[A-Za-z0-9][A-Za-z0-9 \-]{2,9}$",
    "date": r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}",
}


def shifted_facts(values: pl.Series, context: Context, kind: str) -> Facts:  # noqa: ARG001
    """Cells that have the shape of another kind: a row whose columns are shifted, or a column mapped wrongly."""
    own = values.str.contains(_SHAPES[kind])
    foreign = {
        k: values.filter(~own & values.str.contains(s)) for k, s in _SHAPES.items() if k != kind and k != "postal_code"
    }
    found = {k: v for k, v in foreign.items() if len(v)}
    return {f"shifted_{k}": f"{len(v)} of {len(values)} look like {k} ({_examples(v)})" for k, v in found.items()}


Check = Callable[[pl.Series, Context], Facts]
_ALWAYS: tuple[Check, ...] = (scientific_facts, encoding_facts, cut_facts)
_CHECKS: dict[Shows, tuple[Check, ...]] = {
    "": (),
    "dates": (date_facts, exchanged_facts, excel_facts, lambda v, c: shifted_facts(v, c, "date")),
    "numbers": (decimal_facts, percent_facts),
    "codes": (zero_facts,),
    "phones": (phone_facts, lambda v, c: shifted_facts(v, c, "phone")),
    "countries": (country_facts,),
    "mailboxes": (lambda v, c: shifted_facts(v, c, "email"),),
}
