"""Scores: six dimensions of every source, each so many of so many, with the parts that they are the sum of.

complete    filled cells of the columns that are mapped or recommended for it
valid       values that can be read as what their column holds, of the different ones that were tried
unique      rows that are no surplus of a group of rows with one key
consistent  filled cells without damage
timely      rows that are younger than three years at the last day of the source
linked      filled references that lead to a record
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from crm_migrate.assessing.figures import ColumnFigure, Count, Dimension, RelationFigure, ScoreFigure
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.assessing.recommending import DEAD
from crm_migrate.crm.types import TYPES
from crm_migrate.quality.damage import Damage


def scores(
    subject: Subject,
    meanings: Meanings,
    columns: Sequence[ColumnFigure],
    damages: Sequence[Damage],
    relations: Sequence[RelationFigure],
    day: pl.Series | None,
) -> Iterator[ScoreFigure]:
    """Every dimension that can be measured on a source; one that cannot is left out."""
    parts: Mapping[Dimension, list[Count]] = {
        "complete": [Count(name=c.column, good=c.filled, of=c.rows) for c in columns if c.action == "map"],
        "valid": _valid(subject, meanings),
        "unique": _unique(subject, meanings.keys.get(subject.name, ())),
        "consistent": _consistent(columns, damages),
        "timely": _timely(day),
        "linked": [Count(name=r.column, good=r.found, of=r.filled) for r in relations if r.source == subject.name],
    }
    for dimension, counts in parts.items():
        told = [count for count in counts if count.of]
        if told:
            good, of = sum(count.good for count in told), sum(count.of for count in told)
            yield ScoreFigure(source=subject.name, dimension=dimension, good=good, of=of, parts=tuple(told))


def _valid(subject: Subject, meanings: Meanings) -> list[Count]:
    found = []
    for column in subject.staged.columns:
        kind = TYPES.get(meanings.of(subject.name, column).kind)
        seen = subject.study.look(column) if kind is not None and column in subject.study.table.values else None
        share = seen.share(kind) if seen is not None and kind is not None else None
        if seen is not None and share is not None:
            found.append(Count(name=column, good=round(share * len(seen.sample)), of=len(seen.sample)))
    return found


def _unique(subject: Subject, key: tuple[str, ...]) -> list[Count]:
    if not key or not set(key) <= set(subject.staged.columns):
        return []
    keys = subject.staged.lazy().select(key).collect().drop_nulls()
    return [Count(name=" + ".join(key), good=keys.n_unique(), of=len(keys))]


def _consistent(columns: Sequence[ColumnFigure], damages: Sequence[Damage]) -> list[Count]:
    """A cell with two damages counts once at most: never more than the column has."""
    damaged = {c.column: min(c.filled, sum(d.cells for d in damages if c.column in d.columns)) for c in columns}
    return [Count(name=c.column, good=c.filled - damaged[c.column], of=c.filled) for c in columns if c.filled]


def _timely(day: pl.Series | None) -> list[Count]:
    newest = day.max() if day is not None else None
    if day is None or not isinstance(newest, date):
        return []
    young = int((day >= newest - timedelta(DEAD)).sum())
    return [Count(name=day.name, good=young, of=len(day) - day.null_count())]
