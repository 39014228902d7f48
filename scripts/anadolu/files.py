"""Writes the exports byte by byte: the same rows give the same files on every machine."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sheets import Sheet, workbook

from anadolu.books import XERO
from anadolu.firms import FIRMA
from anadolu.mail import AUDIENCE, FILES, MORE
from anadolu.people import KISI
from anadolu.rows import Company, Row
from anadolu.sheet import FILE, SHEET

PIPELINE = Sheet(
    "Açık fırsatlar",
    ("Anadolu Makine: açık fırsatlar", "Satış ekibi doldurur, her cuma"),
    header_row=3,
    columns=SHEET,
    creator="Anadolu Makine",
    created=datetime(2025, 3, 14),
)


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
    _write(folder / FILE, workbook(PIPELINE, company.of("sheet")))


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
