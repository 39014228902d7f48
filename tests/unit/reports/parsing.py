"""Renderings read back: every number that a reader can see, under the name that the model has for it."""

import re
from collections import defaultdict
from html.parser import HTMLParser
from io import BytesIO

from openpyxl import load_workbook


class Page(HTMLParser):
    """Tables of the HTML report (`data-table`), its single figures (`data-figure`), groups, tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = defaultdict(list)
        self.marks: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.figures: dict[str, str] = {}
        self.groups: list[dict[str, str]] = []
        self.cells: list[dict[str, str]] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.lang = ""
        self._table = ""
        self._part = ""
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(found)
        if tag == "html":
            self.lang = found["lang"]
        if "data-figure" in found and "data-v" in found:
            self.figures[found["data-figure"]] = found["data-v"]
        if "data-group" in found:
            self.groups.append(found)
        if tag == "table":
            self._table = found.get("data-table", "")
            self.marks[self._table].append(found)
        if tag in ("thead", "tbody", "tfoot"):
            self._part = tag
        if tag == "tr" and self._table and self._part == "tbody":
            self.tables[self._table].append([])
        if tag in ("td", "th") and self._table and self._part == "tbody":
            self.cells.append(found)
            self._cell = [found["data-v"]] if "data-v" in found else [""]
            self.tables[self._table][-1].append("")
            self._fixed = "data-v" in found

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._fixed:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[self._table][-1][-1] = "".join(self._cell).strip()
            self._cell = None


def workbook_rows(data: bytes) -> dict[str, list[list[object]]]:
    """Sheets as rows of values, heads first."""
    book = load_workbook(BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def markdown_tables(text: str) -> list[list[list[str]]]:
    """Tables of a Markdown text, heads first, escapes taken away."""
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|-"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            tables[-1].append([re.sub(r"\\(.)", r"\1", cell.strip()) for cell in cells])
        elif not line.startswith("|") and tables[-1]:
            tables.append([])
    return [table for table in tables if table]
