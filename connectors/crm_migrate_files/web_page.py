"""Web pages that are named as workbooks, as many CRMs export them: each table of the page is a sheet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import BinaryIO

from crm_migrate_files.book import MAX_COLUMNS, Grid, Oddities, Row, SheetEntry, reference
from crm_migrate_files.cells import Format
from crm_migrate_files.refused import Refused

MAX_BYTES = 256 << 20
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_SPACE = re.compile(r"\s+")
_BREAK = "\0"
_BLOCKS = frozenset({"p", "div", "li"})
_UNSEEN = frozenset({"script", "style", "title"})
# Without a parser: remarks and programs, tables, rows, cells, and texts.
_TOKEN = re.compile(
    r"<!--.*?-->|<(?P<code>script|style)\b.*?</(?P=code)\s*>"
    r"|<(?P<tag>/?(?:table|tr|t[dh]))\b(?P<said>[^>]*)>|<[^>]*>|(?P<text>[^<]+)",
    re.I | re.S,
)
_NUMBER = re.compile(r"\bx:num=[\"']?[^\"'\s]", re.I)


@dataclass(slots=True)
class Table:
    """The rows of a table as they are met: column from 1 and text of each cell."""

    rows: list[list[tuple[int, str]]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)  # what Excel keeps beside the text that it shows
    _column: int = 0
    _below: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell from above still takes
    _parts: list[str] | None = None

    def begin_row(self, attributes: dict[str, str]) -> None:
        """A row begins."""
        self.end_cell()
        self._below = {column: left - 1 for column, left in self._below.items() if left > 1} if self.rows else {}
        self.rows.append([])
        self._column = 0
        if "display:none" in attributes.get("style", "").replace(" ", "").lower():
            self.hidden.append(len(self.rows))

    def begin_cell(self, attributes: dict[str, str]) -> None:
        """A cell begins, behind those that come down from the rows above."""
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self._column += 1
        while self._below.get(self._column, 0) > 0:
            self._column += 1
        where = reference(len(self.rows), self._column)
        wide, tall = (_span(attributes.get(name, "")) for name in ("colspan", "rowspan"))
        if wide > 1 or tall > 1:
            self.merged.append(where)
        if attributes.get("x:num"):
            self.numbers[where] = attributes["x:num"]
        self._parts = []
        self.rows[-1].append((self._column, ""))
        if tall > 1:
            self._below |= {self._column + i: tall for i in range(wide)}
        self._column += wide - 1

    def say(self, text: str) -> None:
        """Text, where a cell is open."""
        if self._parts is not None:
            self._parts.append(text)

    def block(self) -> None:
        """A new line within a cell that holds something already."""
        if self._parts and "".join(self._parts).strip():
            self._parts.append(_BREAK)

    def end_cell(self) -> None:
        """The open cell ends."""
        if self._parts is not None and self.rows and self.rows[-1]:
            lines = "".join(self._parts).split(_BREAK)
            text = "\n".join(_SPACE.sub(" ", line).strip() for line in lines).strip("\n")
            self.rows[-1][-1] = (self.rows[-1][-1][0], text)
        self._parts = None


def _span(said: str) -> int:
    return min(int(said), MAX_COLUMNS) if said.isdecimal() and said != "0" else 1


class _Page(HTMLParser):
    """Collects the tables of a page, those inside of others as tables of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[Table] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._open.append(Table())
            self.tables.append(self._open[-1])
        elif tag in _UNSEEN:
            self._unseen = tag
        elif self._open and tag == "tr":
            self._open[-1].begin_row(attributes)
        elif self._open and tag in ("td", "th"):
            self._open[-1].begin_cell(attributes)
        elif self._open and tag == "br":
            self._open[-1].say(_BREAK)
        elif self._open and tag in _BLOCKS:
            self._open[-1].block()

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""
        elif self._open and tag == "table":
            self._open.pop().end_cell()
        elif self._open and tag in ("td", "th", "tr"):
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self._open and not self._unseen:
            self._open[-1].say(data)


def _letters(data: bytes) -> str:
    """The text of a page. Refused where nothing says its encoding and it is no UTF-8."""
    said = _CHARSET.search(data[:4096])
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else said[1].decode("ascii") if said else "utf-8-sig"
    try:
        return data.decode(codec)
    except (LookupError, UnicodeDecodeError) as error:
        raise Refused(f"the page is not written in {codec} ({type(error).__name__}); save it as .xlsx") from None


class PageBook:
    """The tables of a page, the longest one first. Refused where there is none."""

    called = "html"
    date1904 = False

    def __init__(self, handle: BinaryIO) -> None:
        data = handle.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Refused(f"the page is larger than {MAX_BYTES >> 20} MiB; export it as CSV")
        self.text = _letters(data)
        page = _Page()
        page.feed(self.text)
        page.close()
        self.tables = page.tables
        order = sorted(range(len(self.tables)), key=lambda i: -len(self.tables[i].rows))
        self.sheets = tuple(SheetEntry(f"Table {i + 1}", str(i), False) for i in order if self.tables[i].rows)
        if not self.sheets:
            raise Refused("the web page holds no table with cells; is it a page that asks for a login?")

    def sheet(self, entry: SheetEntry) -> "PageSheet":
        """The reader of one of its tables."""
        return PageSheet(self, int(entry.part))


class PageSheet:
    """Reads the rows of one table."""

    def __init__(self, book: PageBook, index: int) -> None:
        self._book, self._index, self._table = book, index, book.tables[index]
        self.oddities = Oddities(hidden_rows=self._table.hidden, merged=self._table.merged)

    def rows(self) -> Iterator[Row]:
        """Every row that holds a value; an empty cell is none."""
        grid = Grid()
        for number, cells in enumerate(self._table.rows, 1):
            yield from grid.begin(number)
            for column, text in cells:
                raw = self._table.numbers.get(reference(number, column))
                where = reference(number, column)
                number_text = self.oddities.number(raw, Format(), where, date1904=False) if raw else text
                grid.put(column, number_text or None)
        yield from grid.end()

    def last_row(self) -> int:
        """The last row with a value, by a pattern over the page: texts and numbers within cells of this table."""
        row, last, count = 0, 0, -1
        around: list[int] = []
        cell = False  # of this table is open
        for token in _TOKEN.finditer(self._book.text):
            tag = (token["tag"] or "").lower()
            if tag == "table":
                count += 1
                around.append(count)
            elif tag == "/table":
                around = around[:-1]
            elif around and around[-1] == self._index:
                row += tag == "tr" or (tag in ("td", "th") and not row)
                cell = tag in ("td", "th") or (cell and not tag)
                if cell and (unescape(token["text"] or "").strip() or _NUMBER.search(token["said"] or "")):
                    last = row
        return last
