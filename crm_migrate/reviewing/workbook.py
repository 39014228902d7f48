"""The questions as a workbook: what may be changed is open, all else is locked, and no cell of data is a formula.

Signs stand in the number format of a cell (`≠ `, `≈ `, `✔ `), so that its value stays the value. Sheets are protected
without a password: that guards against slips, and what is changed nevertheless is named when the workbook comes back.
"""

import io
import re

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
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
from crm_migrate.reviewing.questions import FORMAT, Pack
from crm_migrate.words.language import Language

_WIDTHS = (6, 11, 14, 26, 10, 9, 28, 24)
_NARROW, _WIDE = 11, 38  # of a field, in characters
_SIGNS = 6  # characters that signs before a value, and bold letters, may take
_LEFT, _RIGHT = 36, 100  # of the first sheet
_A4 = 9  # as workbooks number papers
_HEIGHT, _MOST_LINES = 15.0, 8  # points of a line of text, and lines shown of a long one
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a workbook reads `_x0041_` as `A`
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # no XML holds them as they are
_FORMULA = ("=", "+", "-", "@")

_BOLD, _PLAIN = Font(name="Calibri", size=11, bold=True), Font(name="Calibri", size=11)
_GREY = Font(name="Calibri", size=11, color="FF4A5260", italic=True)
_WHITE = Font(name="Calibri", size=11, bold=True, color="FFFFFFFF")
_TITLE = Font(name="Calibri", size=16, bold=True)
_HEAD = PatternFill("solid", start_color="FF2F3E55", end_color="FF2F3E55")
_BAND = PatternFill("solid", start_color="FFDDE6F2", end_color="FFDDE6F2")
_OPEN = PatternFill("solid", start_color="FFFFFBE0", end_color="FFFFFBE0")
_CONFLICT = PatternFill("solid", start_color="FFFBE4D5", end_color="FFFBE4D5")
_NEAR = PatternFill("solid", start_color="FFFDF3D8", end_color="FFFDF3D8")
_LINE = Border(top=Side("thin", color="FF8A94A6"))
_EDGE = Border(*(Side("thin", color="FFB9A94A"),) * 4)
_UNLOCKED, _LOCKED = Protection(locked=False), Protection(locked=True)
_LEFT_TOP = Alignment(horizontal="left", vertical="top")
_TOP, _WRAP = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


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


def text_cell(sheet: Worksheet, value: str) -> WriteOnlyCell:
    """A cell that is text whatever it begins with, and stays it when somebody presses Enter in it."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", value)) or None
    if value:
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA)
    return cell


def _styled(sheet: Worksheet, cell: Cell, line: Line) -> WriteOnlyCell:
    made = WriteOnlyCell(sheet, value=int(cell.text)) if cell.counts else text_cell(sheet, cell.text)
    made.alignment = _LEFT_TOP if cell.counts else _WRAP if line.role == "member" or cell.entry == "why" else _TOP
    made.protection, made.font = _LOCKED, _PLAIN
    if line.role == "question":
        made.fill, made.font, made.border = _BAND, _BOLD, _LINE
    elif line.role == "keep":
        made.font = _GREY
    if cell.conflict:
        made.fill = _NEAR if cell.sign == "≈" else _CONFLICT
    signs = " ".join(s for s in (cell.sign, "✔" if cell.wins else "") if s)
    made.number_format = f'General;General;General;"{signs} "@' if signs else "0" if cell.counts else "@"
    if cell.sign == "≠":
        made.font = _BOLD
    if cell.entry is not None:
        made.protection, made.fill, made.border, made.font = _UNLOCKED, _OPEN, _EDGE, _PLAIN
    return made


# ------------------------------------------------------------------------------------------------------ sheets


def _sheet(page: Worksheet, sheet: Sheet) -> None:
    widths = _widths(sheet)
    _dimensions(page, sheet, widths)
    page.append([_text_of(page, sheet.about, _BOLD)])
    page.append([_head(page, name) for name in sheet.heads])
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        if line.role == "member":
            page.row_dimensions[row].height = _height(widths, [cell.text for cell in line.cells])
        page.append([*(_styled(page, cell, line) for cell in line.cells), *_keys(page, line)])
    _offer(page, sheet)
    _protect(page)


def _widths(sheet: Sheet) -> list[int]:
    """Characters of each visible column: a field is as wide as its longest value, within reason."""
    members = [line.cells for line in sheet.lines if line.role == "member"]
    longest = [
        max(len(column.name), *(len(cells[n].text) for cells in members)) + _SIGNS
        for n, column in enumerate(sheet.columns, FIRST_FIELD)
    ]
    return [*_WIDTHS, *(min(max(width, _NARROW), _WIDE) for width in longest)]


def _height(widths: list[int], texts: list[str]) -> float:
    """Points that a row needs: nobody measures wrapped text before the workbook is opened."""
    lines = max(-(-(len(text) + _SIGNS) // width) for text, width in zip(texts, widths, strict=True))
    return _HEIGHT * min(lines, _MOST_LINES)


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
    _printed(page)


def _printed(page: Worksheet) -> None:
    """Landscape, as wide as the paper."""
    page.page_setup.orientation, page.page_setup.fitToHeight, page.page_setup.fitToWidth = "landscape", 0, 1
    page.page_setup.paperSize = _A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4


def _head(page: Worksheet, name: str) -> WriteOnlyCell:
    cell = text_cell(page, name)
    cell.font, cell.fill, cell.alignment = _WHITE, _HEAD, _WRAP
    return cell


def _text_of(page: Worksheet, value: str, font: Font, *, wrap: bool = False) -> WriteOnlyCell:
    cell = text_cell(page, value)
    cell.font, cell.alignment = font, _WRAP if wrap else _TOP
    return cell


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


def _protect(page: Worksheet) -> None:
    """Locked against slips; filters and widths stay free."""
    page.protection.sheet = True
    page.protection.autoFilter = page.protection.formatColumns = page.protection.formatRows = False


def _start(page: Worksheet, pack: Pack, listed: tuple[Sheet, ...], words: Language) -> None:
    """The first sheet: what to do, in plain words, and who does it."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = _LEFT, _RIGHT
    _printed(page)
    decision = get_column_letter(DECISION + 1)
    for row, (kind, left, right) in enumerate(start_lines(pack, listed, decision, words), 1):
        page.row_dimensions[row].height = 24 if kind == "title" else _height([_LEFT, _RIGHT], [left, right])
        cells = [_text_of(page, left, _BOLD, wrap=kind != "title")]
        if kind == "title":
            cells[0].font = _TITLE
        elif kind == "count":
            cells.append(WriteOnlyCell(page, value=right))  # a formula of ours, over words of ours
            cells[1].alignment = Alignment(horizontal="left", vertical="top")
        else:
            cells.append(_text_of(page, right, _PLAIN, wrap=True))
        if kind == "who":
            cells[1].protection, cells[1].fill, cells[1].border = _UNLOCKED, _OPEN, _EDGE
        page.append(cells)
    _protect(page)


def _hidden(page: Worksheet, pack: Pack, words: Language) -> None:
    """What binds the workbook to its questions; Excel shows it only to those who write macros."""
    page.sheet_state = "veryHidden"
    facts = {"format": str(FORMAT), "workbook": pack.id, "run": pack.run, "project": pack.project, LANGUAGE: words.code}
    for name, value in facts.items():
        page.append([text_cell(page, name), text_cell(page, value)])
    _protect(page)
