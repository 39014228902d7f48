"""The steps `number`, `money`, `integer` and `currency`."""

import re
from functools import partial

import polars as pl

from crm_migrate.cleansing.amounts.currencies import SYMBOLS, codes, currency_of
from crm_migrate.cleansing.amounts.numbers import NumberContext, amount_cell, decimal_of, integer_cell
from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step, with_residue
from crm_migrate.cleansing.near import did_you_mean
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context

_PLAIN = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2})?$"  # canonical already, whatever the separators of the column


def number_context(context: Context, locale: str | None = None, percent: str | None = None) -> NumberContext:
    """Separators as the mapping says, else as the column shows, else as the locale has them (then not certain).

    What `50%` is, the mapping or the column says. ValueError for a `percent` that is neither `whole` nor `fraction`.
    """
    if percent not in {None, "whole", "fraction", "never"}:
        raise ValueError("`percent` is `whole` (50% is 50) or `fraction` (50% is 0.5)")
    share = percent or context.evidence.get("percent", "unknown")
    if locale:  # it says whose separators these are; whose dollars they are, only the name of a country
        said = locale if re.search(r"[-_]", locale) else context.locale
        return NumberContext(decimal_of(locale), True, said, share)
    shown = context.evidence.get("decimal")
    return NumberContext(shown or decimal_of(context.locale), shown is not None, context.locale, share)


def amount_outcomes(values: pl.Series, context: NumberContext, *, with_currency: bool) -> pl.DataFrame:
    """Outcomes of `amount_cell`; plain decimals, and numbers in the column's own writing, are read as a column."""
    trimmed = values.str.strip_chars(" ")
    if context.percent == "whole":  # a fraction of one is doubtful there
        return outcomes(values, partial(amount_cell, context=context, with_currency=with_currency))
    plain = trimmed.str.contains(_PLAIN) & (trimmed != "-0") & ~trimmed.str.contains(r"^-?0\.0*$|\.[0-9]?0$|\.[0-9]$")
    grouped = _grouped(trimmed, context)
    fast = pl.select(pl.coalesce(grouped, trimmed)).to_series()
    reader = partial(amount_cell, context=context, with_currency=with_currency)
    return with_residue(values, plain | grouped.is_not_null() | values.is_null(), fast, reader)


def _grouped(text: pl.Series, context: NumberContext) -> pl.Series:
    """Numbers with two decimals behind the column's decimal mark, grouped or not (`1.250.000,50`); null elsewhere.

    Two decimals, the other mark only in groups of three: `amount_cell` reads such a text the same way in any context.
    """
    decimal = context.decimal or "."
    mark, group = re.escape(decimal), re.escape("," if decimal == "." else ".")
    shaped = text.str.contains(rf"^-?(?:[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[1-9][0-9]*){mark}[0-9]{{2}}$")
    number = text.str.replace_all(group, "").str.replace(mark, ".")
    return pl.select(pl.when(shaped).then(number)).to_series()


@step("number", "number", parameters=("locale", "percent"), examples=(("1.250.000,50", "1250000.50"),))
def number_step(
    values: pl.Series, context: Context, locale: str | None = None, percent: str | None = None
) -> pl.DataFrame:
    """Write a number as a plain decimal; `number(tr)` says whose separators the column has.

    Where some carry a percent sign, `number(percent=whole)` says that 50% is 50, `percent=fraction` that it is 0.5.
    """
    return as_step(values, amount_outcomes(values, number_context(context, locale, percent), with_currency=False))


@step("money", "number", parameters=("locale",), examples=(("1.234,56 €", "1234.56"),))
def money_step(values: pl.Series, context: Context, locale: str | None = None) -> pl.DataFrame:
    """Write an amount as a plain decimal; a currency beside it is named in the note, a percentage is none."""
    frame = amount_outcomes(values, number_context(context, locale, "never"), with_currency=True)
    found = pl.col("value").str.extract(r" ([A-Z]{3})$")
    noted = frame.with_columns(
        pl.col("value").str.replace(r" [A-Z]{3}$", ""),
        pl.when(found.is_not_null() & pl.col("note").is_null())
        .then(pl.format("currency {}", found))
        .otherwise(pl.col("note"))
        .alias("note"),
    )
    return as_step(values, noted)


@step("integer", "number", parameters=("locale",), examples=(("15.0", "15"), ("1.250", "1250")))
def integer_step(values: pl.Series, context: Context, locale: str | None = None) -> pl.DataFrame:
    """Write a whole number without separators."""
    return as_step(values, outcomes(values, partial(integer_cell, context=number_context(context, locale))))


def currency_cell(text: str, locale: str) -> Cell:
    """The ISO 4217 code that a text names, alone or beside an amount."""
    value = text.strip()
    if is_null(value):
        return NULL
    code = currency_of(value, locale)
    if code:
        return Cell(code)
    words = [currency_of(w, locale) for w in value.replace("\u00a0", " ").split()]
    found = {w for w in words if w}
    return Cell(found.pop()) if len(found) == 1 else invalid(_no_currency(value, found))


def _no_currency(value: str, found: set[str]) -> str:
    """Why a text is no currency; a code of which two letters are exchanged, or one is too many, is asked about."""
    if found:
        return f"several currencies: {', '.join(sorted(found))}"
    asked = did_you_mean(value, sorted({*codes(), *SYMBOLS}))
    return f"no currency; {asked}" if asked else "no currency"


@step("currency", "currency", examples=(("TL", "TRY"), ("€", "EUR")))
def currency_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Write a currency as its ISO 4217 code; a symbol of several countries is decided by the locale."""
    return as_step(values, outcomes(values, partial(currency_cell, locale=context.locale)))
