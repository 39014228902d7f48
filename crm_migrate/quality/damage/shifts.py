"""Rows whose values stand one or two columns beside their own: a delimiter too many or too few somewhere before."""

from collections.abc import Mapping, Sequence

import polars as pl

from crm_migrate.quality.damage.tally import EXAMPLES, Damage, Tally

KIND = "shifted"
_SHARE = 0.9  # of a column's cells have its look
_TEXT = "text"
# What a value looks like; the first that fits. Looks of one kind of digits are one, or telephone numbers would be
# dates and article numbers telephones.
_LOOKS = (
    ("mailbox", r"^[^\s@]+@[^\s@]+\.[^\s@]+$"),
    ("web", r"(?i)^(?:https?://|www\.)\S+$"),
    ("day", r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}.*)?$"),
    ("truth", r"(?i)^(?:true|false|yes|no|evet|hayır|ja|nein|ya|tidak)$"),
    ("digits", r"^[-+(]?\d[\d\s.,()/+-]*%?$"),
)
_TRIED = 5_000  # different values
_PLACES = (1, -1, 2, -2)
SHOWN = 8  # cells of a row that is shown


def look_of(column: Tally) -> tuple[str, list[str]]:
    """What nearly all values of a column look like (`mailbox`, `web`, `day`, `truth`, `digits`, `text`; else ""), and
    the values that do not.

    A few thousand values say whether the rest is looked at: of a column of texts none is.
    """
    some = column.values.bottom_k(_TRIED, by="row")
    look = _usual(some, _looks(some["value"]))
    if look in ("", _TEXT):
        return look, []
    looks = _looks(column.values["value"])
    return (
        (look, column.values["value"].filter(looks != look).to_list())
        if _usual(column.values, looks) == look
        else ("", [])
    )


def _usual(values: pl.DataFrame, looks: pl.Series) -> str:
    """The look of most cells; "" where too few have one."""
    shares = pl.DataFrame({"look": looks, "cells": values["cells"]}).group_by("look").agg(pl.col("cells").sum())
    if shares.is_empty():
        return ""
    look, cells = shares.sort("cells", descending=True).row(0)
    return str(look) if cells >= _SHARE * int(shares["cells"].sum()) else ""


def shifted_rows(rows: pl.DataFrame, looks: Mapping[str, str], of: int) -> Damage | None:
    """Rows in which two columns and more have the look of those beside them, one of them not a text, and from there on
    none has its own.

    `rows` has `__row` and the columns in their order; it may be only those rows that hold a misfit. `of`: rows in all.
    """
    columns = [name for name in rows.columns if name != "__row"]
    seen = {name: _looks(rows[name].fill_null("")) for name in columns if looks.get(name, _TEXT) not in ("", _TEXT)}
    moved = pl.Series([False] * len(rows), dtype=pl.Boolean)
    for place in _PLACES:
        moved |= _moved(columns, seen, looks, place, len(rows))
    hit = rows.filter(moved)
    if hit.is_empty():
        return None
    shown = hit.select("__row", *columns).head(EXAMPLES).rows()
    examples = tuple((int(row[0]), " | ".join(str(cell or "") for cell in row[1 : SHOWN + 1])) for row in shown)
    return Damage(KIND, (), len(hit), of, {}, examples)


def _moved(
    columns: Sequence[str], seen: Mapping[str, pl.Series], looks: Mapping[str, str], place: int, rows: int
) -> pl.Series:
    """Which rows are shifted by `place` columns to the right."""
    hits, strict, own = (pl.Series([0] * rows, dtype=pl.Int32) for _ in range(3))
    for at, name in enumerate(columns):
        theirs = looks.get(columns[at - place], "") if 0 <= at - place < len(columns) else ""
        if name not in seen or not theirs or theirs == looks[name]:
            continue
        own += ((hits > 0) & (seen[name] == looks[name])).cast(pl.Int32)
        hit = (seen[name] == theirs).cast(pl.Int32)
        hits += hit
        strict += hit * (theirs != _TEXT)
    return (hits >= 2) & (strict >= 1) & (own == 0)


def _looks(values: pl.Series) -> pl.Series:
    """What each value looks like; "" for an empty one."""
    looks = [pl.when(pl.col("v") == "").then(pl.lit(""))]
    looks += [pl.when(pl.col("v").str.contains(pattern)).then(pl.lit(name)) for name, pattern in _LOOKS]
    return pl.DataFrame({"v": values}).select(pl.coalesce(*looks, pl.lit(_TEXT)).alias("look"))["look"]
