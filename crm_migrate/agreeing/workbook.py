"""The workbook of a mapping as bytes: yellow cells may be changed, all others are locked, and none is a formula.

A hidden sheet has what each cell said, so that what comes back is compared with that and not with a mapping which may
have changed since.
"""

import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.agreeing.book import FORMAT, HEAD_ROW, HIDDEN, KIND, LISTS, Book, Box, Line, Sheet
from crm_migrate.reports.workbook import timeless
from crm_migrate.reviewing.paper import (
    BAND,
    BOLD,
    CONFLICT,
    EDGE,
    GREY,
    LOCKED,
    OPEN,
    PLAIN,
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
from crm_migrate.words.language import Language

_LEFT, _RIGHT = 34, 104  # of the first sheet
_DAY = "yyyy-mm-dd"
_FIRST_DAY = "36526"  # the first of 2000, as spreadsheets count days
_STRICT = ("columns:", "status")  # lists beside which nothing else is taken
_FADED = PatternFill("solid", start_color="FFF3F4F6", end_color="FFF3F4F6")
_FROZEN = {"field": 1, "source": 2, "words:0": 1}  # columns that stay in sight, by the first of a sheet


def render(book: Book, words: Language) -> bytes:
    """The bytes of the workbook; the same mapping and the same data give the same bytes."""
    made = Workbook(write_only=True)
    _front(made.create_sheet(book.start), book)
    places = {name: at for at, name in enumerate(book.lists, 1)}
    for sheet in book.sheets:
        _sheet(made.create_sheet(sheet.title), sheet, book, places, words)
    _hidden(made.create_sheet(HIDDEN), book)
    _offered(made.create_sheet(LISTS), book)
    made.security = WorkbookProtection(lockStructure=True)
    buffer = io.BytesIO()
    made.save(buffer)
    return timeless(buffer)


# ---------------------------------------------------------------------------------------------------- first sheet


def _front(page: Worksheet, book: Book) -> None:
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = _LEFT, _RIGHT
    page.sheet_view.showGridLines = False
    printed(page)
    for row, (kind, left, right) in enumerate(book.front, 1):
        page.row_dimensions[row].height = 24 if kind == "title" else height([_LEFT, _RIGHT], [left, right])
        page.append(_front_cells(page, kind, left, right))
    protect(page)


def _front_cells(page: Worksheet, kind: str, left: str, right: str) -> list[WriteOnlyCell]:
    first = words_cell(page, left, TITLE if kind == "title" else BOLD, wrap=kind != "title")
    second = words_cell(page, right, PLAIN, wrap=True)
    if kind == "head":
        first.fill = second.fill = BAND
    elif kind == "link":
        first.hyperlink = Hyperlink(ref="", location=f"'{left}'!A1")
    return [first, second] if kind != "title" else [first]


# --------------------------------------------------------------------------------------------------------- sheets


def _sheet(page: Worksheet, sheet: Sheet, book: Book, places: dict[str, int], words: Language) -> None:
    _dimensions(page, sheet)
    page.append([words_cell(page, sheet.about, GREY)])
    page.append([*(head_cell(page, head.text) for head in sheet.heads), head_cell(page, "key")])
    widths = [head.width for head in sheet.heads]
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        page.row_dimensions[row].height = height(widths, [cell.text for cell in line.cells])
        page.append([*(_cell(page, cell, line) for cell in line.cells), text_cell(page, line.key)])
    _offer(page, sheet, book, places, words)
    protect(page)


def _dimensions(page: Worksheet, sheet: Sheet) -> None:
    """Widths, what stays in sight, a filter, and how it prints. The last column has the keys and is hidden."""
    for number, head in enumerate(sheet.heads, 1):
        page.column_dimensions[get_column_letter(number)].width = head.width
    page.column_dimensions[get_column_letter(len(sheet.heads) + 1)].hidden = True
    last, rows = get_column_letter(len(sheet.heads)), HEAD_ROW + len(sheet.lines)
    page.freeze_panes = f"{get_column_letter(_FROZEN.get(sheet.heads[0].key, 1) + 1)}{HEAD_ROW + 1}"
    page.auto_filter.ref = f"A{HEAD_ROW}:{last}{rows}"
    page.print_area, page.print_title_rows = f"A1:{last}{rows}", f"{HEAD_ROW}:{HEAD_ROW}"
    printed(page)


def _cell(page: Worksheet, cell: Box, line: Line) -> WriteOnlyCell:
    if cell.count is not None:
        made = WriteOnlyCell(page, value=cell.count)
        made.number_format, made.alignment = "#,##0", TOP
    elif cell.entry == "due":
        made = _day(page, cell.text)
    else:
        made = text_cell(page, cell.text)
        made.number_format, made.alignment = "@", WRAP
    made.font, made.protection = PLAIN, LOCKED
    if cell.entry:
        made.protection, made.fill, made.border = UNLOCKED, OPEN, EDGE
    elif line.role in ("missing", "unmapped"):
        made.fill = CONFLICT
    elif line.role in ("unfed", "column"):
        made.fill, made.font = _FADED, GREY
    elif line.role == "map":
        made.fill, made.font = BAND, BOLD
    return made


def _day(page: Worksheet, text: str) -> WriteOnlyCell:
    """A day as a day, so that what people type in their own way is one; what is none stays a text."""
    try:
        made = WriteOnlyCell(page, value=date.fromisoformat(text) if text else None)
    except ValueError:
        made = text_cell(page, text)
    made.number_format, made.alignment = _DAY, TOP
    return made


def _offer(page: Worksheet, sheet: Sheet, book: Book, places: dict[str, int], words: Language) -> None:
    """A list to choose from where a cell has one; what is not in it is refused only where nothing else is possible."""
    cells: dict[str, list[tuple[int, int]]] = {}
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        for column, cell in enumerate(line.cells, 1):
            name = "due" if cell.entry == "due" else cell.offered if book.lists.get(cell.offered) else ""
            if name:
                cells.setdefault(name, []).append((column, row))
    for name, found in sorted(cells.items()):
        rule = _days(words) if name == "due" else _choice(name, book, places, words)
        rule.errorTitle, rule.sqref = words.word("book.wrong_title"), MultiCellRange(" ".join(_ranges(found)))
        page.data_validations.append(rule)


def _choice(name: str, book: Book, places: dict[str, int], words: Language) -> DataValidation:
    column = get_column_letter(places[name])
    area = f"'{LISTS}'!${column}$1:${column}${len(book.lists[name])}"
    strict = name.startswith(_STRICT)
    rule = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=strict)
    rule.error = words.word("book.wrong_word")
    return rule


