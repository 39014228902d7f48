"""The sheet of exceptions in the workbook: four columns that people may change, and a hidden one that tells edits."""

from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from crm_migrate.reports.tables import Table
from crm_migrate.words.language import Language
from crm_migrate.workspace.exception_states import EDITABLE, STATUSES

NAME, MARK = "exceptions", "mark"
HEAD = "crm-migrate exceptions of "  # begins the head of the hidden column, and ends with the run
_OPEN = PatternFill("solid", start_color="FFFFFBE0", end_color="FFFFFBE0")


def is_open(table: Table, key: str) -> bool:
    """Whether people may change the cells of a column."""
    return table.name == NAME and key in EDITABLE


def opened(cell: WriteOnlyCell) -> WriteOnlyCell:
    """A cell that may be changed."""
    cell.fill = _OPEN
    cell.number_format = "@"
    return cell


def finish(sheet: Any, table: Table, language: Language, rows: int) -> None:
    """Offer the words of the status, and hide the column of marks; nothing for other tables."""
    if table.name != NAME or not rows:
        return
    keys = [column.key for column in table.columns]
    sheet.column_dimensions[get_column_letter(keys.index(MARK) + 1)].hidden = True
    words = ",".join(language.name("word", status) for status in STATUSES)
    offer = DataValidation("list", formula1=f'"{words}"', allow_blank=False, showErrorMessage=True)
    column = get_column_letter(keys.index("status") + 1)
    offer.add(f"{column}2:{column}{rows + 1}")
    sheet.data_validations.append(offer)
