"""Days that spreadsheets moved or turned into numbers: day serials, the two calendars of Excel, days that are none."""

from itertools import pairwise

import polars as pl

from crm_migrate.quality.damage.tally import EXAMPLES, Damage, Tally, cells_of, found

SERIAL, MOVED, NO_DAY = "serial_days", "moved_days", "no_day"
APART = 1462  # days between the calendars that begin in 1900 and in 1904
_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$"
_DATED = r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ].*)?$"
_NUMBER = r"^\d{5}(?:\.\d+)?$"
_FIRST, _LAST = 20_000, 60_000  # 1954 to 2064
_ZERO = r"^(?:1899-12-3[01]|1900-01-00|1904-01-01|30[./]12[./]1899|31[./]12[./]1899|00?[./]0?1[./]1900)(?:[T ].*)?$"
_LEAST = 5  # pairs of days that are just so far apart; fewer are chance
_MORE = 20  # times as many as at any other distance around
_NEAR = 180  # days between two rows of a column that rises


def serial_days(column: Tally, *, dated: bool = False) -> Damage | None:
    """Numbers among dates, or a column of them that is known to hold dates (`dated`).

    Which calendar they are counted by, the numbers do not say: nothing is mended.
    """
    numbers = column.like(_NUMBER)
    numbers = numbers.filter(pl.col("value").cast(pl.Float64).is_between(_FIRST, _LAST))
    dates = cells_of(column.like(_DATED))
    usual = dates >= 0.5 * column.filled or (dated and dates + cells_of(numbers) >= 0.9 * column.filled)
    if numbers.is_empty() or not usual:
        return None
    return found(SERIAL, column, numbers, {"dates": dates})


def no_days(column: Tally) -> Damage | None:
    """The day before the first one of a spreadsheet: an empty cell or a 0 that was formatted as a date."""
    zeros = column.like(_ZERO)
    if zeros.is_empty() or cells_of(column.like(_DATED)) < 0.5 * column.filled:
        return None
    return found(NO_DAY, column, zeros)


def moved_days(left: pl.Series, right: pl.Series) -> Damage | None:
    """Two columns of ISO days, row by row: many pairs are 1,462 days apart, and hardly any a little more or less.

    Four years are 1,461 days at most, so nobody agrees on one day more.
    """
    one, other = (_days(values) for values in (left, right))
    apart = (one - other).abs()
    moved = int((apart == APART).sum())
    around = (apart.is_between(APART - 7, APART + 7) & ~apart.is_in([APART, APART - 1])).sum()
    if moved < _LEAST or moved * 13 < _MORE * int(around or 0):
        return None
    rows = (apart == APART).fill_null(False).arg_true().head(EXAMPLES).to_list()
    examples = tuple((row, f"{left[row]} / {right[row]}") for row in rows)
    both = int((one.is_not_null() & other.is_not_null()).sum())
    return Damage(MOVED, (left.name, right.name), moved, both, {"apart": APART}, examples)


def _days(values: pl.Series) -> pl.Series:
    """Days since 1970, null for what is no ISO day."""
    return values.str.extract(_ISO).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32)


def moved_in_order(column: pl.Series) -> Damage | None:
    """A column of ISO days that rises from row to row, but for days that fit once they are moved by 1,462.

    Which of the two groups is the right one only the workbooks know; the smaller one is counted.
    """
    frame = pl.DataFrame({"value": column, "day": _days(column)}).with_row_index("row").drop_nulls()
    if len(frame) < 4 * _LEAST:
        return None
    steps = frame.with_columns(pl.col("day").shift(1).alias("before"))
    jumps = steps.with_columns((pl.col("day") - pl.col("before")).alias("step")).drop_nulls()
    sides = jumps.filter(pl.col("step").abs().is_between(APART - _NEAR, APART + _NEAR))
    odd = jumps.filter((pl.col("step") < 0) & ~pl.col("step").abs().is_between(APART - _NEAR, APART + _NEAR))
    usual = jumps.filter(pl.col("step").is_between(0, _NEAR))
    if not len(sides) or len(odd) or len(usual) + len(sides) < len(jumps):
        return None
    return _smaller(column.name, frame, sides)


def _smaller(name: str, frame: pl.DataFrame, sides: pl.DataFrame) -> Damage | None:
    """The smaller group, where jumps go up and down in turn; one jump alone is a gap, or a second file."""
    signs = sides["step"].sign().to_list()
    if len(signs) < 2 or any(one == other for one, other in pairwise(signs)):
        return None
    marks = dict(zip(sides["row"].to_list(), signs, strict=True))
    level = frame["row"].replace_strict(marks, default=0, return_dtype=pl.Int64).cum_sum()
    high = frame.filter(level == level.max())
    low = frame.filter(level == level.min())
    fewer = min(high, low, key=len)
    if len(fewer) < _LEAST:
        return None
    shown = fewer.head(EXAMPLES)
    examples = tuple(zip(shown["row"].to_list(), shown["value"].to_list(), strict=True))
    return Damage(MOVED, (name,), len(fewer), len(frame), {"apart": APART}, examples)
