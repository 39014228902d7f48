"""The assessment as a workbook: a front sheet, then a sheet per table; frozen headers, and no cell is a formula."""

import io

from openpyxl import Workbook

from crm_migrate.assessing import sheets
from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.headline import headline
from crm_migrate.reports.tables import Column, Table
from crm_migrate.reports.workbook import add_sheet, timeless
from crm_migrate.words.language import Language


def render(found: Assessment, words: Language) -> bytes:
    """The bytes of the workbook."""
    book = Workbook(write_only=True)
    front = Table("assess_front", (Column("a_text"),), tuple((line,) for line in headline(found, words)))
    add_sheet(book, front, words)
    for make in sheets.ALL:
        table = make(found, words)
        if table.rows:
            add_sheet(book, table, words)
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)
