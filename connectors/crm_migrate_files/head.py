"""A text file up to its first record: encoding, dialect, header, and what odd delimiters at the end of lines mean."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import MAX_COLUMNS, Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files import careful, dialect, encodings
from crm_migrate_files.dialect import Dialect, Widths
from crm_migrate_files.opening import open_plain
from crm_migrate_files.readings import Judge
from crm_migrate_files.stream import TextStream

HEAD_BYTES = 1 << 20
FEW_BYTES = 1 << 16  # in which a header below titles is looked for


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the first record: encoding, dialect, header, and where the records start.

    `spare`: how many empty cells every row has behind those of the header.
    """

    encoding: encodings.Encoding
    dialect: dialect.Dialect
    header: Header
    start: int
    line: int
    spare: int = 0
    fill: bool = False


def survey(path: Path, spec: SourceSpec) -> Opened:
    """Survey a file up to its first record."""
    place = Place(file=path.name, source=spec.name)
    with open_plain(path) as handle:
        encoding = encodings.decide(handle, spec.encoding, spec.locale, place)
        stream = TextStream(handle, encoding)
        head, ended = _head(stream, HEAD_BYTES)
        return _open_head(head, stream.codec, encoding, spec, place, ended=ended)


def heads(handle: BinaryIO, spec: SourceSpec, encoding: encodings.Encoding, last: int) -> dict[int, tuple[str, ...]]:
    """Row -> the columns that it would name, of the rows below the first one up to `last` that are not blank and can
    be a header. Looks at the beginning of an open file, whose encoding is known."""
    stream = TextStream(handle, encoding)
    head, ended = _head(stream, FEW_BYTES)
    head, ended = head[:FEW_BYTES], ended and len(head) <= FEW_BYTES
    found = {}
    for row, line in enumerate(islice(careful.BYTE_LINE.finditer(head), last), 1):
        if row > 1 and line.group().strip():
            with suppress(InputError):
                asked, place = replace(spec, header_row=row), Place()
                found[row] = _open_head(head, stream.codec, encoding, asked, place, ended=ended).header.names
    return found


def _head(stream: TextStream, least: int) -> tuple[bytes, bool]:
    """The first `least` bytes or more of a stream, and True where that is all of it."""
    head = b""
    while len(head) < least:
        block = stream.read()
        if not block:
            return head, True
        head += block
    return head, False


def _open_head(
    head: bytes, codec: str, encoding: encodings.Encoding, spec: SourceSpec, place: Place, *, ended: bool
) -> Opened:
    """Dialect and header from the first block of a file."""
    sample = head if ended else head[: head.rfind(b"\n") + 1] or head
    text = sample.decode(codec, "replace")
    decided = dialect.decide(text, spec)
    head = dialect.doubled(head) if decided.escaped else head
    skipped, start = _skip(head, decided.skip_lines, place)
    header = _header_row(head[start:], codec, decided, encoding.judge, place, skipped)
    _check_declared(header.cells, spec, place)
    cells, spare = _fitted(header.cells, dialect.widths(text, decided))
    told: tuple[Finding, ...] = () if header.codec == codec else (_foreign_header(header.codec, encoding, place),)
    names = name_columns(cells, place)
    told = (*told, *_spare_words(len(header.cells) - len(cells), spare, place))
    names = replace(names, findings=(*told, *names.findings))
    return Opened(
        encoding, decided, names, start + header.bytes, skipped + header.lines, spare, spec.short_rows == "fill"
    )


def _check_declared(cells: list[str], spec: SourceSpec, place: Place) -> None:
    """InputError where the declared delimiter makes one column of a header that another one parts."""
    if spec.delimiter is None or len(cells) > 1:
        return
    best = max(dialect.CANDIDATES, key=cells[0].count)
    if best in cells[0]:
        named = dialect.NAMES[best]
        raise InputError(
            f"{place.file}: `delimiter: {spec.delimiter}` makes one column of the header; did you mean the {named}?",
            hint=f"write `delimiter: {named if best == chr(9) else repr(best)}`, or leave it out: it is detected",
        )


