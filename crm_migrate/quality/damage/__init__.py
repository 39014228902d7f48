"""What happened to a column or a table before it came to us: lost zeros, moved days, broken letters, cuts, sums.

Pure functions with their evidence. Each says nothing rather than guess, and mends only what it can prove.
"""

from collections.abc import Iterator

from crm_migrate.crm.types import TYPES
from crm_migrate.quality.damage import cuts, days, digits, mojibake, orders, zeros
from crm_migrate.quality.damage.tally import Damage, Tally, cells_of, tally

KINDS = (
    zeros.KIND,
    digits.KIND,
    days.SERIAL,
    days.NO_DAY,
    days.MOVED,
    orders.MIXED,
    orders.EXCHANGED,
    mojibake.KIND,
    cuts.TEXT,
    cuts.ROWS,
    "shifted",
    "total_row",
)

# What happens to numbers and days asks for columns of which half is such; the others are not looked through for it.
_NUMBER, _NUMBERS = r"^\d", 0.4

__all__ = ["KINDS", "Damage", "Tally", "column_damage", "tally"]


def column_damage(column: Tally, kind: str = "") -> Iterator[Damage]:
    """Everything that one column shows of itself; `kind` is the semantic type of its values, where that is known."""
    dated = kind in TYPES and TYPES[kind].storage in ("date", "instant")
    found = [digits.scientific(column), mojibake.double_encoding(column), cuts.cut_text(column)]
    if cells_of(column.like(_NUMBER)) >= _NUMBERS * column.filled:
        found += [
            zeros.lost_by_check(column),
            days.serial_days(column, dated=dated),
            days.no_days(column),
            orders.mixed_order(column),
            orders.exchanged_order(column),
        ]
    yield from (damage for damage in found if damage is not None)
