"""Rows as the files of one table: cut where the CRM takes no more of one, and read back by another reader."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from crm_migrate.errors import TargetError
from crm_migrate_bundles.layout import Layout

SHEET_ROWS = 1_048_575  # a sheet has one more, for the headers


@dataclass
class Page:
    """The rows of one file."""

    headers: list[str]
    rows: list[list[str]] = field(default_factory=list)
    bytes: int = 0


def pages(
    folder: Path, name: str, headers: list[str], rows: Iterable[list[str]], layout: Layout
) -> Iterator[tuple[Path, int]]:
    """The files, each with its number of rows. TargetError where one reads otherwise than it was written."""
    cut = list(_cut(headers, rows, layout))
    for number, page in enumerate(cut, 1):
        path = folder / (f"{name}-{number}.{layout.format}" if len(cut) > 1 else f"{name}.{layout.format}")
        _save(path, page, layout)
        if _read(path, layout) != [headers, *page.rows]:
            raise TargetError(f"{path.name} reads otherwise than it was written", hint="is the disk sound?")
        yield path, len(page.rows)


def _cut(headers: list[str], rows: Iterable[list[str]], layout: Layout) -> Iterator[Page]:
    """As many rows in each as one file may have, and bytes, with its headers."""
    most = min(layout.rows or SHEET_ROWS, SHEET_ROWS if layout.format == "xlsx" else layout.rows or SHEET_ROWS)
    head = _size(headers, layout)
    page = Page(headers, bytes=head)
    for row in rows:
        size = _size(row, layout)
        if page.rows and (len(page.rows) >= most or (layout.bytes is not None and page.bytes + size > layout.bytes)):
            yield page
            page = Page(headers, bytes=head)
        page.rows.append(row)
        page.bytes += size
    if page.rows:
        yield page


def _size(row: list[str], layout: Layout) -> int:
    return len(_line(row, layout).encode(layout.encoding))


def _line(row: list[str], layout: Layout) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter).writerow(row)
    return text.getvalue()


def _save(path: Path, page: Page, layout: Layout) -> None:
    if layout.format == "xlsx":
        _save_workbook(path, page)
        return
    with path.open("w", encoding=layout.encoding, newline="") as file:
        file.writelines(_line(row, layout) for row in (page.headers, *page.rows))


def _save_workbook(path: Path, page: Page) -> None:
    """Every cell is text: a spreadsheet would cut the zeros of a postal code, and compute what begins with `=`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("import")
    for row in (page.headers, *page.rows):
        sheet.append([_text_cell(sheet, text) for text in row])
    book.save(path)


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    if text:
        cell.value, cell.data_type, cell.number_format = text, "s", "@"
    return cell


def _read(path: Path, layout: Layout) -> list[list[str]]:
    if layout.format == "xlsx":
        book = load_workbook(path, read_only=True)
        try:
            width = None
            found = []
            for row in book.worksheets[0].iter_rows(values_only=True):
                width = width or len(row)
                found.append([str(cell) if cell is not None else "" for cell in (*row, *[None] * (width - len(row)))])
            return found
        finally:
            book.close()
    with path.open(encoding=layout.encoding, newline="") as file:
        return list(csv.reader(file, delimiter=layout.delimiter))
