"""Writes the exports byte by byte: the same rows give the same files on every machine."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from anadolu.books import XERO
from anadolu.firms import FIRMA
from anadolu.mail import AUDIENCE, FILES, MORE
from anadolu.people import KISI
from anadolu.rows import Company, Row
from anadolu.sheet import FILE, SHEET

HEADER_ROW = 3
SHEET_NAME = "Açık fırsatlar"
EPOCH = (2025, 3, 14, 0, 0, 0)


def write_exports(company: Company, folder: Path) -> None:
    """Every file of the company below `folder`; each row learns its physical line."""
    text = {
        "old/firma.csv": (FIRMA, "cp1254", ";", "\r\n"),
        "old/kisi.csv": (KISI, "cp1254", ";", "\r\n"),
        "xero/contacts.csv": (XERO, "utf-8-sig", ",", "\r\n"),
    } | {FILES[state]: ((*AUDIENCE, *MORE[state]), "utf-8", ",", "\n") for state in MORE}
    for name, (columns, encoding, delimiter, end) in text.items():
        rows = [row for row in company.rows if row.file == name]
        _write(folder / name, _csv(rows, columns, encoding, delimiter, end))
    _write(folder / FILE, _workbook(company.of("sheet")))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _csv(rows: Sequence[Row], columns: Sequence[str], encoding: str, delimiter: str, end: str) -> bytes:
    out = [_line(columns, delimiter, end).encode(encoding)]
    line = 2
    for row in rows:
        row.line = line
        cells = _line([str(row.cells[name]) for name in columns], delimiter, end)
        content = cells.encode(encoding.removesuffix("-sig")) if row.raw is None else row.raw + end.encode()
        line += content.count(b"\n")
        out.append(content)
    return b"".join(out)


def _line(cells: Sequence[str], delimiter: str, end: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerow(cells)
    return text.getvalue()


def _workbook(rows: Sequence[Row]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET_NAME
    page["A1"] = "Anadolu Makine: açık fırsatlar"
    page["A2"] = "Satış ekibi doldurur, her cuma"
    for column, name in enumerate(SHEET, 1):
        page.cell(HEADER_ROW, column, name)
    for number, row in enumerate(rows, HEADER_ROW + 1):
        row.line = number
        for column, name in enumerate(SHEET, 1):
            value = row.cells[name]
            if value != "":
                cell = page.cell(number, column, value)
                if isinstance(value, datetime):
                    cell.number_format = "DD.MM.YYYY"
    book.properties.creator = "Anadolu Makine"
    book.properties.created = datetime(*EPOCH)
    raw = io.BytesIO()
    book.save(raw)
    return without_clock(raw.getvalue())


def without_clock(workbook: bytes) -> bytes:
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
