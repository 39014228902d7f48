"""The steps `person.given`, `person.family` and their sisters, and `title`."""

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, outcomes, step
from crm_migrate.cleansing.persons import parts_of
from crm_migrate.cleansing.steps import Context


def _part(values: pl.Series, context: Context, *names: str) -> pl.DataFrame:
    """One part of a name per row."""

    def cell(text: str) -> Cell:
        parts = parts_of(text, context.locale)
        return Cell(" ".join(parts[n] for n in names if parts.get(n)) or None)

    return as_step(values, outcomes(values, cell))


@step("person.given", "person", examples=(("Yılmaz, Ayşe", "Ayşe"),))
def given_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Take the given name (with middle names) out of a full name."""
    return _part(values, context, "first", "middle")


@step("person.family", "person", examples=(("Jan van der Berg", "van der Berg"),))
def family_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Take the family name, with its particles, out of a full name."""
    return _part(values, context, "last")
