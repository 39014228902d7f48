"""What our workbooks for people look like: cells that are text, heads, what is locked, how a sheet prints."""

import re

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.worksheet import Worksheet

_A4 = 9  # as workbooks number papers
_HEIGHT, _MOST_LINES = 15.0, 8  # points of a line of text, and lines shown of a long one
SIGNS = 6  # characters that signs before a value, and bold letters, may take
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a workbook reads `_x0041_` as `A`
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # no XML holds them as they are
_FORMULA = ("=", "+", "-", "@")

BOLD, PLAIN = Font(name="Calibri", size=11, bold=True), Font(name="Calibri", size=11)
GREY = Font(name="Calibri", size=11, color="FF4A5260", italic=True)
WHITE = Font(name="Calibri", size=11, bold=True, color="FFFFFFFF")
TITLE = Font(name="Calibri", size=16, bold=True)
HEAD = PatternFill("solid", start_color="FF2F3E55", end_color="FF2F3E55")
BAND = PatternFill("solid", start_color="FFDDE6F2", end_color="FFDDE6F2")
OPEN = PatternFill("solid", start_color="FFFFFBE0", end_color="FFFFFBE0")
CONFLICT = PatternFill("solid", start_color="FFFBE4D5", end_color="FFFBE4D5")
NEAR = PatternFill("solid", start_color="FFFDF3D8", end_color="FFFDF3D8")
LINE = Border(top=Side("thin", color="FF8A94A6"))
EDGE = Border(*(Side("thin", color="FFB9A94A"),) * 4)
UNLOCKED, LOCKED = Protection(locked=False), Protection(locked=True)
LEFT_TOP = Alignment(horizontal="left", vertical="top")
TOP, WRAP = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


def text_cell(sheet: Worksheet, value: str) -> WriteOnlyCell:
    """A cell that is text whatever it begins with, and stays it when somebody presses Enter in it."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", value)) or None
    if value:
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA)
    return cell


def head_cell(page: Worksheet, name: str) -> WriteOnlyCell:
    """The head of a column."""
    cell = text_cell(page, name)
    cell.font, cell.fill, cell.alignment = WHITE, HEAD, WRAP
    return cell


def words_cell(page: Worksheet, value: str, font: Font, *, wrap: bool = False) -> WriteOnlyCell:
    """A cell of words of ours."""
    cell = text_cell(page, value)
    cell.font, cell.alignment = font, WRAP if wrap else TOP
    return cell


def height(widths: list[int], texts: list[str]) -> float:
    """Points that a row needs: nobody measures wrapped text before the workbook is opened."""
    lines = max(-(-(len(text) + SIGNS) // width) for text, width in zip(texts, widths, strict=True))
    return _HEIGHT * max(1, min(lines, _MOST_LINES))


def printed(page: Worksheet) -> None:
    """Landscape, as wide as the paper."""
    page.page_setup.orientation, page.page_setup.fitToHeight, page.page_setup.fitToWidth = "landscape", 0, 1
    page.page_setup.paperSize = _A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4


def protect(page: Worksheet) -> None:
    """Locked against slips; filters and widths stay free."""
    page.protection.sheet = True
    page.protection.autoFilter = page.protection.formatColumns = page.protection.formatRows = False
