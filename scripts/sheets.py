"""A sheet as a department keeps it: two lines of its own, then the header; the same bytes on every machine."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from openpyxl import Workbook

EPOCH = (2025, 3, 14, 0, 0, 0)  # of every part of the file


class Line(Protocol):
    """A row that learns its physical line."""

    cells: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands around the rows, and who wrote it when."""

    title: str
    headings: tuple[str, str]
    header_row: int
    columns: Sequence[str]
    creator: str
    created: datetime


def workbook(sheet: Sheet, rows: Sequence[Line]) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet.title
    page["A1"], page["A2"] = sheet.headings
    for column, name in enumerate(sheet.columns, 1):
        page.cell(sheet.header_row, column, name)
    for number, row in enumerate(rows, sheet.header_row + 1):
        row.line = number
        for column, name in enumerate(sheet.columns, 1):
            value = row.cells[name]
            if value != "":
                cell = page.cell(number, column, value)
                if isinstance(value, datetime):
                    cell.number_format = "DD.MM.YYYY"
    book.properties.creator = sheet.creator
    book.properties.created = sheet.created
    raw = io.BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _without_clock(workbook: bytes) -> bytes:
    """The same workbook without the moment of writing: fixed dates, nothing compressed (zlibs differ)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for item in sorted(source.infolist(), key=lambda i: i.filename != "[Content_Types].xml"):
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2025-03-14T00:00:00Z", content)
            info = zipfile.ZipInfo(item.filename, EPOCH)
            info.create_system = 0
            target.writestr(info, content)
    return out.getvalue()
