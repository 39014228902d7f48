"""What our workbooks for corrections share: cells that are text, yellow ones that may be changed, what a file is."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.errors import UsageError
from crm_migrate.reviewing.paper import text_cell
from crm_migrate.reviewing.reading import shown

HIDDEN = "crm-migrate"
FORMAT = "1"
LONGEST = 32_000  # characters of a cell; Excel takes 32,767
CUT = " … (too long for a workbook)"
_HEAD = PatternFill("solid", start_color="FF2F3E55", end_color="FF2F3E55")
_OPEN = PatternFill("solid", start_color="FFFFFBE0", end_color="FFFFFBE0")
_WHITE = Font(bold=True, color="FFFFFFFF")
_TOP = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a workbook is: written by the verb `kind`, of a run, with what was asked for."""

    kind: str
    run: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """Who corrects, when (ISO date) and why."""

    name: str
    when: str
    why: str


def styled(page: Worksheet, text: str, *, head: bool = False, open_: bool = False) -> WriteOnlyCell:
    """A cell that is text; the head of a column, or one that may be changed."""
    cell = text_cell(page, text)
    cell.number_format, cell.alignment = "@", _TOP
    if head:
        cell.fill, cell.font = _HEAD, _WHITE
    elif open_:
        cell.fill = _OPEN
    return cell


def cut(text: str) -> str:
    """A text as a workbook holds it."""
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def head(page: Worksheet, names: Sequence[str]) -> list[WriteOnlyCell]:
    """The first line of a sheet."""
    return [styled(page, name, head=True) for name in names]


def hide(book: Workbook, facts: Facts) -> None:
    """Write what the workbook is where people do not see it."""
    page = book.create_sheet(HIDDEN)
    page.sheet_state = "veryHidden"
    lines = (("format", FORMAT), ("kind", facts.kind), ("run", facts.run), ("asked", " ".join(facts.asked)))
    for name, value in lines:
        page.append([text_cell(page, name), text_cell(page, value)])


def facts_of(book: Workbook, name: str, kind: str) -> Facts:
    """What a workbook is. UsageError where the verb `kind` did not write it."""
    again = f"write it anew: crm-migrate {kind} PROJECT"
    rows = book[HIDDEN].iter_rows(max_row=4, max_col=2, values_only=True) if HIDDEN in book.sheetnames else ()
    found = {shown(left): shown(right) for left, right in rows}
    if found.get("kind") != kind:
        raise UsageError(f"{name} is no workbook of `crm-migrate {kind}`", hint=again)
    if found.get("format") != FORMAT:
        raise UsageError(f"{name} was written by another version", hint=again)
    return Facts(kind, found.get("run", ""), tuple(found.get("asked", "").split()))
