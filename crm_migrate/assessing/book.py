"""The assessment as a workbook: a front sheet, then a sheet per table; frozen headers, and no cell is a formula.

The findings are for people to fill in (`asking`), and come back (`taking`).
"""

import io

from openpyxl import Workbook

from crm_migrate.assessing import sheets
from crm_migrate.assessing.asking import add_findings, add_hidden
from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.headline import headline
from crm_migrate.reports.tables import Column, Table, Value
from crm_migrate.reports.visible import visible
from crm_migrate.reports.workbook import CELL, ROWS, add_sheet, timeless
from crm_migrate.reviewing.reading import shown
from crm_migrate.words.language import Language


def render(found: Assessment, words: Language) -> bytes:
    """The bytes of the workbook."""
    book = Workbook(write_only=True)
    front = Table("assess_front", (Column("a_text"),), tuple((line,) for line in headline(found, words)))
    findings = sheets.cards(found, words)
    said: dict[str, list[list[str]]] = {}
    for table in (front, *(make(found, words) for make in sheets.ALL)):
        if table.name == findings.name and table.rows:
            add_findings(book, table, words)
        elif table.rows:
            add_sheet(book, table, words)
            said[words.sheet(f"table.{table.name}")] = _texts(table, words)
    add_hidden(book, found, findings, said, words.code)
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


def _texts(table: Table, words: Language) -> list[list[str]]:
    """The cells of a sheet as they are read again."""
    some = table.first(ROWS)
    rows = [[words.name("column", column.key) for column in table.columns], *some.rows]
    rows += [[words.word("more_rows", count=words.number(some.more))]] if some.more else []
    return [[_text(value) for value in row] for row in rows]


def _text(value: Value) -> str:
    return shown(visible(value, CELL) if isinstance(value, str) else value)
