"""When records were made, won, last changed: the dates of a field before and after, by month or year."""

from typing import Literal

from crm_migrate.workspace.figure import Figure


class DayFigure(Figure):
    """One field of dates of the records that were compared: what was expected, and what the target holds.

    `bins` are (month as 2025-03 or year as 2025, expected, actual), those between the first and the last without a
    record too; `undated` are the values of either side that begin with no month. `crowded` is (day, expected, actual)
    of the day on which most more records fall than expected, empty where there is none: the day of the load is there
    where the target wrote its own date.
    """

    object: str
    field: str
    created: bool
    step: Literal["month", "year"]
    bins: tuple[tuple[str, int, int], ...]
    undated: tuple[int, int] = (0, 0)
    crowded: tuple[str, int, int] = ("", 0, 0)

    @property
    def as_expected(self) -> bool:
        """Whether every month or year has as many records as expected."""
        return all(before == after for _, before, after in self.bins)
