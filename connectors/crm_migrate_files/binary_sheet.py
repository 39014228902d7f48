"""Binary workbooks (XLSB): records of [MS-XLSB] in a container, each its number, its length and its bytes."""

import struct
from collections.abc import Iterator
from typing import IO, BinaryIO

from crm_migrate_files.book import ERRORS, Grid, Oddities, Row, SheetEntry, reference
from crm_migrate_files.cells import Format, format_of
from crm_migrate_files.package import Package
from crm_migrate_files.refused import Refused

_ROW, _SST_ITEM, _FORMAT, _XF, _BUNDLE, _BOOK, _MERGED, _COLUMNS = 0, 19, 44, 47, 156, 153, 176, 60
_XFS_BEGIN, _XFS_END = 617, 618
# Records of cells: what their value is. Those of the second list have no column: it is the next one.
_CELLS = {
    2: "rk", 3: "error", 4: "bool", 5: "real", 6: "text", 7: "shared", 8: "text", 9: "real", 10: "bool", 11: "error",
    62: "rich",
}  # fmt: skip
_SHORT = {13: "rk", 14: "error", 15: "bool", 16: "real", 17: "text", 18: "shared"}
_FORMULAS = frozenset((8, 9, 10, 11))
_BLANK, _SHORT_BLANK = 1, 12
_MOST = 1 << 26  # bytes of one record
Record = tuple[int, bytes]


