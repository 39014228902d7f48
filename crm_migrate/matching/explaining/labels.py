"""Labelled pairs: a file of pairs that somebody judged, and how a rule or the whole matching does on them.

The file (CSV or XLSX) has the columns `left`, `right` and `same` (yes or no, in any language that `boolean` reads), and
`object` where a project has labels for several. A label that says yes and no of one pair is refused.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.cleansing.cleaner import clean
from crm_migrate.cleansing.table_files import read_sheet
from crm_migrate.errors import InputError

_NEEDED = ("left", "right", "same")
_Z = 1.96  # both sides of a 95 % interval

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two records, named as the file names them (smaller name first), and whether a person says that they are one."""

    pair: Pair
    same: bool
    object: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How a rule did: `right` and `wrong` labelled pairs it joined, `missed` it did not, of which `asked` wait."""

    rule: str
    right: int
    wrong: int
    missed: int
    asked: int = 0

    @property
    def precision(self) -> float:
        """Share of the joined pairs that are one; 1 where nothing was joined, for nothing was joined wrongly."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that are one which were joined; 1 where there is none to be found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def least_precision(self) -> float:
        """The lower end of the 95 % interval of the precision (Wilson, JASA 22, 1927)."""
        return _wilson(self.right, self.right + self.wrong)

    @property
    def least_recall(self) -> float:
        """The lower end of the 95 % interval of the recall."""
        return _wilson(self.right, self.right + self.missed)


def read_labels(path: Path) -> list[LabelledPair]:
    """The labelled pairs of a file, each once. InputError names the line of what cannot be read."""
    sheet = read_sheet(path)
    if missing := [name for name in _NEEDED if name not in sheet.columns]:
        raise InputError(f"{path} has no column {missing[0]!r}", hint=f"it needs {', '.join(_NEEDED)}")
    if twice := [name for name in (*_NEEDED, "object") if sheet.columns.count(name) > 1]:
        raise InputError(f"{path} has two columns {twice[0]!r}", hint="rename one of them")
    if sheet.ragged:
        raise InputError(f"{path}: {sheet.ragged_words()}", hint="put texts that hold the delimiter in quotes")
    at = {name: sheet.columns.index(name) for name in (*_NEEDED, *({"object"} & set(sheet.columns)))}
    rows = [{name: str(row[place] or "").strip() for name, place in at.items()} for row in sheet.rows]
    said = clean([row["same"] for row in rows], "boolean")["value"]
    found: dict[tuple[str, Pair], bool] = {}
    for number, (row, same) in enumerate(zip(rows, said, strict=True)):
        pair = _named(row["left"], row["right"])
        place = f"{path}, line {sheet.lines[number]}"
        if not all(pair) or pair[0] == pair[1] or same not in {"true", "false"}:
            raise InputError(f"{place}: {row}", hint="two different records and `yes` or `no` in `same`")
        if found.setdefault((row.get("object", ""), pair), same == "true") != (same == "true"):
            raise InputError(f"{place}: {pair[0]} and {pair[1]} are called one and two", hint="keep one of the lines")
    return [LabelledPair(pair, same, name) for (name, pair), same in found.items()]


def _named(left: str, right: str) -> Pair:
    return (left, right) if left <= right else (right, left)


def score(rule: str, labels: Iterable[LabelledPair], joined: Collection[Pair], asked: Collection[Pair] = ()) -> Score:
    """How the joined pairs (smaller name first) stand against the labels; pairs without a label do not count."""
    right = wrong = missed = waiting = 0
    for label in labels:
        if label.pair in joined:
            right, wrong = right + label.same, wrong + (not label.same)
        elif label.same:
            missed, waiting = missed + 1, waiting + (label.pair in asked)
    return Score(rule, right, wrong, missed, waiting)


def _wilson(hits: int, of: int) -> float:
    if not of:
        return 0.0
    share, square = hits / of, _Z * _Z
    spread = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max((share + square / (2 * of) - spread) / (1 + square / of), 0.0)
