"""Parts of a cell that are records each (`split_rows`), and how each part is called.

A part that names another record (a link, a member of a campaign) is called by what it names: the order in the cell says
nothing, and who comes in between is no reason for another to change. Other parts (people in a cell) are called by their
place, for a name that is written better is the same person.
"""

import hashlib
from collections.abc import Sequence

import polars as pl

from crm_migrate.mapping.plan import FeedPlan, ObjectPlan, SplitPlan
from crm_migrate.stages.transform import SPLIT
from crm_migrate.workspace.row_keys import NAMED_PART

_BESIDE = "\x1f"


def naming(object_plan: ObjectPlan, feed: FeedPlan) -> tuple[str, ...]:
    """The columns of a split that say what each part is: those of links, and of what links are told apart by; none
    where the parts have their place in the cell and no other name."""
    if feed.split is None:
        return ()
    distinct = object_plan.link.distinct if object_plan.link else ()
    telling = [f for f in object_plan.fields if f.ref is not None or f.name in distinct]
    columns = {f.cells[feed.source].column for f in telling if feed.source in f.cells}
    found = tuple(name for name in _columns(feed.split) if name in columns)
    if object_plan.link is not None:
        return found or _columns(feed.split)
    return found if feed.split.column in found else ()


def _columns(split: SplitPlan) -> tuple[str, ...]:
    return (split.column, *split.companions)


def part_names(rows: pl.DataFrame, split: SplitPlan, named_by: Sequence[str], row: str) -> pl.Series:
    """What each part (a line of `rows`, by `row` and place) puts behind the key of its row: nothing for the first of
    those that are called by their place."""
    if not named_by:
        ordinal = pl.concat_str(pl.lit("#"), pl.col(SPLIT) + 1)
        return rows.select(pl.when(pl.col(SPLIT) > 0).then(ordinal).otherwise(pl.lit("")).alias("name"))["name"]
    said = rows.select(_joined(named_by).alias("said"))["said"]
    digests = {text: NAMED_PART + hashlib.sha256(text.encode()).hexdigest()[:12] for text in said.unique()}
    marked = rows.select(row, SPLIT, _joined(_columns(split)).alias("whole")).with_columns(
        said.replace_strict(digests, return_dtype=pl.String).alias("name")
    )
    # Equal parts of one cell are counted; what stands beside them says which is which, not their order.
    nth = pl.struct("whole", SPLIT).rank("ordinal").over(row, "name")
    again = pl.when(nth > 1).then(pl.concat_str(pl.lit("."), nth)).otherwise(pl.lit(""))
    return marked.select(pl.concat_str("name", again))["name"]


def _joined(columns: Sequence[str]) -> pl.Expr:
    return pl.concat_str([pl.col(name).fill_null("") for name in columns], separator=_BESIDE)
