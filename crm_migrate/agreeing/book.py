"""The workbook of a mapping as values: sheets of lines, lines of cells, and which of them people may change."""

from dataclasses import dataclass
from typing import Literal

from crm_migrate.mapping.plan import MAP_JOINER

FORMAT = "1"
KIND = "mapping"
HEAD_ROW = 2  # the row of the names of the columns; above it stands what the sheet is about
HIDDEN = "crm-migrate"  # what the workbook is, and what each of its cells said
LISTS = "crm-migrate (lists)"  # what cells offer
BLANK_LINES = 15  # for translations that nobody has thought of yet

Role = Literal["line", "missing", "unfed", "column", "map", "value", "unmapped", "blank"]
Entry = Literal["", "column", "words", "translation", "status", "owner", "due", "decision"]
Why = Literal["", "unfed", "computed", "same_row", "shared", "elsewhere", "rule", "sample", "counted", "list"]


@dataclass(frozen=True, slots=True)
class Box:
    """One cell: its text, what may be put in (`entry`; nothing where it is locked), and the list that it offers.

    `count` is a number, as people filter and sum it; `why` is the reason for which a cell is locked.
    """

    text: str = ""
    entry: Entry = ""
    offered: str = ""
    count: int | None = None
    why: Why = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about (`key`, which no cell shows), what kind of row it is, and its cells."""

    key: str
    role: Role
    cells: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a sheet: what it is in any language, what it is called, and how wide it is in characters."""

    key: str
    text: str
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, a sentence about it, its columns and rows."""

    title: str
    about: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A whole workbook. `digest` is of the mapping that it was made of, `front` its first sheet, `lists` what cells
    offer."""

    project: str
    mapping: str
    digest: str
    language: str
    start: str
    front: tuple[tuple[str, str, str], ...]  # kind, left, right
    sheets: tuple[Sheet, ...]
    lists: dict[str, tuple[str, ...]]


def value_key(name: str, words: str) -> str:
    """What the row of an entry of a value map is called."""
    return f"value_maps.{name}{MAP_JOINER}{words}"
