"""A file of JSON records: one on each line, or the entries of a list in a document (`json_documents`).

It has no header: its columns are the names of all its objects, in the order of their first appearance, so it is read
twice.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import MAX_COLUMNS, Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.dialect import MAX_RECORD
from crm_migrate_files.json_values import Cells, entries, rows_of, value_of
from crm_migrate_files.opening import open_again, open_plain, state_of
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside, Parsed, Unreadable, text_table

STRETCH = 8_192  # records and rows set aside that are handed over at once
MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_BLANK = b" \t\r\n"
ENTRIES = "entries of the list that `table:` names, by a reading of their own"


@dataclass(frozen=True, slots=True)
class Line:
    """A record: number from 1 (of its line, or its place in the list), offset of its first byte where that is known,
    its bytes, and whether it was cut."""

    number: int
    offset: int | None
    raw: bytes
    cut: bool = False


@dataclass(slots=True)
class Tally:
    """What one reading found."""

    records: int = 0
    aside: int = 0
    blank: int = 0
    childless: int = 0
    bytes: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class Layout(Protocol):
    """How records stand in a file: `lines` gives them, `count` counts them in another way; `path` leads on from a
    record to the list whose entries are the rows, `said` and `counted` are words about both."""

    path: tuple[str, ...]
    called: str
    said: str
    counted: str

    def lines(self, handle: BinaryIO, tally: Tally) -> Iterator[Line]:
        """The records. InputError where the file cannot be read on."""
        ...

    def count(self, handle: BinaryIO) -> int:
        """How many rows there are, readable or not."""
        ...


class Lines:
    """One record on each line."""

    called = "line"
    said = "UTF-8, as JSON is by its standard"

    def __init__(self, table: str | None) -> None:
        self.path = tuple(table.split(".")) if table else ()
        self.counted = ENTRIES if table else "lines with something on them, by a scan of the bytes"

    def lines(self, handle: BinaryIO, tally: Tally) -> Iterator[Line]:
        """The lines that are not blank."""
        return _lines(handle, tally)

    def count(self, handle: BinaryIO) -> int:
        """Lines with something on them; with a path the entries that it leads to, an unreadable line as one."""
        if not self.path:
            return _count(handle)
        return sum(entries_in(line.raw, self.path) if not line.cut else 1 for line in _lines(handle, Tally()))


class JsonLines:
    """Reads one file of JSON records. `fact` is complete after `read`."""

    def __init__(self, path: Path, spec: SourceSpec, layout: Layout | None = None) -> None:
        self._path, self._place = path, Place(file=path.name, source=spec.name)
        self._layout = layout or Lines(spec.table)
        self._tally = Tally()
        self._names: dict[str, int] = {}  # as the file has them -> place of the column
        self._counted, self._state = 0, (0, 0, 0)

    @cached_property
    def header(self) -> Header:
        """The names of all objects. InputError where no line holds one, or where they have too many."""
        with open_plain(self._path) as handle:
            self._state = state_of(handle.fileno())
            self._counted = self._layout.count(handle)
            handle.seek(0)
            for line in self._layout.lines(handle, Tally()):
                for row in self._rows(line):
                    for name in () if isinstance(row, Unreadable) else row:
                        self._names.setdefault(name, len(self._names))
                if len(self._names) > MAX_COLUMNS:
                    raise InputError(
                        f"{self._path.name}: its objects have more than {MAX_COLUMNS:,} names",
                        hint="names that are values (ids, days) belong into values",
                    )
        if not self._names:
            raise InputError(
                f"{self._path.name}: no {self._layout.called} holds a JSON object with a name",
                hint="each record stands in braces; is it another kind of file, or another `table:`?",
            )
        return name_columns(list(self._names), self._place)

    def read(self) -> Iterator[Parsed]:
        """All records in order. InputError where the file is not the one whose names are known."""
        names, tally = self.header.names, Tally()
        self._tally = tally
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        aside: list[Aside] = []
        with open_again(self._path, self._state) as handle:
            ordinal = 0
            for line in self._layout.lines(handle, tally):
                for row in self._rows(line):
                    ordinal += 1
                    # The entries of one line share it: they are told apart by their place among all.
                    number = ordinal if self._layout.path else line.number
                    if isinstance(row, Unreadable):
                        aside.append(self._aside(line, number, row))
                    else:
                        rows.append(self._row(row))
                        numbers.append(number)
                    if len(rows) + len(aside) == STRETCH:
                        yield _stretch(names, rows, numbers, aside, tally)
                        rows, numbers, aside = [], [], []
        yield _stretch(names, rows, numbers, aside, tally)

    def _rows(self, line: Line) -> Iterator[Cells | Unreadable]:
        """The rows of a record; one that is unreadable, where it is so as a whole."""
        found = False
        try:
            if line.cut:
                raise Unreadable("record_too_long", f"is longer than {MAX_RECORD >> 20} MiB")
            for row in rows_of(line.raw, self._layout.path):
                found = True
                yield row
        except Unreadable as error:
            found = True
            yield error
        self._tally.childless += not found

    def _aside(self, line: Line, number: int, error: Unreadable) -> Aside:
        raw = line.raw.decode("utf-8", "backslashreplace").strip()[:RAW_CHARACTERS]
        return Aside(number, line.offset, error.code, f"the {self._layout.called} {error}", raw)

    def _row(self, cells: Cells) -> list[str | None]:
        row: list[str | None] = [None] * len(self._names)
        for name, cell in cells.items():
            row[self._names[name]] = cell
        return row

    def fact(self) -> FileFact:
        """What was read, and how many lines an independent count found."""
        tally = self._tally
        return FileFact(
            path=str(self._path),
            sha256=tally.digest.hexdigest(),
            bytes=tally.bytes,
            records=tally.records,
            quarantined=tally.aside,
            counted=self._counted,
            count_method=self._layout.counted,
            encoding="utf-8",
            evidence=tuple(self._evidence()),
        )

    def _evidence(self) -> Iterator[str]:
        yield self._layout.said
        yield f"{len(self._names):,} names in {self._tally.records:,} objects; inner ones by their path, lists as JSON"
        if self._tally.blank:
            yield f"{self._tally.blank:,} blank lines are no records"
        if self._tally.childless:
            yield f"{self._tally.childless:,} records have no entry in `{'.'.join(self._layout.path)}`"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the names, and a file without a record."""
        if self._tally.records:
            return self.header.findings
        message = f"{self._path.name} holds no record that can be read"
        return (*self.header.findings, Finding("no_records", message, Severity.WARNING, self._place))


