"""A DBF table (dBase III and IV, FoxPro, Visual FoxPro) with its memos. Rows are numbered as their program does."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate_files import dbf_cells, encodings
from crm_migrate_files.dbf_head import Column, Head, read_head
from crm_migrate_files.dbf_memo import Memos, memo_path
from crm_migrate_files.parsed import Aside, Unreadable
from crm_migrate_files.record_file import STRETCH, Record, RecordFile, aside

_DELETED, _KEPT = b"*", b" "


class DbfFile(RecordFile):
    """Reads one table. Rows that are marked as deleted are counted and told, and are no records."""

    count_method = "rows by the head of the file, without those marked as deleted by a scan of its bytes"

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self._lost = spec.options.get("memos")
        if self._lost not in (None, "lost"):
            raise UsageError(
                f"source `{spec.name}`: `memos:` is `lost` or is not said",
                hint="`memos: lost` where the memo file is gone for good",
            )
        self._marked, self._beyond, self._memo_words = 0, 0, ""

    @cached_property
    def _head(self) -> Head:
        with self._open() as handle:
            return read_head(handle, self._path.name)

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self._head.columns if not _unread(column))

    @cached_property
    def header(self) -> Header:
        """The columns but for those of pictures and objects. InputError where it is no table that is read."""
        if not self._columns:
            raise InputError(f"{self._path.name}: has no column that can be read")
        return name_columns([column.name for column in self._columns], self._place)

    @cached_property
    def _codec(self) -> str:
        """As the mapping declares, as the table says, or ASCII, which refuses whatever lies beyond it."""
        return encodings.declared(self._spec.encoding) if self._spec.encoding else self._head.codec or "ascii"

    @cached_property
    def _memo_path(self) -> Path | None:
        has = any(dbf_cells.is_memo(column) for column in self._head.columns)
        return memo_path(self._path, self._head.memos) if has and self._head.memos else None

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        head = self._head
        memos = Memos(self._memo_path, head.memos) if self._memo_path else None
        self._memo_words = (
            f"memos from {self._memo_path.name}, sha256 {memos.sha256}" if memos and self._memo_path else ""
        )
        self._marked = self._beyond = 0
        try:
            for number, row in _rows(handle, head):
                if row[:1] == _DELETED:
                    self._tally.tell("rows_deleted", number)
                    continue
                try:
                    yield Record(number, [self._cell(column, row, number, memos) for column in self._checked(row)])
                except Unreadable as error:
                    offset = head.start + (number - 1) * head.row_bytes
                    yield aside(number, offset, error, row.decode(self._codec, "backslashreplace"))
            self._marked, self._beyond = _marked(handle, head), _beyond(handle, head)
        finally:
            if memos:
                memos.close()

    def _checked(self, row: bytes) -> tuple[Column, ...]:
        """The columns of a row. Unreadable where it does not begin as a row does."""
        if row[:1] != _KEPT:
            raise Unreadable("row_damaged", "the mark of deletion is neither set nor empty")
        for column in self._head.columns:
            if column.type in dbf_cells.NOT_READ and dbf_cells.block_of(_raw(column, row)):
                self._tally.tell("binary_left", 0)
        return self._columns

    def _cell(self, column: Column, row: bytes, number: int, memos: Memos | None) -> str | None:
        raw = _raw(column, row)
        flags = _raw(self._head.flags, row) if self._head.flags else b""
        if _bit(flags, column.null_bit):
            return None
        if _bit(flags, column.short_bit):
            raw = raw[: raw[-1]]
        if column.type in "CV":
            return self._text(raw)
        if column.type == "M":
            return self._memo(raw, number, memos)
        try:
            return dbf_cells.cell_of(column, raw)
        except dbf_cells.Odd as odd:
            self._tally.tell(odd.code, number)
            return odd.text

    def _text(self, raw: bytes) -> str | None:
        if self._codec == "ascii" and not raw.isascii():
            raise InputError(
                f"{self._path.name}: the table names no code page that is known (0x{self._head.code_page:02X}) and"
                " holds letters beyond ASCII",
                hint="write `encoding:` in the source: cp437 or cp850 for DOS, cp1252 for Windows, Turkish ones cp857"
                " and cp1254, Russian ones cp866 and cp1251",
            )
        return dbf_cells.text_of(raw, self._codec)

    def _memo(self, raw: bytes, number: int, memos: Memos | None) -> str | None:
        block = dbf_cells.block_of(raw)
        if not block:
            return None
        if memos is None:
            self._tally.tell("memo_missing", number)
            return None
        return self._text(memos.get(block))

    def _counted(self) -> int:
        return self._head.rows - self._marked

    def _encoding(self) -> str:
        return encodings.label(self._codec)

    def _evidence(self) -> Iterator[str]:
        head = self._head
        if self._spec.encoding:
            yield f"{self._encoding()} as the mapping declares; byte 29 of its head is 0x{head.code_page:02X}"
        elif head.codec:
            yield f"{self._encoding()} by byte 29 of its head (0x{head.code_page:02X})"
        else:
            yield "no code page is named, and no letter lies beyond ASCII"
        if self._memo_words:
            yield self._memo_words

    def _odd(self) -> Iterator[Finding]:
        yield from self._odd_cells()
        yield from self._of_deleted()
        if beyond := self._beyond:
            message = f"the head counts {self._head.rows:,} rows, and {beyond:,} more lie behind them"
            hint = "repair the table with its own program, or export it again"
            yield Finding("rows_beyond_count", message, Severity.ERROR, self._place, hint, beyond)
        left = [column.name for column in self._head.columns if _unread(column)]
        if left:
            yield self._of_pictures(left)

    def _odd_cells(self) -> Iterator[Finding]:
        missing = self._tally.lines("memo_missing")
        if missing:
            message = f"the file of memos is not there: {missing.count:,} texts of it are empty ({missing})"
            hint = "copy it beside the table (.fpt, .dbt); where it is gone for good, write `memos: lost`"
            severity = Severity.WARNING if self._lost else Severity.ERROR
            yield Finding("memo_missing", message, severity, self._place, hint, missing.count)
        told = (
            ("number_overflow", "numbers did not fit their column and were lost there: read as ***"),
            ("value_untyped", "cells hold no value of the type of their column: read as they are"),
        )
        for code, words in told:
            yield from self._of_lines(code, words, "look at them in the old program")


def _unread(column: Column) -> bool:
    """Pictures, objects and other bytes beside the table."""
    return column.type in dbf_cells.NOT_READ or (column.type == "B" and dbf_cells.is_memo(column))


def _raw(column: Column, row: bytes) -> bytes:
    return row[column.start : column.start + column.length]


def _bit(flags: bytes, bit: int) -> bool:
    return bit >= 0 and bit // 8 < len(flags) and bool(flags[bit // 8] >> bit % 8 & 1)


def _rows(handle: BinaryIO, head: Head) -> Iterator[tuple[int, bytes]]:
    """The rows that the head counts, as far as they are there, with their numbers."""
    handle.seek(head.start)
    for first in range(0, head.rows, STRETCH):
        wanted = min(STRETCH, head.rows - first)
        data = handle.read(wanted * head.row_bytes)
        for at in range(len(data) // head.row_bytes):
            yield first + at + 1, data[at * head.row_bytes : (at + 1) * head.row_bytes]
        if len(data) < wanted * head.row_bytes:
            return


def _marked(handle: BinaryIO, head: Head) -> int:
    """Rows that carry the mark of deletion, by every so manyth byte of the file."""
    handle.seek(head.start)
    found, left = 0, head.rows
    while left > 0 and (data := handle.read(min(STRETCH, left) * head.row_bytes)):
        found += int((np.frombuffer(data, dtype=np.uint8)[:: head.row_bytes] == _DELETED[0]).sum())
        left -= STRETCH
    return found


def _beyond(handle: BinaryIO, head: Head) -> int:
    """Whole rows behind the last one that the head counts: what begins there with a mark of deletion, set or not."""
    handle.seek(head.start + head.rows * head.row_bytes)
    found = 0
    while len(row := handle.read(head.row_bytes)) == head.row_bytes and row[:1] in (_DELETED, _KEPT):
        found += 1
    return found
