"""The sheet of findings, for people to fill in: yellow cells are theirs, all others are locked, and none is a formula.

A hidden sheet has what every cell said and what each finding was, so that what comes back is compared with that.
"""

import hashlib
import json
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.standing import STATUSES, files_of, seen
from crm_migrate.reports.tables import Table
from crm_migrate.reviewing.paper import (
    EDGE,
    LOCKED,
    OPEN,
    PLAIN,
    TOP,
    UNLOCKED,
    WRAP,
    head_cell,
    height,
    protect,
    text_cell,
)
from crm_migrate.reviewing.reading import shown
from crm_migrate.words.language import Language

HIDDEN = "_assessment"
FORMAT = "1"
# The columns that people fill in, and how they are kept.
ENTRIES = {"status": "status", "in_charge": "owner", "due": "due", "decision": "decision"}
_WIDE = {"says": 50, "effect": 40, "option": 40, "examples": 30, "decision": 40, "column": 24}


def heads(table: Table, words: Language) -> list[str]:
    """The heads of the columns of the sheet."""
    return [words.name("column", column.key) for column in table.columns]


def add_findings(book: Workbook, table: Table, words: Language) -> None:
    """The sheet of the findings."""
    page = book.create_sheet(words.sheet("table." + table.name))
    keys = [column.key.removeprefix("a_") for column in table.columns]
    widths = [_WIDE.get(key, 14) for key in keys]
    for at, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(keys))}{len(table.rows) + 1}"
    page.append([head_cell(page, text) for text in heads(table, words)])
    for number, row in enumerate(table.rows, 2):
        page.row_dimensions[number].height = height(widths, [shown(value) for value in row])
        page.append([_cell(page, key, value) for key, value in zip(keys, row, strict=True)])
    at = get_column_letter(keys.index("status") + 1)
    said = ",".join(words.word(f"status.{status}") for status in STATUSES)
    choice = DataValidation(type="list", formula1=f'"{said}"', allow_blank=False, showErrorMessage=True)
    choice.sqref = f"{at}2:{at}{len(table.rows) + 1}"
    page.data_validations.append(choice)
    protect(page)


def _cell(page: Worksheet, key: str, value: object) -> WriteOnlyCell:
    if isinstance(value, int):
        cell = WriteOnlyCell(page, value=value)
        cell.number_format, cell.alignment = "#,##0", TOP
    elif key == "due" and value:
        cell = WriteOnlyCell(page, value=date.fromisoformat(str(value)))
        cell.number_format, cell.alignment = "yyyy-mm-dd", TOP
    else:
        cell = text_cell(page, shown(value))
        cell.alignment = WRAP
    cell.font, cell.protection = PLAIN, LOCKED
    if key in ENTRIES:
        cell.protection, cell.fill, cell.border = UNLOCKED, OPEN, EDGE
    return cell


def add_hidden(
    book: Workbook, found: Assessment, findings: Table, others: dict[str, list[list[str]]], code: str
) -> None:
    """What the workbook said: its language, a digest of every other sheet, and each finding with its cells."""
    page = book.create_sheet(HIDDEN)
    page.sheet_state = "veryHidden"
    facts = [["format", FORMAT], ["language", code], ["title", found.title]]
    facts += [["sheet", title, digest(rows)] for title, rows in others.items()]
    files = files_of(found)
    for card, row in zip(found.cards, findings.rows, strict=True):
        texts = json.dumps([shown(value) for value in row], ensure_ascii=False)
        facts.append(["finding", card.id, texts, seen(card), files.get(card.source, "")])
    for fact in facts:
        page.append([text_cell(page, text) for text in fact])
    protect(page)


def digest(rows: list[list[str]]) -> str:
    """A hash of the cells of a sheet, whatever the order of its rows, but for blanks."""
    told = sorted("\x1f".join(" ".join(text.split()) for text in row).rstrip("\x1f") for row in rows)
    return hashlib.sha256("\x1e".join(filter(None, told)).encode()).hexdigest()[:16]