def _count(handle: BinaryIO) -> int:
    """Lines that hold anything but blanks, block by block: another way than that of the reading."""
    found, open_line = 0, False
    while block := handle.read(_BLOCK):
        first, *others = block.removeprefix(MARK if handle.tell() == len(block) else b"").split(b"\n")
        open_line = open_line or bool(first.strip(_BLANK))
        for part in others:
            found += open_line
            open_line = bool(part.strip(_BLANK))
    return found + open_line


def _lines(handle: BinaryIO, tally: Tally) -> Iterator[Line]:
    """The lines that are not blank; of one that is longer than any record only the beginning."""
    number = 0
    while raw := handle.readline(MAX_RECORD + 1):
        number, offset = number + 1, tally.bytes
        tally.bytes += len(raw)
        tally.digest.update(raw)
        cut = len(raw) > MAX_RECORD and not raw.endswith(b"\n")
        while cut and (more := handle.readline(_BLOCK)):
            tally.bytes += len(more)
            tally.digest.update(more)
            if more.endswith(b"\n"):
                break
        raw = raw.removeprefix(MARK) if number == 1 else raw
        if raw.strip(_BLANK):
            yield Line(number, offset, raw, cut)
        else:
            tally.blank += 1


def entries_in(record: bytes, path: tuple[str, ...]) -> int:
    """How many rows a record has; one that is no JSON is a row that cannot be read."""
    try:
        return sum(1 for _ in entries(value_of(record), path))
    except Unreadable:
        return 1


def _stretch(
    names: tuple[str, ...], rows: list[list[str | None]], lines: list[int], aside: list[Aside], tally: Tally
) -> Parsed:
    tally.records += len(rows)
    tally.aside += len(aside)
    return Parsed(text_table(names, rows), np.array(lines, dtype=np.int64), tuple(aside))
