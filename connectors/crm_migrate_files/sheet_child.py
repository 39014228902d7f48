"""Runs in a process of its own: reads one sheet with limits, and leaves Arrow files and `facts.json` in a folder.

Called as `python -P -m crm_migrate_files.sheet_child` with a JSON job on the first line of standard input. The input
stays open while the parent lives; when it ends, so does this process.
"""

import difflib
import hashlib
import importlib
import json
import os
import sys
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from crm_migrate_files.book import MAX_CELLS, Book, SheetEntry
from crm_migrate_files.limits import limit_process
from crm_migrate_files.opening import open_plain
from crm_migrate_files.refused import Refused

PART_ROWS = 16_384
TOP_ROWS = 10  # of a sheet that are told as they are: one of them may be the header
LINE = "line"
# Who opens a workbook of a format: module and class, which is given the open file and is a `book.Book`.
BOOKS = {
    "xlsx": ("sheet", "XmlBook"),
    "xlsb": ("binary_sheet", "BinaryBook"),
    "xls": ("old_sheet", "OldBook"),
    "ods": ("open_sheet", "OpenBook"),
    "html": ("web_page", "PageBook"),
    "xml": ("xml_2003", "XmlBook2003"),
}


def main() -> None:
    """Do the job and say in `facts.json` what came of it; a refusal is a result and no failure."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    limit_process()
    os.umask(0o077)
    text = json.dumps(facts_of(job), ensure_ascii=False)
    (Path(job["folder"]) / "facts.json").write_text(text, encoding="utf-8")


def facts_of(job: dict[str, Any]) -> dict[str, Any]:
    """What came of a job: facts about the sheet, or why it is refused."""
    try:
        return _read(job, Path(job["folder"]))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except (MemoryError, RecursionError):
        return {"refused": "the workbook needs more memory than a workbook may"}
    except Exception as error:  # noqa: BLE001 -- the parsers raise a dozen types on damaged parts
        return {"refused": f"the workbook is damaged ({type(error).__name__}: {error})"[:500]}


def _die_with_parent() -> None:
    sys.stdin.read()
    os._exit(75)


def _read(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = Path(job["path"])
    with open_plain(path) as handle:
        digest, size = hashlib.file_digest(handle, "sha256"), handle.tell()
        handle.seek(0)
        module, opener = BOOKS[job["format"]]
        book: Book = getattr(importlib.import_module(f"crm_migrate_files.{module}"), opener)(handle)
        if job.get("listing"):
            told = {hidden: [each.name for each in book.sheets if each.hidden == hidden] for hidden in (False, True)}
            return {"shown": told[False], "hidden": told[True]}
        entry = _choose(book, job["sheet"])
        reader = book.sheet(entry)
        table = _Table(folder, job["header_row"])
        for number, values in reader.rows():
            table.add(number, values)
        table.finish()
        counted = max(reader.last_row() - table.header_row, 0)
    return {
        "sha256": digest.hexdigest(),
        "bytes": size,
        "header": table.header,
        "header_row": table.header_row,
        "width": table.width,
        "top": table.top,
        "below": table.below,
        "records": table.records,
        "counted": counted,
        "parts": table.parts,
        "sheet": entry.name,
        "date1904": book.date1904,
        "other_sheets": [s.name for s in book.sheets if not s.hidden and s.name != entry.name],
        "hidden_sheets": [s.name for s in book.sheets if s.hidden and s.name != entry.name],
        "oddities": asdict(reader.oddities),
        "format": book.called,
    }


def _choose(book: Book, wanted: str | None) -> SheetEntry:
    """The sheet of that name, or the first that is not hidden."""
    if not book.sheets:
        raise Refused("the workbook has no sheet with cells")
    if wanted is None:
        return next((s for s in book.sheets if not s.hidden), book.sheets[0])
    named = {unicodedata.normalize("NFC", s.name).strip(): s for s in book.sheets}
    found = named.get(unicodedata.normalize("NFC", wanted).strip())
    if found is None:
        near = difflib.get_close_matches(wanted, named, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else f"its sheets are: {', '.join(named)}"
        raise Refused(f"there is no sheet `{wanted}`; {hint}")
    return found


def named(cells: list[str]) -> list[str]:
    """The cells of a header up to the last that says something."""
    return cells[: max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)]


class _Table:
    """Collects rows below the header, puts blank rows back in, and writes them in parts of growing width."""

    def __init__(self, folder: Path, header_row: int | None) -> None:
        self._folder, self._wanted = folder, header_row
        self.header: list[str] = []
        self.header_row = 0
        self.top: list[tuple[int, list[str]]] = []
        self.below = 0  # columns of the rows below those
        self.last = 0
        self.width = 0
        self.records = 0
        self.parts = 0
        self._rows: list[list[str | None]] = []
        self._lines: list[int] = []

    def add(self, number: int, values: list[str | None]) -> None:
        """One row that is not blank, by its number."""
        while values and values[-1] is None:
            values.pop()
        if number <= TOP_ROWS:
            self.top.append((number, [value or "" for value in values]))
        else:
            self.below = max(self.below, len(values))
        if not self.header_row:
            self._begin(number, values)
            return
        if (number - self.header_row) * max(self.width, len(values)) > MAX_CELLS:
            raise Refused(f"the sheet spans more than {MAX_CELLS:,} cells")
        for blank in range(self.last + 1, number):
            self._append(blank, [])
        self._append(number, values)

    def _begin(self, number: int, values: list[str | None]) -> None:
        if self._wanted is not None and number < self._wanted:
            return
        if self._wanted is not None and number > self._wanted:
            raise Refused(f"row {self._wanted} is blank and cannot be the header; the next row with cells is {number}")
        self.header_row = self.last = number
        self.header = named([value or "" for value in values])
        self.width = len(self.header)

    def _append(self, number: int, values: list[str | None]) -> None:
        self.last = number
        self.width = max(self.width, len(values))
        self._rows.append(values)
        self._lines.append(number)
        self.records += 1
        if len(self._rows) == PART_ROWS:
            self._flush()

    def finish(self) -> None:
        """Write what is left."""
        if not self.header_row:
            where = "the sheet" if self._wanted is None else f"the sheet from row {self._wanted} on"
            raise Refused(f"{where} is empty and has no header row")
        if self._rows:
            self._flush()

    def _flush(self) -> None:
        columns = {LINE: pa.array(self._lines, pa.int64())}
        for index in range(self.width):
            columns[str(index)] = pa.array(self._column(index), pa.string())
        table = pa.table(columns)
        path = str(self._folder / f"{self.parts:05}.arrow")
        with pa.OSFile(path, "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
        self.parts += 1
        self._rows, self._lines = [], []

    def _column(self, index: int) -> Iterator[str | None]:
        return (row[index] if index < len(row) else None for row in self._rows)


if __name__ == "__main__":
    main()
