"""Every place in a file where a person occurs: cells of tables and workbooks, lines of texts.

A file is read as what it is: Parquet and workbooks cell by cell, SQLite row by row, binary workbooks and Access by the
reader that sources have, everything else line by line. What cannot be read is told, never passed over.
"""

import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.cleansing.contact.mentions import Mentions
from crm_migrate.connecting.contract import ROW
from crm_migrate.errors import CrmMigrateError
from crm_migrate.inspecting.by_reader import READ, cells, left
from crm_migrate.inspecting.wanted import Wanted, words_pattern
from crm_migrate.quoting import quoted

UNREADABLE = "unreadable"
_ZIP = b"PK\x03\x04"
# What texts do not stand in as letters, by what it begins with.
_CLOSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old binary Office file",
    b"\0\1\0\0Standard ": "a database of Access",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\0": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip file",
    b"Rar!\x1a\x07": "a RAR file",
    b"%PDF-": "a PDF",
}
_BY_HAND = "save it as .xlsx or text beside it and ask again, or look by hand"
_AROUND = 60  # characters of a long line that are shown on either side
_NAMES = ("__source", "__key", "__entity", "target_id", ROW, "__cluster", "__node")
Said = Iterator[tuple[str, str, str]]  # place, column, text


class _Closed(ValueError):
    """Something that is not looked through, in words that name no value."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place: the file relative to the project, where in it, the column or field, by what it was found (as it is
    written there), and the text around."""

    file: str
    place: str
    column: str
    found: str
    text: str


class Seeker:
    """Looks through files for one person."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self._folder, self._wanted = folder, wanted
        self._mentions: Mentions = wanted.mentions()
        self._words, self._pattern = wanted.words(), words_pattern(wanted.words())

    def look(self, path: Path) -> Iterator[Occurrence]:
        """Where a file speaks of the person; one place that says why, where it cannot be read."""
        name = path.relative_to(self._folder).as_posix()
        try:
            for place, column, text in self._reader(path)(path):
                found = self._found(text)
                if found:
                    yield Occurrence(name, place, column, found, _around(text, found))
        except (OSError, ValueError, pa.ArrowException, sqlite3.Error, zipfile.BadZipFile) as error:
            yield Occurrence(
                name, "", "", UNREADABLE, str(error) if isinstance(error, _Closed) else type(error).__name__
            )

    def _found(self, text: str) -> str:
        word = self._pattern.search(text) if self._pattern is not None else None
        return self._mentions.first(text) or (word[0] if word else "")

    def _reader(self, path: Path) -> Callable[[Path], Said]:
        with path.open("rb") as handle:
            start = handle.read(16)
        if start.startswith(b"PAR1"):
            return self._parquet
        if start.startswith(b"SQLite format 3"):
            return _sqlite
        if path.suffix.lower() in READ:
            return _by_reader
        if closed := _closed(path.name, start):
            return partial(_refused, closed)
        return _zipped if start.startswith(_ZIP) else _lines

    def _parquet(self, path: Path) -> Said:
        parts = path.relative_to(self._folder).parts
        for batch in pq.ParquetFile(path).iter_batches():
            frame = pl.DataFrame(batch)
            own = self._own_rows(frame, parts)
            names = [name for name in _NAMES if name in frame.columns]
            for column in (name for name, kind in frame.schema.items() if kind == pl.String):
                likely = self._mentions.maybe(frame[column])
                if self._words:
                    likely = likely | frame[column].str.contains_any(self._words).fill_null(False)
                for at in likely.arg_true().to_list():
                    yield _place(frame.row(at, named=True), names), column, str(frame[column][at])
            for at, key in own:
                yield _place(frame.row(at, named=True), names), "", key

    def _own_rows(self, frame: pl.DataFrame, parts: tuple[str, ...]) -> list[tuple[int, str]]:
        """Lines of a table that are the person's by their source and key, or by the number of a row of a source."""
        found: dict[int, str] = {}
        if {"__source", "__key"} <= set(frame.columns):
            keys = frame.select(pl.concat_str("__source", pl.lit(":"), "__key").alias("key"))["key"]
            for at in keys.is_in(sorted(self._wanted.keys)).fill_null(False).arg_true().to_list():
                found[at] = keys[at]
        run = parts[parts.index("runs") + 1] if "runs" in parts else ""
        for (run_id, source), rows in self._wanted.rows.items():
            if run_id == run and source in parts and ROW in frame.columns and "__source" not in frame.columns:
                for at in frame[ROW].is_in(sorted(rows)).arg_true().to_list():
                    found[at] = next((key for key in self._words if key.startswith(f"{source}:")), "")
        return sorted(found.items())


def _place(row: Mapping[str, Any], names: list[str]) -> str:
    """Which line of a table it is, by all that names it."""
    return ", ".join(f"{name.strip('_')} {row[name]}" for name in names if row[name] is not None)


def _closed(name: str, start: bytes) -> str:
    """What a file is whose texts are no letters of it; "" for others."""
    if name.lower().endswith(".xlsb"):
        return "a binary workbook of Excel"
    return next((what for begins, what in _CLOSED.items() if start.startswith(begins)), "")


def _refused(what: str, path: Path) -> Said:
    """Nobody may take it for looked through."""
    del path
    raise _Closed(f"is {what}; {_BY_HAND}")


def _by_reader(path: Path) -> Said:
    """The cells that the reader shows; then what it does not, so that nobody takes it for looked through."""
    try:
        yield from cells(path)
    except CrmMigrateError as error:
        raise _Closed(f"cannot be read ({error.message}); {_BY_HAND}") from None
    if hidden := left(path):
        raise _Closed(f"{'; '.join(hidden)}; {_BY_HAND}")


def _lines(path: Path) -> Said:
    with path.open(encoding="utf-8", errors="replace", newline=None) as handle:
        for number, line in enumerate(handle, 1):
            yield f"line {number}", "", line


def _sqlite(path: Path) -> Said:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in named:
            rows = connection.execute(f"SELECT * FROM {quoted(table)}")
            columns = [each[0] for each in rows.description]
            for number, row in enumerate(rows, 1):
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes | str):
                        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                        yield f"table {table}, row {number}", column, text


def _zipped(path: Path) -> Said:
    """A workbook by its cells; any other archive by the lines of what is in it."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        yield from _workbook(path)
        return
    closed = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if _closed(name, data[:32]) or data.startswith((_ZIP, b"PAR1")):
                closed.append(name)
                continue
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
                yield f"{name}, line {number}", "", line
    if closed:
        listed = ", ".join(closed[:5]) + (f" and {len(closed) - 5:,} more" if len(closed) > 5 else "")
        raise _Closed(f"holds {listed}; unpack it and ask again, or look by hand")


def _workbook(path: Path) -> Said:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        yield f"sheet {sheet.title}, cell {cell.coordinate}", "", str(cell.value)
    finally:
        book.close()


def _around(text: str, found: str) -> str:
    """What stands around, of a text that is long."""
    text = text.strip()
    at = max(text.find(found), 0)
    start, end = max(at - _AROUND, 0), at + len(found) + _AROUND
    return f"{'...' if start else ''}{text[start:end]}{'...' if end < len(text) else ''}"
