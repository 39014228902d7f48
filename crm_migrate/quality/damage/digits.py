"""Long numbers that a spreadsheet wrote in scientific notation."""

import polars as pl

from crm_migrate.quality.damage.tally import Damage, Tally, found

KIND = "scientific"
# As spreadsheets write it: one digit, a mark, digits, a capital E, a plus. `1E10` is a code, `1e-7` a measurement.
_WRITTEN = r"^[1-9][.,]\d{1,14}E\+(\d{2,3})$"
_SMALL = r"^-?\d(?:[.,]\d+)?[eE]-\d{1,3}$"
_LEAST = 9  # tens: below, spreadsheets show all digits


def scientific(column: Tally) -> Damage | None:
    """Cells in scientific notation with fewer digits than the number has; the others are measurements' own writing.

    `mended` has the numbers that are written with all their digits.
    """
    written = column.values.with_columns(pl.col("value").str.extract(_WRITTEN).cast(pl.Int32).alias("tens"))
    damaged = written.filter(pl.col("tens") >= _LEAST)
    if damaged.is_empty() or column.like(_SMALL).height:
        return None
    mended = {
        text: whole for text, tens in damaged.select("value", "tens").iter_rows() if (whole := _whole(text, tens))
    }
    return found(KIND, column, damaged, {"lost": len(damaged) - len(mended)}, mended)


def _whole(text: str, tens: int) -> str | None:
    """The number where no digit of it is missing."""
    digits = text[0] + text[2 : text.index("E")]
    return digits if len(digits) == tens + 1 else None
