"""What stays in memory of a column that was counted: its figures, and its commonest values."""

from dataclasses import dataclass

from crm_migrate.quality.damage import Tally

KEPT = 2_000  # different values


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
    commonest = column.values.sort(["cells", "row"], descending=[True, False]).head(KEPT)
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
