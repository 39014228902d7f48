"""Relations between sources, measured: cardinality, orphans, whales, cycles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from crm_migrate.assessing.figures import RelationFigure, ValueFigure
from crm_migrate.assessing.hiding import shown
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.quality.damage import Damage, Tally
from crm_migrate.quality.damage.zeros import lost_against

WHALE = 10_000  # children of one parent: more lock it in most CRMs
_WHALES = 5


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation and the damage that explains its orphans, if any."""

    figure: RelationFigure
    damage: Damage | None


def relations(subjects: Mapping[str, Subject], meanings: Meanings, masked: bool) -> Iterator[Relation]:
    """Every link that is declared or proposed, to a source whose key is one column."""
    for (name, column), (parent, declared) in sorted(meanings.links.items()):
        key = meanings.keys.get(parent, ())
        if name not in subjects or parent not in subjects or len(key) != 1:
            continue
        if column not in subjects[name].staged.columns or key[0] not in subjects[parent].staged.columns:
            continue
        child, keys = subjects[name].staged.tally(column), subjects[parent].staged.tally(key[0])
        kind = meanings.of(parent, key[0]).kind or "id"
        cycles = _cycles(subjects[name], column, key[0]) if name == parent else 0
        yield Relation(_figure(name, parent, child, keys, kind, declared, cycles, masked), lost_against(child, keys))


def _figure(
    name: str, parent: str, child: Tally, keys: Tally, kind: str, declared: bool, cycles: int, masked: bool
) -> RelationFigure:
    known = child.values["value"].is_in(keys.values["value"].implode())
    found = child.values.filter(known)
    cells = int(found["cells"].sum())
    most = found.sort("cells", descending=True)
    whales = most.filter(pl.col("cells") > WHALE).head(_WHALES)
    return RelationFigure(
        source=name,
        column=child.name,
        parent=parent,
        key=keys.name,
        declared=declared,
        filled=child.filled,
        found=cells,
        orphans=child.filled - cells,
        parents=found.height,
        of_parents=keys.values.height,
        most=int(most["cells"][0]) if most.height else 0,
        whales=tuple(
            ValueFigure(value=shown(v, kind, masked), cells=n) for v, n in whales.select("value", "cells").iter_rows()
        ),
        cycles=cycles,
        one_to_one=found.height > 0 and cells == found.height,
    )


def _cycles(subject: Subject, column: str, key: str) -> int:
    """Rows that come back to themselves on the way from parent to parent; a row that is its own parent is one."""
    pairs = pl.DataFrame({"key": subject.staged.column(key), "parent": subject.staged.column(column)}).drop_nulls()
    upwards = dict(pairs.filter(pl.col("parent") != "").iter_rows())
    settled: set[str] = set()
    cyclic = 0
    for start in upwards:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = len(path)
            at = upwards.get(at)
        if at is not None and at in path:
            cyclic += len(path) - path[at]
        settled.update(path)
    return cyclic


def loops(figures: list[RelationFigure]) -> tuple[tuple[str, ...], ...]:
    """Sources that refer to each other in a circle, each circle once and from its first name on."""
    graph: dict[str, set[str]] = {}
    for figure in figures:
        if figure.source != figure.parent and figure.found:
            graph.setdefault(figure.source, set()).add(figure.parent)
    found: set[tuple[str, ...]] = set()

    def walk(path: tuple[str, ...]) -> None:
        for following in sorted(graph.get(path[-1], ())):
            if following == path[0]:
                first = path.index(min(path))
                found.add(path[first:] + path[:first])
            elif following not in path:
                walk((*path, following))

    for name in sorted(graph):
        walk((name,))
    return tuple(sorted(found))
