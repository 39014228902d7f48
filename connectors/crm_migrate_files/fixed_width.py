"""A text file of fixed width as a source sees it: its columns stand in the mapping, its lines have no delimiter."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.disk.lines import Lines
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files import encodings
from crm_migrate_files.opening import open_again, open_plain, state_of
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside, Parsed, Unreadable, text_table
from crm_migrate_files.second_count import filled_lines
from crm_migrate_files.stream import TextStream
from crm_migrate_files.tally import Tally
from crm_migrate_files.widths import SPARE, Column, columns_of, gaps

STRETCH = 8_192
SAMPLE = 5_000  # lines by which it is decided what the widths count
BYTES, CHARACTERS = "bytes", "characters"
_LONGEST = 1 << 24
_BLANK = b" \t\0\x1a"


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the first record. `length`: of records without line ends, in bytes; 0 where lines end."""

    encoding: encodings.Encoding
    header: Header
    columns: tuple[Column, ...]
    unit: str
    length: int


class FixedWidth:
    """Reads one file of fixed width. `fact` and `findings` are complete after `read`."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        for word, value in (("delimiter", spec.delimiter), ("quote", spec.quote)):
            if value is not None:
                raise UsageError(
                    f"source `{spec.name}`: `widths:` and `{word}:` exclude each other",
                    hint="keep one of the two",
                )
        self._path, self._spec, self._place = path, spec, Place(file=path.name, source=spec.name)
        self._columns = columns_of(spec.options["widths"])
        self._tally, self._between = Tally(), Lines()
        self._state, self._sha256, self._bytes, self._end_mark = (0, 0, 0), "", 0, False

    @property
    def header(self) -> Header:
        """The columns that the mapping names, in their order."""
        return self._opened.header

    @cached_property
    def _opened(self) -> Opened:
        columns = self._columns
        with open_plain(self._path) as handle:
            self._state = state_of(handle.fileno())
            encoding = encodings.decide(handle, self._spec.encoding, self._spec.locale, self._place)
            stream = TextStream(handle, encoding)
            length = self._length(stream)
            handle.seek(0)
            sample = [line for _, line in islice(_lines(TextStream(handle, encoding), length), SAMPLE)]
            unit = self._unit(sample, stream, columns[-1].end)
        names = [column.name for column in columns if column.name != SPARE]
        return Opened(encoding, name_columns(names, self._place), columns, unit, length)

    def _length(self, stream: TextStream) -> int:
        """The length of a record where no line ends; 0 where lines do."""
        head = stream.read()
        if b"\n" in head or b"\r" in head or len(head) <= self._columns[-1].end:
            return 0
        end, size = self._columns[-1].end, self._state[0]
        if size % end and stream.exact_offsets:
            raise InputError(
                f"{self._path.name}: has no line ends, and {size:,} bytes are no multiple of {end:,}",
                hint="check the last column of `widths:`: it ends where the record does",
            )
        return end

    def _unit(self, lines: list[bytes], stream: TextStream, end: int) -> str:
        """What the widths count. InputError where that makes a difference and nothing tells it."""
        said = self._spec.options.get("widths_in")
        if said not in (None, BYTES, CHARACTERS):
            raise UsageError(f"`widths_in: {said}` is neither `{BYTES}` nor `{CHARACTERS}`")
        if said == BYTES and not stream.exact_offsets:
            raise InputError(f"{self._path.name}: is UTF-16; its widths can only count characters")
        pairs = [(len(line), len(line.decode(stream.codec, "replace"))) for line in lines]
        if said is not None or not stream.exact_offsets or all(a == b for a, b in pairs):
            return said or CHARACTERS
        same = Counter(a for a, b in pairs if a == b)
        usual = same.most_common(1)[0][0] if same else end
        votes = {unit: sum(p[i] == usual for p in pairs if p[0] != p[1]) for i, unit in enumerate((BYTES, CHARACTERS))}
        if votes[BYTES] == votes[CHARACTERS]:
            raise InputError(
                f"{self._path.name}: some letters have two bytes, and nothing tells what the widths count",
                hint=f"say `widths_in: {BYTES}` or `widths_in: {CHARACTERS}`",
            )
        return max(votes, key=lambda unit: votes[unit])

    def read(self) -> Iterator[Parsed]:
        """All records in order. InputError where the file is another one than before."""
        opened, self._tally, self._between = self._opened, Tally(), Lines()
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        aside: list[Aside] = []
        with open_again(self._path, self._state) as handle:
            stream = TextStream(handle, opened.encoding)
            for number, line in _lines(stream, opened.length):
                if number <= (self._spec.header_row or 0):
                    continue
                if not line.strip(_BLANK):
                    self._tally.blank += 1
                    continue
                try:
                    rows.append(self._row(line, number, stream.codec))
                    numbers.append(number)
                except Unreadable as error:
                    raw = line.decode(stream.codec, "backslashreplace")[:RAW_CHARACTERS]
                    aside.append(Aside(number, None, error.code, str(error), raw))
                if len(rows) + len(aside) == STRETCH:
                    yield self._stretch(rows, numbers, aside)
                    rows, numbers, aside = [], [], []
            yield self._stretch(rows, numbers, aside)
            self._sha256, self._bytes, self._end_mark = stream.sha256, stream.bytes, stream.end_mark

    def _stretch(self, rows: list[list[str | None]], numbers: list[int], aside: list[Aside]) -> Parsed:
        self._tally.records += len(rows)
        self._tally.set_aside(tuple(aside))
        return Parsed(text_table(self.header.names, rows), np.array(numbers, dtype=np.int64), tuple(aside))

    def _row(self, line: bytes, number: int, codec: str) -> list[str | None]:
        opened = self._opened
        self._check_letters(line, number, codec)
        text: bytes | str = line if opened.unit == BYTES else line.decode(codec)
        last = opened.columns[-1]
        if len(text) <= last.start:
            if self._spec.short_rows != "fill":
                raise Unreadable("line_length", f"the line ends at {len(text)}, before its last column begins")
            self._tally.filled.add([number])
        if text[last.end :].strip():
            raise Unreadable("line_length", f"the line has {len(text)} {opened.unit}, its columns end at {last.end}")
        if any(text[start:end].strip() for start, end in gaps(opened.columns)):
            self._between.add([number])
        return [_cell(text[c.start : c.end], codec) for c in opened.columns if c.name != SPARE]

    def _check_letters(self, line: bytes, number: int, codec: str) -> None:
        foreign = self._tally.foreign(self._opened.encoding, line, number)
        if foreign is not None:
            raise Unreadable("encoding_mixed", foreign)
        if b"\0" in line:
            raise Unreadable("nul_byte", "the row holds a NUL byte")
        try:
            line.decode(codec)
        except UnicodeDecodeError as error:
            raise Unreadable("undecodable", f"byte {error.start + 1} of the line is no {codec} text") from None

    def fact(self) -> FileFact:
        """What was read, and how many lines an independent count found."""
        opened, tally = self._opened, self._tally
        counted: int | None
        counted, method = None, "none: an encoding that hides line ends is not counted apart from the reader"
        if encodings.keeps_ascii(opened.encoding.codec):
            counted, method = filled_lines(self._path, self._spec.header_row or 0, opened.length)
        return FileFact(
            path=str(self._path),
            sha256=self._sha256,
            bytes=self._bytes,
            records=tally.records,
            quarantined=tally.aside,
            counted=counted,
            count_method=method,
            encoding=opened.encoding.label,
            evidence=(*opened.encoding.evidence, *self._evidence()),
        )

    def _evidence(self) -> Iterator[str]:
        opened = self._opened
        yield f"{len(self.header.names):,} columns of fixed width, counted in {opened.unit}"
        if opened.length:
            yield f"no line ends; records of {opened.length:,} {opened.unit}"
        if self._end_mark:
            yield "the end mark of DOS (0x1A) behind the last line is no record"
        if self._tally.blank:
            yield f"{self._tally.blank:,} blank lines are no records"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the file as a whole."""
        told = self._tally.findings(self._opened.encoding.label, self._place)
        return (*self._opened.encoding.findings, *self.header.findings, *told, *self._outside())

    def _outside(self) -> Iterator[Finding]:
        lines = self._between
        if lines:
            message = f"{lines.count:,} lines have something between the columns that was not read ({lines})"
            hint = "name a column for it in `widths:`, or `-` where nobody wants it"
            yield Finding("between_columns", message, Severity.WARNING, self._place, hint, lines.count)


