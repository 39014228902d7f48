"""What happened to a column or a table before it came to us: lost zeros, moved days, broken letters, cuts, sums.

Pure functions with their evidence. Each says nothing rather than guess, and mends only what it can prove.
"""

from collections.abc import Iterator

from crm_migrate.crm.types import TYPES
from crm_migrate.quality.damage import cuts, days, digits, mojibake, orders, zeros
from crm_migrate.quality.damage.tally import Damage, Tally, tally

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

__all__ = ["KINDS", "Damage", "Tally", "column_damage", "tally"]


def column_damage(column: Tally, kind: str = "") -> Iterator[Damage]:
    """Everything that one column shows of itself; `kind` is the semantic type of its values, where that is known."""
    dated = kind in TYPES and TYPES[kind].storage in ("date", "instant")
    yield from filter(
        None,
        (
            zeros.lost_by_check(column),
            digits.scientific(column),
            days.serial_days(column, dated=dated),
            days.no_days(column),
            orders.mixed_order(column),
            orders.exchanged_order(column),
            mojibake.double_encoding(column),
            cuts.cut_text(column),
        ),
    )
