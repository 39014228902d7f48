"""The questions as a workbook: what may be changed is open, all else is locked, and no cell of data is a formula.

Signs stand in the number format of a cell (`≠ `, `≈ `, `✔ `), so that its value stays the value. Sheets are protected
without a password: that guards against slips, and what is changed nevertheless is named when the workbook comes back.
"""

import io

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.reports.workbook import timeless
from crm_migrate.reviewing.instructions import start_lines
from crm_migrate.reviewing.layout import (
    DECISION,
    ENGLISH,
    FIRST_FIELD,
    HEAD_ROW,
    HIDDEN,
    KEYS,
    LANGUAGE,
    NAME,
    Cell,
    Line,
    Sheet,
    sheets,
)
from crm_migrate.reviewing.paper import (
    BAND,
    BOLD,
    CONFLICT,
    EDGE,
    GREY,
    LEFT_TOP,
    LINE,
    LOCKED,
    NEAR,
    OPEN,
    PLAIN,
    SIGNS,
    TITLE,
    TOP,
    UNLOCKED,
    WRAP,
    head_cell,
    height,
    printed,
    protect,
    text_cell,
    words_cell,
)
from crm_migrate.reviewing.questions import FORMAT, Pack
from crm_migrate.words.language import Language

_WIDTHS = (6, 11, 14, 26, 10, 9, 28, 24)
_NARROW, _WIDE = 11, 38  # of a field, in characters
_LEFT, _RIGHT = 36, 100  # of the first sheet


def render(pack: Pack, words: Language = ENGLISH) -> bytes:
    """The bytes of the workbook; the same questions give the same bytes."""
    book = Workbook(write_only=True)
    listed = sheets(pack, words)
    _start(book.create_sheet(words.word("review.start")), pack, listed, words)
    for sheet in listed:
        _sheet(book.create_sheet(sheet.title), sheet)
    _hidden(book.create_sheet(HIDDEN), pack, words)
    book.security = WorkbookProtection(lockStructure=True)
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


# ------------------------------------------------------------------------------------------------------- cells


def _styled(sheet: Worksheet, cell: Cell, line: Line) -> WriteOnlyCell:
    made = WriteOnlyCell(sheet, value=int(cell.text)) if cell.counts else text_cell(sheet, cell.text)
    made.alignment = LEFT_TOP if cell.counts else WRAP if line.role == "member" or cell.entry == "why" else TOP
    made.protection, made.font = LOCKED, PLAIN
    if line.role == "question":
        made.fill, made.font, made.border = BAND, BOLD, LINE
    elif line.role == "keep":
        made.font = GREY
    if cell.conflict:
        made.fill = NEAR if cell.sign == "≈" else CONFLICT
    signs = " ".join(s for s in (cell.sign, "✔" if cell.wins else "") if s)
    made.number_format = f'General;General;General;"{signs} "@' if signs else "0" if cell.counts else "@"
    if cell.sign == "≠":
        made.font = BOLD
    if cell.entry is not None:
        made.protection, made.fill, made.border, made.font = UNLOCKED, OPEN, EDGE, PLAIN
    return made


# ------------------------------------------------------------------------------------------------------ sheets


def _sheet(page: Worksheet, sheet: Sheet) -> None:
    widths = _widths(sheet)
    _dimensions(page, sheet, widths)
    page.append([words_cell(page, sheet.about, BOLD)])
    page.append([head_cell(page, name) for name in sheet.heads])
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        if line.role == "member":
            page.row_dimensions[row].height = height(widths, [cell.text for cell in line.cells])
        page.append([*(_styled(page, cell, line) for cell in line.cells), *_keys(page, line)])
    _offer(page, sheet)
    protect(page)


def _widths(sheet: Sheet) -> list[int]:
    """Characters of each visible column: a field is as wide as its longest value, within reason."""
    members = [line.cells for line in sheet.lines if line.role == "member"]
    longest = [
        max(len(column.name), *(len(cells[n].text) for cells in members)) + SIGNS
        for n, column in enumerate(sheet.columns, FIRST_FIELD)
    ]
    return [*_WIDTHS, *(min(max(width, _NARROW), _WIDE) for width in longest)]


def _dimensions(page: Worksheet, sheet: Sheet, widths: list[int]) -> None:
    """Widths, frozen names of columns, a filter, and how it prints."""
    fields = len(sheet.columns)
    for n, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(n)].width = width
    for n in range(len(KEYS)):
        page.column_dimensions[get_column_letter(FIRST_FIELD + fields + n + 1)].hidden = True
    last = get_column_letter(FIRST_FIELD + fields)
    page.freeze_panes = f"{get_column_letter(NAME + 2)}{HEAD_ROW + 1}"
    page.auto_filter.ref = f"A{HEAD_ROW}:{last}{HEAD_ROW + len(sheet.lines)}"
    page.print_area = f"A1:{last}{HEAD_ROW + len(sheet.lines)}"
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    printed(page)


def _keys(page: Worksheet, line: Line) -> list[WriteOnlyCell]:
    return [text_cell(page, value) for value in (*line.key, line.evidence)]


def _offer(page: Worksheet, sheet: Sheet) -> None:
    """A list to choose from in every cell that takes a word of ours: one list per set of words."""
    places: dict[tuple[str, ...], list[str]] = {}
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        for column, cell in enumerate(line.cells, 1):
            if cell.offered:
                places.setdefault(cell.offered, []).append(f"{get_column_letter(column)}{row}")
    for words, cells in sorted(places.items()):
        rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
        rule.errorTitle = sheet.words.word("review.wrong_word_title")
        rule.error = sheet.words.word("review.wrong_word", words=", ".join(words))
        rule.sqref = MultiCellRange(" ".join(cells))
        page.data_validations.append(rule)


def _start(page: Worksheet, pack: Pack, listed: tuple[Sheet, ...], words: Language) -> None:
    """The first sheet: what to do, in plain words, and who does it."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = _LEFT, _RIGHT
    printed(page)
    decision = get_column_letter(DECISION + 1)
    for row, (kind, left, right) in enumerate(start_lines(pack, listed, decision, words), 1):
        page.row_dimensions[row].height = 24 if kind == "title" else height([_LEFT, _RIGHT], [left, right])
        cells = [words_cell(page, left, BOLD, wrap=kind != "title")]
        if kind == "title":
            cells[0].font = TITLE
        elif kind == "count":
            cells.append(WriteOnlyCell(page, value=right))  # a formula of ours, over words of ours
            cells[1].alignment = Alignment(horizontal="left", vertical="top")
        else:
            cells.append(words_cell(page, right, PLAIN, wrap=True))
        if kind == "who":
            cells[1].protection, cells[1].fill, cells[1].border = UNLOCKED, OPEN, EDGE
        page.append(cells)
    protect(page)


def _hidden(page: Worksheet, pack: Pack, words: Language) -> None:
    """What binds the workbook to its questions; Excel shows it only to those who write macros."""
    page.sheet_state = "veryHidden"
    facts = {"format": str(FORMAT), "workbook": pack.id, "run": pack.run, "project": pack.project, LANGUAGE: words.code}
    for name, value in facts.items():
        page.append([text_cell(page, name), text_cell(page, value)])
    protect(page)
