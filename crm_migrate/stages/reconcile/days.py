"""Dates before and after: how many records of each month the mapping says, and how many the target gives back."""

from collections.abc import Iterator
from typing import Literal

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.comparing import Comparison
from crm_migrate.stages.reconcile.sides import loaded_fields
from crm_migrate.workspace.day_figures import DayFigure
from crm_migrate.workspace.relations import Relations

MONTHS = 48  # of more than that years are told

Counts = dict[str, tuple[int, int]]  # month -> expected, actual


def day_figures(tables: Relations, object_plan: ObjectPlan, comparison: Comparison) -> Iterator[DayFigure]:
    """The dates of the records that were compared, field by field, those of their creation first; no dates of birth."""
    actual = quoted(f"actual/{object_plan.name}")
    there = tables.kinds(actual)
    fields = [f for f in loaded_fields(object_plan) if f.target in there and not f.personal and _dated(f)]
    for field in sorted(fields, key=lambda f: not _created(f)):
        counts, crowded = _counted(tables, str(field.target), comparison.expected, actual)
        undated = counts.pop("", (0, 0))
        if counts:
            step, bins = _bins(counts)
            yield DayFigure(
                object=object_plan.name, field=field.name, created=_created(field), step=step, bins=bins,
                undated=undated, crowded=crowded,
            )  # fmt: skip


def _dated(field: FieldPlan) -> bool:
    return field.kind.storage in ("date", "instant")


def _created(field: FieldPlan) -> bool:
    """Of doubles the oldest counts: the date of creation."""
    return field.kind.survive == "oldest"


def _counted(tables: Relations, target: str, expected: str, actual: str) -> tuple[Counts, tuple[str, int, int]]:
    """Values by month, "" for those without one; and the day with most more than expected."""
    sides = " UNION ALL ".join(
        f"SELECT {number} AS side, {quoted(target)} AS v FROM {table}"
        for number, table in ((0, expected), (1, f"(SELECT a.* FROM {actual} a SEMI JOIN {expected} USING (__entity))"))
    )
    rows = tables.rows(
        f"""SELECT regexp_extract(v, '^\\d{{4}}-\\d\\d'), left(v, 10), count(*) FILTER (side = 0),
          count(*) FILTER (side = 1)
        FROM ({sides}) WHERE v <> '' GROUP BY ALL ORDER BY ALL"""
    )
    counts: Counts = {}
    for month, _, before, after in rows:
        so_far = counts.get(str(month), (0, 0))
        counts[str(month)] = so_far[0] + int(before), so_far[1] + int(after)
    days = ((str(day), int(before), int(after)) for month, day, before, after in rows if month and after > before)
    return counts, max(days, key=lambda each: each[2] - each[1], default=("", 0, 0))


def _bins(counts: Counts) -> tuple[Literal["month", "year"], tuple[tuple[str, int, int], ...]]:
    months = _between(min(counts), max(counts))
    if len(months) <= MONTHS:
        return "month", tuple((month, *counts.get(month, (0, 0))) for month in months)
    years: Counts = {}
    for month, (before, after) in counts.items():
        so_far = years.get(month[:4], (0, 0))
        years[month[:4]] = so_far[0] + before, so_far[1] + after
    spanned = range(int(min(years)), int(max(years)) + 1)
    return "year", tuple((f"{year:04}", *years.get(f"{year:04}", (0, 0))) for year in spanned)


def _between(first: str, last: str) -> list[str]:
    """The months from one to the other, both included."""
    start, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end + 1)]
