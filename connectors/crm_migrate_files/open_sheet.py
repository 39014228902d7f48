"""Spreadsheets of LibreOffice and others (ODS): tables of [OpenDocument] in a container, cells by their kinds."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from crm_migrate_files.book import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Oddities, Row, SheetEntry, reference
from crm_migrate_files.cells import Format
from crm_migrate_files.package import Package, local
from crm_migrate_files.refused import Refused
from crm_migrate_files.second_count import last_open_row

CONTENT = "content.xml"
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_NOTES = frozenset({"annotation", "note"})
_DAY = re.compile(r"(\d{4,}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z)?)?")


class OpenBook:
    """A spreadsheet. Refused where it has none, or is protected with a password."""

    called = "ods"
    date1904 = False  # days are written as days

    def __init__(self, handle: BinaryIO) -> None:
        self.package = package = Package(handle)
        names = set(package.names())
        if "META-INF/manifest.xml" in names and b"encryption-data" in package.open("META-INF/manifest.xml").read():
            raise Refused("the workbook is protected with a password; open it, save it without one")
        if CONTENT not in names:
            raise Refused(f"the container holds no spreadsheet (no {CONTENT})")
        unseen: set[str] = set()
        sheets: list[SheetEntry] = []
        for path, element, ended in package.walk(CONTENT):
            name = local(element)
            if not ended and name == "table" and path[-1:] == ["spreadsheet"]:
                style = _said(element, "style-name")
                sheets.append(SheetEntry(_said(element, "name"), str(len(sheets)), style in unseen))
            elif ended and name == "style" and _unseen(element):
                unseen.add(_said(element, "name"))
        if not sheets:
            raise Refused("the container holds no spreadsheet (a text, a drawing, a presentation)")
        self.sheets = tuple(sheets)

    def sheet(self, entry: SheetEntry) -> "OpenSheet":
        """The reader of one of its sheets."""
        return OpenSheet(self.package, int(entry.part))


def _unseen(style: Element) -> bool:
    return any(_said(child, "display") == "false" for child in style if local(child) == "table-properties")


def _said(element: Element, name: str) -> str:
    """An attribute by its local name; the empty text where it is not there."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _times(element: Element, name: str) -> int:
    said = _said(element, name)
    times = int(said) if said else 1
    if times < 1:
        raise Refused(f"`{name}` is {times}: the sheet is damaged")
    return times


class OpenSheet:
    """Reads the rows of one table of a spreadsheet."""

    def __init__(self, package: Package, index: int) -> None:
        self._package, self._index = package, index
        self.oddities = Oddities()
        self._row = self._column = self._cells = 0

    def rows(self) -> Iterator[Row]:
        """Every row that holds a value. What is said once and repeated is so many rows or cells."""
        table, column = -1, 0
        for path, element, ended in self._package.walk(CONTENT):
            name = local(element)
            if name == "table" and path[-1:] == ["spreadsheet"]:
                table += not ended
                if ended and table == self._index:
                    return
            elif ended and table == self._index and "table-row" not in path:
                if name == "table-row":
                    yield from self._read(element)
                elif name == "table-column":
                    times = _times(element, "number-columns-repeated")
                    if _hidden(element):
                        self.oddities.hide_columns(column + 1, column + times)
                    column += times

    def _read(self, element: Element) -> Iterator[Row]:
        times = _times(element, "number-rows-repeated")
        first = self._row + 1
        values = self._values(element)
        self._row += times
        if not any(value is not None for value in values):
            return
        self._cells += len(values) * times
        if self._cells > MAX_CELLS or self._row > MAX_ROWS:
            raise Refused(f"the sheet has more than {MAX_CELLS:,} cells")
        for number in range(first, self._row + 1):
            if _hidden(element):
                self.oddities.hidden_rows.append(number)
            yield number, list(values)

    def _values(self, row: Element) -> list[str | None]:
        values: list[str | None] = []
        column = 0  # of the last cell, with those that are empty at the end
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            times = _times(cell, "number-columns-repeated")
            value = self._value(cell, reference(self._row + 1, column + 1))
            if value is not None:
                if column + times > MAX_COLUMNS:
                    raise Refused(f"row {self._row + 1:,} has cells outside {MAX_COLUMNS:,} columns")
                values += [None] * (column - len(values))
                values += [value] * times
            column += times
        return values

    def _value(self, cell: Element, where: str) -> str | None:
        kind, text = _said(cell, "value-type"), _text(cell)
        wide, tall = _times(cell, "number-columns-spanned"), _times(cell, "number-rows-spanned")
        if wide > 1 or tall > 1:
            self.oddities.merged.append(where)
        if _said(cell, "formula"):
            self.oddities.formulas += 1
            if not kind:
                self.oddities.uncached.append(where)
        if any(value == "error" for key, value in cell.attrib.items() if key.endswith("}value-type")):
            self.oddities.errors.append(where)
            return text
        return self._typed(cell, kind, text, where) if kind else None

    def _typed(self, cell: Element, kind: str, text: str, where: str) -> str:
        if kind in ("float", "currency", "percentage"):
            zeros = len(text) if kind == "float" and text.isdecimal() and text.startswith("0") else 0
            form = Format("percent") if kind == "percentage" else Format("number", zeros)
            return self.oddities.number(_said(cell, "value"), form, where, date1904=False)
        if kind == "date":
            return day_text(_said(cell, "date-value"))
        if kind == "time":
            return self._clock(_said(cell, "time-value"), text, where)
        if kind == "boolean":
            return _said(cell, "boolean-value")
        return text or _said(cell, "string-value")

    def _clock(self, said: str, shown: str, where: str) -> str:
        """A time of the day, or a duration in hours; told where the sheet shows one without its days."""
        found = _DURATION.fullmatch(said)
        if found is None:
            return said
        sign, days, hours, minutes, seconds, part = found.groups()
        whole = int(days or 0) * 24 + int(hours or 0)
        if whole >= 24 and str(whole) not in shown:
            self.oddities.durations.append(where)
        return f"{sign}{whole:02}:{int(minutes or 0):02}:{int(seconds or 0):02}{_fraction(part)}"

    def last_row(self) -> int:
        """The last row with a value, by a scan of the bytes."""
        with self._package.open(CONTENT) as part:
            return last_open_row(part, self._index)


def _hidden(element: Element) -> bool:
    return _said(element, "visibility") in ("collapse", "filter")


def _fraction(digits: str | None) -> str:
    kept = (digits or "")[:6].rstrip("0")
    return f".{kept}" if kept else ""


def day_text(said: str) -> str:
    """A day, with its time where that is not midnight."""
    found = _DAY.fullmatch(said)
    if found is None:
        return said
    day, clock, part, zone = found.groups()
    time = f"{clock or '00:00:00'}{_fraction(part)}"
    return day if time == "00:00:00" and not zone else f"{day}T{time}{zone or ''}"


def _text(cell: Element) -> str:
    """The text of a cell: its paragraphs as lines; remarks that hang at it are none."""
    return "\n".join(_inner(part) for part in cell if local(part) in ("p", "h"))


def _inner(element: Element) -> str:
    # Blanks as they are: who writes two of them plainly, against the standard, means two.
    parts = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "s":
            parts.append(" " * (_times(child, "c")))
        elif name in ("tab", "line-break"):
            parts.append("\t" if name == "tab" else "\n")
        elif name not in _NOTES:
            parts.append(_inner(child))
        parts.append(child.tail or "")
    return "".join(parts)
