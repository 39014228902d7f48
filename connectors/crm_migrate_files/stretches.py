"""The records of a text file, stretch by stretch: fast where that is provably right, else record by record.

Every stretch is counted by `scan` and read by a parser; only where both agree the fast parser's table is taken.
"""

from collections.abc import Iterator

import numpy as np

from crm_migrate.errors import InputError
from crm_migrate_files import careful, dialect, fast, scan
from crm_migrate_files.head import Opened
from crm_migrate_files.parsed import Aside, Parsed, text_table
from crm_migrate_files.stream import TextStream
from crm_migrate_files.tally import Tally

MAX_BROKEN_QUOTES = 1_000


class Stretches:
    """Cuts the stream at ends of records and reads every stretch, fast or carefully."""

    def __init__(self, stream: TextStream, opened: Opened, tally: Tally, name: str) -> None:
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
        self._tally.filled.add(self._line + 1 + line for line in result.filled)
        self._count(len(result.rows), counted, result.blank)
        self._count_aside(aside, result.broken_quotes)
        self._advance(result.physical, result.consumed)
        return Parsed(text_table(self._names, result.rows), lines, aside), result.consumed

    def _foreign(self, row: bytes, line: int) -> str | None:
        """Why a row is set aside as one of another encoding, by its line from 0 within the stretch."""
        return self._tally.foreign(self._opened.encoding, row, self._line + 1 + line)

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
        tally.set_aside(aside)
        tally.broken_quotes += broken
        if tally.broken_quotes > MAX_BROKEN_QUOTES:
            last = next(a.line for a in reversed(aside) if a.code in ("unclosed_quote", "stray_quote"))
            raise InputError(
                f"{self._name}: the quoting is broken in more than {MAX_BROKEN_QUOTES:,} rows (line {last:,} is one)",
                hint="export the file again, or check `delimiter:` of the source",
            )
