"""The steps `person.given`, `person.family` and their sisters, and `title`: columns of names by distinct values."""

from functools import lru_cache, partial

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, outcomes, step, with_residue
from crm_migrate.cleansing.people.person_case import one_case, recased
from crm_migrate.cleansing.people.person_cells import person_cell
from crm_migrate.cleansing.people.person_columns import plain_names
from crm_migrate.cleansing.steps import Context

# The same column is asked for its given and its family names in one batch.
_cell = lru_cache(maxsize=32_768)(person_cell)


def _part(values: pl.Series, context: Context, *names: str) -> pl.DataFrame:
    """Some parts of the first person of every cell; what is no person stays as typed, in the family name only."""

    def cell(text: str) -> Cell:
        found = _cell(text, context.locale)
        if not found.parts:
            return found
        value = " ".join(found.parts[0][n] for n in names if found.parts[0].get(n))
        note = f"also: {found.value}" if found.flag == "split" else found.note
        return Cell(value or None, found.flag, note) if value else Cell(None, "null")

    plain = plain_names(values, context.locale)
    wanted = next((n for n in names if n in plain.columns), None)
    fast = plain[wanted] if wanted else pl.Series(values=[None] * len(values), dtype=pl.String)
    return as_step(
        values, with_residue(values, plain["first"].is_not_null() | values.is_null(), fast, cell), keep="last" in names
    )


def _register(name: str, parts: tuple[str, ...], doc: str, example: tuple[str, str]) -> None:
    def function(values: pl.Series, context: Context) -> pl.DataFrame:
        return _part(values, context, *parts)

    function.__doc__ = doc
    step(name, "person", examples=(example,))(function)


_register("person.given", ("first", "middle"), "Take the given names out of a full name.", ("Yılmaz, Ayşe", "Ayşe"))
_register("person.first", ("first",), "Take the first given name out of a full name.", ("Dale J. Little", "Dale"))
_register("person.middle", ("middle",), "Take the middle name or initial out of a full name.", ("Dale J. Little", "J."))
_register(
    "person.family",
    ("last",),
    "Take the family name, with its particles, out of a full name.",
    ("Jan van der Berg", "van der Berg"),
)
_register(
    "person.prefix", ("prefix",), "Take titles and forms of address out of a full name.", ("Dr. Ayşe Yılmaz", "Dr.")
)
_register("person.suffix", ("suffix",), "Take degrees and `Jr.` out of a full name.", ("John Smith Jr.", "Jr."))
_register("person.nickname", ("nickname",), "Take the nickname out of a full name.", ("Robert (Bob) Smith", "Bob"))


def _titled(text: str, locale: str) -> Cell:
    value = " ".join(text.split())
    return Cell((recased(value, locale) if one_case(value) else value) or None)


@step("title", "case", examples=(("AYŞE YILMAZ", "Ayşe Yılmaz"), ("Jane MacKenzie", "Jane MacKenzie")))
def title_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Restore the letter case of a name that is all capitals or all small; mixed case stays."""
    return as_step(values, outcomes(values, partial(_titled, locale=context.locale)))
