"""What the values of a column look like: how many of them a semantic type can read, and what they cannot be."""

from dataclasses import dataclass, field

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.crm.types import SemanticType

MOST_DISTINCT = 400  # different values that are tried; more would not change a share by a percent or two
FITS, STRANGE = 0.8, 0.5  # of the values: from here on a column is of a type, and below here it is none
FEW = 60  # words that a list of choices may have

# What a value without a step of its own must not be: these columns were called by mistake, or by somebody else.
_FOREIGN = (
    ("mailboxes", r"^\S+@\S+\.\w+$"),
    ("web addresses", r"(?i)^(?:https?://|www\.)\S+$"),
    ("numbers", r"^[-+]?[\d.,' ]*\d%?$"),
    ("dates", r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?$"),
)
_PHONE = r"^\+?[\d\s().\-/]{6,24}(?:\s*(?:x|ext\.?|-)\s*\d{1,6})?$"


@dataclass(slots=True)
class Look:
    """A column's values: how many rows have one, how many are different, and the shares that were asked for."""

    rows: int
    filled: int
    distinct: int
    sample: pl.Series
    locale: str
    _shares: dict[str, float] = field(default_factory=dict)

    def share(self, kind: SemanticType) -> float | None:
        """Share of the different values that the type reads; None for types that any text is one of."""
        if kind.name not in self._shares:
            found = _share(self.sample, kind, self.locale)
            if found is None:
                return None
            self._shares[kind.name] = found
        return self._shares[kind.name]

    def foreign(self) -> str:
        """What nearly all values are that no name, town or word is; "" where they are none of it."""
        for what, pattern in _FOREIGN:
            if share_of(self.sample.str.contains(pattern)) >= FITS:
                return what
        return ""


def look(values: pl.Series, locale: str) -> Look:
    """Look at a column: blank cells are null."""
    filled = values.drop_nulls()
    different = filled.unique(maintain_order=True)
    return Look(len(values), len(filled), len(different), different.head(MOST_DISTINCT), locale)


def share_of(hits: pl.Series) -> float:
    """Which part of the values a condition is true of, 0 to 1; 0 where there are none."""
    return int(hits.sum()) / len(hits) if len(hits) else 0.0


def _share(sample: pl.Series, kind: SemanticType, locale: str) -> float | None:
    if sample.is_empty():
        return None
    if kind.key == "phone":
        digits = sample.str.count_matches(r"\d")
        shaped = sample.str.contains(_PHONE) & digits.is_between(6, 17)
        return share_of(shaped)
    if kind.clean is None or not kind.rule or kind.role in ("choice", "consent"):
        return None
    frame = STEPS[kind.clean].function(sample, Context(locale))
    unread = frame["value"].is_null() | (frame["flag"] == "invalid").fill_null(False)
    return 1.0 - share_of(unread)


def judged(column: Look, kind: SemanticType) -> tuple[float, str]:
    """What the values say to a proposal of that type: a factor for its score, and a sentence; ("") for nothing.

    1 and more confirms it, 0 forbids it.
    """
    if not column.filled:
        return 0.0, f"empty in all {column.rows:,} rows"
    share = column.share(kind)
    if share is not None:
        told = f"{_percent(share)} of {column.distinct:,} value(s) read as {_called(kind)}"
        return (1.05 if share >= FITS else 0.85 if share >= STRANGE else 0.0), told
    if kind.role == "choice" and column.filled > FEW and column.distinct > max(FEW, column.filled * 0.5):
        return 0.0, f"{column.distinct:,} different values are no choices"
    if kind.clean == "text" and kind.survive != "append" and (what := column.foreign()):
        return 0.0, f"its values are {what}"
    return 1.0, ""


def _called(kind: SemanticType) -> str:
    return "a telephone number" if kind.key == "phone" else kind.rule.removeprefix("is ")


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{int(share * 100)} %"
