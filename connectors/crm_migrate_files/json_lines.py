"""A file of one JSON object per line. It has no header: its columns are the names of all its objects, in the order of
their first appearance, so it is read twice."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import MAX_COLUMNS, Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.dialect import MAX_RECORD
from crm_migrate_files.json_values import Cells, Unreadable, cells_of
from crm_migrate_files.opening import open_plain
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside, Parsed, text_table

STRETCH = 8_192  # records and rows set aside that are handed over at once
MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: number from 1, offset of its first byte, its bytes, and whether it was cut."""

    number: int
    offset: int
    raw: bytes
    cut: bool


@dataclass(slots=True)
class _Tally:
    """What one reading found."""

    records: int = 0
    aside: int = 0
    blank: int = 0
    bytes: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class JsonLines:
    """Reads one file of JSON lines. `fact` is complete after `read`."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        self._path, self._place = path, Place(file=path.name, source=spec.name)
        self._tally = _Tally()
        self._names: dict[str, int] = {}  # as the file has them -> place of the column
        self._counted, self._state = 0, (0, 0, 0)

    @cached_property
    def header(self) -> Header:
        """The names of all objects. InputError where no line holds one, or where they have too many."""
        with open_plain(self._path) as handle:
            self._state = _state_of(handle)
            self._counted = _count(handle)
            handle.seek(0)
            for line in _lines(handle, _Tally()):
                for name in _read(line) or ():
                    self._names.setdefault(name, len(self._names))
                if len(self._names) > MAX_COLUMNS:
                    message = f"{self._path.name}: its objects have more than {MAX_COLUMNS:,} names"
                    raise InputError(message, hint="names that are values (ids, days) belong into values")
        if not self._names:
            hint = "each line holds one record in braces; is it another kind of file?"
            raise InputError(f"{self._path.name}: no line holds a JSON object with a name", hint=hint)
        return name_columns(list(self._names), self._place)

    def read(self) -> Iterator[Parsed]:
        """All records in order. InputError where the file is not the one whose names are known."""
        names, tally = self.header.names, _Tally()
        self._tally = tally
        rows: list[list[str | None]] = []
        lines: list[int] = []
        aside: list[Aside] = []
        with open_plain(self._path) as handle:
            if _state_of(handle) != self._state:
                hint = "run again once nothing writes to it any more"
                raise InputError(f"{self._path.name}: has changed since its columns were read", hint=hint)
            for line in _lines(handle, tally):
                try:
                    rows.append(self._row(_cells(line)))
                    lines.append(line.number)
                except Unreadable as error:
                    raw = line.raw.decode("utf-8", "backslashreplace").strip()[:RAW_CHARACTERS]
                    aside.append(Aside(line.number, line.offset, error.code, f"the line {error}", raw))
                if len(rows) + len(aside) == STRETCH:
                    yield _stretch(names, rows, lines, aside, tally)
                    rows, lines, aside = [], [], []
        yield _stretch(names, rows, lines, aside, tally)

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
            count_method="lines with something on them, by a scan of the bytes",
            encoding="utf-8",
            evidence=tuple(self._evidence()),
        )

    def _evidence(self) -> Iterator[str]:
        yield "UTF-8, as JSON is by its standard"
        yield f"{len(self._names):,} names in {self._tally.records:,} objects; inner ones by their path, lists as JSON"
        if self._tally.blank:
            yield f"{self._tally.blank:,} blank lines are no records"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the names, and a file without a record."""
        if self._tally.records:
            return self.header.findings
        message = f"{self._path.name} holds no record that can be read"
        return (*self.header.findings, Finding("no_records", message, Severity.WARNING, self._place))


def _state_of(handle: BinaryIO) -> tuple[int, int, int]:
    """What tells a file from what was written over it: bytes, time of the last change, identity."""
    stat = os.fstat(handle.fileno())
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


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


def _lines(handle: BinaryIO, tally: _Tally) -> Iterator[Line]:
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


def _cells(line: Line) -> Cells:
    if line.cut:
        raise Unreadable("record_too_long", f"is longer than {MAX_RECORD >> 20} MiB")
    return cells_of(line.raw)


def _read(line: Line) -> Cells | None:
    try:
        return _cells(line)
    except Unreadable:
        return None


def _stretch(
    names: tuple[str, ...], rows: list[list[str | None]], lines: list[int], aside: list[Aside], tally: _Tally
) -> Parsed:
    tally.records += len(rows)
    tally.aside += len(aside)
    return Parsed(text_table(names, rows), np.array(lines, dtype=np.int64), tuple(aside))
