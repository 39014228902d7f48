"""Folding whole columns for comparing: letters, digits, names, companies, streets, dates, in polars expressions.

The cleansing room folds cell by cell and knows more; a million rows need it done by the column.
"""

from collections.abc import Callable
from functools import partial, wraps

import polars as pl
from ftfy import fix_text

from crm_migrate.cleansing.dates.calendar_words import month_of
from crm_migrate.cleansing.nulls import PEOPLE, PROGRAMS
from crm_migrate.cleansing.text.letters import STROKED
from crm_migrate.matching.comparing.scripts import OTHER_SCRIPT, Spellings
from crm_migrate.matching.comparing.words import word_map, word_set

_MOJIBAKE = r"[ÂÃÄÅØÙĂ][^\x00-\x7fÀ-ÿ]|[ÂÃÄÅØÙ][\x{a0}-\x{bf}]"
_TYPEWRITER = r"([b-df-hj-np-tv-xz])([aou])e([b-df-hj-np-tv-xz]|\b)"
_NOTHING = sorted(PEOPLE | PROGRAMS)
_STROKES = {chr(key): str(value) for key, value in STROKED.items()}
_FEW = 5_000  # rows that are folded as they are
_REPEATING = 0.3  # share of different values up to which it pays to fold each of them once

Fold = Callable[[pl.Series], pl.Series]


def once_per_value(fold: Fold) -> Fold:
    """The same fold, done once for each different value of a column that repeats its values."""

    @wraps(fold)
    def fold_values(column: pl.Series) -> pl.Series:
        if len(column) <= _FEW or _different(column) > _REPEATING * len(column):
            return fold(column)
        coded = column.rechunk().to_arrow().dictionary_encode()
        values = fold(pl.Series(column.name, pl.from_arrow(coded.dictionary), dtype=pl.String))
        return values.gather(pl.Series(pl.from_arrow(coded.indices)))

    return fold_values


def _different(column: pl.Series) -> int:
    """About how many different values a column has."""
    return int(column.to_frame("v").select(pl.col("v").approx_n_unique()).item())


@once_per_value
def folded(column: pl.Series) -> pl.Series:
    """Lower case without diacritics, only letters and digits, one blank between words; in Latin letters."""
    plain = column.cast(pl.String).str.to_lowercase()
    if plain.str.contains(r"[^\x00-\x7f]").any():
        plain = _latin(plain)
        plain = plain.str.replace_many(list(_STROKES), list(_STROKES.values())).str.normalize("NFKD")
        plain = plain.str.replace_all(r"\p{M}", "")
    return (
        plain.str.replace_all(r"['`]", "").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars().replace("", None)
    )


def _latin(plain: pl.Series) -> pl.Series:
    """Words of other scripts in Latin letters, as the other values of the column spell them."""
    other = plain.str.contains(OTHER_SCRIPT).fill_null(False)
    if not other.any():
        return plain
    known = folded(plain.filter(~other)).drop_nulls().str.split(" ").explode().unique().drop_nulls()
    spellings = Spellings(known.to_list())
    found = plain.filter(other).unique()
    latin = pl.Series([spellings.latin(text) for text in found.to_list()], dtype=pl.String)
    return plain.replace_strict(found, latin, default=plain, return_dtype=pl.String)


def said(column: pl.Series, least: int = 1) -> pl.Series:
    """Without what is written for "nothing": `n/a`, `unbekannt`, `yok`, dashes, less than `least` letters."""
    return once_per_value(partial(_said, least=least))(column.cast(pl.String))


def _said(column: pl.Series, least: int) -> pl.Series:
    plain = column.str.strip_chars(" .!").str.to_lowercase()
    nothing = plain.is_in(_NOTHING) | ~plain.str.contains(r"[\p{L}\p{N}]") | (plain.str.len_chars() < least)
    return column.set(nothing.fill_null(False), None)


def mended(column: pl.Series) -> pl.Series:
    """Letters that were read in the wrong code page are themselves again (`GÃ¼l` is `Gül`)."""
    broken = column.filter(column.str.contains(_MOJIBAKE).fill_null(False)).unique()
    if broken.is_empty():
        return column
    whole = pl.Series([fix_text(text) for text in broken.to_list()], dtype=pl.String)
    return column.replace_strict(broken, whole, default=column, return_dtype=pl.String)


def umlauts(folded_text: pl.Series) -> pl.Series:
    """The typewriter's ae, oe, ue between consonants or at the end of a word as the folded letter."""
    for _ in range(2):
        folded_text = folded_text.str.replace_all(_TYPEWRITER, "$1$2$3")
    return folded_text


def words_mapped(column: pl.Series, mapping: dict[str, str]) -> pl.Series:
    """Every word replaced by what the mapping has for it; an empty replacement drops the word."""
    if not mapping:
        return column
    word = pl.element().replace(list(mapping), list(mapping.values()))
    words = column.str.split(" ").list.eval(word.filter(word != ""))
    return words.list.join(" ")


@once_per_value
def person(column: pl.Series) -> pl.Series:
    """A person's name without titles and suffixes; what is nothing but a title is no name.

    What is a title and a name (`Earl`, `Don`, `Bart`) goes only where two other words are left: two brothers would be
    one person without their given names.
    """
    plain = _without(folded(column), word_set("titles"))
    less = _without(plain, word_set("titles_or_names"))
    named = less.str.contains(" ", literal=True).fill_null(False)
    return less.zip_with(named, plain)


