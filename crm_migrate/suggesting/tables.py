"""A source as far as proposals need it: its columns, and the values of its first rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.connecting.contract import Source

MOST_ROWS = 50_000  # of a source: what they do not show, more would not either; a key is looked for in them


@dataclass(frozen=True, slots=True)
class Table:
    """One source: how the mapping calls it, what it is called where it comes from, its columns and some rows.

    `values` is empty where nothing but the header is known; `whole` says that they are all rows there are.
    """

    name: str
    columns: tuple[str, ...]
    label: str = ""
    values: Mapping[str, pl.Series] = field(default_factory=dict)
    whole: bool = False
    locale: str = "en"
    profile: str | None = None

    @property
    def rows(self) -> int:
        """How many rows are known."""
        return max(map(len, self.values.values()), default=0)


def sampled(source: Source, most: int = MOST_ROWS) -> tuple[dict[str, pl.Series], bool, int]:
    """The values of the first rows of a source by column, blanks as null, whether these are all rows, and
    how many were set aside among them.

    InputError where it cannot be read.
    """
    frames: list[pl.DataFrame] = []
    rows = aside = 0
    for batch in source.read(min(most, 10_000)):
        frames.append(pl.DataFrame(batch.records))
        rows += len(frames[-1])
        aside += len(batch.quarantined)
        if rows > most:
            break
    if not frames:
        return {}, True, aside
    names = [name for name in frames[0].columns if not name.startswith("__")]
    whole = pl.concat([frame.select(names) for frame in frames]).head(most)
    stripped = whole.with_columns(pl.col(names).cast(pl.String).str.strip_chars().replace("", None))
    return {name: stripped[name] for name in names}, rows <= most, aside
