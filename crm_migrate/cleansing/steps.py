"""The steps of the mapping language: named, pure functions of a column, and the registry that lists them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Flag = str  # see `crm-migrate steps`; "" means nothing to say


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may know besides the value: never the clock, never the machine's locale.

    `evidence` are the facts decided once for the whole column (date order, decimal separator, phone region ...).
    """

    locale: str = "en"
    time_zone: str = "UTC"
    as_of: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def region(self) -> str | None:
        """The region of the locale (`TR` of `tr-TR`), or None."""
        parts = self.locale.replace("_", "-").split("-")
        return next((p for p in parts[1:] if len(p) == 2 and p.isupper()), None)


StepFunction = Callable[..., pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `function(values: pl.Series[String], context, *args, **options)`.

    The function returns a frame of the same length and order with the String columns `value` (null = empty), `flag`
    and `note` (both null when there is nothing to say). It is pure and idempotent on values, never raises for data,
    and leaves `value` as typed where it cannot decide. `family` groups steps that do the same job (the default step of
    a semantic type is not added after one of its family). `level` of a flag: "invalid" flags make the cell invalid.
    """

    name: str
    function: StepFunction
    family: str
    doc: str
    parameters: tuple[str, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    elementwise: bool = True


STEPS: dict[str, Step] = {}

INVALID_FLAGS = frozenset({"invalid", "ambiguous", "partial", "truncated"})
FILE_FLAGS = (  # what is wrong with a file that a row names
    "file_missing", "file_empty", "file_too_large", "file_forbidden", "file_outside", "file_link", "file_special",
    "file_unreadable",
)  # fmt: skip
STRAY_FLAGS = ("file_outside", "file_link", "file_special")  # of those: nobody may follow the path
CLOCK_FLAGS = ("time_skipped", "time_twice")  # local times that the clocks left out or showed twice


def cleaned(value: pl.Series, flag: pl.Series | None = None, note: pl.Series | None = None) -> pl.DataFrame:
    """The frame that every step returns."""
    empty = pl.Series(values=[None] * len(value), dtype=pl.String)
    return pl.DataFrame(
        [
            value.cast(pl.String).alias("value"),
            (empty if flag is None else flag).cast(pl.String).alias("flag"),
            (empty if note is None else note).cast(pl.String).alias("note"),
        ]
    )


OnFlag = Literal["keep", "clear", "hold"]
