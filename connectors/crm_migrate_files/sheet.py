"""Workbooks of XML (XLSX): one sheet, row by row, with everything that is odd about it counted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element

from crm_migrate_files.book import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Oddities, Row, SheetEntry, column_number
from crm_migrate_files.cells import Format, styles_of, text_of, unescape
from crm_migrate_files.package import Package, local
from crm_migrate_files.refused import Refused
from crm_migrate_files.second_count import last_row

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Parts:
    """What is needed to read any sheet: shared texts, styles, and where days are counted from."""

    shared: list[str]
    styles: list[Format]
    date1904: bool


class XmlBook:
    """A workbook in a container. Refused where it has no workbook part."""

    called = "xlsx"

    def __init__(self, handle: BinaryIO) -> None:
        self._package = package = Package(handle)
        names = {name.lower(): name for name in package.names()}
        main = names.get("xl/workbook.xml") or next((n for n in package.names() if n.endswith("workbook.xml")), "")
        if not main:
            raise Refused("the container holds no workbook (no workbook.xml)")
        root = package.tree(main)
        folder = main.rpartition("/")[0]
        strings, styles = names.get(f"{folder}/sharedstrings.xml"), names.get(f"{folder}/styles.xml")
        self.sheets = tuple(_sheets(root, package.related(main)))
        self.date1904 = any(local(e) == "workbookPr" and e.get("date1904") in ("1", "true") for e in root)
        shared = [text_of(e) for e in package.elements(strings, frozenset({"si"}))] if strings else []
        self._parts = Parts(shared, styles_of(package.tree(styles) if styles else None), self.date1904)

    def sheet(self, entry: SheetEntry) -> "Sheet":
        """The reader of one of its sheets."""
        return Sheet(self._package, self._parts, entry.part)


def _sheets(root: Element, related: dict[str, str]) -> Iterator[SheetEntry]:
    listed = next((e for e in root if local(e) == "sheets"), None)
    for sheet in listed if listed is not None else ():
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        part = related.get(relation, "")
        if "/worksheets/" in f"/{part}":
            yield SheetEntry(sheet.get("name", ""), part, sheet.get("state", "visible") != "visible")


class Sheet:
    """Reads the rows of one sheet; `oddities` is complete when they are exhausted."""

    def __init__(self, package: Package, book: Parts, part: str) -> None:
        self._package, self._book, self._part = package, book, part
        self.oddities = Oddities()
        self._row = 0
        self._cells = 0

    def rows(self) -> Iterator[Row]:
        """Row number from 1 and its cells; None is an empty cell; rows without any value are left out."""
        for element in self._package.elements(self._part, frozenset({"row", "mergeCell", "col"})):
            name = local(element)
            if name == "row":
                values = self._read(element)
                if any(value is not None for value in values):
                    yield self._row, values
            elif name == "mergeCell":
                self.oddities.merged.append(element.get("ref", ""))
            elif element.get("hidden") in ("1", "true"):
                self.oddities.hide_columns(int(element.get("min", "1")), int(element.get("max", "1")))

    def last_row(self) -> int:
        """The last row with a value, by a scan of the bytes."""
        with self._package.open(self._part) as part:
            return last_row(part)

    def _read(self, row: Element) -> list[str | None]:
        number = int(row.get("r") or self._row + 1)
        if number <= self._row or number > MAX_ROWS:
            raise Refused(f"row {number:,} stands behind row {self._row:,}: the sheet is damaged")
        self._row = number
        values: list[str | None] = []
        for cell in row:
            column = self._column(cell, len(values))
            values += [None] * (column - 1 - len(values))
            values.append(self._value(cell, column))
        self._cells += len(values)
        if self._cells > MAX_CELLS:
            raise Refused(f"the sheet has more than {MAX_CELLS:,} cells")
        if row.get("hidden") in ("1", "true"):
            self.oddities.hidden_rows.append(number)
        return values

    def _column(self, cell: Element, filled: int) -> int:
        reference = cell.get("r")
        if reference is None:
            column = filled + 1
        else:
            match = _REFERENCE.fullmatch(reference)
            column = column_number(match[1]) if match else 0
        if column <= filled or column > MAX_COLUMNS:
            where = f"{reference or column} of row {self._row:,}"
            raise Refused(f"cell {where} lies outside {MAX_COLUMNS:,} columns, or twice in one place")
        return column

    def _value(self, cell: Element, column: int) -> str | None:
        kind = cell.get("t", "n")
        raw, formula, inline = None, False, None
        for child in cell:
            name = local(child)
            if name == "v":
                raw = child.text
            elif name == "f":
                formula = True
            elif name == "is":
                inline = text_of(child)
        if formula:
            self._note_formula(cell, column, raw)
        if kind == "inlineStr":
            return inline
        return None if raw is None else self._text(cell, column, kind, raw)

    def _text(self, cell: Element, column: int, kind: str, raw: str) -> str | None:
        if kind == "s":
            return self._shared(raw)
        if kind == "n":
            return self._number(cell, column, raw.strip())
        if kind == "b":
            return "true" if raw.strip() in ("1", "true") else "false"
        if kind == "e":
            self.oddities.errors.append(self._where(cell, column))
            return raw
        if kind == "d":
            return raw.strip().removesuffix("T00:00:00").removesuffix("Z") if raw.endswith("T00:00:00") else raw.strip()
        return unescape(raw)

    def _shared(self, raw: str) -> str:
        try:
            return self._book.shared[int(raw)]
        except (ValueError, IndexError):
            raise Refused(f"row {self._row:,} points to a shared text that is not there: the file is damaged") from None

    def _number(self, cell: Element, column: int, raw: str) -> str | None:
        if not raw:
            return None
        style = int(cell.get("s", "0"))
        form = self._book.styles[style] if style < len(self._book.styles) else Format()
        return self.oddities.number(raw, form, self._where(cell, column), date1904=self._book.date1904)

    def _note_formula(self, cell: Element, column: int, raw: str | None) -> None:
        self.oddities.formulas += 1
        if raw is None:
            self.oddities.uncached.append(self._where(cell, column))

    def _where(self, cell: Element, column: int) -> str:
        return cell.get("r") or f"row {self._row} column {column}"
