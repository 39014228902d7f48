"""One row of dirt with its truth, and what may become of it: right, flagged, or wrong in silence."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from crm_migrate import clean

# Flags that say nothing is doubtful; with any other the reader of the report looks at the value.
QUIET = frozenset(("ok", "changed", "split", "null", "none"))


@dataclass(frozen=True, slots=True)
class Row:
    """A clean value and what was done to it.

    `truths` are the values that are right (most kinds have one writing); without any, information is lost for good and
    the only right outcome is a flag. `("",)` says that the cell says nothing. `keeps` are texts that have to be in the
    value or the note, letter for letter. `locale` and `options` are those of the column.
    """

    typed: str
    truths: tuple[str, ...] = ()
    locale: str = ""
    keeps: tuple[str, ...] = ()
    options: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


NOTES = "note_flag"  # its flag is its value: a wish that is not there stops somebody's mail in silence

Draw = Callable[[random.Random], Row]
Dirts = Mapping[str, Draw]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row, what the product made of it, and the verdict."""

    dirt: str
    row: Row
    value: str
    flag: str
    note: str
    verdict: str  # `right`, `flagged` or `silent`


def drawn(dirts: Dirts, seed: int, count: int) -> list[tuple[str, Row]]:
    """`count` rows, as many of each dirt; the same for the same seed."""
    names = list(dirts)
    return [
        (name, dirts[name](random.Random(f"{seed}:{name}:{at}")))
        for at, name in ((at, names[at % len(names)]) for at in range(count))
    ]


def outcomes(kind: str, rows: Iterable[tuple[str, Row]]) -> list[Outcome]:
    """What the product makes of the rows, column by column (the same locale and options)."""
    found = []
    for _, column in groupby(sorted(rows, key=_column), key=_column):
        lines = list(column)
        first = lines[0][1]
        frame = clean([row.typed for _, row in lines], kind, first.locale or None, **first.options)
        said = frame["flag"] if kind == NOTES else frame["value"]
        for (dirt, row), value, flag, note in zip(lines, said, frame["flag"], frame["note"], strict=True):
            found.append(Outcome(dirt, row, value, flag, note, _verdict(dirt, row, value, flag, note)))
    return found


def _column(line: tuple[str, Row]) -> tuple[str, str]:
    return line[1].locale, repr(line[1].options)


def _verdict(dirt: str, row: Row, value: str, flag: str, note: str) -> str:
    """A clean value that is doubted is not right either: somebody has to look at it for nothing."""
    quiet = flag in QUIET or row.truths == ("none",)
    if not row.truths:
        return "silent" if quiet else "right"
    kept = all(text in value or text in note for text in row.keeps)
    if value in row.truths and kept and (quiet or dirt != "clean"):
        return "right"
    return "silent" if quiet else "flagged"
