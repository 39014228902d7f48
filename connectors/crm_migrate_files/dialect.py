"""Delimiter and quote of a text file, and where its records start."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from _csv import Reader

CANDIDATES = (";", ",", "\t", "|")
NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "blank"}
SAMPLE_RECORDS = 2_000
MAX_RECORD = 1 << 24  # bytes; a quoted cell that is longer was never closed
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_BEHIND_BACKSLASH = re.compile(rb'\\[\\"]')
_SINGLE = re.compile(r"(?<![^;,\t|])'(?:[^'\r\n]++|'')*+'(?![^;,\t|])")
_APOSTROPHE = re.compile(r"(?<![^;,\t|])'")
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted; `quote` None means that no cell is quoted. `evidence` says how that was decided.

    `padded`: blanks stand between a delimiter and the quote that opens a cell. `escaped`: a quote inside a cell has a
    backslash before it and is not doubled.
    """

    delimiter: str
    quote: str | None
    skip_lines: int
    evidence: tuple[str, ...]
    padded: bool = False
    escaped: bool = False


def lines_of(text: str) -> Iterator[str]:
    """Physical lines with their ends: LF, CR LF or CR alone, and nothing else (not U+2028 or form feed)."""
    return (m.group() for m in _LINE.finditer(text))


def csv_reader(
    lines: Iterator[str], delimiter: str, quote: str | None, *, strict: bool, padded: bool = False
) -> "Reader":
    """The standard library's reader, which takes cells up to `MAX_RECORD`."""
    csv.field_size_limit(MAX_RECORD)
    if quote is None:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict, skipinitialspace=padded)


def doubled(data: bytes) -> bytes:
    """Quotes behind a backslash as doubled ones, byte for byte, so that every place stays what it was."""
    return _BEHIND_BACKSLASH.sub(lambda m: b'""' if m[0] == b'\\"' else m[0], data)


def decide(head: str, spec: SourceSpec) -> Dialect:
    """The dialect of a file by its head (whole lines), unless the mapping says it."""
    excel = _EXCEL_HINT.fullmatch(next(lines_of(head), ""))
    skip = (spec.header_row - 1) if spec.header_row else int(bool(excel))
    lines = list(lines_of(head))[skip:]
    quote, quote_words = _quote(lines, spec.quote)
    if spec.delimiter is not None:
        delimiter, words = _declared(spec.delimiter), "declared in the mapping"
    elif excel:
        delimiter, words = excel.group(1), "said by the first line of the file (`sep=`)"
    else:
        delimiter, words = _detected(lines, quote)
    told = [f"delimiter {NAMES.get(delimiter, delimiter)}: {words}", *quote_words]
    if spec.quote is None and (fitting := _only_in_single(lines, delimiter)):
        quote, said = "'", f"quote ': {fitting:,} rows have as many cells as the header only where it quotes"
        told.append(said)
    padded, escaped = _padded(lines, delimiter, quote), _escaped(lines, delimiter, quote)
    if padded:
        told.append("blanks stand before the quotes that open cells; they are no part of the cells")
    if escaped:
        told.append("quotes inside cells stand behind a backslash")
    return Dialect(delimiter, quote, skip, tuple(told), padded, escaped)


def _only_in_single(lines: list[str], delimiter: str) -> int:
    """How many of the first rows have another number of cells than the header unless single quotes hold them together;
    0 where they do not make every row fit, where only one row says so, or where there are double quotes."""
    if not any(f"{delimiter}'" in line for line in lines[:SAMPLE_RECORDS]) or any('"' in line for line in lines):
        return 0
    plain, quoted = (_rows(lines, delimiter, quote) for quote in ('"', "'"))
    width = len(plain[0]) if plain else 0
    misfits = sum(len(row) != width for row in plain)
    fits = len(quoted) == len(plain) and all(len(row) == width for row in quoted)
    return misfits if fits and misfits > 1 else 0


