"""Old binary workbooks (XLS of Excel 5 to 2003): records of [MS-XLS] in one stream of an OLE container."""

import codecs
import struct
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from crm_migrate_files.binary_sheet import number_of, rk_number
from crm_migrate_files.book import ERRORS, MAX_CELLS, Grid, Oddities, Row, SheetEntry, reference
from crm_migrate_files.cells import Format, format_of
from crm_migrate_files.old_texts import Pieces, short_text, text_at
from crm_migrate_files.ole import Ole
from crm_migrate_files.refused import Refused

_BOF, _EOF, _CONTINUE, _FILEPASS, _CODEPAGE, _DATEMODE, _BOUNDSHEET = 0x809, 0x0A, 0x3C, 0x2F, 0x42, 0x22, 0x85
_SST, _FORMAT, _XF, _ROW, _COLINFO, _MERGED, _STRING = 0xFC, 0x41E, 0xE0, 0x208, 0x7D, 0xE5, 0x207
_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA = (
    0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD, 0x205, 0x06,
)  # fmt: skip
_OLD_FORMULA = 0x406
VALUES = frozenset((_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA, _OLD_FORMULA))
_NAMES = {10000: "mac-roman", 32768: "mac-roman", 32769: "cp1252", 1200: "utf-16-le"}
Record = tuple[int, bytes]


def records(stream: bytes, at: int) -> Iterator[Record]:
    """Records from an offset up to the end of their substream, those of charts inside of it left out."""
    depth = 0
    if stream[at : at + 2] != struct.pack("<H", _BOF):
        raise Refused("a sheet of the workbook is not where it is said to be: the file is damaged")
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + size]
        if len(data) != size:
            raise Refused("a record of the workbook is cut off: the file is damaged")
        at += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, data
    raise Refused("the workbook ends in the midst of a sheet: the file is damaged or cut off")


class OldBook:
    """An old binary workbook. Refused where it is none, or protected with a password."""

    called = "xls"

    def __init__(self, handle: BinaryIO) -> None:
        ole = Ole(handle)
        names = ole.names()
        name = next((each for each in names if each.lower() in ("workbook", "book")), None)
        if any(each in ("EncryptedPackage", "EncryptionInfo") for each in names):
            _locked()
        if name is None:
            raise Refused("is no workbook: an old Office file of another kind (a text, a mail, slides)")
        self.stream = ole.stream(name)
        self.date1904, self.sheets = False, ()
        self.shared: list[str] = []
        self.styles: list[Format] = []
        self.codec = "cp1252"
        self._globals()

    sheets: tuple[SheetEntry, ...]

    def _globals(self) -> None:
        codes: dict[int, str] = {}
        found = list(records(self.stream, 0))
        self.wide = found[0][1][:2] == b"\0\6"
        if not self.wide and found[0][1][:2] != b"\0\5":
            raise Refused("the workbook is of Excel 4 or older; open it and save it as .xlsx")
        for index, (kind, data) in enumerate(found):
            if kind == _FILEPASS:
                _locked()
            if kind == _CODEPAGE:
                self.codec = _codec(struct.unpack_from("<H", data)[0])
            elif kind == _DATEMODE:
                self.date1904 = bool(struct.unpack_from("<H", data)[0])
            elif kind == _BOUNDSHEET:
                self.sheets = (*self.sheets, *self._entry(data))
            elif kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = self._format(data)
            elif kind == _XF:
                number = struct.unpack_from("<H", data, 2)[0]
                self.styles.append(format_of(number, codes.get(number, "")))
            elif kind == _SST:
                self.shared = Pieces(found, index).shared_texts()

    def _entry(self, data: bytes) -> Iterator[SheetEntry]:
        start, state, kind = struct.unpack_from("<IBB", data)
        if kind == 0:
            yield SheetEntry(short_text(data, 6, self.codec, wide=self.wide), str(start), state & 3 != 0)

    def _format(self, data: bytes) -> str:
        return text_at(data, 2) if self.wide else short_text(data, 2, self.codec, wide=False)

    def sheet(self, entry: SheetEntry) -> "OldSheet":
        """The reader of one of its sheets."""
        return OldSheet(self, int(entry.part))


def _locked() -> NoReturn:
    raise Refused("the workbook is protected with a password; open it, save it without one")


def _codec(number: int) -> str:
    name = _NAMES.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        raise Refused(f"its texts are in the code page {number}, which is not known; save it as .xlsx") from None
    return name


