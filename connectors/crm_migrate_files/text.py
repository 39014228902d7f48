"""Reads one delimited text file: encoding, dialect, header, then stretch by stretch, fast where that is provably right.

Every stretch is counted by `scan` and read by a parser; only where both agree the fast parser's table is taken.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import MAX_COLUMNS, Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files import careful, dialect, encodings, fast, scan
from crm_migrate_files.dialect import Dialect, Widths
from crm_migrate_files.opening import open_plain
from crm_migrate_files.parsed import Aside, Parsed, text_table
from crm_migrate_files.readings import Judge
from crm_migrate_files.stream import TextStream

MAX_BROKEN_QUOTES = 1_000
HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Opened:
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


@dataclass(slots=True)
class _Tally:
    """Counts of what was read so far."""

    records: int = 0
    aside: int = 0
    ragged: int = 0
    short: int = 0  # of the ragged ones, those with fewer cells
    filled: list[int] = field(default_factory=list)  # lines of rows whose missing cells were read as empty
    counted: int = 0
    blank: int = 0
    broken_quotes: int = 0
    careful: int = 0
    doubtful: int = 0
    not_own: list[int] = field(default_factory=list)  # lines of rows that are not in the file's encoding
    mixed: bool = False
    two_ways: list[tuple[int, str]] = field(default_factory=list)  # lines that another codec reads as well


def _state_of(stat: os.stat_result) -> tuple[int, int, int]:
    """What tells a file from what was written over it: bytes, time of the last change, identity."""
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


class TextFile:
    """One CSV or TSV file. `read` gives stretches of records; `fact` and `findings` are complete after it."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        self._path, self._spec = path, spec
        self._place = Place(file=path.name, source=spec.name)
        self._tally = _Tally()
        self._sha256, self._bytes, self._end_mark = "", 0, False
        self._state: tuple[int, int, int] | None = None

    @property
    def header(self) -> Header:
        """The columns of the file."""
        return self._opened.header

    @cached_property
    def _opened(self) -> _Opened:
        self._state = _state_of(self._path.stat())
        return _open(self._path, self._spec)

    def read(self) -> Iterator[Parsed]:
        """All records of the file in order. InputError where it cannot be read on, or is not the file whose header,
        encoding and dialect are known: another layout would be read under the columns of the first."""
        opened = self._opened
        self._tally = _Tally()
        with open_plain(self._path) as handle:
            if _state_of(os.fstat(handle.fileno())) != self._state:
                hint = "run again once nothing writes to it any more"
                raise InputError(f"{self._path.name}: has changed since its columns were read", hint=hint)
            stream = TextStream(handle, opened.encoding, escaped=opened.dialect.escaped)
            yield from _Stretches(stream, opened, self._tally, self._path.name).read()
            self._sha256, self._bytes, self._end_mark = stream.sha256, stream.bytes, stream.end_mark

    def fact(self) -> FileFact:
        """What was read, what was set aside, what was counted, and how everything was decided."""
        opened, tally = self._opened, self._tally
        evidence = (*opened.encoding.evidence, *opened.dialect.evidence, *self._read_words())
        return FileFact(
            path=str(self._path),
            sha256=self._sha256,
            bytes=self._bytes,
            records=tally.records,
            quarantined=tally.aside,
            counted=tally.counted,
            count_method="quote-parity scan of the bytes",
            encoding=opened.encoding.label,
            delimiter=opened.dialect.delimiter,
            evidence=evidence,
        )

    def _read_words(self) -> Iterator[str]:
        tally, width = self._tally, len(self.header.names)
        found = tally.records + tally.aside
        yield f"{found - tally.ragged:,} of {found:,} rows have {width} cells, as the header has"
        if self._opened.line > 1:
            yield f"{self._opened.line:,} lines up to the end of the header are no records"
        if self._end_mark:
            yield "the end mark of DOS (0x1A) behind the last line is no record"
        if tally.blank:
            yield f"{tally.blank:,} blank lines are no records"
        if tally.careful:
            yield f"{tally.careful:,} stretches were read record by record"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the file as a whole."""
        return (*self._opened.encoding.findings, *self.header.findings, *self._row_findings(), *self._shape_findings())

    def _row_findings(self) -> Iterator[Finding]:
        """Rows of another encoding."""
        tally, own = self._tally, self._opened.encoding.label
        if tally.mixed:
            count, lines = len(tally.not_own), _lines_words(tally.not_own)
            message = f"{count:,} rows are not written in {own} as the file is: set aside ({lines})"
            hint = (
                "write those lines again in one encoding with the rest; where they look right as they are, declare it"
            )
            yield Finding("encoding_mixed", message, Severity.WARNING, self._place, hint, count)
        if tally.two_ways:
            count, lines = len(tally.two_ways), _lines_words([line for line, _ in tally.two_ways])
            codecs = " or ".join(sorted({encodings.label(codec) for _, codec in tally.two_ways}))
            message = f"{count:,} rows are words in {own} and other words in {codecs}: read in {own} ({lines})"
            hint = "look at their names; where they are right, declare `encoding:`"
            yield Finding("encoding_two_ways", message, Severity.WARNING, self._place, hint, count)
        if tally.doubtful:
            message = f"{tally.doubtful:,} rows hold letters that {own}, as declared, would hardly have"
            hint = "look at their names in the report"
            yield Finding("encoding_contradicted", message, Severity.WARNING, self._place, hint, tally.doubtful)

    def _shape_findings(self) -> Iterator[Finding]:
        tally = self._tally
        found = tally.records + tally.aside
        if tally.filled:
            message = f"{len(tally.filled):,} rows end before the header does: missing cells were read as empty"
            hint = f"as `short_rows: fill` says ({_lines_words(tally.filled)})"
            yield Finding("short_rows_filled", message, Severity.NOTE, self._place, hint, len(tally.filled))
        if not found:
            yield Finding("no_records", "the file holds a header and no record", Severity.WARNING, self._place)
        elif tally.ragged > found / 2:
            said = f"{tally.ragged:,} of {found:,} rows have another number of cells than the header"
            hint = "check `header_row:` and `delimiter:` of the source"
            if tally.short == tally.ragged:
                hint += "; where the cells that are missing at the end are empty ones, write `short_rows: fill`"
            yield Finding("header_suspect", said, Severity.ERROR, self._place, hint, tally.ragged)


def _lines_words(lines: list[int]) -> str:
    """The first lines of many."""
    return f"line {', '.join(f'{line:,}' for line in lines[:10])}{' ...' if len(lines) > 10 else ''}"


def _open(path: Path, spec: SourceSpec) -> _Opened:
    """Survey a file up to its first record."""
    place = Place(file=path.name, source=spec.name)
    with open_plain(path) as handle:
        encoding = encodings.decide(handle, spec.encoding, spec.locale, place)
        stream = TextStream(handle, encoding)
        head, ended = _head(stream)
        return _open_head(head, stream.codec, encoding, spec, place, ended=ended)


def _head(stream: TextStream) -> tuple[bytes, bool]:
    """The first mebibyte or more of a stream, and True where that is all of it."""
    head = b""
    while len(head) < HEAD_BYTES:
        block = stream.read()
        if not block:
            return head, True
        head += block
    return head, False


def _open_head(
    head: bytes, codec: str, encoding: encodings.Encoding, spec: SourceSpec, place: Place, *, ended: bool
) -> _Opened:
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
    return _Opened(
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
    starts = [0, *ends[:-1]]
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


class _Stretches:
    """Cuts the stream at ends of records and reads every stretch, fast or carefully."""

    def __init__(self, stream: TextStream, opened: _Opened, tally: _Tally, name: str) -> None:
        self._stream, self._opened, self._tally, self._name = stream, opened, tally, name
        self._delimiter = opened.dialect.delimiter
        self._quote = opened.dialect.quote
        self._names = opened.header.names
        self._judge = opened.encoding.judge
        self._line = opened.line  # physical lines before the stretch
        self._offset = opened.start + opened.encoding.mark  # of the stretch in the file

    def read(self) -> Iterator[Parsed]:
        """All stretches in order."""
        rest, skip, ended = b"", self._opened.start, False
        while not ended or rest:
            block = b"" if ended else self._stream.read()
            ended = ended or not block
            rest += block
            if skip:
                rest, skip = rest[skip:], max(skip - len(rest), 0)
            while rest:
                parsed, used = self._stretch(rest, ended=ended)
                if parsed is not None:
                    yield parsed
                rest = rest[used:]
                if not used or not ended:
                    break

    def _stretch(self, data: bytes, *, ended: bool) -> tuple[Parsed | None, int]:
        """Read what is whole; returns it with the bytes that were used (0: more is needed)."""
        found = scan.scan(data, self._delimiter.encode(), self._quote.encode() if self._quote else None, final=ended)
        give_up = not ended and len(data) >= dialect.MAX_RECORD
        if not found.regular or (not found.cut and (ended or give_up)):
            return self._careful(data, final=ended, give_up=give_up)
        if not found.cut:
            return None, 0
        part = data[: found.cut]
        if self._opened.dialect.padded or (self._judge is not None and self._judge.suspects(part)):
            return self._careful(part, final=True, give_up=False)
        table = fast.parse(part, self._stream.codec, self._names, self._delimiter, self._quote, self._opened.spare)
        if table is None or table.num_rows != len(found.lines):
            return self._careful(part, final=True, give_up=False)
        self._count(table.num_rows, len(found.lines), found.blank)
        parsed = Parsed(table, found.lines + (self._line + 1))
        self._advance(found.physical, found.cut)
        return parsed, found.cut

    def _careful(self, data: bytes, *, final: bool, give_up: bool) -> tuple[Parsed | None, int]:
        width = len(self._names)
        foreign = self._foreign if self._judge is not None else None
        result = careful.read(
            data,
            self._stream.codec,
            width,
            self._opened.dialect,
            final=final,
            give_up=give_up,
            spare=self._opened.spare,
            fill=self._opened.fill,
            foreign=foreign,
        )
        if give_up and not result.consumed:
            raise InputError(f"{self._name}: line {self._line + 1:,} is longer than {dialect.MAX_RECORD >> 20} MiB")
        quote = self._quote.encode() if self._quote else None
        padded = self._opened.dialect.padded
        counted = scan.count_strict(data[: result.consumed], self._delimiter.encode(), quote, padded=padded)
        aside = tuple(self._placed(a) for a in result.aside)
        lines = np.array(result.lines, dtype=np.int64) + (self._line + 1)
        self._tally.short += result.short
        self._tally.filled += [self._line + 1 + line for line in result.filled]
        self._count(len(result.rows), counted, result.blank)
        self._count_aside(aside, result.broken_quotes)
        self._advance(result.physical, result.consumed)
        return Parsed(text_table(self._names, result.rows), lines, aside), result.consumed

    def _foreign(self, row: bytes, line: int) -> str | None:
        """Why a row is set aside as one of another encoding. Where the mapping declares one, only UTF-8 is sure."""
        assert self._judge is not None
        codec, encoding = self._judge.foreign(row), self._opened.encoding
        if codec is None:
            other = None if encoding.declared else self._judge.doubtful(row)
            if other is not None:
                self._tally.two_ways.append((self._line + 1 + line, other))
            return None
        if encoding.declared and codec != "utf-8":
            self._tally.doubtful += 1
            return None
        return f"the row is written in {encodings.label(codec)} and the file in {encoding.label}"

    def _placed(self, aside: Aside) -> Aside:
        offset = None if aside.offset is None or not self._stream.exact_offsets else self._offset + aside.offset
        return Aside(self._line + 1 + aside.line, offset, aside.code, aside.message, aside.raw)

    def _count(self, records: int, counted: int, blank: int) -> None:
        self._tally.records += records
        self._tally.counted += counted
        self._tally.blank += blank

    def _advance(self, physical: int, used: int) -> None:
        self._line += physical
        self._offset += used

    def _count_aside(self, aside: tuple[Aside, ...], broken: int) -> None:
        tally = self._tally
        tally.careful += 1
        tally.aside += len(aside)
        tally.ragged += sum(a.code == "cell_count" for a in aside)
        tally.not_own += [a.line for a in aside if a.code in ("encoding_mixed", "undecodable")]
        tally.mixed |= any(a.code == "encoding_mixed" for a in aside)
        tally.broken_quotes += broken
        if tally.broken_quotes > MAX_BROKEN_QUOTES:
            last = next(a.line for a in reversed(aside) if a.code in ("unclosed_quote", "stray_quote"))
            raise InputError(
                f"{self._name}: the quoting is broken in more than {MAX_BROKEN_QUOTES:,} rows (line {last:,} is one)",
                hint="export the file again, or check `delimiter:` of the source",
            )
