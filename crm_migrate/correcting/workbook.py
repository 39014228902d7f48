"""Rejected rows as a workbook: a sheet per source with its columns, in which cells may be changed, and why beside them.

Every cell is text, so that Excel makes no date of `1-2`, no number of `0049` and no formula of `=1+1`.
"""

import io
import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.correcting.rejects import Line, Returned
from crm_migrate.reports.workbook import timeless
from crm_migrate.reviewing.workbook import text_cell

HIDDEN = "crm-migrate"
FORMAT = "1"
OURS = ("row", "why", "what to do")  # before the columns of the source
LONGEST = 32_000  # characters of a cell; Excel takes 32,767
CUT = " … (too long for a workbook: mend it in the export)"
_TITLE = re.compile(r"[\\/*?:\[\]]")
_HEAD = PatternFill("solid", start_color="FF2F3E55", end_color="FF2F3E55")
_OPEN = PatternFill("solid", start_color="FFFFFBE0", end_color="FFFFFBE0")
_WHITE, _BOLD = Font(bold=True, color="FFFFFFFF"), Font(bold=True)
_TOP = Alignment(vertical="top", wrap_text=True)


def render(found: Sequence[Returned], run: str, states: Sequence[str]) -> bytes:
    """The bytes of the workbook; the same rows give the same bytes."""
    book = Workbook(write_only=True)
    for title, each in zip(titles(found), found, strict=True):
        _sheet(book.create_sheet(title), each)
    _hidden(book.create_sheet(HIDDEN), run, states)
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


def titles(found: Sequence[Returned]) -> list[str]:
    """The names of the sheets: the sources, as Excel allows them, each once."""
    taken: dict[str, int] = {HIDDEN: 1}
    out = []
    for each in found:
        title = _TITLE.sub("_", each.source)[:28] or "source"
        number = taken[title.lower()] = taken.get(title.lower(), 0) + 1
        out.append(title if number == 1 else f"{title}_{number}")
    return out


def heads(each: Returned) -> tuple[str, ...]:
    """The first line of a sheet."""
    return (*OURS, *each.columns)


def shown(text: str) -> str:
    """A cell as the workbook holds it."""
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def why(line: Line) -> str:
    """What stopped a row, a line for each object."""
    parts = (
        f"{each.object} {each.state}: {each.code}" + "".join(f", {part}" for part in (each.field, each.message) if part)
        for each in line.reasons
    )
    return "\n".join(dict.fromkeys(parts))


def _sheet(page: Worksheet, each: Returned) -> None:
    page.freeze_panes = f"{get_column_letter(len(OURS) + 1)}2"
    for number, width in enumerate((24, 48, 48, *(22 for _ in each.columns)), 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.auto_filter.ref = f"A1:{get_column_letter(len(heads(each)))}{len(each.lines) + 1}"
    page.append([_head(page, name) for name in heads(each)])
    for line in each.lines:
        fixes = "\n".join(dict.fromkeys(reason.fix for reason in line.reasons if reason.fix))
        ours = [_cell(page, text) for text in (line.name, why(line), fixes)]
        page.append([*ours, *(_cell(page, shown(text), open_=bool(line.name)) for text in line.cells)])


def _cell(page: Worksheet, text: str, *, open_: bool = False) -> WriteOnlyCell:
    cell = text_cell(page, text)
    cell.number_format, cell.alignment = "@", _TOP
    if open_:
        cell.fill = _OPEN
    return cell


def _head(page: Worksheet, text: str) -> WriteOnlyCell:
    cell = _cell(page, text)
    cell.fill, cell.font = _HEAD, _WHITE
    return cell


def _hidden(page: Worksheet, run: str, states: Sequence[str]) -> None:
    page.sheet_state = "veryHidden"
    for name, value in (("format", FORMAT), ("run", run), ("states", " ".join(states))):
        page.append([text_cell(page, name), text_cell(page, value)])
