"""What every workbook is to us, whatever its format: sheets, rows of text cells, and what is odd about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from crm_migrate_files.cells import DIGITS, Format, is_duration, number_text
from crm_migrate_files.refused import Refused

MAX_ROWS = 1_048_576
MAX_COLUMNS = 2_000
MAX_CELLS = 50_000_000
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # the errors of cells by the numbers that binary workbooks have for them
Row = tuple[int, list[str | None]]


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; `part` is where its reader finds it."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Oddities:
    """What a person would want to know about a sheet: cells by their reference (`B7`), rows and columns from 1."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    formulas: int = 0
    uncached: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    imprecise: list[str] = field(default_factory=list)
    durations: list[str] = field(default_factory=list)

    def number(self, raw: str, form: Format, where: str, *, date1904: bool) -> str:
        """A number as text, by its format; what a person should know of it is noted."""
        text = number_text(raw, form, date1904=date1904)
        if form.kind == "number" and len(text) > DIGITS and sum(c.isdigit() for c in text.lstrip("-0.")) > DIGITS:
            self.imprecise.append(where)
        if is_duration(raw, form):
            self.durations.append(where)
        return text

    def hide_columns(self, first: int, last: int) -> None:
        """Columns from `first` to `last` are hidden."""
        self.hidden_columns += range(first, min(last, MAX_COLUMNS) + 1)


class SheetReader(Protocol):
    """Reads the rows of one sheet; `oddities` is complete when they are exhausted."""

    oddities: Oddities

    def rows(self) -> Iterator[Row]:
        """Row number from 1, ascending, and its cells; None is an empty cell; rows without any value are left out."""
        ...

    def last_row(self) -> int:
        """Number from 1 of the last row that holds a value, counted by another way than `rows`; 0 where none does."""
        ...


class Book(Protocol):
    """A workbook that is open. Whatever it raises but Refused means that it is damaged.

    `sheets` are those with cells, in their order; `date1904`: its days are counted from 1904; `called` is its format.
    """

    sheets: tuple[SheetEntry, ...]
    date1904: bool
    called: str

    def sheet(self, entry: SheetEntry) -> SheetReader:
        """The reader of one of its sheets."""
        ...


def column_number(letters: str) -> int:
    """`A` is 1, `XFD` is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def reference(row: int, column: int) -> str:
    """The name of a cell by its row and column from 1: `B7`."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row}"


class Grid:
    """Cells of a sheet as they come, row by row. Refused outside of what is read, and twice in one place."""

    def __init__(self) -> None:
        self._row, self._cells = 0, 0
        self._values: list[str | None] = []

    def begin(self, row: int) -> Iterator[Row]:
        """A row begins: the one before it, where that holds anything."""
        yield from self.end()
        if row <= self._row or row > MAX_ROWS:
            raise Refused(f"row {row:,} stands behind row {self._row:,}: the sheet is damaged")
        self._row = row

    def put(self, column: int, value: str | None) -> None:
        """A cell of the row, by its column from 1."""
        filled = len(self._values)
        if column <= filled or column > MAX_COLUMNS:
            where = f"{reference(self._row, column)} of row {self._row:,}"
            raise Refused(f"cell {where} lies outside {MAX_COLUMNS:,} columns, or twice in one place")
        self._values += [None] * (column - 1 - filled)
        self._values.append(value)

    def end(self) -> Iterator[Row]:
        """The row that was read last, where it holds anything."""
        values, self._values = self._values, []
        self._cells += len(values)
        if self._cells > MAX_CELLS:
            raise Refused(f"the sheet has more than {MAX_CELLS:,} cells")
        if any(value is not None for value in values):
            yield self._row, values
