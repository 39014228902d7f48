"""Cleaning one column of a CSV or XLSX file: the same file with a clean column and its flag beside."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from crm_migrate.cleansing.localities import language_of
from crm_migrate.errors import InputError, UsageError

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: names of the columns and rows of cells, and how the file was written."""

    columns: list[str]
    rows: Rows
    delimiter: str = ","
    encoding: str = "utf-8"


# The code pages of Windows by language, for files that are not UTF-8 (an old export says no more about itself).
_PAGES = {
    **dict.fromkeys(("tr", "az", "ku"), "cp1254"),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sr", "bs", "sq"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk"), "cp1251"),
    **dict.fromkeys(("et", "lv", "lt"), "cp1257"),
    **{
        "el": "cp1253",
        "he": "cp1255",
        "ar": "cp1256",
        "vi": "cp1258",
        "ja": "cp932",
        "ko": "cp949",
        "zh": "gb18030",
        "th": "cp874",
    },
}


def read_sheet(path: Path, locale: str | None = None, encoding: str | None = None) -> Sheet:
    """Read a CSV or XLSX file whose first row names the columns. InputError where it cannot be read.

    A CSV that is not UTF-8 is read in the code page of the locale's language, unless its encoding is given.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="check the name and the folder")
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _workbook(path)
    data = path.read_bytes()
    marked = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    page = _PAGES.get(language_of(locale or ""), "cp1252")
    for name in (encoding,) if encoding else (marked, page):
        try:
            return _delimited(path, data.decode(str(name)), str(name))
        except (UnicodeDecodeError, LookupError):
            continue
    raise InputError(f"{path} is neither UTF-8 nor {page}", hint="say what it is with --encoding")


def _delimited(path: Path, text: str, encoding: str) -> Sheet:
    """A CSV file; the delimiter is the one that its header has most of, or the one that Excel's first line names."""
    if text.startswith("sep="):
        text = text.partition("\n")[2]
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count) if any(d in head for d in ",;\t|") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows:
        raise InputError(f"{path} is empty", hint="the first line names the columns")
    return Sheet(rows[0], rows[1:], delimiter, encoding)


def _workbook(path: Path) -> Sheet:
    """The first sheet of a workbook, as text."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError) as broken:
        raise InputError(f"{path} is no workbook", hint="save it again as .xlsx or .csv") from broken
    rows = [[_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    if not rows:
        raise InputError(f"{path} is empty", hint="the first row names the columns")
    return Sheet(rows[0], rows[1:])


def _text(value: Any) -> str:
    """A cell as a person would type it; whole numbers have no `.0`, days no midnight."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).removesuffix(" 00:00:00")


def cleaned_sheet(sheet: Sheet, column: str, kind: str, locale: str | None) -> tuple[Sheet, dict[str, int]]:
    """The sheet with `<column> clean`, `<column> flag`, `<column> note` and the parts, and the count of each flag."""
    from crm_migrate.cleansing.cleaner import clean

    if column not in sheet.columns:
        near = get_close_matches(column, sheet.columns, n=1, cutoff=0.5)
        raise UsageError(
            f"there is no column {column!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"columns: {', '.join(sheet.columns)}",
        )
    at = sheet.columns.index(column)
    frame = clean([row[at] if at < len(row) else "" for row in sheet.rows], kind, locale)
    names = [f"{column} {'clean' if name == 'value' else name}" for name in frame.columns]
    width = len(sheet.columns)
    added = frame.to_numpy().tolist()
    rows = [
        [*row[:width], *[""] * (width - len(row)), *more, *row[width:]]
        for row, more in zip(sheet.rows, added, strict=True)
    ]
    counts = {str(flag): int(count) for flag, count in frame["flag"].value_counts().sort_index().items()}
    return Sheet([*sheet.columns, *names], rows, sheet.delimiter, sheet.encoding), counts


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write CSV (UTF-8, the delimiter of the input) or XLSX, by the ending of the path."""
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        _write_workbook(sheet, path)
        return
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=sheet.delimiter)
        writer.writerow(sheet.columns)
        writer.writerows(sheet.rows)


def _write_workbook(sheet: Sheet, path: Path) -> None:
    """All cells as text, so that no leading zero is lost and no formula is run."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("cleaned")
    for row in _with_header(sheet):
        cells = [WriteOnlyCell(page, value=value) for value in row]
        for cell in cells:
            cell.data_type = "s"
        page.append(cells)
    book.save(path)


def _with_header(sheet: Sheet) -> Iterator[list[str]]:
    yield sheet.columns
    yield from sheet.rows