def _padded(lines: list[str], delimiter: str, quote: str | None) -> bool:
    """True where half of the lines or more have a blank between a delimiter and a quote."""
    if quote is None or delimiter == " ":
        return False
    opening = re.compile(re.escape(delimiter) + " +" + re.escape(quote))
    sample = [line for line in lines[:SAMPLE_RECORDS] if line.strip()]
    return bool(sample) and 2 * sum(bool(opening.search(line)) for line in sample) >= len(sample)


def _escaped(lines: list[str], delimiter: str, quote: str | None) -> bool:
    """True where the quoting comes out only if a backslash is before quotes that are inside cells."""
    sample = lines[:SAMPLE_RECORDS]
    if quote != '"' or not any('\\"' in line for line in sample):
        return False
    plain = [doubled(line.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass") for line in sample]
    return _readable(plain, delimiter, quote) > _readable(sample, delimiter, quote)


def _readable(lines: list[str], delimiter: str, quote: str) -> int:
    """How many lines are read before the quoting breaks."""
    reader = csv_reader(iter(lines), delimiter, quote, strict=True)
    good = 0
    try:
        for _ in reader:
            good = reader.line_num
    except csv.Error:
        pass
    return good


def _declared(text: str) -> str:
    delimiter = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";"}.get(text.lower(), text)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise UsageError(f"`delimiter: {text}` is not one character", hint='write for instance delimiter: ";"')
    return delimiter


def _rows(lines: list[str], delimiter: str, quote: str | None, *, padded: bool = False) -> list[list[str]]:
    reader = csv_reader(iter(lines), delimiter, quote, strict=False, padded=padded)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) >= SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # an enormous cell ends the sample; what was seen is enough to choose by
    return rows


def _detected(lines: list[str], quote: str | None) -> tuple[str, str]:
    """The candidate that parts most records into as many cells as the header has; more columns win a tie."""
    scored = []
    for candidate in CANDIDATES:
        rows = _rows(lines, candidate, quote)
        width = len(rows[0]) if rows else 0
        fitting = sum(len(row) == width or (len(row) > width and not any(row[width:])) for row in rows)
        if width > 1:
            scored.append((round(fitting / len(rows), 2), width, fitting, len(rows), candidate))
    if not scored:
        return ",", "none of semicolon, comma, tab and bar is in the header: one column"
    _, width, fitting, of, best = max(scored, key=lambda s: (s[0], s[1]))
    return best, f"{fitting:,} of the first {of:,} rows have {width} cells, as the header has"


@dataclass(frozen=True, slots=True)
class Widths:
    """How many cells a row has, and how many up to the last that is not empty."""

    cells: int
    filled: int


def widths(head: str, dialect: Dialect) -> tuple[Widths, ...]:
    """The widths of the first rows below the header, each kind once."""
    rows = _rows(list(lines_of(head))[dialect.skip_lines :], dialect.delimiter, dialect.quote, padded=dialect.padded)
    filled = (max((i for i, cell in enumerate(row, 1) if cell.strip()), default=0) for row in rows[1:])
    return tuple({Widths(len(row), last) for row, last in zip(rows[1:], filled, strict=True)})


def _quote(lines: list[str], wanted: str | None) -> tuple[str | None, tuple[str, ...]]:
    if wanted is not None:
        if len(wanted) > 1 or not wanted.isascii():
            raise UsageError(f"`quote: {wanted}` is not one character", hint="leave it out for double quotes")
        return wanted or None, (f"quote {wanted or 'none'}: declared in the mapping",)
    sample = lines[:SAMPLE_RECORDS]
    if any('"' in line for line in sample):
        return '"', ()
    cells = [_SINGLE.findall(line.strip("\r\n")) for line in sample]
    whole, filled = [len(each) for each in cells], sum(len(cell) > 2 for each in cells for cell in each)
    opened = sum(len(_APOSTROPHE.findall(line)) for line in sample)
    # In half of the lines, and closed where one opens: an apostrophe before a number is no quote. One cell alone may
    # be a value that somebody wrote so.
    if filled > 1 and len(sample) <= 2 * sum(map(bool, whole)) and sum(whole) >= 0.9 * opened:
        return "'", (f"quote ': {sum(whole):,} cells of the first {len(sample):,} lines stand in single quotes",)
    return '"', ()
