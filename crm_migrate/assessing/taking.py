"""A workbook of an assessment that comes back: what people wrote into its findings, all of it or nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from crm_migrate.assessing.asking import ENTRIES, FORMAT, HIDDEN, digest, heads
from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.sheets import no_cards
from crm_migrate.assessing.standing import STATUSES, Kept, about, lacking
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import wrong
from crm_migrate.reviewing.days import iso_day
from crm_migrate.reviewing.opening import open_workbook, read_bytes
from crm_migrate.reviewing.reading import same, shown, small
from crm_migrate.words.language import Language, language

LONGEST = 500  # characters of a name or a decision
MOST_ROWS, MOST_COLUMNS = 100_000, 60
_ENTERED = tuple(ENTRIES.values())


@dataclass(frozen=True, slots=True)
class Written:
    """A finding as the workbook told it: its cells, what it was, and in which files."""

    texts: list[str]
    seen: str
    files: str


@dataclass(slots=True)
class Came:
    """What a workbook brings: cells that differ from what it said, by finding and column, each with its place; what is
    wrong is told in the words of the workbook."""

    title: str
    written: dict[str, Written]
    words: Language
    edits: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    was: dict[str, dict[str, str]] = field(default_factory=dict)  # what the edited findings said

    def tell(self, code: str, place: str, message: str, hint: str, **places: object) -> None:
        """A cell or row that does not fit: keys of `take.*` in the catalogue, and what stands in their places."""
        said, step = self.words.word(f"take.{message}", **places), self.words.word(f"take.{hint}", **places)
        self.findings.append(wrong(code, place, said, step))


def came(path: Path) -> Came | None:
    """What people wrote into a workbook; None where it is none of an assessment, or one of before they could.

    InputError where it cannot be read.
    """
    book = open_workbook(read_bytes(path), path.name)
    if HIDDEN not in book.sheetnames:
        return None
    facts = [[shown(value) for value in row] for row in book[HIDDEN].iter_rows(values_only=True)]
    said = {row[0]: row[1] for row in facts if row[0] in ("format", "language", "title")}
    if said.get("format") != FORMAT:
        raise InputError(f"{path.name} was written by another version", hint="write it anew: crm-migrate assess")
    words = language(said["language"], "assess")
    written = {r[1]: Written(json.loads(r[2]), r[3], r[4]) for r in facts if r[0] == "finding"}
    brought = Came(said["title"], written, words)
    for name, was in ((row[1], row[2]) for row in facts if row[0] == "sheet"):
        if name not in book.sheetnames or digest(_texts(book, name)) != was:
            brought.tell("book_locked", name, "book_locked", "back")
    _Reader(brought, words, book.epoch).sheet(book, words.sheet("table.assess_cards"))
    return brought


def _texts(book: Workbook, name: str) -> list[list[str]]:
    book[name].reset_dimensions()
    return [
        [shown(v) for v in row]
        for row in book[name].iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
    ]


class _Reader:
    """Reads the sheet of findings, row by row."""

    def __init__(self, brought: Came, words: Language, epoch: datetime) -> None:
        self._came, self._words, self._epoch = brought, words, epoch
        table = no_cards()
        self._heads = heads(table, words)
        named = [column.key.removeprefix("a_") for column in table.columns]
        self._keys = [ENTRIES.get(name, name) for name in named]
        self._at = {key: self._keys.index(key) for key in (*_ENTERED, "id")}
        self._statuses = {small(words.word(f"status.{status}")): status for status in STATUSES}
        self._title = ""

    def sheet(self, book: Workbook, title: str) -> None:
        """All rows of the sheet of this title."""
        self._title = title
        if title not in book.sheetnames:
            self._came.tell("book_sheet", title, "sheet_gone", "as_written")
            return
        page = book[title]
        page.reset_dimensions()
        rows = list(page.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True))
        if not rows or [shown(value) for value in rows[0][: len(self._heads)]] != self._heads:
            self._came.tell("book_columns", f"{title}!A1", "columns", "back")
            return
        there: set[str] = set()
        for number, row in enumerate(rows[1:], 2):
            if any(shown(value).strip() for value in row):
                self._row(number, (*row, *[None] * (len(self._heads) - len(row))), there)
        for name in self._came.written.keys() - there:
            row_of = self._came.written[name].texts
            self._came.tell("book_row", title, "row_gone", "back", finding=name, kind=row_of[0], source=row_of[1])

    def _row(self, number: int, row: tuple[Any, ...], there: set[str]) -> None:
        name = shown(row[self._at["id"]]).strip()
        place = f"{self._title}!A{number}"
        if name not in self._came.written or name in there:
            self._came.tell("book_row", place, "row_twice" if name in there else "row_put_in", "back")
            return
        there.add(name)
        written = self._came.written[name]
        for column, (key, was) in enumerate(zip(self._keys, written.texts, strict=True)):
            where = f"{self._title}!{get_column_letter(column + 1)}{number}"
            if key not in _ENTERED:
                if not same(was, shown(row[column])):
                    now = shown(row[column])
                    self._came.tell("book_locked", where, "cell_locked", "back", was=repr(was[:80]), now=repr(now[:80]))
                continue
            entered = self._entry(key, row[column], where)
            if entered is not None and entered != self._said(key, was):
                self._came.edits.setdefault(name, {})[key] = (entered, where)
        if name in self._came.edits:
            self._came.was[name] = {key: self._said(key, written.texts[self._at[key]]) for key in _ENTERED}
        for value in row[len(self._heads) :]:
            if shown(value).strip():
                self._came.tell("book_columns", place, "beside", "back", text=repr(shown(value)[:80]))

    def _said(self, key: str, text: str) -> str:
        return self._statuses[small(text)] if key == "status" else text

    def _entry(self, key: str, value: Any, where: str) -> str | None:
        """What a cell says, as it is kept; None, and a finding, where that cannot be."""
        text = " ".join(shown(value).split())
        if key == "status":
            if small(text) not in self._statuses:
                known = ", ".join(self._words.word(f"status.{status}") for status in STATUSES)
                self._came.tell("book_word", where, "no_status", "one_of", text=repr(text[:40]), names=known)
                return None
            return self._statuses[small(text)]
        if key == "due":
            day = iso_day(value, self._epoch)
            if day is None:
                self._came.tell("book_day", where, "no_day", "write_day", text=repr(text[:40]))
            return day
        if len(text) > LONGEST:
            self._came.tell("book_word", where, "too_long", "shorter", n=LONGEST)
            return None
        return text


def taken(brought: Came, kept: Mapping[str, Kept], found: Assessment) -> dict[str, Kept]:
    """The decisions that the workbook changes, each bound to what the finding was in the workbook. What is wrong comes
    to the findings of `brought`: then nothing may be kept."""
    if brought.title != found.title:
        raise UsageError(
            f"the workbook is of `{brought.title}`, and this is `{found.title}`", hint="name the data that it is about"
        )
    named = {card.id: about(card) for card in found.cards} | {name: each.about for name, each in kept.items()}
    fresh = {}
    for name, edits in brought.edits.items():
        written = brought.written[name]
        before = kept.get(name) or Kept(name, named.get(name, _told(written)), "open", written.seen, written.files)
        _tell_conflicts(brought, before, brought.was[name], edits)
        after = replace(
            before, **{key: text for key, (text, _) in edits.items()}, seen=written.seen, files=written.files
        )
        if reason := lacking(after.status, after.owner, after.due, after.decision):
            brought.tell("register_incomplete", next(iter(edits.values()))[1], reason, "fill_in")
        fresh[name] = after
    return fresh


def _told(written: Written) -> str:
    return f"{written.texts[1]}: {written.texts[2]}"


def _tell_conflicts(brought: Came, before: Kept, was: Mapping[str, str], edits: Mapping[str, tuple[str, str]]) -> None:
    """Cells that the workbook and somebody else have changed since it was written, in two ways."""
    for key, (text, place) in edits.items():
        today = getattr(before, key)
        if today not in (was[key], text):
            shortened = {"text": repr(text[:60]), "was": repr(was[key][:60]), "today": repr(today[:60])}
            brought.tell("book_conflict", place, "conflict", "anew", **shortened)


def unkept(brought: Came | None, kept: Mapping[str, Kept]) -> int:
    """How many cells people wrote that nobody has taken yet."""
    if brought is None:
        return 0
    empty = Kept("", "", "open", "", "")
    return sum(
        text != getattr(kept.get(name, empty), key)
        for name, edits in brought.edits.items()
        for key, (text, _) in edits.items()
    )
