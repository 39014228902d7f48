"""A workbook that comes back: each cell compared with what it said, what was changed, and what may not have been.

Nothing is looked at but the workbook: what an edit means for the mapping of today, `importing` says.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from crm_migrate.agreeing.book import FORMAT, HEAD_ROW, HIDDEN, KIND, LISTS
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding, Place
from crm_migrate.mapping.plan import MAP_JOINER
from crm_migrate.mapping.text import normal_name
from crm_migrate.reviewing import opening
from crm_migrate.reviewing.days import iso_day
from crm_migrate.reviewing.reading import same, shown

AGAIN = "Put it back, or write the workbook anew: crm-migrate mapping export PROJECT"
MOST_ROWS = 20_000
MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that says something else: where, what its row is about (`key`), which column, and both texts."""

    place: str
    key: str
    column: str
    entry: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class NewValue:
    """A row that was filled in for a word that had none: where, of which value map, the words, what they become."""

    place: str
    map: str
    words: tuple[str, ...]
    translation: str


@dataclass(slots=True)
class Came:
    """What a workbook says: of which project and mapping it is, in which language, and what was changed."""

    name: str
    project: str
    digest: str
    language: str
    changes: list[Change] = field(default_factory=list)
    values: list[NewValue] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Sheet:
    """A sheet as it was written: its columns, what stood above them, and its rows with what may be put in."""

    title: str
    heads: list[tuple[str, str]]
    about: str
    rows: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)


def wrong(code: str, place: str, message: str, hint: str = AGAIN) -> Finding:
    """A finding at a cell of a workbook."""
    return Finding(code, message, place=Place(file=place), hint=hint)


def read(path: Path) -> Came:
    """Read a workbook. InputError where it cannot be opened, UsageError where it is none of ours."""
    book = opening.open_workbook(opening.read_bytes(path), path.name)
    try:
        return _read(book, path)
    except (ValueError, KeyError, TypeError, SyntaxError) as error:  # parts are parsed as they are read
        raise InputError(f"{path.name} is damaged inside", hint="open it, save it again as .xlsx") from error


def _read(book: Any, path: Path) -> Came:
    facts, sheets, front = _hidden(book, path.name)
    came = Came(path.name, facts.get("project", ""), facts.get("digest", ""), facts.get("language", "en"))
    expected = {facts.get("start", ""), HIDDEN, LISTS, *(sheet.title for sheet in sheets)}
    for title in book.sheetnames:
        if title not in expected:
            came.findings.append(wrong("book_sheet", title, "this sheet was put in or renamed; nothing of it is read"))
    _front(came, book, facts.get("start", ""), front)
    for sheet in sheets:
        if sheet.title in book.sheetnames:
            _Reader(came, sheet, book.epoch).read(_rows(book[sheet.title]))
        else:
            came.findings.append(wrong("book_sheet", sheet.title, "this sheet is gone, or was renamed"))
    return came


def _hidden(book: Any, name: str) -> tuple[dict[str, str], list[_Sheet], list[tuple[str, str]]]:
    """What the workbook says of itself, where people do not see it."""
    again = "write it anew: crm-migrate mapping export PROJECT"
    facts: dict[str, str] = {}
    sheets: list[_Sheet] = []
    front: list[tuple[str, str]] = []
    for row in _rows(book[HIDDEN]) if HIDDEN in book.sheetnames else ():
        first, second, third, fourth = [*map(shown, row[:4]), *[""] * 4][:4]
        try:
            if first == "sheet":
                heads = [_texts(each, 2) for each in json.loads(third)]
                sheets.append(_Sheet(second, [(key, text) for key, text in heads], fourth))
            elif first == "line":
                width = len(sheets[-1].heads)
                sheets[-1].rows[second] = _texts(json.loads(third), width), _texts(json.loads(fourth), width)
            elif first == "front":
                front.append((second, third))
            elif first:
                facts[first] = second
        except (ValueError, TypeError, IndexError) as error:
            raise UsageError(f"what {name} says of itself was changed", hint=again) from error
    if facts.get("kind") != KIND:
        raise UsageError(f"{name} is no workbook of `crm-migrate mapping export`", hint=again)
    if facts.get("format") != FORMAT:
        raise UsageError(f"{name} was written by another version", hint=again)
    return facts, sheets, front


def _texts(value: object, count: int) -> list[str]:
    """A list of so many texts. ValueError where it is none."""
    if isinstance(value, list) and len(value) == count and all(isinstance(each, str) for each in value):
        return value
    raise ValueError("no list of texts")


def _rows(page: Any) -> Iterator[tuple[Any, ...]]:
    page.reset_dimensions()
    return page.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)  # type: ignore[no-any-return]


def _front(came: Came, book: Any, title: str, front: Sequence[tuple[str, str]]) -> None:
    """The first sheet explains, and takes no answers: what was written there would be lost."""
    if title not in book.sheetnames:
        came.findings.append(wrong("book_sheet", title, "this sheet is gone, or was renamed"))
        return
    for number, row in enumerate(_rows(book[title]), 1):
        was = front[number - 1] if number <= len(front) else ("", "")
        for at, value in enumerate(row):
            said = was[at] if at < len(was) else ""
            if not same(said, shown(value)):
                came.findings.append(_locked(f"{title}!{get_column_letter(at + 1)}{number}", said, shown(value)))


