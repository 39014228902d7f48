"""Rejected rows as a workbook: a sheet per source with its columns, in which cells may be changed, and why beside them.

Every cell is text, so that Excel makes no date of `1-2`, no number of `0049` and no formula of `=1+1`.
"""

import io
import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.correcting.rejects import Line, Returned
from crm_migrate.correcting.sheets import HIDDEN, Facts, cut, head, hide, styled
from crm_migrate.reports.workbook import timeless

KIND = "rejects"
OURS = ("row", "why", "what to do")  # before the columns of the source
_TITLE = re.compile(r"[\\/*?:\[\]]")


def render(found: Sequence[Returned], run: str, states: Sequence[str]) -> bytes:
    """The bytes of the workbook; the same rows give the same bytes."""
    book = Workbook(write_only=True)
    for title, each in zip(titles(found), found, strict=True):
        _sheet(book.create_sheet(title), each)
    hide(book, Facts(KIND, run, tuple(states)))
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
    page.append(head(page, heads(each)))
    for line in each.lines:
        fixes = "\n".join(dict.fromkeys(reason.fix for reason in line.reasons if reason.fix))
        ours = [styled(page, text) for text in (line.name, why(line), fixes)]
        page.append([*ours, *(styled(page, cut(text), open_=bool(line.name)) for text in line.cells)])
