"""A column counted, and what a detector says of it: the two shapes that every detector of damage shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

EXAMPLES = 5  # cells that are shown of one damage


@dataclass(frozen=True, slots=True)
class Tally:
    """A column by its different values.

    `values` has `value` (text, trimmed, never empty), `cells` (how many rows have it), `row` (the first of them,
    counted from 0) and `length` (characters of the longest of its writings, before it was trimmed), in no order.
    `rows` is how many rows the table has.
    """

    name: str
    values: pl.DataFrame
    rows: int

    @property
    def filled(self) -> int:
        """Rows that have a value."""
        return int(self.values["cells"].sum())

    def like(self, pattern: str) -> pl.DataFrame:
        """The values that a pattern finds something in."""
        return self.values.filter(pl.col("value").str.contains(pattern))

    def of(self, chosen: pl.DataFrame) -> "Tally":
        """The same column with some of its values."""
        return Tally(self.name, chosen, self.rows)


@dataclass(frozen=True, slots=True)
class Damage:
    """What happened to a column or a table before it came to us.

    `cells` are damaged (rows, for what happens to rows) of `of` that were looked at. `facts` are the figures that
    decided, by the names of the places in the sentence `damage.<kind>.because`. `examples` are (row, value), rows
    counted from 0. `mended` has what a damaged value was before, only where that is proved; it is empty otherwise.
    """

    kind: str
    columns: tuple[str, ...]
    cells: int
    of: int
    facts: Mapping[str, int | str] = field(default_factory=dict)
    examples: tuple[tuple[int, str], ...] = ()
    mended: Mapping[str, str] = field(default_factory=dict)


def tally(values: pl.Series) -> Tally:
    """Count a column; blank cells are left out."""
    rows = values.cast(pl.String).alias("written").to_frame().with_row_index("row").lazy()
    counted = rows.group_by("written").agg(pl.len().cast(pl.Int64).alias("cells"), pl.col("row").min().cast(pl.Int64))
    trimmed = counted.select(
        pl.col("written").str.strip_chars().alias("value"),
        "cells",
        "row",
        pl.col("written").str.len_chars().alias("length"),
    )
    found = trimmed.filter(pl.col("value") != "").collect()
    if found["value"].str.len_chars().sum() != found["length"].sum():  # blanks around some of them: they may be one
        found = found.group_by("value").agg(pl.col("cells").sum(), pl.col("row").min(), pl.col("length").max())
    return Tally(values.name, found, len(values))


def cells_of(values: pl.DataFrame) -> int:
    """How many rows have one of the values."""
    return int(values["cells"].sum())


def found(
    kind: str,
    column: Tally,
    damaged: pl.DataFrame,
    facts: Mapping[str, int | str] | None = None,
    mended: Mapping[str, str] | None = None,
) -> Damage:
    """The damage of one column, its first cells as examples."""
    shown = damaged.bottom_k(EXAMPLES, by="row").sort("row")
    examples = tuple(zip(shown["row"].to_list(), shown["value"].to_list(), strict=True))
    return Damage(kind, (column.name,), cells_of(damaged), column.filled, facts or {}, examples, mended or {})
