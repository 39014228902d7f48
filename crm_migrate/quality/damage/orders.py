"""Days and months in two orders in one column."""

import polars as pl

from crm_migrate.cleansing.dates.exchanged import WRITINGS, exchanged
from crm_migrate.quality.damage.tally import Damage, Tally, cells_of, found

MIXED, EXCHANGED = "mixed_order", "exchanged_order"
# A year of two digits may be the third number of a version or of an article.
_PATTERNS = [rf"^(\d{{1,2}})\{mark}(\d{{1,2}})\{mark}(?:19|20)\d{{2}}(?:\D.*)?$" for mark in "./-"]
_LEAST = 0.5  # of the cells are dates of that writing


def mixed_order(column: Tally) -> Damage | None:
    """Dates of one writing of which some have a first number above 12 and others a second one.

    The fewer are counted; what may be either (`undecided`) cannot be told apart, and nothing is mended.
    """
    for pattern in _PATTERNS:
        parts = _parts(column, pattern)
        if not len(parts) or cells_of(parts) < _LEAST * column.filled:
            continue
        day_first = parts.filter((pl.col("a") > 12) & (pl.col("b") <= 12))
        month_first = parts.filter((pl.col("b") > 12) & (pl.col("a") <= 12))
        if len(day_first) and len(month_first):
            either = parts.filter((pl.col("a") <= 12) & (pl.col("b") <= 12) & (pl.col("a") != pl.col("b")))
            facts = {
                "day_first": cells_of(day_first),
                "month_first": cells_of(month_first),
                "undecided": cells_of(either),
            }
            return found(MIXED, column, min(day_first, month_first, key=cells_of), facts)
    return None


def exchanged_order(column: Tally) -> Damage | None:
    """Dates whose day and month a spreadsheet exchanged on opening, beside those that it left as texts."""
    if not column.like(_ANY).height:
        return None
    trace = exchanged(column.values["value"])
    if trace is None:
        return None
    return found(EXCHANGED, column, column.like(WRITINGS[trace[0]]))


_ANY = "|".join(WRITINGS.values())


def _parts(column: Tally, pattern: str) -> pl.DataFrame:
    """The values of a writing with their first two numbers; days of no month are left out."""
    values = column.like(pattern)
    numbers = values["value"].str.extract_groups(pattern).struct.unnest()
    numbers = numbers.rename(dict(zip(numbers.columns, "ab", strict=True))).cast(pl.Int32, strict=False)
    return pl.concat([values, numbers], how="horizontal").filter(
        pl.col("a").is_between(1, 31) & pl.col("b").is_between(1, 31)
    )
