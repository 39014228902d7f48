"""One cell's outcome, and the way a function of one text becomes a step over a column: on distinct values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from crm_migrate.cleansing.steps import STEPS, Step, StepFunction

# Flags that say "there is nothing here": the value is empty and stays so.
EMPTY_FLAGS = frozenset({"null", "placeholder"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one text. `value` None with a flag other than "null": it could not be read as this kind.

    `parts` are the components of a composite kind (names, addresses), one mapping per person or address.
    """

    value: str | None
    flag: str | None = None
    note: str | None = None
    parts: tuple[Mapping[str, str], ...] = ()


NULL = Cell(None, "null")


def invalid(note: str) -> Cell:
    """A text that is no value of its kind."""
    return Cell(None, "invalid", note)


def outcomes(values: pl.Series, function: Callable[[str], Cell]) -> pl.DataFrame:
    """Columns `value`, `flag`, `note` per row of `values`; the function runs once per distinct text."""
    distinct = values.drop_nulls().unique(maintain_order=True)
    cells = [function(text) for text in distinct]
    table = pl.DataFrame(
        {
            "text": distinct,
            "value": pl.Series([c.value for c in cells], dtype=pl.String),
            "flag": pl.Series([c.flag for c in cells], dtype=pl.String),
            "note": pl.Series([c.note for c in cells], dtype=pl.String),
        }
    )
    rows = values.rename("text").to_frame()
    return rows.join(table, on="text", how="left", maintain_order="left").select("value", "flag", "note")


def with_residue(values: pl.Series, known: pl.Series, fast: pl.Series, function: Callable[[str], Cell]) -> pl.DataFrame:
    """Outcomes per row: `fast` where `known` is true (nothing to say there), the function for the rest."""
    rest = ~known.fill_null(True)
    nothing = pl.Series(values=[None], dtype=pl.String).new_from_index(0, len(values))
    if not rest.any():
        return pl.DataFrame({"value": fast, "flag": nothing, "note": nothing})
    at, done = rest.arg_true(), outcomes(values.filter(rest), function)
    return pl.DataFrame(
        {
            "value": fast.scatter(at, done["value"]),
            "flag": nothing.clone().scatter(at, done["flag"]),
            "note": nothing.clone().scatter(at, done["note"]),
        }
    )


def as_step(values: pl.Series, frame: pl.DataFrame, *, keep: bool = True) -> pl.DataFrame:
    """The frame a step returns: what could not be read stays as typed, and a plain "null" is not worth a flag.

    A "null" with a note stood for something (a program's day for "no date", a failed formula): it is told.
    Without `keep` what could not be read is left out: another step, which takes another part of the text, keeps it.
    """
    unread = pl.col("value").is_null() & pl.col("flag").is_not_null() & ~pl.col("flag").is_in(list(EMPTY_FLAGS))
    typed = pl.when(unread & keep)
    nothing = pl.col("flag") == "null"
    return frame.with_columns(values.alias("typed")).select(
        typed.then(pl.col("typed")).otherwise(pl.col("value")).alias("value"),
        pl.when(nothing & pl.col("note").is_not_null())
        .then(pl.lit("placeholder"))
        .when(~nothing)
        .then(pl.col("flag"))
        .alias("flag"),
        pl.col("note"),
    )


def unguessed(frame: pl.DataFrame) -> pl.DataFrame:
    """Outcomes of a closed list in which a near miss (`typo`) is no value yet: invalid, the note says what is near."""
    near = (pl.col("flag") == "typo").fill_null(False)
    return frame.with_columns(
        pl.when(~near).then(pl.col("value")).alias("value"),
        pl.when(near).then(pl.lit("invalid")).otherwise(pl.col("flag")).alias("flag"),
        pl.when(near).then(pl.format("did you mean {}?", "value")).otherwise(pl.col("note")).alias("note"),
    )


def step(
    name: str,
    family: str,
    *,
    parameters: tuple[str, ...] = (),
    examples: tuple[tuple[str, str], ...] = (),
) -> Callable[[StepFunction], StepFunction]:
    """Register a step under its name; its documentation is the function's first docstring paragraph."""

    def register(function: StepFunction) -> StepFunction:
        doc = " ".join((function.__doc__ or "").split("\n\n")[0].split())
        STEPS[name] = Step(name, function, family, doc, parameters, examples)
        return function

    return register
