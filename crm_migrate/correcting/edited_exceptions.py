"""Edits of exceptions as they come back: the sheet of a report, or the file that its page saved."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from crm_migrate.errors import InputError, UsageError
from crm_migrate.reports.exception_sheet import HEAD
from crm_migrate.reviewing import opening
from crm_migrate.reviewing.reading import shown, small
from crm_migrate.words import languages
from crm_migrate.words.language import language
from crm_migrate.workspace.exception_states import EDITABLE, STATUSES

COLUMNS = ("id", *EDITABLE, "mark", "run")  # of the file that the page saves
_MOST_ROWS = 60_000
_AGAIN = "write the report anew: crm-migrate report --format xlsx,html"


@dataclass(frozen=True, slots=True)
class Edited:
    """One line: where it stands, the exception, what its open cells say now, its mark and the run of the report."""

    place: str
    id: str
    cells: Mapping[str, str]
    mark: str
    run: str


def read_edits(path: Path) -> list[Edited]:
    """All lines, changed or not. InputError where the file cannot be read, UsageError where it is none of ours."""
    data = opening.read_bytes(path)
    lines = list(_of_sheet(data, path.name) if data[:2] == b"PK" else _of_text(data, path.name))
    if not lines:
        raise UsageError(f"{path.name} holds no exceptions of ours", hint=_AGAIN)
    return lines


def status_of(word: str) -> str:
    """The status that a word means, in any language of the report; the word itself where it is none."""
    known: dict[str, str] = {status: status for status in STATUSES}
    known |= {small(language(code).name("word", status)): status for code in languages() for status in STATUSES}
    return known.get(small(word.strip()), word.strip())


def _of_sheet(data: bytes, name: str) -> Iterator[Edited]:
    """The sheet is known by the head of its hidden column, whatever it and its columns are called by now."""
    book = opening.open_workbook(data, name)
    for page in book.worksheets:
        page.reset_dimensions()
        rows = page.iter_rows(max_row=_MOST_ROWS, values_only=True)
        heads = [shown(value) for value in next(rows, ())]
        at = next((number for number, head in enumerate(heads) if head.startswith(HEAD)), None)
        if at is not None and at >= len(EDITABLE):
            yield from _lines(page.title, rows, at, heads[at].removeprefix(HEAD))


def _lines(title: str, rows: Iterator[Any], at: int, run: str) -> Iterator[Edited]:
    first = at - len(EDITABLE)
    for number, values in enumerate(rows, 2):
        texts = [shown(value) for value in values]
        texts += [""] * (at + 1 - len(texts))
        if texts[0].startswith("E-") or texts[at]:  # the line below the others counts what is left out
            cells = dict(zip(EDITABLE, (text.strip() for text in texts[first:at]), strict=True))
            yield Edited(f"{title}!{get_column_letter(first + 1)}{number}", texts[0].strip(), cells, texts[at], run)


def _of_text(data: bytes, name: str) -> Iterator[Edited]:
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{name} is neither a workbook nor a file that the page saved", hint=_AGAIN) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise UsageError(f"{name} has not the columns {', '.join(COLUMNS)}", hint=_AGAIN)
    for number, row in enumerate(rows[1:], 2):
        if any(row):
            texts = dict(zip(COLUMNS, (*row, *[""] * len(COLUMNS)), strict=False))
            cells = {key: texts[key].strip() for key in EDITABLE}
            yield Edited(f"{name}:{number}", texts["id"].strip(), cells, texts["mark"], texts["run"])