def _fitted(cells: list[str], widths: tuple[Widths, ...]) -> tuple[list[str], int]:
    """The header's cells, and how many empty cells every row has behind them.

    Where every row ends one delimiter later than the header, or the header one later than every row, nothing is meant
    by it. Never where only some rows do: those may have a delimiter inside a cell.
    """
    width = len(cells)
    if width < 2:
        return cells, 0  # what parts the rows is not known from such a header
    counts = {w.cells for w in widths}
    if len(counts) != 1:
        return cells, 0
    found = counts.pop()
    if found > width and all(w.filled <= width for w in widths):
        return cells, found - width
    if found < width and not any(cell.strip() for cell in cells[found:]):
        return cells[:found], 0
    return cells, 0


def _spare_words(fewer: int, spare: int, place: Place) -> Iterator[Finding]:
    if spare or fewer:
        longer, shorter = ("every row ends", "the header") if spare else ("the header ends", "every row")
        message = f"{longer} with {spare or fewer} delimiter(s) more than {shorter}: the empty cells are left out"
        yield Finding("spare_delimiter", message, Severity.WARNING, place, "look at the last column")


def _foreign_header(codec: str, encoding: encodings.Encoding, place: Place) -> Finding:
    message = f"the header is written in {encodings.label(codec)} and the rows in {encoding.label}; both were read so"
    return Finding("encoding_mixed", message, Severity.WARNING, place, "look at the names of the columns")


def _skip(head: bytes, lines: int, place: Place) -> tuple[int, int]:
    """Pass over title lines; returns lines and bytes."""
    start = 0
    ends = [m.end() for m in careful.BYTE_LINE.finditer(head)][:lines] if lines else []
    if len(ends) < lines:
        raise InputError(f"{place.file}: has {len(ends)} lines; the header cannot be in row {lines + 1}")
    start = ends[-1] if ends else 0
    return lines, start


@dataclass(frozen=True, slots=True)
class _HeaderRow:
    """The header: its cells, the encoding that they are in, and the bytes and lines up to its end."""

    cells: list[str]
    codec: str
    bytes: int
    lines: int


def _header_row(
    data: bytes, codec: str, decided: Dialect, judge: Judge | None, place: Place, skipped: int
) -> _HeaderRow:
    """The first row that is not blank."""
    ends = [m.end() for m in careful.BYTE_LINE.finditer(data[: dialect.MAX_RECORD])]
    starts = [0, *ends][: len(ends)]
    filled = (i for i, (a, b) in enumerate(zip(starts, ends, strict=True)) if data[a:b].strip(b"\r\n"))
    line = next(filled, None)
    if line is None:
        raise InputError(f"{place.file}: has no header row", hint="check `header_row:` of the source")
    # Strictly, one record of any width: growing line by line until the quotes close.
    for after in range(line + 1, min(line + 200, len(ends)) + 1):
        row = data[starts[line] : ends[after - 1]]
        own = (judge and judge.foreign(row)) or codec
        cells = _strict_cells(row, own, decided)
        if cells is not None and len(cells) > MAX_COLUMNS:
            message = f"{place.file}: the header has {len(cells):,} cells; a table has at most {MAX_COLUMNS:,} columns"
            raise InputError(message, hint="check `delimiter:` of the source, or export fewer columns")
        if cells is not None:
            return _HeaderRow(cells, own, ends[after - 1], after)
    where = skipped + line + 1
    raise InputError(
        f"{place.file}: the header in line {where} cannot be read: a quote opens there and never closes, "
        f"or bytes are no {codec} text",
        hint="check `encoding:`, `delimiter:` and `header_row:` of the source",
    )


def _strict_cells(row: bytes, codec: str, decided: Dialect) -> list[str] | None:
    try:
        text = row.decode(codec)
        lines = dialect.lines_of(text)
        rows = list(dialect.csv_reader(lines, decided.delimiter, decided.quote, strict=True, padded=decided.padded))
    except (csv.Error, UnicodeDecodeError):
        return None
    return rows[0] if len(rows) == 1 else None
