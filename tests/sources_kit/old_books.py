"""Writes small workbooks record by record: XLS in its OLE container, XLSB in its ZIP; and spreadsheets (ODS)."""

import struct
from collections.abc import Sequence

from sources_kit.workbooks import PACKAGE, RELATIONS, zipped

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file of these streams, each padded to the size from which it has sectors of its own."""
    sectors: list[bytes] = []
    table: list[int] = []
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for number, (name, data) in enumerate(streams.items(), 1):
        first, data = len(sectors), data.ljust(4096, b"\0")
        parts = [data[i : i + 512].ljust(512, b"\0") for i in range(0, len(data), 512)]
        sectors += parts
        table += [*range(first + 1, first + len(parts)), _END]
        entries.append(_entry(name, 2, first, len(data), right=number + 1 if number < len(streams) else _FREE))
    folder = b"".join(entries).ljust(-(-len(entries) // 4) * 512, b"\0")
    start = len(sectors)
    sectors += [folder[i : i + 512] for i in range(0, len(folder), 512)]
    table += [*range(start + 1, len(sectors)), _END]
    count = -(-(len(table) + 1) // 127)
    places = [len(sectors) + i for i in range(count)]
    table += [_FAT] * count
    allocation = struct.pack(f"<{len(table)}I", *table).ljust(count * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIIII", count, start, 0, 4096, _END, 0, _END, 0, places[0])
    head += struct.pack(f"<{len(places) - 1}I", *places[1:])
    return head.ljust(512, b"\xff") + b"".join(sectors) + allocation


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return (head + bytes(36) + struct.pack("<II", start, size) + bytes(4)).ljust(128, b"\0")


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of XLS."""
    return struct.pack("<HH", kind, len(data)) + data


def letters(text: str) -> bytes:
    """A text of XLS behind its length: flags, and two bytes for a letter where one does not do."""
    narrow = all(ord(c) < 256 for c in text)
    return (b"\0" + text.encode("latin-1")) if narrow else b"\1" + text.encode("utf-16-le")


def units(text: str) -> int:
    """The length of a text as these formats count it."""
    return len(text.encode("utf-16-le")) // 2


def xls_text(text: str) -> bytes:
    """A text of XLS with two bytes of length."""
    return struct.pack("<H", units(text)) + letters(text)


def cell(kind: int, row: int, column: int, value: bytes, style: int = 0) -> bytes:
    """A record of a cell, by its row and column from 0."""
    return record(kind, struct.pack("<HHH", row, column, style) + value)


def label(row: int, column: int, text: str) -> bytes:
    """A cell with a text of its own."""
    return cell(0x204, row, column, xls_text(text))


def xls(
    cells: Sequence[bytes],
    *,
    formats: Sequence[str] = (),
    shared: bytes = b"",
    date1904: bool = False,
    sheets: Sequence[tuple[str, int]] = (("Sheet1", 0),),
    extra: bytes = b"",
) -> bytes:
    """A workbook whose first sheet holds these records. Style 0 is General, style 1 the first of the formats.

    `sheets`: names, and 0 for visible or 1 for hidden; `extra` are records among those of the workbook.
    """
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    middle = record(0x22, struct.pack("<H", date1904)) + extra
    for number, code in enumerate(formats):
        middle += record(0x41E, struct.pack("<H", 164 + number) + xls_text(code))
    for number in (0, *(164 + i for i in range(len(formats)))):
        middle += record(0xE0, struct.pack("<HH", 0, number) + bytes(16))
    bodies = [b"".join(cells), *(label(0, 0, "other") for _ in sheets[1:])]
    parts = [record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + body + record(0x0A) for body in bodies]
    entries = [struct.pack("<BB", state, 0) + bytes([units(name)]) + letters(name) for name, state in sheets]
    at = len(begin + middle + shared) + sum(len(record(0x85, bytes(4) + e)) for e in entries) + 4
    listed = b""
    for entry, part in zip(entries, parts, strict=True):
        listed += record(0x85, struct.pack("<I", at) + entry)
        at += len(part)
    return ole({"Workbook": begin + middle + listed + shared + record(0x0A) + b"".join(parts)})


