"""The plain steps of text: trim, letter case, digits, length, null words, HTML to text."""

import html
import re

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, outcomes, step, with_residue
from crm_migrate.cleansing.nulls import ERRORS, FILLED, MORE, PROGRAM_WORDS, is_null, program_word
from crm_migrate.cleansing.steps import Context, cleaned
from crm_migrate.cleansing.text.letters import is_turkic
from crm_migrate.cleansing.text.mending import repaired
from crm_migrate.cleansing.text.rtf import is_rtf, rtf_text

MOST = 1_000_000  # characters that a text may be cut at
_BLOCKS = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h[1-6]|/ul|/ol|/table|hr)\b[^>]*>", re.IGNORECASE)
_UNSEEN = re.compile(r"<\s*(script|style|head|title)\b.*?<\s*/\s*\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
_BLANK_LINES = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")


def _or_null(values: pl.Series) -> pl.Series:
    """Empty text is no value."""
    return values.replace("", None)


@step("trim", "trim", examples=(("  Acme ", "Acme"),))
def trim_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Take blanks off both ends; a cell of blanks is empty."""
    return cleaned(_or_null(values.str.strip_chars()))


@step("upper", "case", examples=(("istanbul", "İSTANBUL"),))
def upper_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Upper case by the rules of the locale (Turkish: i becomes İ)."""
    if is_turkic(context.locale):
        values = values.str.replace_many(["i", "ı"], ["İ", "I"])
    return cleaned(values.str.to_uppercase())


@step("lower", "case", examples=(("IŞIK", "ışık"),))
def lower_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Lower case by the rules of the locale (Turkish: I becomes ı)."""
    plain = (["I", "İ"], ["ı", "i"]) if is_turkic(context.locale) else (["İ"], ["i"])
    return cleaned(values.str.replace_many(*plain).str.to_lowercase())


@step("digits", "digits", examples=(("123 456-78", "12345678"),))
def digits_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Keep only the digits; numbers that a spreadsheet cut (`1.21143E+15`) are refused."""
    text = values.str.strip_chars().str.replace(r"^(\d+)\.0+$", "$1")
    cut = text.str.contains(r"^\d+([.,]\d+)?[eE]\+?\d+$").fill_null(False)
    kept = _or_null(text.str.replace_all(r"[^0-9]", ""))
    flag = pl.select(pl.when(cut).then(pl.lit("truncated"))).to_series()
    note = pl.select(pl.when(cut).then(pl.lit("scientific notation: digits were lost"))).to_series()
    return cleaned(pl.select(pl.when(cut).then(values).otherwise(kept)).to_series(), flag, note)


@step("max", "max", parameters=("n",), examples=(("abcdef", "abcdef"),))
def max_step(values: pl.Series, context: Context, n: str = "255") -> pl.DataFrame:  # noqa: ARG001
    """Cut a text at n characters; what was cut off is said in the note."""
    if not (n.isascii() and n.isdigit() and 0 < int(n) <= MOST):
        raise ValueError(f"a length is a whole number from 1 to {MOST:,}")
    longer = (values.str.len_chars() > int(n)).fill_null(False)
    flag = pl.select(pl.when(longer).then(pl.lit("cut"))).to_series()
    rest = values.str.slice(int(n))
    note = pl.select(pl.when(longer).then(pl.format("cut off: {}", rest))).to_series()
    return cleaned(values.str.slice(0, int(n)), flag, note)


@step("null", "null", examples=(("N/A", ""), ("-", "")))
def null_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Empty the cells that only say "nothing" (`NULL`, `n/a`, `k.A.`, `yok`, `-`); never for names."""
    return as_step(values, outcomes(values, null_cell))


def null_cell(text: str) -> Cell:
    """Nothing, where the text says so; else the text."""
    if text.strip().lower() in ERRORS:
        return Cell(None, "null", "a formula failed here")
    nothing = is_null(text) or text.strip(" .!").lower() in MORE
    return Cell(None, "null") if nothing else Cell(text.strip())


@step("program_null", "program_null", parameters=("names",), examples=(("\\N", ""), ("#N/A", ""), ("none", "none")))
def program_null_step(values: pl.Series, context: Context, names: str = "") -> pl.DataFrame:  # noqa: ARG001
    """Empty the cells in which a program wrote its word for nothing (`null`, `\\N`, `#N/A`), and tell it.

    What people write too (`none`, `missing`) is kept and told; with `names` every word of letters, for Null is a
    family name.
    """
    if names not in {"", "names"}:
        raise ValueError("`names` or nothing")
    other = ~values.str.to_lowercase().is_in(PROGRAM_WORDS)
    if names:  # a full stop is no family name
        other &= ~values.str.contains(FILLED)
    return as_step(
        values, with_residue(values, other, values, lambda text: program_word(text, names=bool(names)) or Cell(text))
    )


def plain_text(text: str) -> str:
    """HTML and RTF as a person would read them: blocks become lines, tags and scripts go, entities are decoded."""
    text = rtf_text(text) if is_rtf(text) else text
    if "<" in text and _TAG.search(text):
        text = _TAG.sub("", _BLOCKS.sub("\n", _UNSEEN.sub("", text)))
    return _BLANK_LINES.sub("\n\n", repaired(html.unescape(text))).strip()


@step("plain_text", "text", examples=(("<p>Hello<br>World</p>", "Hello\\nWorld"),))
def plain_text_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Turn HTML or RTF into the text a person would read, and repair it as `text` does."""
    return as_step(values, outcomes(values, lambda text: Cell(plain_text(text) or None, None)))
