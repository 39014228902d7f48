"""A file whose reader gives its records one by one: handed on in stretches, counted, hashed, and told about."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import Header
from crm_migrate.disk.lines import Lines
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.opening import State, open_again, open_plain, state_of
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside, Parsed, Unreadable, text_table

WITH_THE_OLD_PROGRAM = "export them with the old program if they are wanted"
STRETCH = 8_192  # records and rows set aside that are handed over at once


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its line (or its number), from 1, and its cells in the order of the columns."""

    line: int
    cells: list[str | None]


@dataclass(slots=True)
class Tally:
    """What one reading found: records, rows set aside, and lines by the code of what is told about them."""

    records: int = 0
    aside: int = 0
    told: dict[str, Lines] = field(default_factory=dict)

    def tell(self, code: str, line: int) -> None:
        """Remember a line of which something is to be told."""
        self.told.setdefault(code, Lines()).add((line,))

    def lines(self, code: str) -> Lines:
        """The lines of a code; none where nothing was remembered."""
        return self.told.get(code, Lines())


class RecordFile(ABC):
    """One file of records. `fact` and `findings` are complete after `read`; `header` may read the whole file.

    A reader says how it counts (`count_method`), and gives columns, records, the independent count, and what is odd.
    """

    count_method = ""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        self._path, self._spec = path, spec
        self._place = Place(file=path.name, source=spec.name)
        self._tally = Tally()
        self._state: State | None = None
        self._sha256, self._bytes = "", 0

    @property
    @abstractmethod
    def header(self) -> Header:
        """The columns of the file. InputError where it is none of its format."""

    @abstractmethod
    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        """All records in order, those that cannot be read as rows set aside."""

    @abstractmethod
    def _counted(self) -> int | None:
        """How many records another way of counting found; None where the format has none."""

    def _evidence(self) -> Iterator[str]:
        """Lines that say how everything was decided."""
        yield from ()

    def _odd(self) -> Iterator[Finding]:
        """What is odd about the records."""
        yield from ()

    def _encoding(self) -> str:
        """The encoding of the texts, as it is called."""
        return "utf-8"

    def _open(self) -> BufferedReader:
        """The file. InputError where it is not the one that was opened first: its columns are those of another."""
        if self._state is not None:
            return open_again(self._path, self._state)
        handle = open_plain(self._path)
        self._state = state_of(handle.fileno())
        return handle

    def read(self) -> Iterator[Parsed]:
        """All records in order."""
        names = self.header.names
        self._tally = Tally()
        with self._open() as handle:
            self._sha256, self._bytes = hashlib.file_digest(handle, "sha256").hexdigest(), handle.tell()
            handle.seek(0)
            found = self._records(handle)
            while part := list(islice(found, STRETCH)):
                yield self._stretch(names, part)

    def _stretch(self, names: tuple[str, ...], part: list[Record | Aside]) -> Parsed:
        good = [each for each in part if isinstance(each, Record)]
        aside = tuple(each for each in part if isinstance(each, Aside))
        self._tally.records += len(good)
        self._tally.aside += len(aside)
        lines = np.array([record.line for record in good], dtype=np.int64)
        return Parsed(text_table(names, [record.cells for record in good]), lines, aside)

    def fact(self) -> FileFact:
        """What was read, and how many records an independent count found."""
        return FileFact(
            path=str(self._path),
            sha256=self._sha256,
            bytes=self._bytes,
            records=self._tally.records,
            quarantined=self._tally.aside,
            counted=self._counted(),
            count_method=self.count_method,
            encoding=self._encoding(),
            evidence=tuple(self._evidence()),
        )

    def _of_lines(
        self, code: str, words: str, hint: str = "", *, said: str = "", severity: Severity = Severity.WARNING
    ) -> Iterator[Finding]:
        """What is told of the lines that were remembered as `said` (or as the code): how many, `words`, and which."""
        lines = self._tally.lines(said or code)
        if lines:
            message = f"{lines.count:,} {words} ({lines})"
            yield Finding(code, message, severity, self._place, hint, lines.count)

    def _of_deleted(self) -> Iterator[Finding]:
        hint = "where they are wanted, recall them in the program and export again"
        words = "rows are marked as deleted: not read"
        yield from self._of_lines("rows_deleted", words, hint, severity=Severity.NOTE)

    def _of_pictures(self, columns: list[str]) -> Finding:
        """What is told of cells that hold bytes, in these columns."""
        count = self._tally.lines("binary_left").count
        message = f"pictures and objects are not read: {count:,} cells of {', '.join(columns)}"
        return Finding("binary_left", message, Severity.WARNING, self._place, WITH_THE_OLD_PROGRAM, count)

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the columns and the records."""
        found = (*self.header.findings, *self._odd())
        if self._tally.records or self._tally.aside:
            return found
        message = f"{self._path.name} holds no record that can be read"
        return (*found, Finding("no_records", message, Severity.WARNING, self._place))


def aside(line: int, offset: int | None, error: Unreadable, raw: bytes | str) -> Aside:
    """A record that cannot be read as a row set aside; `raw` is what stands there."""
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    text = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return Aside(line, offset, error.code, str(error), text.strip()[:RAW_CHARACTERS])
