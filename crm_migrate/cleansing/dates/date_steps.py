"""The steps `date` and `instant`: columns of one shape in one go, the rest text by text."""

from datetime import datetime
from functools import partial

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, invalid, outcomes, step, with_residue
from crm_migrate.cleansing.dates.date_formats import DateFormat, compiled, fast_column, read
from crm_migrate.cleansing.dates.exchanged import WRITINGS
from crm_migrate.cleansing.dates.no_dates import DOUBTFUL_DAYS, PLAIN_YEARS
from crm_migrate.cleansing.dates.parsing import DAY_NUMBER, DateContext, context_of, date_cell, instant, written
from crm_migrate.cleansing.steps import Context

_ORDERED = {"DMY": ("D.M.YYYY", "D/M/YYYY", "D-M-YYYY"), "MDY": ("M/D/YYYY", "M-D-YYYY", "M.D.YYYY")}


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
    year = moments.dt.year()
    plain = (year >= PLAIN_YEARS.start) & (year < PLAIN_YEARS.stop) & ~moments.dt.date().is_in(DOUBTFUL_DAYS)
    return pl.select(pl.when(plain.fill_null(False)).then(moments)).to_series()


def _texts(moments: pl.Series) -> pl.Series:
    """Canonical texts: a date at midnight, else a local time."""
    midnight = moments.dt.time() == datetime.min.time()
    return pl.select(
        pl.when(midnight).then(moments.dt.to_string("%Y-%m-%d")).otherwise(moments.dt.to_string("%Y-%m-%dT%H:%M:%S"))
    ).to_series()


def _declared(text: str, formats: list[DateFormat], context: DateContext) -> Cell:
    """Outcome of a text that must have one of the declared formats (or be ISO already)."""
    value = text.strip()
    iso = date_cell(value, DateContext(locale=context.locale, day_in=context.day_in))
    if iso.flag == "null":
        return iso
    for date_format in formats:
        moment = read(value, date_format, context.locale)
        if moment is not None:
            return written(moment, date_format.has_time, context.day_in)
    if value[:4].isdigit() and value[4:5] == "-" and (iso.value or iso.flag == "partial"):
        return iso
    return invalid(f"not of the format {' or '.join(f.text for f in formats)}")


def _moments_of(values: pl.Series, context: Context, formats: tuple[str, ...], day_in: str | None) -> pl.DataFrame:
    """Outcomes of a column, by declared formats where there are any."""
    known = context_of(context.locale, dict(context.evidence), day_in)
    if not formats:
        return date_outcomes(values, known)
    declared = [compiled(f) for f in formats]
    fast = _columns(values.str.strip_chars(), [*declared, compiled("YYYY-MM-DD")])
    reader = partial(_declared, formats=declared, context=known)
    return with_residue(values, fast.is_not_null() | values.is_null(), _texts(fast), reader)


def _doubted(values: pl.Series, frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Dates that the evidence of their column casts into doubt: left as typed, to be asked."""
    for fact, pattern, note in (
        ("exchanged_undecided", WRITINGS.get(context.evidence.get("exchanged", "")), "day and month may be exchanged"),
        ("excel_1904_undecided", DAY_NUMBER, "a day number, counted from 1900 or from 1904"),
    ):
        if fact in context.evidence and pattern:
            frame = _ambiguous(values, frame, pattern, note)
    return frame


def _ambiguous(values: pl.Series, frame: pl.DataFrame, pattern: str, note: str) -> pl.DataFrame:
    """The cells of a pattern left as typed, with the doubt."""
    doubtful = values.str.strip_chars().str.contains(pattern).fill_null(False) & frame["value"].is_not_null()
    said = pl.lit(note)
    return frame.with_columns(
        pl.when(doubtful).then(values).otherwise(pl.col("value")).alias("value"),
        pl.when(doubtful).then(pl.lit("ambiguous")).otherwise(pl.col("flag")).alias("flag"),
        pl.when(doubtful).then(said).otherwise(pl.col("note")).alias("note"),
    )


@step(
    "date", "date", parameters=("format...",), examples=(("31.12.2024", "2024-12-31"), ("31 Aralık 2024", "2024-12-31"))
)
def date_step(values: pl.Series, context: Context, *formats: str) -> pl.DataFrame:
    """Write a date as ISO 8601; formats are given as `DD.MM.YYYY`, else the column's evidence and locale decide.

    The day is the one that is written: midnight with `Z` or any offset is that day. Another time of day is left out
    with a flag; of a time in UTC the day in the time zone of the source is taken.
    """
    frame = _doubted(values, as_step(values, _moments_of(values, context, formats, context.time_zone)), context)
    timed = frame["value"].str.contains(r"^\d{4}-\d{2}-\d{2}T").fill_null(False) & frame["flag"].is_null()
    if not timed.any():
        return frame
    return frame.with_columns(
        pl.when(timed).then(pl.col("value").str.slice(0, 10)).otherwise(pl.col("value")).alias("value"),
        pl.when(timed).then(pl.lit("time_dropped")).otherwise(pl.col("flag")).alias("flag"),
        pl.when(timed).then(pl.format("was {}", pl.col("value"))).otherwise(pl.col("note")).alias("note"),
    )


# Flags beside which a value is a date or a moment.
_READABLE = ("", "suspect", "sentinel_date")


@step("instant", "instant", parameters=("format...",), examples=(("31.12.2024 23:30", "2024-12-31T20:30:00Z"),))
def instant_step(values: pl.Series, context: Context, *formats: str) -> pl.DataFrame:
    """Write a moment as an instant in UTC; a time without zone is read in the time zone of the source.

    A time that the clocks of that zone left out or showed twice is flagged. Days that programs write for "no date" are
    empty: nothing was recorded on 1 January 1970.
    """
    frame = _doubted(values, as_step(values, _moments_of(values, context, formats, None)), context)
    readable = frame["flag"].fill_null("").is_in(_READABLE) & frame["value"].is_not_null()

    def cell(text: str) -> Cell:
        return instant(text, context.time_zone)

    found = outcomes(pl.select(pl.when(readable).then(frame["value"])).to_series(), cell)
    sentinel = pl.col("flag") == "sentinel_date"
    return frame.with_columns(
        pl.when(sentinel).then(None).when(readable).then(found["value"]).otherwise(pl.col("value")).alias("value"),
        pl.when(sentinel).then(pl.lit("placeholder")).otherwise(pl.coalesce("flag", found["flag"])).alias("flag"),
        pl.coalesce("note", found["note"]).alias("note"),
    )