class _Reader:
    """Reads one sheet, row by row, found by what each is about: a sheet may be sorted and filtered."""

    def __init__(self, came: Came, sheet: _Sheet, epoch: datetime) -> None:
        self._came, self._sheet, self._epoch = came, sheet, epoch
        self._met: set[str] = set()

    def read(self, rows: Iterator[tuple[Any, ...]]) -> None:
        title, heads = self._sheet.title, [text for _, text in self._sheet.heads]
        above, head = next(rows, ()), next(rows, ())
        texts = [shown(value) for value in head]
        if [*map(str.strip, texts[: len(heads)])] != heads or [t for t in texts[len(heads) :] if t.strip()] != ["key"]:
            message = "the columns are not those that were written: nothing of this sheet can be read"
            self._tell("book_columns", f"{title}!A{HEAD_ROW}", message)
            return
        for at, value in enumerate(above):
            said = self._sheet.about if at == 0 else ""
            if not same(said, shown(value)):
                self._came.findings.append(_locked(f"{title}!{get_column_letter(at + 1)}1", said, shown(value)))
        for number, row in enumerate(rows, HEAD_ROW + 1):
            if any(value not in (None, "") for value in row):
                self._row(number, row)
        for key in self._sheet.rows.keys() - self._met:
            self._tell("book_row", title, f"the row of `{_about(key)}` is gone")

    def _tell(self, code: str, place: str, message: str, hint: str = AGAIN) -> None:
        self._came.findings.append(wrong(code, place, message, hint))

    def _row(self, number: int, row: tuple[Any, ...]) -> None:
        width = len(self._sheet.heads)
        key = shown(row[width]) if len(row) > width else ""
        place = f"{self._sheet.title}!A{number}"
        if not key:
            self._new(number, row[:width])
        elif key not in self._sheet.rows:
            self._tell("book_row", place, "this row was put in, or what it is about was changed")
        elif key in self._met:
            self._tell("book_row", place, f"the row of `{_about(key)}` is there twice")
        else:
            self._met.add(key)
            self._compare(number, key, row)

    def _compare(self, number: int, key: str, row: tuple[Any, ...]) -> None:
        said, entries = self._sheet.rows[key]
        for at, value in enumerate(row):
            if at == len(said):
                continue  # the key itself
            was, entry = (said[at], entries[at]) if at < len(said) else ("", "!")
            place = f"{self._sheet.title}!{get_column_letter(at + 1)}{number}"
            now = self._day(value, place) if entry == "due" else shown(value).strip()
            if now is None or same(was, now):
                continue
            if not entry.startswith("!"):
                column = self._sheet.heads[at][0]
                self._came.changes.append(Change(place, key, column, entry, was, normal_name(now)))
            else:
                self._came.findings.append(_locked(place, was, now, entry[1:]))

    def _new(self, number: int, row: tuple[Any, ...]) -> None:
        """A row without a key: one of those for new words, or one that was put in."""
        texts = [normal_name(shown(value)) for value in row]
        words = [at for at, (key, _) in enumerate(self._sheet.heads) if key.startswith("words:")]
        target = next((at for at, (key, _) in enumerate(self._sheet.heads) if key == "translation"), None)
        place = f"{self._sheet.title}!A{number}"
        filled = {at for at, text in enumerate(texts) if text}
        if target is None or not filled <= {*words, target}:
            self._tell("book_row", place, "this row was put in; nothing of it is read")
        elif target not in filled or not filled & {*words}:
            self._tell("book_row", place, "a new word needs both: the word, and what it becomes")
        else:
            names = (key.removeprefix("value_maps.") for key in self._sheet.rows if MAP_JOINER not in key)
            new = NewValue(place, next(names, ""), tuple(texts[at] for at in words), texts[target])
            self._came.values.append(new)

    def _day(self, value: Any, place: str) -> str | None:
        """A day as YYYY-MM-DD; None, and a finding, where it is none."""
        day = iso_day(value, self._epoch)
        if day is None:
            text = value.isoformat()[:10] if isinstance(value, datetime | date) else shown(value)[:40]
            message = f"{text!r} is no day that can be read for certain"
            self._tell("book_day", place, message, "Write it as 2026-12-04 or 04.12.2026.")
        return day


def _about(key: str) -> str:
    return key.replace(MAP_JOINER, ": ", 1).replace(MAP_JOINER, ", ")


_TELL = "choose `refused` (or `asked`, with the owner), and write in the decision what it should be"
_WHY = {
    "unfed": f"No line of the mapping reads this source here, and a workbook makes none: {_TELL}.",
    "computed": f"The value is computed, and rules are changed in the mapping itself: {_TELL}.",
    "same_row": f"The link is to what the same row makes, and is changed in the mapping itself: {_TELL}.",
    "shared": "This line stands in the shared mapping: it is changed there.",
    "elsewhere": f"This is no line of its own in the mapping: {_TELL}.",
    "rule": f"The sentence only tells what the mapping does: {_TELL}.",
    "sample": "Examples come from the data, masked; nothing is read of them. Put it back.",
    "counted": "Counts come from the data; nothing is read of them. Put it back.",
    "list": "This word stands in the file of the list: it is changed there.",
}


def _locked(place: str, was: str, now: str, why: str = "") -> Finding:
    message = f"this cell is locked: it said {was[:80]!r} and says {now[:80]!r}"
    return wrong("book_locked", place, message, _WHY.get(why, f"Put it back. If it is wrong, {_TELL}."))