def _cell(part: bytes | str, codec: str) -> str:
    if isinstance(part, str):
        return part.strip(" ")
    try:
        return part.decode(codec).strip(" ")
    except UnicodeDecodeError:
        words = "a column ends in the midst of a letter: do the widths count characters (`widths_in:`)?"
        raise Unreadable("undecodable", words) from None


def _lines(stream: TextStream, length: int) -> Iterator[tuple[int, bytes]]:
    """Number from 1 and bytes of every line, or of every record of that length, without its end."""
    number, rest, ended = 0, b"", False
    while not ended or rest:
        block = stream.read() if not ended else b""
        ended = ended or not block
        rest += block
        if length:
            parts, rest = _cut(rest, length, stream, ended=ended)
            cut = 0
        else:
            # A CR at the very end may be half of a CR LF.
            whole = rest if ended else rest.removesuffix(b"\r")
            cut = len(rest) if ended else max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
            plain = rest[:cut].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            parts = plain.removesuffix(b"\n").split(b"\n") if cut else []
        if len(rest) - cut > _LONGEST:
            raise InputError("a line is longer than any line of fixed width", hint="check what kind of file it is")
        rest = rest[cut:]
        for part in parts:
            number += 1
            yield number, part


def _cut(data: bytes, length: int, stream: TextStream, *, ended: bool) -> tuple[list[bytes], bytes]:
    """Records of a length without ends, and what is left; of an encoding that was turned into UTF-8, by letters."""
    text = data if stream.exact_offsets else data.decode("utf-8", "surrogateescape")
    whole = len(text) if ended else len(text) // length * length
    parts = [text[at : at + length] for at in range(0, whole, length)]
    left = text[whole:]
    encoded = [part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape") for part in (*parts, left)]
    return encoded[:-1], encoded[-1]