def _without(column: pl.Series, words: frozenset[str]) -> pl.Series:
    pattern = r"\b(" + "|".join(sorted(words)) + r")\b"
    return column.str.replace_all(pattern, "").str.replace_all(" +", " ").str.strip_chars().replace("", None)


@once_per_value
def company(column: pl.Series) -> pl.Series:
    """A company's name without its legal form and little words, abbreviations written out.

    `H&S` and `H & ST` are the initials of partners, one word; `AG & Co` is not.
    """
    text = column.cast(pl.String).str.replace_all(r"(?i)&\s*(co|cie|cia|cía)\b", " and $1")
    text = text.str.replace_all(r"(^|\s)(\p{L}{1,3})\s*&\s*(\p{L}{1,3})\b", "$1$2$3")
    text = text.str.replace_all("&", " and ", literal=True)
    for _ in range(2):  # A.S., S.L.U., G.m.b.H. are one word
        text = text.str.replace_all(r"\b(\p{L}{1,2})\.(\p{L}{1,2})\b", "$1$2")
    plain = folded(text)
    bare = words_mapped(plain, word_map("company"))
    return umlauts(bare.replace("", None).fill_null(plain))


@once_per_value
def street(column: pl.Series) -> pl.Series:
    """A street line with its usual words in one short spelling and ordinals in digits."""
    return words_mapped(folded(column), word_map("street"))


def digits(column: pl.Series) -> pl.Series:
    """Only the digits."""
    return column.cast(pl.String).str.replace_all(r"[^0-9]", "").replace("", None)


@once_per_value
def phone(column: pl.Series) -> pl.Series:
    """The last nine digits: without country code and trunk prefix, however written; extensions are cut."""
    bare = column.cast(pl.String).str.to_lowercase().str.replace(r"(ext|x|dahili|durchwahl|#).*$", "")
    number = digits(bare).str.strip_chars_start("0")
    return number.str.tail(9).set(number.str.len_bytes() < 5, None)


@once_per_value
def date(column: pl.Series) -> pl.Series:
    """Eight digits YYYYMMDD however the date was written, valid or not; the order of day and month by the column."""
    text = _in_digits(_opened(column.cast(pl.String).str.strip_chars().str.replace(r"[T ]\d\d:.*$", "")))
    year_first = text.str.extract_groups(r"^(\d{4})\D?(\d{1,2})\D?(\d{1,2})$").struct.unnest()
    year_last = text.str.extract_groups(r"^(\d{1,2})\D(\d{1,2})\D(\d{4})$").struct.unnest()
    a, b = (pl.Series(year_last[name].cast(pl.Int32, strict=False)) for name in ("1", "2"))
    month_first = int((b > 12).sum()) > int((a > 12).sum())
    day, month = ("2", "1") if month_first else ("1", "2")
    last = year_last["3"] + year_last[month].str.zfill(2) + year_last[day].str.zfill(2)
    return (year_first["1"] + year_first["2"].str.zfill(2) + year_first["3"].str.zfill(2)).fill_null(last)


def _opened(text: pl.Series) -> pl.Series:
    """Eight digits in a row with the year at the end (31121984, 12311984) get their separators; the column decides."""
    closed = text.str.contains(r"^\d{8}$")
    year_last = closed & text.str.contains(r"(1[89]|20)\d\d$")
    if int(year_last.sum()) <= int((closed & text.str.contains(r"^(1[89]|20)\d\d")).sum()):
        return text
    return text.str.replace(r"^(\d\d)(\d\d)(\d{4})$", "$1/$2/$3")


def _in_digits(text: pl.Series) -> pl.Series:
    """A month that is written in letters (25-jan-1962, 3 März 1980) as a number, with the year first."""
    parts = text.str.extract_groups(r"^(\d{1,2})[^\p{L}\d]*(\p{L}{3,})[^\p{L}\d]*(\d{4})$").struct.unnest()
    words = parts["2"].drop_nulls().unique().to_list()
    if not words:
        return text
    month = parts["2"].replace_strict(words, [month_of(word.lower()) for word in words], return_dtype=pl.Int64)
    return (parts["3"] + "-" + month.cast(pl.String) + "-" + parts["1"]).fill_null(text)


@once_per_value
def email(column: pl.Series) -> pl.Series:
    """Mailbox in lower case, `+tag` dropped; what has no @ stays a text that may still resemble one."""
    plain = column.cast(pl.String).str.to_lowercase().str.replace_all(r"\s", "").str.replace(r"^mailto:", "")
    return plain.str.replace(r"\+[^@]*@", "@").replace("", None)


@once_per_value
def domain(column: pl.Series) -> pl.Series:
    """Host of a web address without `www`."""
    plain = column.cast(pl.String).str.to_lowercase().str.strip_chars()
    return (
        plain.str.replace(r"^(mailto:|[a-z]+://)", "")
        .str.replace(r"[/:?#].*$", "")
        .str.replace(r"^.*@", "")
        .str.replace(r"^www\d?\.", "")
        .str.strip_chars_end(".")
        .replace("", None)
    )


@once_per_value
def code(column: pl.Series) -> pl.Series:
    """Letters and digits of an id or postal code in lower case; nothing but zeros is no value."""
    bare = column.cast(pl.String).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "").replace("", None)
    return bare.set(bare.str.contains(r"^0+$").fill_null(False), None)