def _days(words: Language) -> DataValidation:
    rule = DataValidation(type="date", operator="greaterThan", formula1=_FIRST_DAY, allow_blank=True)
    rule.showErrorMessage, rule.error = True, words.word("book.wrong_day")
    return rule


def _ranges(cells: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Cells as ranges of each column: hundreds of single ones are more than some programs take."""
    rows: dict[int, list[int]] = {}
    for column, row in cells:
        rows.setdefault(column, []).append(row)
    for column, found in sorted(rows.items()):
        letter = get_column_letter(column)
        for _, run in groupby(enumerate(found), key=lambda each: each[1] - each[0]):
            first, *more = [row for _, row in run]
            yield f"{letter}{first}:{letter}{more[-1]}" if more else f"{letter}{first}"


# --------------------------------------------------------------------------------------------------------- hidden


def _hidden(page: Worksheet, book: Book) -> None:
    """What the workbook is, and what its cells said: a row per sheet with its columns, and one for each of its rows."""
    page.sheet_state = "veryHidden"
    facts = {"format": FORMAT, "kind": KIND, "project": book.project, "mapping": book.mapping, "digest": book.digest}
    for name, value in (facts | {"language": book.language, "start": book.start}).items():
        page.append([text_cell(page, name), text_cell(page, value)])
    for _, left, right in book.front:
        page.append([text_cell(page, text) for text in ("front", left, right)])
    for sheet in book.sheets:
        heads = [[head.key, head.text] for head in sheet.heads]
        page.append([text_cell(page, text) for text in ("sheet", sheet.title, _json(heads), sheet.about)])
        for line in sheet.lines:
            if line.key:
                said = [_said(cell) for cell in line.cells]
                entries = [cell.entry or f"!{cell.why}" for cell in line.cells]
                page.append([text_cell(page, text) for text in ("line", line.key, _json(said), _json(entries))])
    protect(page)


def _said(cell: Box) -> str:
    return cell.text if cell.count is None else str(cell.count)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _offered(page: Worksheet, book: Book) -> None:
    """What cells offer, a column for each list."""
    page.sheet_state = "veryHidden"
    for at in range(max(map(len, book.lists.values()), default=0)):
        row = [said[at] if at < len(said) else "" for said in book.lists.values()]
        page.append([text_cell(page, text) for text in row])
    protect(page)
