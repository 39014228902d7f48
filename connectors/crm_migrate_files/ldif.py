"""An LDIF file (RFC 2849): one entry of a directory is one row, or one value of an attribute is (`table: member`)."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding
from crm_migrate_files.lined_file import LinedFile
from crm_migrate_files.parsed import Aside, Unreadable, checked
from crm_migrate_files.record_file import WITH_THE_OLD_PROGRAM, Record, aside
from crm_migrate_files.text_lines import Line

_DN = "dn"
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
_ATTRIBUTE = re.compile(rb"([A-Za-z0-9][\w.;-]*):(:|<)?[ ]*", re.ASCII)


@dataclass(slots=True)
class _Entry:
    """The lines of an entry, unfolded: each with its number and its bytes."""

    lines: list[Line] = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        return b"\n".join(line.raw for line in self.lines)


class LdifFile(LinedFile):
    """Reads one LDIF file. It is read twice: its columns are the attributes of all its entries."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self.count_method = "lines that begin an entry (dn:), by a scan of the lines"
        if spec.table:
            self.count_method = "lines of the attribute, by a scan of the lines"

    @cached_property
    def header(self) -> Header:
        """`dn` and the attributes of all entries. InputError where the file holds changes, or no entry."""
        if self._spec.table:
            return name_columns([_DN, self._spec.table], self._place)
        with self._open() as handle:
            for entry in self._entries(handle):
                try:
                    self._several.see([name for name, _, _ in self._items(entry)])
                except Unreadable:
                    continue
        columns = self._several.columns(self._path.name)
        if not columns:
            raise InputError(f"{self._path.name}: holds no entry", hint="is it another kind of file?")
        return name_columns(columns, self._place)

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        with self._open() as other:
            self._count = sum(map(self._begins, self._lines.read(other)))
        for entry in self._entries(handle):
            try:
                yield from self._rows(self._items(entry, tell=True), entry)
            except Unreadable as error:
                yield from self._set_aside(entry, error)

    def _begins(self, line: Line) -> bool:
        """Whether a line begins what is counted: an entry, or a value of the attribute."""
        name = (self._spec.table or _DN).lower().encode()
        return line.raw[: len(name) + 1].lower() == name + b":"

    def _rows(self, items: list[tuple[str, str, Line]], entry: _Entry) -> Iterator[Record]:
        if not self._spec.table:
            yield Record(entry.lines[0].number, self._several.row([(name, value) for name, value, _ in items]))
            return
        wanted, (_, place, _) = self._spec.table.lower(), items[0]
        yield from (Record(line.number, [place, value]) for name, value, line in items if name.lower() == wanted)

    def _set_aside(self, entry: _Entry, error: Unreadable) -> Iterator[Aside]:
        for line in entry.lines[:1] if not self._spec.table else filter(self._begins, entry.lines):
            yield aside(line.number, line.offset, error, entry.raw)

    def _entries(self, handle: BinaryIO) -> Iterator[_Entry]:
        """Entries between blank lines, without comments. InputError where one is a change and no state."""
        entry = _Entry()
        comment = False
        for line in self._lines.read(handle):
            if line.raw[:1] == b" " and (comment or entry.lines):
                if not comment:
                    last = entry.lines[-1]
                    entry.lines[-1] = Line(last.number, last.offset, last.raw + line.raw[1:])
                continue
            comment = line.raw[:1] == b"#"
            if line.raw.strip():
                entry.lines += () if comment else (line,)
            else:
                yield from self._whole(entry)
                entry = _Entry()
        yield from self._whole(entry)

    def _whole(self, entry: _Entry) -> Iterator[_Entry]:
        """The entry, unless it is only the version of the format."""
        if entry.lines and entry.lines[0].raw.lower().startswith(b"version:"):
            entry.lines.pop(0)
        for line in entry.lines:
            name, _, said = line.raw.partition(b":")
            if name.lower() in (b"changetype", b"control") and said.strip().lower() != b"add":
                raise InputError(
                    f"{self._path.name}: line {line.number:,}: holds changes of entries, not the entries",
                    hint="export the directory itself, for instance: ldapsearch -LLL, slapcat",
                )
        if entry.lines:
            yield entry

    def _items(self, entry: _Entry, *, tell: bool = False) -> list[tuple[str, str, Line]]:
        """Attributes with their values, `dn` first. Unreadable where the entry is damaged."""
        found = []
        for line in entry.lines:
            match = _ATTRIBUTE.match(line.raw)
            if match is None:
                raise Unreadable("line_unreadable", f"line {line.number:,} has no attribute and no colon")
            name, mark, rest = match[1].decode(), match[2], line.raw[match.end() :]
            if name.lower() == "changetype":
                continue
            value = None if mark == b"<" else self._value(rest, line, mark)
            if value is None and tell:
                self._tally.tell("binary_left", line.number)
            if value:
                found.append((name, value, line))
        if not found or found[0][0].lower() != _DN:
            raise Unreadable("line_unreadable", "the entry does not begin with its name (dn:)")
        return found

    def _value(self, rest: bytes, line: Line, mark: bytes | None) -> str | None:
        """A value as text; None for bytes that are none, as of a picture."""
        try:
            data = base64.b64decode(rest.strip(), validate=True) if mark else rest
        except binascii.Error:
            raise Unreadable("line_unreadable", f"line {line.number:,} is no base64") from None
        try:
            text = data.decode("utf-8" if mark else self._lines.codec)
        except UnicodeDecodeError:
            if mark:
                return None
            raise Unreadable("undecodable", f"line {line.number:,} is not written in the file's encoding") from None
        return None if mark and _NO_TEXT.search(text) else checked(text)

    def _odd(self) -> Iterator[Finding]:
        yield from super()._odd()
        words = "values are bytes or lie elsewhere, and are not read"
        yield from self._of_lines("binary_left", words, WITH_THE_OLD_PROGRAM)
