"""A review workbook as people fill it, and what reading it would do."""

import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from reviewed import Company

from crm_migrate.reviewing.layout import ENGLISH, HEAD_ROW, sheets
from crm_migrate.reviewing.questions import Pack
from crm_migrate.reviewing.taking import Taken, take
from crm_migrate.reviewing.workbook import render

DAY = date(2025, 3, 14)
OPEN, MERGED = "contacts", "contacts merged"


@cache
def _bytes(pack_id: str) -> list[bytes]:
    return []


def rendered(pack: Pack) -> bytes:
    """The workbook of a pack, made once."""
    made = _bytes(pack.id)
    if not made:
        made.append(render(pack))
    return made[0]


class Book:
    """A filled workbook: cells by question, line and column, as a person finds them."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.book: Workbook = openpyxl.load_workbook(io.BytesIO(rendered(pack)))
        self.book[ENGLISH.word("review.start")]["B4"] = "Ayşe"

    def row(self, sheet: str, record: str, label: str) -> int:
        """The row of a line of the question that this record is part of."""
        (found,) = (s for s in sheets(self.pack) if s.title == sheet)
        lines = enumerate(found.lines, HEAD_ROW + 1)
        return next(n for n, line in lines if record in line.question.names and line.label == label)

    def place(self, sheet: str, record: str, label: str, column: str) -> str:
        heads = [cell.value for cell in self.book[sheet][HEAD_ROW]]
        return f"{get_column_letter(heads.index(column) + 1)}{self.row(sheet, record, label)}"

    def put(self, record: str, column: str, value: Any, label: str = "?", sheet: str = OPEN) -> str:
        """Change a cell; returns its name as a finding tells it."""
        place = self.place(sheet, record, label, column)
        self.book[sheet][place] = value
        return f"{sheet}!{place}"

    def label_of(self, record: str, sheet: str = OPEN) -> str:
        (found,) = (s for s in sheets(self.pack) if s.title == sheet)
        question = next(line.question for line in found.lines if record in line.question.names)
        return "ABCDEFGH"[question.names.index(record)]

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


def tried(company: Company, book: Book, path: Path) -> Taken:
    """What would become of the answers."""
    return take(company.project, company.plan, company.run, book.save(path / "r.xlsx"), today=DAY, dry_run=True)


def places(taken: Taken) -> dict[str, str]:
    return {str(finding.place): finding.code for finding in taken.findings}
