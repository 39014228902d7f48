"""Field use: how full every column is, by year and by type of record, and when it was last used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from crm_migrate.assessing.figures import Count
from crm_migrate.assessing.opening import Subject

GROUP = 12  # columns that are read at a time
MOST_YEARS = 60
_FIRST_YEAR = 1950


@dataclass(frozen=True, slots=True)
class Used:
    """Filled cells of one column by year and by type, and the last day of a row that has a value."""

    by_year: tuple[Count, ...] = ()
    by_type: tuple[Count, ...] = ()
    last: date | None = None


def used(subject: Subject, day: pl.Series | None, type_column: str) -> dict[str, Used]:
    """The use of every column; one pass over the table for each group of columns."""
    names = list(subject.staged.columns)
    groups = [names[at : at + GROUP] for at in range(0, len(names), GROUP)]
    found: dict[str, Used] = {}
    for group in groups:
        frame = pl.read_parquet(
            subject.staged.path, columns=list(dict.fromkeys([*group, *filter(None, [type_column])]))
        )
        marks = frame.select(
            *(
                ((pl.col(name).str.strip_chars() != "").fill_null(False)).alias(f"f{at}")
                for at, name in enumerate(group)
            ),
            (pl.col(type_column) if type_column else pl.lit("")).alias("type"),
        ).with_columns(pl.Series("day", day if day is not None else [None] * len(frame), dtype=pl.Date))
        found |= dict(zip(group, _of_group(marks, len(group), type_column), strict=True))
    return found


def _of_group(marks: pl.DataFrame, width: int, type_column: str) -> Iterator[Used]:
    flags = [f"f{at}" for at in range(width)]
    years = marks.with_columns(pl.col("day").dt.year().alias("year"))
    years = years.filter(pl.col("year") >= _FIRST_YEAR)
    by_year = _counts(years, "year", flags)
    by_type = _counts(marks.filter(pl.col("type") != ""), "type", flags) if type_column else None
    last = marks.select(pl.col("day").filter(pl.col(flag)).max().alias(flag) for flag in flags).row(0)
    for at, flag in enumerate(flags):
        yield Used(_told(by_year, flag), _told(by_type, flag) if by_type is not None else (), last[at])


def _counts(marks: pl.DataFrame, by: str, flags: Sequence[str]) -> pl.DataFrame:
    counted = marks.group_by(by).agg(*(pl.col(flag).sum() for flag in flags), pl.len().alias("of"))
    return counted.sort(by).tail(MOST_YEARS)


def _told(counts: pl.DataFrame, flag: str) -> tuple[Count, ...]:
    rows = counts.select(counts.columns[0], flag, "of").iter_rows()
    return tuple(Count(name=str(name), good=int(good), of=int(of)) for name, good, of in rows)
