"""Cleaning one column of a CSV or XLSX file: the same file with a clean column and its flag beside."""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from crm_migrate.cleansing.places.localities import language_of
from crm_migrate.disk.lines import Lines
from crm_migrate.disk.utf16 import Shape, narrow_rows
from crm_migrate.errors import InputError, UsageError

Rows = list[list[str]]
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
TEXTS = frozenset({".csv", ".tsv", ".txt", ".tab"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: names of the columns and rows of cells, and how the file was written.

    `lines` are the physical lines on which the rows begin. `ragged` are rows with more or fewer cells than the header,
    by such a line: which cell of them is which, nobody knows. `spare`: how many empty cells every row had behind those
    of the header (below 0: the header behind those of every row), which were left out. `days_from`: the year from which
    a workbook counts its days. `name`: that of a workbook's sheet, and `others` those that are not read. `above`: rows
    of a title above the header.
    """

    columns: list[str]
    rows: Rows
    lines: list[int]
    delimiter: str = ","
    encoding: str = "utf-8"
    ragged: Mapping[int, list[str]] = field(default_factory=dict)
    spare: int = 0
    days_from: int = 1900
    name: str = ""
    others: tuple[str, ...] = ()
    above: int = 0

    def ragged_words(self) -> str:
        """How many rows are ragged, and where the first of them stand."""
        lines = Lines(self.ragged)
        return f"{lines.count:,} rows have another number of cells than the header and were left out ({lines})"

    def spare_words(self) -> str:
        """What odd delimiters at the end of the lines were taken for."""
        longer, shorter = ("every row ends", "the header") if self.spare > 0 else ("the header ends", "every row")
        return f"{longer} with {abs(self.spare)} delimiter(s) more than {shorter}: the empty cells were left out"


MOST_TITLES = 8  # rows above the header that are looked through
HALF, NEARLY_ALL = 0.5, 0.8  # of the columns: a row that names fewer is a title, one that names more is a header

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


def read_sheet(path: Path, locale: str | None = None, encoding: str | None = None, sheet: str | None = None) -> Sheet:
    """Read a CSV or XLSX file whose first row names the columns; of a workbook that `sheet`, or else the first one.
    InputError where it cannot be read.

    A CSV that is not UTF-8 is read in the code page of the locale's language, unless its encoding is given.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="check the name and the folder")
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path, sheet)
    data = path.read_bytes()
    marked = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    page = _PAGES.get(language_of(locale or ""), "cp1252")
    if marked == "utf-16":
        _refuse_narrow(path, data)
    for name in (encoding,) if encoding else (marked, page):
        try:
            return _delimited(path, data.decode(str(name)), str(name))
        except (UnicodeDecodeError, LookupError):
            continue
    raise InputError(f"{path} is neither UTF-8 nor {page}", hint="say what it is with --encoding")


def _refuse_narrow(path: Path, data: bytes) -> None:
    """InputError where a file of UTF-16 holds rows of 8 bits: read as UTF-16 they are letters of other scripts."""
    codec = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    shape = Shape.of(data[2:].partition("\n".encode(codec))[0].decode(codec, "replace"))
    at = next((start for start, _ in narrow_rows(data[2:], codec, shape, final=True)), None)
    if at is not None:
        line = data[2 : at + 2].decode(codec, "replace").count("\n") + 1
        message = f"{path} is in UTF-16, and from line {line:,} on rows of 8 bits stand in it"
        raise InputError(message, hint="write it again in one encoding; somebody appended to it with `>>`")


def _delimited(path: Path, text: str, encoding: str) -> Sheet:
    """A CSV file; the delimiter is the one that its header has most of, or the one that Excel's first line names."""
    skipped = int(text.startswith("sep="))
    if skipped:
        text = text.partition("\n")[2]
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count) if any(d in head for d in ",;\t|") else ","
    reader = csv.reader(io.StringIO(text.rstrip("\x1a\0\r\n"), newline=""), delimiter=delimiter, strict=True)
    read: dict[int, list[str]] = {}
    line = skipped + 1
    try:
        for row in reader:
            if row:
                read[line] = row
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        message = f"{path}: the quoting breaks in the record that begins in line {line} ({error})"
        raise InputError(message, hint="mend the quotes of that line; a quote inside quotes is doubled") from None
    if not read:
        raise InputError(f"{path} is empty", hint="the first line names the columns")
    above = _titles(list(read.values()))
    for title in list(read)[:above]:
        del read[title]
    header = read.pop(min(read))
    spare = _spare(header, read.values())
    width, columns = len(header) + max(spare, 0), header[: len(header) + min(spare, 0)]
    ragged = {line: row for line, row in read.items() if len(row) not in (width, len(columns))}
    whole = {line: row if spare <= 0 else row[:-spare] for line, row in read.items() if line not in ragged}
    if len(ragged) > len(whole):
        message = f"{path}: {len(ragged):,} of {len(read):,} rows are not as wide as the header"
        raise InputError(message, hint="look at the delimiter and at the first line")
    return Sheet(columns, list(whole.values()), list(whole), delimiter, encoding, ragged, spare, above=above)