def records(part: IO[bytes]) -> Iterator[Record]:
    """The records of a part. Refused where one is cut off."""
    while True:
        first = part.read(1)
        if not first:
            return
        kind = first[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | part.read(1)[0] << 7
        size = shift = 0
        while True:
            byte = part.read(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        data = part.read(size) if size <= _MOST else b""
        if len(data) != size:
            raise Refused("a record of the workbook is cut off: the file is damaged")
        yield kind, data


def wide(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and the offset behind it."""
    (count,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * count
    if end > len(data):
        raise Refused("a text of the workbook is cut off: the file is damaged")
    return data[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def rk_number(packed: int) -> float:
    """A number in 30 bits: the upper half of a double, or an integer; of hundredths where the lowest bit says so."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number


def number_of(value: float) -> str:
    """A double as its shortest text."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


class BinaryBook:
    """A binary workbook. Refused where it has no workbook part."""

    called = "xlsb"

    def __init__(self, handle: BinaryIO) -> None:
        self.package = package = Package(handle)
        names = {name.lower(): name for name in package.names()}
        main = names.get("xl/workbook.bin")
        if main is None:
            raise Refused("the container holds no workbook (no workbook.bin)")
        self.date1904, self.sheets = False, ()
        related = package.related(main)
        for kind, data in self._records(main):
            if kind == _BOOK:
                self.date1904 = bool(data[0] & 1)
            elif kind == _BUNDLE:
                self.sheets = (*self.sheets, *_entry(data, related))
        self.shared = [wide(d, 1)[0] for k, d in self._records(names.get("xl/sharedstrings.bin")) if k == _SST_ITEM]
        self.styles = list(self._styles(names.get("xl/styles.bin")))

    sheets: tuple[SheetEntry, ...]

    def _records(self, name: str | None) -> Iterator[Record]:
        if name is not None:
            with self.package.open(name) as part:
                yield from records(part)

    def _styles(self, name: str | None) -> Iterator[Format]:
        codes: dict[int, str] = {}
        inside = False
        for kind, data in self._records(name):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = wide(data, 2)[0]
            elif kind in (_XFS_BEGIN, _XFS_END):
                inside = kind == _XFS_BEGIN
            elif kind == _XF and inside:
                number = struct.unpack_from("<H", data, 2)[0]
                yield format_of(number, codes.get(number, ""))

    def sheet(self, entry: SheetEntry) -> "BinarySheet":
        """The reader of one of its sheets."""
        return BinarySheet(self, entry.part)


def _entry(data: bytes, related: dict[str, str]) -> Iterator[SheetEntry]:
    """A sheet with cells: charts and macros have other parts."""
    (state,) = struct.unpack_from("<I", data)
    relation, end = wide(data, 8)
    name, _ = wide(data, end)
    part = related.get(relation, "")
    if "/worksheets/" in f"/{part}":
        yield SheetEntry(name, part, state != 0)


class BinarySheet:
    """Reads the rows of one sheet of a binary workbook."""

    def __init__(self, book: BinaryBook, part: str) -> None:
        self._book, self._part = book, part
        self.oddities = Oddities()
        self._row = self._column = 0

    def rows(self) -> Iterator[Row]:
        """Every row that holds a value."""
        grid = Grid()
        with self._book.package.open(self._part) as part:
            for kind, data in records(part):
                if kind == _ROW:
                    yield from self._begin(grid, data)
                elif kind in _CELLS or kind in _SHORT:
                    self._cell(grid, kind, data)
                elif kind in (_BLANK, _SHORT_BLANK):
                    self._column = _next(kind, data, self._column)
                elif kind == _MERGED:
                    first, last, left, right = struct.unpack_from("<IIII", data)
                    self.oddities.merged.append(f"{reference(first + 1, left + 1)}:{reference(last + 1, right + 1)}")
                elif kind == _COLUMNS and data[16] & 1:
                    left, right = struct.unpack_from("<II", data)
                    self.oddities.hide_columns(left + 1, right + 1)
        yield from grid.end()

    def _begin(self, grid: Grid, data: bytes) -> Iterator[Row]:
        self._row, self._column = struct.unpack_from("<I", data)[0] + 1, 0
        yield from grid.begin(self._row)
        if data[11] & 0x10:
            self.oddities.hidden_rows.append(self._row)

    def _cell(self, grid: Grid, kind: int, data: bytes) -> None:
        self._column = _next(kind, data, self._column)
        at = 4 if kind in _SHORT else 8
        style = int.from_bytes(data[at - 4 : at - 1], "little")
        where = reference(self._row, self._column)
        if kind in _FORMULAS:
            self.oddities.formulas += 1
        grid.put(self._column, self._value(_CELLS.get(kind) or _SHORT[kind], data, at, style, where))

    def _value(self, what: str, data: bytes, at: int, style: int, where: str) -> str:
        if what == "text":
            return wide(data, at)[0]
        if what == "rich":
            return wide(data, at + 1)[0]
        if what == "shared":
            return self._shared(struct.unpack_from("<I", data, at)[0])
        if what == "bool":
            return "true" if data[at] else "false"
        if what == "error":
            self.oddities.errors.append(where)
            return ERRORS.get(data[at], f"#ERROR {data[at]}")
        unpacked = struct.unpack_from("<I" if what == "rk" else "<d", data, at)[0]
        number = rk_number(unpacked) if what == "rk" else unpacked
        form = self._book.styles[style] if style < len(self._book.styles) else Format()
        return self.oddities.number(number_of(number), form, where, date1904=self._book.date1904)

    def _shared(self, index: int) -> str:
        if index >= len(self._book.shared):
            raise Refused(f"row {self._row:,} points to a shared text that is not there: the file is damaged")
        return self._book.shared[index]

    def last_row(self) -> int:
        """The last row with a value: the records of the part gone through by their lengths alone."""
        with self._book.package.open(self._part) as part:
            data = part.read()
        row = last = at = 0
        while at < len(data):
            kind, at = _varint(data, at, 2)
            size, at = _varint(data, at, 4)
            if kind == _ROW:
                row = int.from_bytes(data[at : at + 4], "little") + 1
            elif 2 <= kind <= 11 or 13 <= kind <= 18 or kind == 62:
                last = row
            at += size
        return last


def _next(kind: int, data: bytes, column: int) -> int:
    """The column of a cell from 1: the one that it names, or the next one."""
    return column + 1 if kind in _SHORT or kind == _SHORT_BLANK else int(struct.unpack_from("<I", data)[0]) + 1


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of at most so many bytes of seven bits each, and the offset behind it."""
    number = 0
    for index in range(most):
        byte = data[at + index]
        number |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return number, at + index + 1
    return number, at + most
