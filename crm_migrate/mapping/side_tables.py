"""The text of a CSV file beside a mapping, read so strictly that no damage changes what the mapping means.

Such a file is written by people: small, parted by commas or semicolons, one line for a record, its first column or
columns the key. What a source may have (broken quotes, rows of another width, keys that are missing) is told here and
never read.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.disk.lines import Lines
from crm_migrate.mapping.text import normal_name

_LOST = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\N{REPLACEMENT CHARACTER}]")
Rows = dict[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a file (a sentence that goes on behind its name), what to do, and how many lines it counts."""

    message: str
    hint: str
    count: int = 1


class _Unreadable(Exception):
    """Nothing of the file can be read; holds what is wrong."""


def read_table(text: str, columns: tuple[str, ...], keys: int = 1) -> tuple[Rows, list[Wrong]]:
    """The rows by their physical line (1-based), with the cells of `columns`; and what is wrong with the others.

    Other columns are left out, so are blank rows. The first `keys` columns are the key, and a row has one where any of
    them is filled. No row where the file as a whole cannot be read.
    """
    try:
        header, records = _records(text)
        _check_header(header, columns)
    except _Unreadable as error:
        return {}, [error.args[0]]
    whole, wrong = _whole(header, records)
    rows = {line: {name: cells[name] for name in columns} for line, cells in whole.items()}
    key = columns[:keys]
    named = {line: cells for line, cells in rows.items() if any(cells[name] for name in key)}
    nameless = Lines(line for line in rows if line not in named)
    return named, [*wrong, *_without_key("`, `".join(key), nameless)]


def read_list(text: str) -> tuple[tuple[str, ...], Rows, list[Wrong]]:
    """The columns of a table that may have any, its rows by their physical line, and what is wrong with the others."""
    try:
        header, records = _records(text)
        _check_header(header, ())
    except _Unreadable as error:
        return (), {}, [error.args[0]]
    whole, wrong = _whole(header, records)
    return tuple(header), whole, wrong


def _whole(header: list[str], records: list[tuple[int, int, list[str]]]) -> tuple[Rows, list[Wrong]]:
    """The rows that fit the header, and what is wrong with the others."""
    ragged = Lines(line for line, _, cells in records if len(cells) != len(header))
    broken = Lines(line for line, last, _ in records if last > line)
    whole = {line: dict(zip(header, cells, strict=True)) for line, last, cells in records
             if len(cells) == len(header) and last == line}  # fmt: skip
    return whole, list(_wrong_rows(ragged, broken))


def _wrong_rows(ragged: Lines, broken: Lines) -> Iterator[Wrong]:
    if ragged:
        yield Wrong(
            f"has {ragged.count:,} lines with another number of cells than its header ({ragged})",
            "Give every line all cells; put quotes around a cell that holds the delimiter.",
            ragged.count,
        )
    if broken:
        yield Wrong(
            f"has {broken.count:,} records that hold a line break ({broken})",
            "Mend the quote that opens there; a value that has a line break stands in the mapping itself.",
            broken.count,
        )


def _without_key(key: str, nameless: Lines) -> Iterator[Wrong]:
    if nameless:
        yield Wrong(
            f"has {nameless.count:,} lines without `{key}` ({nameless})",
            f"Fill `{key}` or delete the line; what an empty cell means stands in the mapping itself.",
            nameless.count,
        )


def _records(text: str) -> tuple[list[str], list[tuple[int, int, list[str]]]]:
    """The cells of the header, and (first line, last line, cells) of every row that is not blank."""
    if lost := _LOST.search(text):
        line = text.count("\n", 0, lost.start()) + 1
        message = f"has a character in line {line:,} that no text has, or that another program could not read"
        raise _Unreadable(Wrong(message, "Save it as CSV UTF-8 from where it comes, and look at that line."))
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    found, line = [], 1
    try:
        for row in reader:
            cells = [normal_name(cell) for cell in row]
            if any(cells):
                found.append((line, reader.line_num, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"breaks in the record that begins in line {line:,} ({error})"
        raise _Unreadable(Wrong(message, "Mend the quotes there; a quote inside of quotes is doubled.")) from error
    if not found:
        raise _Unreadable(Wrong("is empty", "Write a header and a line for each record, or do not name the file."))
    return found[0][2], found[1:]


def _check_header(header: list[str], columns: tuple[str, ...]) -> None:
    wanted = f"Its columns are {', '.join(columns)}, parted by commas or semicolons."
    if missing := [f"`{name}`" for name in columns if name not in header]:
        shown = ", ".join(header)
        raise _Unreadable(Wrong(f"has no column {', '.join(missing)}, but: {shown[:80]}", wanted))
    if twice := next((name for name in columns or header if header.count(name) > 1), None):
        raise _Unreadable(Wrong(f"has two columns `{twice}`", wanted))
