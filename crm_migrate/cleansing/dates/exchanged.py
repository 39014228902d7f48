"""Dates whose day and month a spreadsheet exchanged: it took `05/10/1998` for 10 May and left `15/10/1998` a text.

Such a column holds two writings, and each lacks what the other has: no real date has a day above 12, no text has two
numbers up to 12. Each alone is chance or custom; both together, often enough, are the trace of that import.
"""

import polars as pl

_YEAR_FIRST = r"^\d{4}[-/.](\d{1,2})[-/.](\d{1,2})(?:\D.*)?$"
_CHANCE = 1e-4  # that an undamaged column looks so: 0.4 of all days are up to 12
_EXCEPTIONS = 0.02  # typed in later, by hand
_DAYS = 4  # so many different ones; the first of every month is a custom and no damage


def _ordered(mark: str) -> str:
    return rf"^(\d{{1,2}}){mark}(\d{{1,2}}){mark}\d{{2,4}}(?:\D.*)?$"


WRITINGS = {"year first": _YEAR_FIRST} | {mark: _ordered(rf"\{mark}") for mark in "./-"}


def exchanged(values: pl.Series) -> tuple[str, str] | None:
    """The writing whose day and month were exchanged, and the sentence that says why; None where nothing says so."""
    numbers = {name: _numbers(values, pattern) for name, pattern in WRITINGS.items()}
    for texts, left in numbers.items():
        for dates, taken in numbers.items():
            if texts not in {dates, "year first"} and (said := _trace(taken, left)):
                return dates, said
    return None


def _numbers(values: pl.Series, pattern: str) -> pl.DataFrame:
    """The two numbers beside the year, of the values of a writing."""
    found = values.str.extract_groups(pattern).struct.unnest()
    return found.rename(dict(zip(found.columns, "ab", strict=True))).cast(pl.Int32, strict=False).drop_nulls()


def _trace(dates: pl.DataFrame, texts: pl.DataFrame) -> str:
    """Why one writing was exchanged, seen from the other; "" where it was not."""
    real, left = len(dates), len(texts)
    if not real or not left or 0.4**real * 0.6**left > _CHANCE:
        return ""
    late = int(((dates["a"] > 12) | (dates["b"] > 12)).sum())
    early = int(((texts["a"] <= 12) & (texts["b"] <= 12)).sum())
    orders = {name for name in "ab" if (texts[name] > 12).any()}
    varied = min(dates["b"].n_unique(), dates["a"].n_unique(), texts.max_horizontal().n_unique())
    if late > _EXCEPTIONS * real or early > _EXCEPTIONS * left or len(orders) != 1 or varied < _DAYS:
        return ""
    return (
        f"none of {real - late} dates has a day above 12, and each of {left - early} texts has: a spreadsheet with"
        " another order of day and month took the former for dates and exchanged them"
    )
