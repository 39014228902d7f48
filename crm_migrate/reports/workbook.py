"""The report as a workbook: a sheet per table, frozen headers, filters, and no cell that is a formula."""

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from crm_migrate.crm.money import plain
from crm_migrate.reports import exception_sheet
from crm_migrate.reports.ledger import exception_lines
from crm_migrate.reports.sections import SECTIONS
from crm_migrate.reports.sentence import sentence
from crm_migrate.reports.tables import Column, Row, Table, Value, in_words
from crm_migrate.reports.totals import totals
from crm_migrate.reports.visible import visible
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import Figures

ROWS = 50_000  # of one sheet
CELL = 8_000  # characters; Excel takes 32,767

_BOLD = Font(bold=True)
_HEAD = PatternFill("solid", start_color="FFDDE3EC", end_color="FFDDE3EC")
_RED = PatternFill("solid", start_color="FFFBE4E6", end_color="FFFBE4E6")
_WRAP = Alignment(vertical="top", wrap_text=True)
_WIDE = {
    "message": 60,
    "fix": 50,
    "title": 50,
    "text": 60,
    "members": 50,
    "why": 40,
    "path": 40,
    "sha256": 66,
    "flags": 30,
    "note": 40,
}
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_EXACT = Decimal(10) ** 15  # Excel keeps 15 digits; a longer amount stays text


def render(figures: Figures, language: Language, *, ledger: Path | None, reveal: bool) -> bytes:
    """The bytes of the workbook.

    `ledger` is the folder `reconcile` of a run: its lines that did not simply arrive become a sheet.
    """
    book = Workbook(write_only=True)
    _summary(book, figures, language)
    for table in _tables(figures):
        add_sheet(book, table, language, run=figures.header.run)
    if ledger is not None:
        _lines(book, ledger, figures, language, reveal=reveal)
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


def _tables(figures: Figures) -> Iterator[Table]:
    """The sheets in the order of the report."""
    return (table for section in SECTIONS for table in section.tables(figures))


def _lines(book: Workbook, ledger: Path, figures: Figures, language: Language, *, reveal: bool) -> None:
    table = exception_lines(ledger, figures, language, limit=ROWS, reveal=reveal)
    if table is not None:
        add_sheet(book, table, language)


def _summary(book: Workbook, figures: Figures, language: Language) -> None:
    """Verdict, sentence, sums, hashes; the header of the run stands in the last rows."""
    sums = totals(figures)
    say = language.word
    facts: list[tuple[str, str | int]] = [
        (say("verdict"), say("verdict." + figures.verdict)),
        (say("report"), figures.title or figures.project),
        (say("environment"), figures.environment),
        (say("target"), figures.target),
        (language.name("column", "read"), sums.read),
        (language.name("column", "extra"), sums.extra),
        *((language.name("column", state), count) for state, count in sums.states.items()),
        (language.name("column", "unexplained"), sums.unexplained),
        (language.name("column", "compared"), sums.compared),
        (language.name("column", "matched"), sums.matched),
        (say("bar.open"), sums.open),
        (say("hash.plan"), figures.plan_hash),
        (say("hash.mapping"), figures.mapping_hash),
        (say("hash.decisions"), figures.decisions_hash),
        (say("hash.signature"), figures.header.signature),
        (say("run"), figures.header.run),
        (say("started"), figures.header.started),
        (say("finished"), figures.header.finished),
        (say("tool"), figures.header.tool_version),
    ]
    sheet = book.create_sheet(say("table.summary"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 90
    sheet.append([_cell(sheet, sentence(figures, sums, language), Column("text"), language, bold=True)])
    for name, value in facts:
        kind = "int" if isinstance(value, int) else "text"
        sheet.append(
            [_cell(sheet, name, Column("text"), language), _cell(sheet, value, Column("value", kind), language)]
        )


def add_sheet(book: Workbook, table: Table, language: Language, *, run: str = "") -> None:
    """A sheet of a table: its words from the catalogue, its header frozen and filtered, text that is never computed."""
    sheet = book.create_sheet(language.sheet("table." + table.name))
    shown = table.first(ROWS)
    last = get_column_letter(len(table.columns))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{last}{len(shown.rows) + 1}"
    for i, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = _WIDE.get(column.key, 14 if column.kind == "int" else 22)
    sheet.append([_head(sheet, _named(table, column, language, run)) for column in table.columns])
    for row in shown.rows:
        sheet.append(list(_row(sheet, table, row, language)))
    exception_sheet.finish(sheet, table, language, len(shown.rows))
    for row in shown.sums:
        cells = zip(row, table.columns, strict=True)
        sheet.append(
            [_cell(sheet, value, column, language, bold=True, unit=table.unit(row)) for value, column in cells]
        )
    if shown.more:
        note = language.word("more_rows", count=language.number(shown.more))
        sheet.append([_cell(sheet, note, Column("text"), language, bold=True)])


def _named(table: Table, column: Column, language: Language, run: str) -> str:
    """The head of a column; that of the hidden one says whose exceptions these are."""
    hidden = table.name == exception_sheet.NAME and column.key == exception_sheet.MARK
    return exception_sheet.HEAD + run if hidden else language.name("column", column.key)


def _row(sheet: object, table: Table, row: Row, language: Language) -> Iterator[WriteOnlyCell]:
    for value, column in zip(row, table.columns, strict=True):
        cell = _cell(sheet, value, column, language, unit=table.unit(row))
        yield exception_sheet.opened(cell) if exception_sheet.is_open(table, column.key) else cell


def _head(sheet: object, text: str) -> WriteOnlyCell:
    cell = _string(sheet, text)
    cell.font, cell.fill = _BOLD, _HEAD
    return cell


def _string(sheet: object, text: str) -> WriteOnlyCell:
    """A cell that is text whatever it begins with: a shared or inline string is never computed."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = visible(text, CELL)
    cell.data_type = "s"
    cell.alignment = _WRAP
    return cell


def _cell(
    sheet: object, value: Value, column: Column, language: Language, *, bold: bool = False, unit: str = ""
) -> WriteOnlyCell:  # fmt: skip
    match column.kind:
        case _ if isinstance(value, tuple):
            cell = _string(sheet, in_words(value, language))
        case "int" | "amount" | "money" if value is not None:
            cell = _number(sheet, value, unit)
        case "group" if not value:
            cell = _string(sheet, language.word("whole"))
        case "ok":
            cell = _string(sheet, language.word("ok.yes" if value else "ok.no"))
            if not value:
                cell.fill = _RED
        case "word":
            cell = _string(sheet, language.name("word", str(value)))
        case _:
            cell = _string(sheet, "" if value is None else str(value))
    if bold:
        cell.font = _BOLD
    return cell


def _number(sheet: object, value: Value, unit: str) -> WriteOnlyCell:
    """A number where Excel can hold it exactly, with the digits of its currency; else its text."""
    text = str(value)
    if not re.fullmatch(r"-?\d+(\.\d+)?", text) or abs(Decimal(text)) >= _EXACT or len(text.strip("-")) > 16:
        return _string(sheet, text)
    number = Decimal(text)
    cell = WriteOnlyCell(sheet, value=int(text) if "." not in text else number)
    decimals = len((plain(number, unit) if unit else text).partition(".")[2])
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
    return cell


def timeless(buffer: io.BytesIO) -> bytes:
    """The archive without the clock in it: the same figures give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<3>", data)
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
