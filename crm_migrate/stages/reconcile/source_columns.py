"""The columns of a source that have no way into the target: archived, dropped, or in nobody's mind. Counted by name.

A column that only a key, a condition or the evidence of another reads is no cell of a record: it is not in the target
either, but the mapping speaks of it, so it counts as taken.
"""

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.text import normal_name


@dataclass(frozen=True, slots=True)
class LeftColumns:
    """Names of columns; `dropped` -> the decision."""

    unmapped: tuple[str, ...]
    archived: tuple[str, ...]
    dropped: dict[str, str]


def left_columns(plan: Plan, source: SourcePlan, columns: Sequence[str]) -> LeftColumns:
    """What the mapping leaves out of the columns that were read; all of them where a decision leaves the source out."""
    if source.stays_behind is not None:
        return LeftColumns((), (), dict.fromkeys(columns, source.stays_behind))
    taken = {*source.key, source.changed, source.tag, *_spoken(plan, source)}
    left = [name for name in dict.fromkeys(columns) if name not in taken and name not in source.drop]
    archived = tuple(name for name in left if _matches(name, source.archive))
    return LeftColumns(
        unmapped=tuple(name for name in left if name not in archived),
        archived=archived,
        dropped={name: why for name, why in source.drop.items() if name in columns},
    )


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, normal_name(pattern)) for pattern in patterns)


def _spoken(plan: Plan, source: SourcePlan) -> Iterator[str]:
    """Every column of the source that a cell, a condition, a split or a piece of evidence names."""
    expressions = [skip.expression for skip in source.skip]
    for each in plan.objects:
        for feed in (feed for feed in each.feeds if feed.source == source.name):
            expressions.append(feed.where)
            if feed.split is not None:
                yield from (feed.split.column, *feed.split.companions)
        for field in each.fields:
            for text in field.evidence:
                origin, _, column = text.partition(".")
                if origin == source.name:
                    yield column
            cell = field.cells.get(source.name)
            if cell is not None and cell.column is not None:
                yield cell.column
            yield from cell.beside if cell is not None else ()
            expressions.append(cell.expression if cell is not None else None)
    for expression in expressions:
        if expression is not None:
            yield from (name.name for name in parse(expression).names())