class OldSheet:
    """Reads the rows of one sheet of an old binary workbook."""

    def __init__(self, book: OldBook, start: int) -> None:
        self._book, self._start = book, start
        self.oddities = Oddities()

    def rows(self) -> Iterator[Row]:
        """Every row that holds a value: the cells of a row need not stand together, so all are collected first."""
        found: dict[int, dict[int, str]] = {}
        for count, (row, column, value) in enumerate(self._cells()):
            cells = found.setdefault(row, {})
            if column in cells:
                raise Refused(f"cell {reference(row, column)} stands twice in one place: the sheet is damaged")
            if count >= MAX_CELLS:
                raise Refused(f"the sheet has more than {MAX_CELLS:,} cells")
            cells[column] = value
        grid = Grid()
        for row in sorted(found):
            yield from grid.begin(row)
            for column in sorted(found[row]):
                grid.put(column, found[row][column])
        yield from grid.end()

    def _cells(self) -> Iterator[tuple[int, int, str]]:
        """Row and column from 1 and the value of each cell."""
        waiting: tuple[int, int] | None = None  # a formula whose text comes behind it
        for kind, data in records(self._book.stream, self._start):
            if kind == _STRING and waiting:
                yield (*waiting, self._text(data, 0))
                waiting = None
            elif kind == _MULRK:
                yield from self._several(data)
            elif kind in (_FORMULA, _OLD_FORMULA):
                row, column, value = self._formula(data)
                waiting = (row, column) if value is None else None
                if value is not None:
                    yield row, column, value
            elif kind in VALUES:
                row, column, style = struct.unpack_from("<HHH", data)
                yield row + 1, column + 1, self._value(kind, data, style, reference(row + 1, column + 1))
            else:
                self._note(kind, data)

    def _note(self, kind: int, data: bytes) -> None:
        if kind == _ROW and data[12] & 0x20:
            self.oddities.hidden_rows.append(struct.unpack_from("<H", data)[0] + 1)
        elif kind == _COLINFO and data[8] & 1:
            first, last = struct.unpack_from("<HH", data)
            self.oddities.hide_columns(first + 1, last + 1)
        elif kind == _MERGED:
            (count,) = struct.unpack_from("<H", data)
            for top, bottom, left, right in struct.iter_unpack("<HHHH", data[2 : 2 + 8 * count]):
                self.oddities.merged.append(f"{reference(top + 1, left + 1)}:{reference(bottom + 1, right + 1)}")

    def _several(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        row, column = struct.unpack_from("<HH", data)
        for index, (style, packed) in enumerate(struct.iter_unpack("<HI", data[4:-2])):
            at = row + 1, column + index + 1
            yield (*at, self._number(rk_number(packed), style, reference(*at)))

    def _value(self, kind: int, data: bytes, style: int, where: str) -> str:
        if kind == _LABELSST:
            (index,) = struct.unpack_from("<I", data, 6)
            if index >= len(self._book.shared):
                raise Refused(f"cell {where} points to a shared text that is not there: the file is damaged")
            return str(self._book.shared[index])
        if kind in (_LABEL, _RSTRING):
            return self._text(data, 6)
        if kind == _BOOLERR:
            return self._error(data[6], where) if data[7] else _yes(data[6])
        value = (
            struct.unpack_from("<d", data, 6)[0] if kind == _NUMBER else rk_number(*struct.unpack_from("<I", data, 6))
        )
        return self._number(value, style, where)

    def _formula(self, data: bytes) -> tuple[int, int, str | None]:
        """Row, column and saved value of a formula; None for a text, which comes in a record of its own."""
        row, column, style = struct.unpack_from("<HHH", data)
        where = reference(row + 1, column + 1)
        self.oddities.formulas += 1
        value: str | None
        if data[12:14] != b"\xff\xff":
            value = self._number(struct.unpack_from("<d", data, 6)[0], style, where)
        elif data[6] == 0:
            value = None
        elif data[6] == 3:
            self.oddities.uncached.append(where)
            value = ""
        else:
            value = self._error(data[8], where) if data[6] == 2 else _yes(data[8])
        return row + 1, column + 1, value

    def _error(self, number: int, where: str) -> str:
        self.oddities.errors.append(where)
        return ERRORS.get(number, f"#ERROR {number}")

    def _number(self, value: float, style: int, where: str) -> str:
        form = self._book.styles[style] if style < len(self._book.styles) else Format()
        return self.oddities.number(number_of(value), form, where, date1904=self._book.date1904)

    def _text(self, data: bytes, at: int) -> str:
        if self._book.wide:
            return text_at(data, at)
        (count,) = struct.unpack_from("<H", data, at)
        return data[at + 2 : at + 2 + count].decode(self._book.codec)

    def last_row(self) -> int:
        """The last row with a value: the records gone through by their lengths alone, whatever is in them."""
        stream, at, last, depth = self._book.stream, self._start, 0, 0
        while at + 6 <= len(stream):
            kind, size, row = struct.unpack_from("<HHH", stream, at)
            depth += (kind == _BOF) - (kind == _EOF)
            if depth == 0:
                break
            if depth == 1 and kind in VALUES:
                last = max(last, row + 1)
            at += 4 + size
        return last


def _yes(number: int) -> str:
    return "true" if number else "false"
