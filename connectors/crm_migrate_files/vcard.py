"""A file of vCards: one card is one row, or one value of a property is (`table: TEL`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Severity
from crm_migrate_files.lined_file import LinedFile
from crm_migrate_files.parsed import Aside, Unreadable
from crm_migrate_files.record_file import WITH_THE_OLD_PROGRAM, Record, aside
from crm_migrate_files.text_lines import Line
from crm_migrate_files.vcard_columns import PARTED, cells_of, kinds_of
from crm_migrate_files.vcard_lines import Property, is_base64, plain, properties

_BEGIN = re.compile(rb"\s*BEGIN:VCARD\s*", re.IGNORECASE)
_END = re.compile(rb"\s*END:VCARD\s*", re.IGNORECASE)
_VERSION = re.compile(rb"VERSION:\s*(\d\.\d)", re.IGNORECASE)
_SILENT = frozenset({"VERSION", "PROFILE", "X-ABLABEL"})  # of the format; a label is said with its value
_PREFERRED = frozenset({"TEL", "EMAIL", "URL", "IMPP"})
_BYTES = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
Cells = list[tuple[str, str]]


@dataclass(slots=True)
class _Card:
    """The lines between its beginning and its end; `trouble`: why it is no card."""

    begin: Line
    lines: list[Line] = field(default_factory=list)
    trouble: Unreadable | None = None

    @property
    def raw(self) -> bytes:
        return b"\n".join(line.raw for line in (self.begin, *self.lines))

    @property
    def version(self) -> str:
        found = next((match for line in self.lines if (match := _VERSION.match(line.raw))), None)
        return found[1].decode() if found else "3.0"


class VCardFile(LinedFile):
    """Reads one file of cards. It is read twice: its columns are the properties of all its cards."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self.count_method = "lines BEGIN:VCARD, by a scan of the lines"
        self._wanted = spec.table.upper() if spec.table else ""
        if self._wanted:
            self.count_method = "lines of the property, by a scan of the lines"
        name = re.escape(self._wanted).encode()
        self._counts = re.compile(rb"(?:[\w-]+\.)?" + name + rb"[;:]", re.IGNORECASE) if name else _BEGIN
        self._unread: set[str] = set()

    @cached_property
    def header(self) -> Header:
        """The properties of all cards. InputError where there is no card."""
        with self._open() as handle:
            for card in self._cards(handle):
                try:
                    for _, cells in self._said(card):
                        self._several.see([name for name, _ in cells])
                except Unreadable:
                    continue
        columns = self._several.columns(self._path.name)
        if not columns:
            raise InputError(
                f"{self._path.name}: holds no card" + (f" with `{self._wanted}`" if self._wanted else ""),
                hint="check `table:` of the source" if self._wanted else "is it another kind of file?",
            )
        return name_columns(columns, self._place)

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        self._unread = set()
        with self._open() as other:
            self._count = sum(1 for _ in self._counted_lines(self._lines.read(other)))
        for card in self._cards(handle):
            try:
                for line, cells in self._said(card, tell=True):
                    yield Record(line, self._several.row(cells))
            except Unreadable as error:
                places = self._counted_lines(iter(card.lines)) if self._wanted else iter((card.begin,))
                yield from (aside(line.number, line.offset, error, card.raw) for line in places)

    def _counted_lines(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Lines that begin what is counted; what goes on behind a `=` is none."""
        soft = False
        for line in lines:
            if not soft and self._counts.match(line.raw):
                yield line
            soft = line.raw.endswith(b"=")

    def _cards(self, handle: BinaryIO) -> Iterator[_Card]:
        """All cards in order; those that have no end, or lie within another one, with their trouble."""
        open_cards: list[_Card] = []
        for line in self._lines.read(handle):
            if _BEGIN.fullmatch(line.raw):
                if open_cards and not _is_agent(open_cards[-1]):
                    yield _damaged(open_cards.pop())
                open_cards.append(_Card(line))
            elif _END.fullmatch(line.raw) and open_cards:
                card = open_cards.pop()
                if open_cards:
                    card.trouble = Unreadable("nested_card", "the card lies within another one, as its AGENT")
                yield card
            elif open_cards:
                open_cards[-1].lines.append(line)
            elif line.raw.strip():
                self._tally.tell("outside_records", line.number)
        yield from map(_damaged, open_cards)

    def _said(self, card: _Card, *, tell: bool = False) -> Iterator[tuple[int, Cells]]:
        """Line and cells of the rows that a card gives. Unreadable where it is damaged."""
        if card.trouble:
            raise card.trouble
        found = list(properties(card.lines, card.version, self._lines.codec))
        labels = {
            each.group: plain(each.value, card.version) for each in found if each.name == "X-ABLABEL" and each.group
        }
        if self._wanted:
            yield from self._child_rows(found, labels, card)
            return
        wanted = [each for each in found if each.name not in _SILENT and not self._left(each, tell=tell)]
        yield card.begin.number, list(_cells(wanted, labels, card.version))

    def _left(self, found: Property, *, tell: bool) -> bool:
        """Whether a property is bytes, which is told; remembers what else of it is not read."""
        self._unread.update(found.unread)
        if _is_binary(found) and tell:
            self._tally.tell("binary_left", found.line)
        return _is_binary(found)

    def _child_rows(self, found: list[Property], labels: dict[str, str], card: _Card) -> Iterator[tuple[int, Cells]]:
        whose = [(each.name, plain(each.value, card.version)) for each in found if each.name in ("UID", "FN")]
        for each in found:
            if each.name != self._wanted:
                continue
            label = labels.get(each.group, "")
            said = [(_bare(name, each.name), value) for name, value in cells_of(each, each.name, card.version)]
            more = [("type", ",".join(kinds_of(each, label))), ("pref", "true" if each.preferred else "")]
            cells = [("card", str(card.begin.number)), *whose, *said, *more]
            yield each.line, [(name, value) for name, value in cells if value]

    def _odd(self) -> Iterator[Finding]:
        yield from super()._odd()
        yield from self._of_lines("binary_left", "pictures, sounds and keys are not read", WITH_THE_OLD_PROGRAM)
        words = "lines lie outside of every card, and are not read"
        yield from self._of_lines("outside_records", words, "look at them in an editor")
        if self._unread:
            message = f"what is said of values by these words is not read: {', '.join(sorted(self._unread)[:10])}"
            yield Finding("parameters_left", message, Severity.NOTE, self._place, count=len(self._unread))


def _cells(found: list[Property], labels: dict[str, str], version: str) -> Iterator[tuple[str, str]]:
    """Cells of a card in the order of its lines; of several of one kind the preferred one is the first.

    Every part of the second address of a kind is one of `ADR.home#2`: parts of two are never one address.
    """
    kinds: dict[tuple[str, ...], list[Property]] = {}
    for each in found:
        same = kinds.setdefault((each.name, *kinds_of(each, labels.get(each.group, ""))), [])
        same.insert(0 if each.preferred else len(same), each)
    for kind, several in kinds.items():
        for number, each in enumerate(several, 1):
            parted = number > 1 and each.name in PARTED
            yield from cells_of(each, ".".join(kind) + (f"#{number}" if parted else ""), version)
    for each in found:
        if each.preferred and each.name in _PREFERRED:
            yield from ((f"{each.name}.pref", value) for _, value in cells_of(each, each.name, version))


def _damaged(card: _Card) -> _Card:
    card.trouble = Unreadable("card_damaged", "the card has no end (END:VCARD)")
    return card


def _is_agent(card: _Card) -> bool:
    return bool(card.lines) and card.lines[-1].raw.strip().upper().endswith(b"AGENT:")


def _is_binary(found: Property) -> bool:
    return found.binary or (found.name in _BYTES and is_base64(found.value))


def _bare(column: str, name: str) -> str:
    """`ADR.street` as `street`, `TEL` as `value`."""
    return column.removeprefix(name).lstrip(".") or "value"
