"""Rows as the files of one table: cut where the CRM takes no more of one, and read back by another reader.

Rows pass through: no file is held whole, however long it is.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from crm_migrate.errors import TargetError
from crm_migrate_bundles.layout import Layout

SHEET_ROWS = 1_048_575  # a sheet has one more, for the headers
# What a workbook has beside its texts, when it is packed: measured 5 bytes for a cell and 6 kB, whatever is in it.
_CELL, _BOOK = 12, 10_000
_WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
Rows = Iterator[list[str]]


@dataclass(slots=True)
class _Seen:
    """How many rows passed, and a digest of them."""

    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def through(self, rows: Iterable[list[str]]) -> Rows:
        for row in rows:
            self.count += 1
            self.digest.update("\0".join([*row, "\n"]).encode())
            yield row

    def same(self, other: "_Seen") -> bool:
        return (self.count, self.digest.digest()) == (other.count, other.digest.digest())


def pages(folder: Path, name: str, headers: list[str], rows: Rows, layout: Layout) -> list[tuple[Path, int]]:
    """The files, each with its number of rows. TargetError where one reads otherwise than it was written."""
    found: list[tuple[Path, int]] = []
    while (first := next(rows, None)) is not None:
        path, seen, read = folder / f"{name}-{len(found) + 1}.{layout.format}", _Seen(), _Seen()
        rest = _Cut(chain([first], rows), headers, layout)
        _save(path, seen.through(chain([headers], rest)), layout)
        for _ in read.through(_read(path, layout)):
            pass
        if not seen.same(read):
            raise TargetError(f"{path.name} reads otherwise than it was written", hint="is the disk sound?")
        found.append((path, seen.count - 1))
        rows = rest.left()
    if len(found) == 1:
        ((path, count),) = found
        found = [(path.rename(folder / f"{name}.{layout.format}"), count)]
    return found


class _Cut:
    """As many rows as one file may have, and bytes, with its headers; at least one."""

    def __init__(self, rows: Rows, headers: list[str], layout: Layout) -> None:
        self._rows, self._layout = rows, layout
        most = layout.rows or SHEET_ROWS
        self._most = min(most, SHEET_ROWS) if layout.format == "xlsx" else layout.rows
        self._bytes = size_of(headers, layout, first=True)
        self._over: list[list[str]] = []

    def __iter__(self) -> Rows:
        for number, row in enumerate(self._rows):
            if self._layout.bytes is not None:
                self._bytes += size_of(row, self._layout)
            full = self._layout.bytes is not None and self._bytes > self._layout.bytes
            if number and (number == self._most or full):
                self._over = [row]
                return
            yield row

    def left(self) -> Rows:
        """The rows behind those that passed."""
        return chain(self._over, self._rows)


def size_of(row: list[str], layout: Layout, *, first: bool = False) -> int:
    """How many bytes a row takes of its file, with what stands before everything where it is the `first`; of a
    workbook, which is packed, as many as it may take."""
    if layout.format == "xlsx":
        return sum(len(text.encode()) + _CELL for text in row if text) + (_BOOK if first else 0)
    encoding = layout.encoding if first else _WITHOUT_MARK.get(layout.encoding, layout.encoding)
    return len(_line(row, layout).encode(encoding))


def _line(row: list[str], layout: Layout) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter).writerow(row)
    return text.getvalue()


def _save(path: Path, rows: Rows, layout: Layout) -> None:
    if layout.format == "xlsx":
        _save_workbook(path, rows)
        return
    with path.open("w", encoding=layout.encoding, newline="") as file:
        csv.writer(file, delimiter=layout.delimiter).writerows(rows)


def _save_workbook(path: Path, rows: Rows) -> None:
    """Every cell is text: a spreadsheet would cut the zeros of a postal code, and compute what begins with `=`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("import")
    for row in rows:
        cells = [WriteOnlyCell(sheet) for _ in row]
        for cell, text in zip(cells, row, strict=True):
            if text:
                cell.value, cell.data_type, cell.number_format = text, "s", "@"
        sheet.append(cells)
    book.save(path)


def _read(path: Path, layout: Layout) -> Rows:
    if layout.format == "xlsx":
        with closing(load_workbook(path, read_only=True)) as book:
            width = 0
            for row in book.worksheets[0].iter_rows(values_only=True):
                width = width or len(row)
                yield ["" if cell is None else str(cell) for cell in (*row, *[None] * (width - len(row)))]
        return
    with path.open(encoding=layout.encoding, newline="") as file:
        yield from csv.reader(file, delimiter=layout.delimiter)
