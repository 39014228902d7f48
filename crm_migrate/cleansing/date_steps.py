"""The steps `date` and `instant`: columns of one shape in one go, the rest text by text."""

from datetime import datetime
from functools import partial

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, invalid, step, with_residue
from crm_migrate.cleansing.date_formats import DateFormat, compiled, fast_column, read
from crm_migrate.cleansing.dates import DateContext, context_of, date_cell, instant, written
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context

_ORDERED = {"DMY": ("D.M.YYYY", "D/M/YYYY", "D-M-YYYY"), "MDY": ("M/D/YYYY", "M-D-YYYY", "M.D.YYYY")}
_FIRST_YEAR = 1902  # older years are the sentinels of programs often enough to be looked at one by one


def date_outcomes(values: pl.Series, context: DateContext) -> pl.DataFrame:
    """Outcomes of `date_cell`; ISO dates and the column's own order are read as a column."""
    formats = ["YYYY-MM-DD", "YYYY-MM-DD HH:mm:ss", *(_ORDERED.get(context.order or "", ()))]
    moments = _columns(values.str.strip_chars(), [compiled(f) for f in formats])
    return with_residue(
        values, moments.is_not_null() | values.is_null(), _texts(moments), partial(date_cell, context=context)
    )


def _columns(values: pl.Series, formats: list[DateFormat]) -> pl.Series:
    """Moments of the rows that have the shape of one of the formats, first format first."""
    moments = pl.Series(values=[None] * len(values), dtype=pl.Datetime("us"))
    for date_format in formats:
        if date_format.fast and moments.null_count():
            moments = pl.select(pl.coalesce(moments, fast_column(values, date_format))).to_series()
    special = (
        (moments.dt.year() < _FIRST_YEAR)
        | (moments.dt.year() > 2200)
        | (moments.dt.date() == datetime(1970, 1, 1).date())
    )
    return pl.select(pl.when(~special.fill_null(False)).then(moments)).to_series()


def _texts(moments: pl.Series) -> pl.Series:
    """Canonical texts: a date at midnight, else a local time."""
    midnight = moments.dt.time() == datetime.min.time()
    return pl.select(
        pl.when(midnight).then(moments.dt.to_string("%Y-%m-%d")).otherwise(moments.dt.to_string("%Y-%m-%dT%H:%M:%S"))
    ).to_series()


def _declared(text: str, formats: list[DateFormat], locale: str) -> Cell:
    """Outcome of a text that must have one of the declared formats (or be ISO already)."""
    value = text.strip()
    iso = date_cell(value, DateContext(locale=locale))
    if is_null(value) or iso.flag == "null":
        return iso
    for date_format in formats:
        moment = read(value, date_format, locale)
        if moment is not None:
            return written(moment, date_format.has_time)
    if value[:4].isdigit() and value[4:5] == "-" and iso.value:
        return iso
    return invalid(f"not of the format {' or '.join(f.text for f in formats)}")


def moments_of(values: pl.Series, context: Context, formats: tuple[str, ...]) -> pl.DataFrame:
    """Outcomes of a column, by declared formats where there are any."""
    if not formats:
        return date_outcomes(values, context_of(context.locale, dict(context.evidence)))
    declared = [compiled(f) for f in formats]
    fast = _columns(values.str.strip_chars(), [*declared, compiled("YYYY-MM-DD")])
    reader = partial(_declared, formats=declared, locale=context.locale)
    return with_residue(values, fast.is_not_null() | values.is_null(), _texts(fast), reader)


@step(
    "date", "date", parameters=("format...",), examples=(("31.12.2024", "2024-12-31"), ("31 Aralık 2024", "2024-12-31"))
)
def date_step(values: pl.Series, context: Context, *formats: str) -> pl.DataFrame:
    """Write a date as ISO 8601; formats are given as `DD.MM.YYYY`, else the column's evidence and locale decide.

    A time of day is left out with a flag; an instant becomes the day in the time zone of the source.
    """
    frame = as_step(values, moments_of(values, context, formats))
    timed = frame["value"].str.contains(r"^\d{4}-\d{2}-\d{2}T").fill_null(False) & (
        frame["flag"].is_null() | (frame["flag"] == "suspect")
    )
    if not timed.any():
        return frame
    zoned = frame["value"].str.ends_with("Z").fill_null(False)
    utc = frame["value"].str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False).dt.replace_time_zone("UTC")
    local = utc.dt.convert_time_zone(context.time_zone).dt.to_string("%Y-%m-%d")
    day = pl.select(pl.when(zoned).then(local).otherwise(frame["value"].str.slice(0, 10))).to_series()
    return frame.with_columns(
        pl.when(timed).then(day).otherwise(pl.col("value")).alias("value"),
        pl.when(timed).then(pl.lit("time_dropped")).otherwise(pl.col("flag")).alias("flag"),
        pl.when(timed).then(pl.format("was {}", pl.col("value"))).otherwise(pl.col("note")).alias("note"),
    )


@step("instant", "instant", parameters=("format...",), examples=(("31.12.2024 23:30", "2024-12-31T20:30:00Z"),))
def instant_step(values: pl.Series, context: Context, *formats: str) -> pl.DataFrame:
    """Write a moment as an instant in UTC; a time without zone is read in the time zone of the source."""
    frame = as_step(values, moments_of(values, context, formats))
    readable = frame["value"].str.contains(r"^\d{4}-\d{2}-\d{2}(T[\d:]+Z?)?$").fill_null(False) & frame[
        "flag"
    ].fill_null("").is_in(["", "suspect"])
    local = frame["value"].filter(readable & ~frame["value"].str.ends_with("Z").fill_null(False))
    distinct = local.unique()
    table = {text: instant(text, context.time_zone) for text in distinct}
    value = frame["value"]
    if table:
        value = value.replace(list(table), list(table.values()))
        value = pl.select(pl.when(readable).then(value).otherwise(frame["value"])).to_series()
    return frame.with_columns(value.alias("value"))
