"""What a reader sees in a finished report, taken back into numbers: tables by name, cells by column."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from browser import ask
from openpyxl import load_workbook

from crm_migrate.words.language import language as words_of

_TABLES = """
const text = (e) => (e?.textContent ?? "").replace(/\\s+/g, " ").trim();
return {
  verdict: text(page.querySelector("header .verdict")),
  bar: [...page.querySelectorAll("header dd")].map(text),
  tiles: Object.fromEntries(
    [...page.querySelectorAll(".tile")].map((t) => [t.hash.slice(1), [...t.children].map(text)])),
  tables: [...page.querySelectorAll("table[data-table]")].map((t) => ({
    name: t.dataset.table, about: { ...t.dataset },
    head: [...t.querySelectorAll("thead th")].map(text),
    rows: [...t.querySelectorAll("tbody tr")].map((r) => [...r.children].map(text)),
    red: [...t.querySelectorAll("td.bad")].map(text),
  })),
};
"""


@dataclass
class Table:
    """A table as it is seen: heads, rows of texts, and what the page says about it."""

    name: str
    head: list[str]
    rows: list[list[str]]
    about: dict[str, str] = field(default_factory=dict)
    red: list[str] = field(default_factory=list)


@dataclass
class Report:
    """One finished file, seen with the eyes of a reader of a language."""

    language: str
    tables: list[Table]
    verdict: str = ""
    tiles: Mapping[str, list[str]] = field(default_factory=dict)
    bar: list[str] = field(default_factory=list)

    def named(self, name: str) -> list[Table]:
        """All tables of a name; what is told apart for being quiet stands in a second one."""
        return [table for table in self.tables if table.name == name]

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a table as column key -> text."""
        return [
            dict(zip(map(self.key, table.head), row, strict=True)) for table in self.named(name) for row in table.rows
        ]

    def key(self, head: str) -> str:
        """The key of the catalogue that a head is the word for; those of the assessment begin with `a_`."""
        words = words_of(self.language).words.items()
        keys = (key.partition(".")[2] for key, word in words if key.startswith("column.") and word == head)
        return next((key for key in keys if not key.startswith("a_")), head)

    def number(self, text: str) -> Decimal:
        """A number as this language writes it."""
        if self.language in ("de", "tr"):
            text = text.replace(".", "").replace(",", ".")
        return Decimal(re.sub(r"[^\d.-]", "", text.replace(",", "").replace("−", "-").split("✕")[0]))

    def word(self, family: str, key: str) -> str:
        """A word of the catalogue."""
        return words_of(self.language).name(family, key)


def read_html(page: Path, language: str, folder: Path) -> Report:
    """The page as Chromium made it."""
    seen: dict[str, Any] = ask(page, _TABLES, folder)
    tables = [Table(t["name"], t["head"], t["rows"], t["about"], t["red"]) for t in seen["tables"]]
    return Report(language, tables, seen["verdict"], seen["tiles"], seen["bar"])


def read_xlsx(path: Path, language: str) -> Report:
    """The workbook; numbers are numbers there, and read as plain decimals."""
    words = words_of(language)
    names = {words.sheet(key): key.removeprefix("table.") for key in words.words if key.startswith("table.")}
    tables = []
    for sheet in load_workbook(path):
        rows = [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]
        tables.append(Table(names[sheet.title], rows[0], rows[1:]))
    return _Plain(language, tables)


class _Plain(Report):
    def number(self, text: str) -> Decimal:
        return Decimal(text)
