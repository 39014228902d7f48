"""Delimiter and quote of a text file, and where its records start."""

import csv
import re
from collections import Counter
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
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted; `quote` None means that no cell is quoted. `evidence` says how that was decided."""

    delimiter: str
    quote: str | None
    skip_lines: int
    evidence: tuple[str, ...]


def lines_of(text: str) -> Iterator[str]:
    """Physical lines with their ends: LF, CR LF or CR alone, and nothing else (not U+2028 or form feed)."""
    return (m.group() for m in _LINE.finditer(text))


def csv_reader(lines: Iterator[str], delimiter: str, quote: str | None, *, strict: bool) -> "Reader":
    """The standard library's reader, which takes cells up to `MAX_RECORD`."""
    csv.field_size_limit(MAX_RECORD)
    if quote is None:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict)


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
    told = f"delimiter {NAMES.get(delimiter, delimiter)}: {words}"
    return Dialect(delimiter, quote, skip, (told, *quote_words))


def _declared(text: str) -> str:
    delimiter = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";"}.get(text.lower(), text)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise UsageError(f"`delimiter: {text}` is not one character", hint='write for instance delimiter: ";"')
    return delimiter


def _rows(lines: list[str], delimiter: str, quote: str | None) -> list[list[str]]:
    reader = csv_reader(iter(lines), delimiter, quote, strict=False)
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
        fitting = sum(len(row) == width for row in rows)
        if width > 1:
            scored.append((round(fitting / len(rows), 2), width, fitting, len(rows), candidate))
    if not scored:
        return ",", "none of semicolon, comma, tab and bar is in the header: one column"
    _, width, fitting, of, best = max(scored, key=lambda s: (s[0], s[1]))
    return best, f"{fitting:,} of the first {of:,} rows have {width} cells, as the header has"


def _quote(lines: list[str], wanted: str | None) -> tuple[str | None, tuple[str, ...]]:
    if wanted is not None:
        if len(wanted) > 1 or not wanted.isascii():
            raise UsageError(f"`quote: {wanted}` is not one character", hint="leave it out for double quotes")
        return wanted or None, (f"quote {wanted or 'none'}: declared in the mapping",)
    sample = lines[:SAMPLE_RECORDS]
    if any('"' in line for line in sample):
        return '"', ()
    edges = Counter(line.strip("\r\n")[:1] + line.strip("\r\n")[-1:] for line in sample)
    if edges["''"] > 0.9 * max(len(sample), 1):
        return "'", (f"quote ': {edges[chr(39) * 2]:,} of {len(sample):,} lines begin and end with it",)
    return '"', ()
