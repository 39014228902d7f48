"""Texts and tables that end where a program's limit is."""

import polars as pl

from crm_migrate.quality.damage.tally import Damage, Tally, cells_of, found

TEXT, ROWS = "cut_text", "cut_rows"
# Characters of a cell -> how many cells of just that length prove it. 254 is dBase, 255 old Excel and most databases'
# default, 32,767 Excel: so long a text ends there by chance in no table.
LENGTHS = {254: 2, 255: 2, 32_767: 1}
_AT_MOST = 0.5  # of the cells: where most have that length, it is the length of the values and no cut
_BESIDE = 10  # characters below the limit, in which lengths of chance would lie too
ROW_LIMITS = {65_536: "Excel 97-2003", 1_048_576: "Excel"}


def cut_text(column: Tally) -> Damage | None:
    """Texts as long as a limit where none is longer; the limit and not chance, where few are nearly as long."""
    lengths = column.values["length"]
    longest = lengths.max()
    if not isinstance(longest, int) or longest not in LENGTHS:
        return None
    at = column.values.filter(lengths == longest)
    near = column.values.filter(lengths.is_between(longest - _BESIDE, longest - 1))
    cells, beside = cells_of(at), cells_of(near) / _BESIDE
    if len(at) < LENGTHS[longest] or cells > _AT_MOST * column.filled or cells <= 3 * beside:
        return None
    return found(TEXT, column, at.with_columns(pl.col("value").str.tail(60)), {"limit": longest})


def cut_rows(records: int, heads: int = 1) -> Damage | None:
    """A table with as many rows, the header among them, as a spreadsheet takes: what came after is not there.

    A program may have left the header out of its count: one record more or less is told too.
    """
    for limit, program in ROW_LIMITS.items():
        if records in (limit - heads, limit):
            return Damage(ROWS, (), 0, records, {"limit": limit, "program": program})
    return None
