"""Spreadsheets in the XML of Excel 2002 and 2003, which programs still write under the ending .xls."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse

from crm_migrate_files.book import Grid, Oddities, Row, SheetEntry, reference
from crm_migrate_files.cells import Format, format_of
from crm_migrate_files.open_sheet import day_text
from crm_migrate_files.package import local
from crm_migrate_files.refused import Refused
from crm_migrate_files.second_count import last_row_of_2003

_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_BLOCK = 1 << 20
_NAMED = {"Percent": "0%", "Long Time": "h:mm:ss", "Medium Time": "h:mm", "Short Time": "h:mm"}
_CLOCK = "1899-12-31T"  # the day of times without a day


def _said(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


class XmlBook2003:
    """A spreadsheet in one XML document. Refused where it is none, or declares entities."""

    called = "xml"
    date1904 = False  # days are written as days

    def __init__(self, handle: BinaryIO) -> None:
        self.handle = handle
        rest = b""
        while block := handle.read(_BLOCK):
            if any(word in rest + block for word in _FORBIDDEN):
                raise Refused("the document declares a type or entities, which no spreadsheet needs")
            rest = block[-16:]
        self.styles: dict[str, Format] = {}
        sheets: list[tuple[str, bool]] = []
        for element, ended in self.walk():
            name = local(element)
            if name == "Worksheet" and not ended:
                sheets.append((_said(element, "Name"), False))
            elif name == "Visible" and ended and sheets:
                sheets[-1] = (sheets[-1][0], True)
            elif name == "Style" and ended:
                self.styles[_said(element, "ID")] = _format(element)
        self.sheets = tuple(SheetEntry(name, str(i), hidden) for i, (name, hidden) in enumerate(sheets))
        if not sheets:
            raise Refused("the document holds no sheet; save it as .xlsx")

    def walk(self) -> Iterator[tuple[Element, bool]]:
        """Every element as it begins and as it ends; rows and styles are emptied behind their end."""
        self.handle.seek(0)
        try:
            for event, element in iterparse(self.handle, events=("start", "end")):  # noqa: S314 -- no types, see above
                yield element, event == "end"
                if event == "end" and local(element) in ("Row", "Style"):
                    element.clear()
        except ParseError as error:
            raise Refused(f"the document is damaged or cut off ({error})") from None

    def sheet(self, entry: SheetEntry) -> "XmlSheet2003":
        """The reader of one of its sheets."""
        return XmlSheet2003(self, int(entry.part))


def _format(style: Element) -> Format:
    code = next((_said(child, "Format") for child in style if local(child) == "NumberFormat"), "")
    return format_of(-1, _NAMED.get(code, code))


class XmlSheet2003:
    """Reads the rows of one sheet."""

    def __init__(self, book: XmlBook2003, index: int) -> None:
        self._book, self._index = book, index
        self.oddities = Oddities()
        self._row = self._columns = 0

    def rows(self) -> Iterator[Row]:
        """Every row that holds a value."""
        grid, sheet = Grid(), -1
        for element, ended in self._book.walk():
            name = local(element)
            sheet += name == "Worksheet" and not ended
            if sheet != self._index or not ended:
                continue
            if name == "Row":
                self._row = int(_said(element, "Index") or self._row + 1)
                yield from grid.begin(self._row)
                self._read(grid, element)
            elif name == "Column":
                self._columns = int(_said(element, "Index") or self._columns + 1)
                first, self._columns = self._columns, self._columns + int(_said(element, "Span") or 0)
                if _said(element, "Hidden") == "1":
                    self.oddities.hide_columns(first, self._columns)
        yield from grid.end()

    def _read(self, grid: Grid, row: Element) -> None:
        if _said(row, "Hidden") == "1":
            self.oddities.hidden_rows.append(self._row)
        column = 0
        for cell in row:
            if local(cell) != "Cell":
                continue
            column = int(_said(cell, "Index") or column + 1)
            where = reference(self._row, column)
            value = self._value(cell, where)
            if value is not None:
                grid.put(column, value)
            across = int(_said(cell, "MergeAcross") or 0)
            if across or _said(cell, "MergeDown"):
                self.oddities.merged.append(where)
            column += across

    def _value(self, cell: Element, where: str) -> str | None:
        data = next((child for child in cell if local(child) == "Data"), None)
        if _said(cell, "Formula"):
            self.oddities.formulas += 1
            if data is None:
                self.oddities.uncached.append(where)
        if data is None:
            return None
        kind, text = _said(data, "Type"), "".join(data.itertext())
        if kind == "Number":
            form = self._book.styles.get(_said(cell, "StyleID"), Format())
            return self.oddities.number(text.strip(), form, where, date1904=False)
        if kind == "DateTime":
            return _clock(text) if text.startswith(_CLOCK) else day_text(text)
        if kind == "Boolean":
            return "true" if text.strip() == "1" else "false"
        if kind == "Error":
            self.oddities.errors.append(where)
        return text or None

    def last_row(self) -> int:
        """The last row with a value, by a scan of the bytes."""
        self._book.handle.seek(0)
        return last_row_of_2003(self._book.handle, self._index)


def _clock(text: str) -> str:
    return text.removeprefix(_CLOCK).removesuffix(".000")
