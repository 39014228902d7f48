"""Files of e-mail: MBOX with many messages, EML with one; a row for each, or for each address (`table: addresses`)."""

import mmap
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate_files.message import ADDRESS_COLUMNS, COLUMNS, Message, addresses_of, cells_of, read_message
from crm_migrate_files.parsed import Aside, Unreadable
from crm_migrate_files.record_file import Record, RecordFile, aside

MOST = 256 << 20  # bytes of one message
_ADDRESSES = "addresses"
# `From ada@x.example Tue Mar  4 10:00:00 2025`, `From - Tue ...`: who, a day of the week, and a year.
SEPARATOR = re.compile(rb"From [^\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\n]*\b\d{4}\b[^\n]*")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BEHIND_BLANK = rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))"
_COUNTED, _ALIKE = re.compile(_BEHIND_BLANK + SEPARATOR.pattern), re.compile(_BEHIND_BLANK + b"From ")


class MailFile(RecordFile):
    """One file of messages; `_messages` gives their bytes with their places."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        if spec.table not in (None, _ADDRESSES):
            raise UsageError(
                f"source `{spec.name}`: e-mail has no table `{spec.table}`",
                hint="leave it out for a row per message, or write `table: addresses`",
            )
        self._addresses = 0
        if spec.table:
            self.count_method = "none: only the reader of their heads knows the addresses"

    @cached_property
    def header(self) -> Header:
        """The same columns for every file."""
        return name_columns(ADDRESS_COLUMNS if self._spec.table else COLUMNS, self._place)

    def _messages(self, handle: BinaryIO) -> Iterator[tuple[int, int, bytes | None]]:
        """Line, offset and bytes of every message, None for one that is longer than any."""
        raise NotImplementedError

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        self._addresses = 0
        for line, offset, raw in self._messages(handle):
            try:
                if raw is None:
                    raise Unreadable("record_too_long", f"the message is longer than {MOST >> 20} MiB")
                yield from self._rows(read_message(raw), line)
            except Unreadable as error:
                yield aside(line, offset, error, (raw or b"")[:8_000])

    def _rows(self, message: Message, line: int) -> Iterator[Record]:
        if message.deleted:
            self._tally.tell("rows_deleted", line)
            return
        if self._spec.table:
            found = list(addresses_of(message))
            rows = [Record(self._addresses + number, cells) for number, cells in enumerate(found, 1)]
            self._addresses += len(rows)
        else:
            rows = [Record(line, cells_of(message))]
        if any(part.defects for part in message.parsed.walk()):
            message.told.append("defective")
        for code in dict.fromkeys(message.told):
            self._tally.tell(code, line)
        yield from rows

    def _counted(self) -> int | None:
        return None if self._spec.table else self._found() - self._tally.lines("rows_deleted").count

    def _found(self) -> int:
        """How many messages are in the file, deleted ones among them."""
        raise NotImplementedError

    def _encoding(self) -> str:
        return "MIME"

    def _evidence(self) -> Iterator[str]:
        only = self._tally.lines("html_only")
        if only:
            yield f"{only.count:,} messages have no plain text: the text of their HTML was read"

    def _odd(self) -> Iterator[Finding]:
        yield from self._of_deleted()
        words = "messages have no id: one was made of their bytes"
        yield from self._of_lines("message_id_made", words, said="id_made", severity=Severity.NOTE)
        told = (
            ("charset_wrong", "message_charset", "messages are not written in the charset that they name"),
            ("defective", "message_defective", "messages break the rules of MIME: read as far as they can be"),
        )
        for said, code, words in told:
            yield from self._of_lines(
                code, words, "look at their texts and attachments in a program for mail", said=said
            )


class EmlFile(MailFile):
    """One message."""

    count_method = "one message a file"

    def _messages(self, handle: BinaryIO) -> Iterator[tuple[int, int, bytes | None]]:
        raw = handle.read(MOST + 1)
        yield 1, 0, raw if len(raw) <= MOST else None

    def _found(self) -> int:
        return 1


class MboxFile(MailFile):
    """Messages behind each other, each behind a line `From `; such lines in their texts are quoted by `>` (mboxrd)."""

    count_method = "lines that begin a message (From ), by a scan of the bytes"

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self._begun, self._alike = 0, 0

    def _messages(self, handle: BinaryIO) -> Iterator[tuple[int, int, bytes | None]]:
        with self._open() as other:
            self._begun, self._alike = _count(other)
        start: tuple[int, int] | None = None
        parts: list[bytes] = []
        size, blank, offset = 0, True, 0
        for number, line in enumerate(handle, 1):
            if blank and SEPARATOR.fullmatch(line.rstrip(b"\r\n")):
                if start is not None:
                    yield *start, _whole(parts, size)
                start, parts, size = (number, offset), [], 0
            else:
                size += len(line)
                if size <= MOST:
                    parts.append(line)
            blank = not line.strip(b"\r\n")
            offset += len(line)
        if start is not None:
            yield *start, _whole(parts, size)

    def _found(self) -> int:
        return self._begun

    def _odd(self) -> Iterator[Finding]:
        yield from super()._odd()
        if self._alike:
            message = f"{self._alike:,} lines begin with `From ` behind a blank line and are read as text"
            hint = "look whether each is the beginning of a message"
            yield Finding("from_lines", message, Severity.WARNING, self._place, hint, self._alike)


def _whole(parts: list[bytes], size: int) -> bytes | None:
    return _QUOTED.sub(rb"\1", b"".join(parts)) if size <= MOST else None


def _count(handle: BinaryIO) -> tuple[int, int]:
    """Lines that begin a message, and those that only look alike."""
    with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begun = sum(1 for _ in _COUNTED.finditer(data))
        return begun, sum(1 for _ in _ALIKE.finditer(data)) - begun