def _spare(header: list[str], rows: Collection[list[str]]) -> int:
    """How many empty cells every row has behind those of the header; below 0 where it is the header that has them.

    0 where only some rows have them, for those may have a delimiter inside a cell.
    """
    widths = {len(row) for row in rows}
    if len(header) < 2 or len(widths) != 1:
        return 0
    more = widths.pop() - len(header)
    beyond = [row[len(header) :] for row in rows] if more > 0 else [header[len(header) + more :]]
    return 0 if any(cell.strip() for cells in beyond for cell in cells) else more


def _workbook(path: Path, sheet: str | None) -> Sheet:
    """A sheet of a workbook, as text."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as broken:
        raise InputError(f"{path} is no workbook", hint="save it again as .xlsx or .csv") from broken
    names = [page.title for page in book.worksheets]
    name = names[0] if sheet is None else sheet
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"sheets: {', '.join(names)}"
        raise InputError(f"{path} has no sheet `{name}`", hint=hint)
    rows = [[_text(cell) for cell in row] for row in book[name].iter_rows(values_only=True)]
    days_from = book.epoch.year + (book.epoch.year < 1900)  # it begins one day early: 30 December 1899
    book.close()
    if not rows:
        raise InputError(f"{path} is empty", hint="the first row names the columns")
    others = tuple(each for each in names if each != name)
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]  # a sheet stores no empty cells at the end of a row
    above = _titles(rows)
    lines = list(range(above + 2, len(rows) + 1))
    return Sheet(rows[above], rows[above + 1 :], lines, days_from=days_from, name=name, others=others, above=above)


def _titles(rows: Rows) -> int:
    """How many rows stand above the one that names the columns: below a title it is the first that names nearly all."""
    width = max(map(len, rows))
    named = [sum(bool(cell.strip()) for cell in row) / width for row in rows[: MOST_TITLES + 1]]
    if named[0] >= HALF:
        return 0
    return next((at for at, share in enumerate(named) if share > NEARLY_ALL), 0)


def _text(value: Any) -> str:
    """A cell as a person would type it; whole numbers have no `.0`, days no midnight."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).removesuffix(" 00:00:00")


def cleaned_sheet(
    sheet: Sheet, column: str, kind: str, locale: str | None, options: Mapping[str, str]
) -> tuple[Sheet, dict[str, int]]:
    """The sheet with `<column> clean`, `<column> flag`, `<column> note` and the parts, and the count of each flag."""
    from crm_migrate.cleansing.cleaner import clean

    if column not in sheet.columns:
        near = get_close_matches(column, sheet.columns, n=1, cutoff=0.5)
        raise UsageError(
            f"there is no column {column!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"columns: {', '.join(sheet.columns)}",
        )
    if sheet.columns.count(column) > 1:
        raise UsageError(f"two columns are called {column!r}", hint="rename one of them in the file")
    at = sheet.columns.index(column)
    counted = {"days_from": str(sheet.days_from)} if kind == "date" else {}
    frame = clean([row[at] for row in sheet.rows], kind, locale, **options, **counted)
    names = [f"{column} {'clean' if name == 'value' else name}" for name in frame.columns]
    rows = [[*row, *more] for row, more in zip(sheet.rows, frame.to_numpy().tolist(), strict=True)]
    counts = {str(flag): int(count) for flag, count in frame["flag"].value_counts().sort_index().items()}
    return replace(sheet, columns=[*sheet.columns, *names], rows=rows), counts


def write_sheet(sheet: Sheet, path: Path, origin: Path, before: int) -> None:
    """Write CSV (UTF-8, the delimiter of the input) or XLSX, by the ending of the path.

    A workbook that comes from a workbook is the same one, formats, formulas and other sheets included, with the new
    columns behind the first `before` ones of the sheet that was read.
    """
    if path.suffix.lower() not in WORKBOOKS:
        _write_rows(path, sheet.delimiter, [sheet.columns, *sheet.rows])
    elif origin.suffix.lower() in WORKBOOKS:
        _widen_workbook(sheet, before, origin, path)
    else:
        _write_workbook(sheet, path)


def write_ragged(sheet: Sheet, path: Path) -> None:
    """The rows that are not as wide as the header, each behind its physical line."""
    rows = [[str(line), *row] for line, row in sheet.ragged.items()]
    _write_rows(path, sheet.delimiter, [["line", *sheet.columns], *rows])


def _write_rows(path: Path, delimiter: str, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=delimiter).writerows(rows)


def _widen_workbook(sheet: Sheet, before: int, origin: Path, path: Path) -> None:
    """The workbook with the columns behind the first `before` ones; all of them text, so that no formula is run."""
    import openpyxl

    book = openpyxl.load_workbook(origin, keep_vba=path.suffix.lower() == ".xlsm", rich_text=True)
    page, added = book[sheet.name], len(sheet.columns) - before
    for number, row in enumerate(_with_header(sheet), sheet.above + 1):
        for at, text in enumerate(row[-added:], before + 1):
            page.cell(number, at, text).data_type = "s"
    book.save(path)


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
