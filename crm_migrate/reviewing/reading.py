"""A workbook that comes back: the answers in its open cells, and every cell that must not have been changed and was."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, Reading, Said, wrong
from crm_migrate.reviewing.instructions import WHO_ROW
from crm_migrate.reviewing.layout import (
    DECISION,
    FIRST_FIELD,
    HEAD_ROW,
    HIDDEN,
    KEYS,
    LABEL,
    LANGUAGE,
    WHO,
    WHY,
    WORDS,
    Line,
    Sheet,
    sheets,
)  # fmt: skip
from crm_migrate.reviewing.questions import FORMAT, Pack
from crm_migrate.words.language import Language, language

MOST_ROWS = 100_000
BESIDE = 20  # columns beyond ours that are looked at
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DO_NOT = "Take the workbook as it was written, and change only yellow cells."
Key = tuple[str, str]


def identity(book: Workbook, name: str) -> tuple[str, str]:
    """(run, pack) that the workbook belongs to. UsageError where it is none of ours, or of another format."""
    if HIDDEN not in book.sheetnames:
        raise UsageError(
            f"{name} is no review workbook", hint="write one with: crm-migrate review PROJECT -o review.xlsx"
        )
    facts = _facts(book)
    if facts.get("format") != str(FORMAT):
        raise UsageError(
            f"{name} was written by another version", hint="write a new workbook: crm-migrate review PROJECT"
        )
    return facts.get("run", ""), facts.get("workbook", "")


def _facts(book: Workbook) -> dict[str, str]:
    """What the hidden sheet says."""
    rows = book[HIDDEN].iter_rows(max_row=5, max_col=2, values_only=True)
    return {shown(left): shown(right) for left, right in rows}


def read(book: Workbook, pack: Pack) -> Reading:
    """All answers of the workbook to the questions of the pack, and what is wrong, in the order of the cells."""
    words = language(_facts(book).get(LANGUAGE, ""))
    desk = _Desk(_default_who(book, words))
    for sheet in sheets(pack, words):
        if sheet.title not in book.sheetnames:
            desk.wrong(sheet, "review_sheet_missing", sheet.title, f"The sheet {sheet.title!r} is gone.")
            continue
        _read_sheet(desk, sheet, book[sheet.title])
    return Reading(tuple(desk.answers), tuple(desk.findings), frozenset(desk.spoilt))


def _default_who(book: Workbook, words: Language) -> Said:
    start = words.word("review.start")
    place = f"{start}!B{WHO_ROW}"
    if start not in book.sheetnames:
        return Said("", place)
    rows = list(book[start].iter_rows(min_row=WHO_ROW, max_row=WHO_ROW, min_col=2, max_col=2, values_only=True))
    return Said(shown(rows[0][0]) if rows else "", place)


@dataclass
class _Desk:
    """What has been found so far."""

    who: Said
    answers: list[Answer] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)

    def wrong(self, about: Line | Sheet | None, code: str, place: str, message: str, hint: str = _DO_NOT) -> None:
        """Note what is wrong; the questions that it is about are not taken."""
        self.findings.append(wrong(code, place, message, hint))
        lines = about.lines if isinstance(about, Sheet) else (about,) if about else ()
        self.spoilt |= {line.question.id for line in lines}


def _read_sheet(desk: _Desk, sheet: Sheet, page: Any) -> None:
    page.reset_dimensions()
    width = len(sheet.heads) + BESIDE
    rows = [tuple(shown(v) for v in row) for row in page.iter_rows(max_row=MOST_ROWS, max_col=width, values_only=True)]
    if not _has_our_columns(desk, sheet, rows[HEAD_ROW - 1] if len(rows) >= HEAD_ROW else ()):
        return
    expected = {line.key: line for line in sheet.lines}
    places: dict[Key, int] = {}
    for number, row in enumerate(rows[HEAD_ROW:], HEAD_ROW + 1):
        row = (*row, *[""] * (width - len(row)))
        line = _line_of(desk, sheet, expected, places, number, row)
        if line is not None:
            places[line.key] = number
            _compare(desk, sheet, line, number, row)
    _missing(desk, sheet, places)
    texts = {key: (*rows[n - 1], *[""] * (width - len(rows[n - 1]))) for key, n in places.items()}
    desk.answers += _answers(desk, sheet, places, texts)


def _has_our_columns(desk: _Desk, sheet: Sheet, heads: tuple[str, ...]) -> bool:
    changed = [
        (n, was, now or "") for n, (was, now) in enumerate(zip_longest(sheet.heads, heads, fillvalue=None), 1)
        if (was or "") != (now or "")
    ]  # fmt: skip
    for n, was, now in changed:
        place = f"{sheet.title}!{get_column_letter(n)}{HEAD_ROW}"
        message = f"The column {was!r} is called {now!r} now." if was else f"There is a column more: {now!r}."
        desk.wrong(sheet, "review_columns_changed", place, message + " No answer of this sheet is taken.")
    return not changed


def _line_of(
    desk: _Desk,
    sheet: Sheet,
    expected: Mapping[Key, Line],
    places: Mapping[Key, int],
    number: int,
    row: tuple[str, ...],
) -> Line | None:
    """Which of our lines stands in this row, by its hidden keys."""
    first = FIRST_FIELD + len(sheet.columns)
    key, place = (row[first], row[first + 1]), f"{sheet.title}!{get_column_letter(first + 1)}{number}"
    if not any(row):
        return None
    if key == ("", ""):
        at = next(n for n, text in enumerate(row, 1) if text)
        where = f"{sheet.title}!{get_column_letter(at)}{number}"
        desk.wrong(None, "review_row_inserted", where, f"This row was put in; {row[at - 1]!r} is not read.")
        return None
    if key not in expected:
        desk.wrong(None, "review_key_changed", place, f"The hidden keys of this row were changed to {' '.join(key)!r}.")
        return None
    if key in places:
        message = f"This row is a copy of row {places[key]}."
        desk.wrong(expected[key], "review_row_twice", f"{sheet.title}!A{number}", message)
        return None
    return expected[key]


def _missing(desk: _Desk, sheet: Sheet, places: Mapping[Key, int]) -> None:
    for number, line in enumerate(sheet.lines, HEAD_ROW + 1):
        if line.key not in places:
            what = {"?": "the line of the question", "keep": "the line `keep`"}.get(line.label, f"record {line.label}")
            message = f"Question {line.cells[0].text}: {what} is gone; it stood in this row."
            desk.wrong(line, "review_row_missing", f"{sheet.title}!A{number}", message)


def _compare(desk: _Desk, sheet: Sheet, line: Line, number: int, row: tuple[str, ...]) -> None:
    """Every locked cell says what it said when it was written."""
    first = FIRST_FIELD + len(sheet.columns)
    if row[first + len(KEYS) - 1] != line.evidence:
        place = f"{sheet.title}!{get_column_letter(first + len(KEYS))}{number}"
        desk.wrong(line, "review_key_changed", place, "The hidden hash of the evidence was changed.")
    beside = row[first + len(KEYS) :]
    locked = [(n, cell.text, row[n - 1]) for n, cell in enumerate(line.cells, 1) if cell.entry is None]
    locked += [(n, "", text) for n, text in enumerate(beside, first + len(KEYS) + 1)]
    for n, was, now in locked:
        if not same(was, now):
            place = f"{sheet.title}!{get_column_letter(n)}{number}"
            message = f"This cell is locked: it said {was[:80]!r} and says {now[:80]!r}."
            desk.wrong(line, "review_locked_changed", place, message)


def same(was: str, now: str) -> bool:
    """Whether two cells say the same, but for blanks and how letters are composed."""
    return unicodedata.normalize("NFC", was).split() == unicodedata.normalize("NFC", now).split()


def _answers(
    desk: _Desk, sheet: Sheet, places: Mapping[Key, int], texts: Mapping[Key, tuple[str, ...]]
) -> Iterator[Answer]:
    """One answer per question whose lines are all there."""
    by_question: dict[str, list[Line]] = {}
    for line in sheet.lines:
        by_question.setdefault(line.question.id, []).append(line)
    for name, lines in by_question.items():
        if all(line.key in places for line in lines):
            yield _answer(desk.who, sheet, name, {line.key: line for line in lines}, places, texts)


def _answer(
    who: Said, sheet: Sheet, name: str, lines: Mapping[Key, Line], places: Mapping[Key, int],
    texts: Mapping[Key, tuple[str, ...]],
) -> Answer:  # fmt: skip
    said: dict[tuple[str, int], Said] = {}
    for key, line in lines.items():
        for column, cell in enumerate(line.cells):
            if cell.entry is not None:
                place = f"{sheet.title}!{get_column_letter(column + 1)}{places[key]}"
                said[line.label, column] = Said(texts[key][column].strip(), place)
    own_who = said["?", WHO]
    return Answer(
        question=name,
        decision=_word(said["?", DECISION], sheet.words),
        who=own_who if own_who.text else Said(who.text, own_who.place),
        why=said["?", WHY],
        together={label: s for (label, column), s in said.items() if label not in ("?", "keep") and column < LABEL},
        keep={
            sheet.columns[column - FIRST_FIELD].name: s
            for (label, column), s in said.items()
            if label == "keep" and s.text not in ("", sheet.words.word("review.by_rule"))
        },
    )


def _word(said: Said, words: Language) -> Said:
    """A decision in English, with or without capitals: many a program begins every cell with one."""
    known = {small(words.word(f"review.{word}")): word for word in WORDS}
    return Said(known.get(small(said.text)) or said.text.lower(), said.place)


def small(text: str) -> str:
    """A text in small letters, the two kinds of i alike."""
    return text.replace("İ", "i").lower().replace("ı", "i")


def shown(value: object) -> str:
    """A cell as its text: whole numbers without decimals, the escapes of workbooks undone."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case _:
            return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), str(value))
