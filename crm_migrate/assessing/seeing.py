"""What stays in memory of a column that was counted: its figures, and its commonest values."""

from dataclasses import dataclass

import polars as pl

from crm_migrate.quality.damage import Tally

KEPT = 2_000  # different values
_ROWS = 1 << 32  # more than any table has


@dataclass(frozen=True, slots=True)
class Seen:
    """A column: filled rows, different values, characters of the shortest and longest one, and its commonest values.

    `commonest` is whole where the column has no more than `KEPT` different values.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    shortest: int
    longest: int
    commonest: Tally


def seen(column: Tally) -> Seen:
    """The figures of a column that is about to be forgotten."""
    lengths = column.values["value"].str.len_chars()
    first = (pl.col("cells") * _ROWS - pl.col("row")).alias("first")  # the commonest, of those the first
    commonest = column.values.with_columns(first).top_k(KEPT, by="first").sort("first", descending=True).drop("first")
    return Seen(
        column.name,
        column.rows,
        column.filled,
        column.values.height,
        _int(lengths.min()),
        _int(lengths.max()),
        column.of(commonest),
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
