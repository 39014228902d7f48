"""The careful way: record by record through the standard library's strict CSV parser, every bad row with its place.

A line that cannot start a record (an unclosed quote, text after a closing quote) is set aside alone and reading goes
on at the next line, so that one stray quote never swallows what follows it.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crm_migrate_files.dialect import MAX_RECORD, Dialect, csv_reader, lines_of
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside

if TYPE_CHECKING:
    from _csv import Reader

# Why the bytes of a record, and its first line, are of another encoding, or None.
Foreign = Callable[[bytes, int], str | None]
BYTE_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_NO_TEXT = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Width:
    """How many cells the header names, how many empty ones every row has behind them, and whether a row that lacks
    cells at its end is filled up."""

    named: int
    spare: int
    fill: bool

    def fits(self, row: list[str]) -> bool:
        """True for a row that is as wide as the others, or may be made so."""
        whole = self.named + self.spare
        return (len(row) == whole or (self.fill and len(row) < whole)) and not any(
            cell.strip() for cell in row[self.named :]
        )


@dataclass(slots=True)
class Careful:
    """Good rows with their 0-based lines, rows set aside, and how many bytes and lines were used.

    `filled` are the lines of rows that were filled up, `short` counts those set aside with fewer cells than the header.
    """

    rows: list[list[str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    short: int = 0
    aside: list[Aside] = field(default_factory=list)
    consumed: int = 0
    physical: int = 0
    blank: int = 0
    broken_quotes: int = 0


class _Lines:
    """Text and byte lines of one stretch, side by side; the byte lines only when something is set aside."""

    def __init__(self, data: bytes, codec: str, foreign: Foreign | None, *, final: bool, give_up: bool) -> None:
        self.data, self.codec, self.final, self.give_up = data, codec, final, give_up
        self._foreign = None if data.isascii() else foreign
        try:
            self.text, self.strict = data.decode(codec), True
        except UnicodeDecodeError:
            self.text, self.strict = data.decode(codec, "surrogateescape"), False
        self.nul = b"\0" in data
        self.lines = list(lines_of(self.text))
        self._ends: list[int] | None = None

    def cut_off(self, line: int) -> bool:
        """True for a last line that may go on behind the stretch (a CR may be half of a CR LF)."""
        return not self.final and line == len(self.lines) - 1 and not self.lines[line].endswith("\n")

    def may_close(self, first: int) -> bool:
        """True where a quote that opens in this line may still close behind the stretch."""
        return not self.final and not (self.give_up and first == 0)

    def end(self, line: int) -> int:
        """Offset behind a line; 0 for line -1."""
        if self._ends is None:
            self._ends = [m.end() for m in BYTE_LINE.finditer(self.data)]
        return self._ends[line] if line >= 0 else 0

    def foreign(self, first: int, after: int) -> str | None:
        """Why these lines are of another encoding, or None."""
        return self._foreign(self.data[self.end(first - 1) : self.end(after - 1)], first) if self._foreign else None

    def aside(self, first: int, after: int, code: str, message: str) -> Aside:
        """The lines `first` to before `after` as a row that is set aside."""
        start = self.end(first - 1)
        raw = self.data[start : min(self.end(after - 1), start + 4 * RAW_CHARACTERS)]
        text = raw.decode(self.codec, "backslashreplace").rstrip("\r\n")
        return Aside(first, start, code, message, text[:RAW_CHARACTERS])

    def no_text(self, first: int, after: int) -> str:
        """The first bytes of these lines that are no text, in words."""
        start = self.end(first - 1)
        try:
            self.data[start : self.end(after - 1)].decode(self.codec)
        except UnicodeDecodeError as error:
            return f"byte 0x{error.object[error.start]:02X} is no {self.codec} text (byte {error.start + 1} of the row)"
        return "the row holds bytes that are no text"


def read(
    data: bytes,
    codec: str,
    width: int,
    dialect: Dialect,
    *,
    final: bool,
    give_up: bool = False,
    spare: int = 0,
    fill: bool = False,
    foreign: Foreign | None = None,
) -> Careful:
    """Read records of `width` cells, with `spare` empty ones behind them that are left out.

    With `fill`, cells that a record lacks at its end are empty ones. Records that `foreign` knows to be of another
    encoding are set aside.

    Unless `final`, a record that is cut off at the end is left for the next stretch; with `give_up`, a quote in the
    very first line that does not close within the stretch is called unclosed, and only that line is used.
    """
    lines = _Lines(data, codec, foreign, final=final, give_up=give_up)
    result = Careful()
    at, ended = 0, False
    while at < len(lines.lines) and not ended:
        reader = _reader(lines.lines, at, dialect)
        at, ended = _run(reader, lines, at, Width(width, spare, fill), result)
    result.physical = at
    result.consumed = len(data) if at == len(lines.lines) else lines.end(at - 1)
    return result


def _reader(lines: list[str], at: int, dialect: Dialect) -> "Reader":
    feed = (lines[i] for i in range(at, len(lines)))
    return csv_reader(feed, dialect.delimiter, dialect.quote, strict=True, padded=dialect.padded)


def _run(reader: "Reader", lines: _Lines, at: int, width: Width, result: Careful) -> tuple[int, bool]:
    """Read until the quoting breaks; returns the line to go on at, and True when the stretch is used up."""
    start = at
    while True:
        first = start + reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return first, True
        except csv.Error as error:
            used = start + reader.line_num - first
            if lines.cut_off(first) or ("unexpected end" in str(error) and lines.may_close(first)):
                return first, True
            _broken(lines, first, used, str(error), result)
            return first + 1, lines.give_up
        after = start + reader.line_num
        if lines.cut_off(after - 1):
            return first, True
        if row:
            _keep(row, lines, first, after, width, result)
        else:
            result.blank += 1


def _broken(lines: _Lines, first: int, used: int, error: str, result: Careful) -> None:
    result.broken_quotes += 1
    if "field larger" in error and used == 1:
        code, message = "record_too_long", f"a cell is longer than {MAX_RECORD >> 20} MiB"
    elif "unexpected end" in error or "field larger" in error:
        code, message = "unclosed_quote", "a quote opens in this line and never closes"
    elif used > 1:
        code, message = "unclosed_quote", f"a quote opens in this line and does not close properly ({used} lines tried)"
    else:
        code, message = "stray_quote", "text follows a closing quote: a quote inside a cell is not doubled"
    result.aside.append(lines.aside(first, first + 1, code, message))


def _keep(row: list[str], lines: _Lines, first: int, after: int, width: Width, result: Careful) -> None:
    """One record: to the good rows, or aside with the reason."""
    named, spare = width.named, width.spare
    foreign = lines.foreign(first, after)
    if not lines.strict and any(map(_NO_TEXT.search, row)):
        result.aside.append(lines.aside(first, after, "undecodable", foreign or lines.no_text(first, after)))
    elif foreign is not None:
        result.aside.append(lines.aside(first, after, "encoding_mixed", foreign))
    elif lines.nul and any("\0" in cell for cell in row):
        result.aside.append(lines.aside(first, after, "nul_byte", "the row holds a NUL byte"))
    elif not width.fits(row):
        result.short += len(row) < named
        also = f" and every other row {named + spare}" if spare else ""
        message = f"the row has {len(row)} cells, the header has {named}{also}"
        result.aside.append(lines.aside(first, after, "cell_count", message))
    else:
        if len(row) < named:
            result.filled.append(first)
        result.rows.append([*row[:named], *[""] * (named - len(row))])
        result.lines.append(first)