# ---------------------------------------------------------------------------------------------------- XLSB


def long_record(kind: int, data: bytes = b"") -> bytes:
    """A record of XLSB: number and length in bytes of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(data)
    while True:
        head += bytes([size & 127 | (128 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + data


def wide(text: str) -> bytes:
    """A text of XLSB."""
    return struct.pack("<I", units(text)) + text.encode("utf-16-le")


def long_cell(kind: int, column: int, value: bytes = b"", style: int = 0) -> bytes:
    """A record of a cell, by its column from 0."""
    return long_record(kind, struct.pack("<II", column, style) + value)


def long_row(row: int, *, hidden: bool = False) -> bytes:
    """The record that begins a row, by its number from 0."""
    return long_record(0, struct.pack("<IIHBB", row, 0, 300, 0, 0x10 if hidden else 0) + bytes(5))


def xlsb(
    sheet: Sequence[bytes],
    *,
    formats: Sequence[str] = (),
    shared: Sequence[str] = (),
    date1904: bool = False,
    sheets: Sequence[tuple[str, int]] = (("Sheet1", 0),),
) -> bytes:
    """A binary workbook; the words are those of `xls`, and `shared` are the shared texts."""
    listed = b"".join(
        long_record(156, struct.pack("<II", state, i) + wide(f"rId{i}") + wide(name))
        for i, (name, state) in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.bin"/>'
        for i in range(1, len(sheets) + 1)
    )
    styles = b"".join(long_record(44, struct.pack("<H", 164 + i) + wide(code)) for i, code in enumerate(formats))
    numbers = (0, *(164 + i for i in range(len(formats))))
    styles += long_record(617) + b"".join(long_record(47, struct.pack("<HH", 0, n) + bytes(12)) for n in numbers)
    parts: dict[str, str | bytes] = {
        "xl/workbook.bin": long_record(153, struct.pack("<III", date1904, 0, 0)) + listed,
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        "xl/styles.bin": styles + long_record(618),
        "xl/sharedStrings.bin": b"".join(long_record(19, b"\0" + wide(text)) for text in shared),
        "xl/worksheets/sheet1.bin": b"".join(sheet),
    }
    for number in range(2, len(sheets) + 1):
        parts[f"xl/worksheets/sheet{number}.bin"] = long_row(0) + long_cell(6, 0, wide("other"))
    return zipped(parts)


# ---------------------------------------------------------------------------------------------------- ODS

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_HEAD = (
    f'<office:document-content xmlns:office="{_NAMES}:office:1.0" xmlns:table="{_NAMES}:table:1.0"'
    f' xmlns:text="{_NAMES}:text:1.0" xmlns:style="{_NAMES}:style:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
)


def ods(rows: str, *, columns: str = "", others: str = "", styles: str = "", manifest: str = "") -> bytes:
    """A spreadsheet: `rows` is the inside of its first table behind the `columns`, `others` further tables."""
    tables = f'<table:table table:name="Sheet1">{columns}{rows}</table:table>{others}'
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    content = f"{_HEAD}<office:automatic-styles>{styles}</office:automatic-styles>{body}"
    return zipped({"content.xml": content, "META-INF/manifest.xml": f"<!DOCTYPE m><manifest>{manifest}</manifest>"})


def row(*cells: str, said: str = "") -> str:
    """A row of cells."""
    return f"<table:table-row {said}>{''.join(cells)}</table:table-row>"


def typed(kind: str, value: str = "", shown: str = "", said: str = "") -> str:
    """A cell of a kind; the attribute of its value is called as its kind wants it."""
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    held = f'office:{name}="{value}"' if kind != "string" else ""
    return f'<table:table-cell office:value-type="{kind}" {held} {said}><text:p>{shown}</text:p></table:table-cell>'
