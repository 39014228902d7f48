"""The sheets of a review workbook as plain cells: what is written, and what must stand there when it comes back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crm_migrate.reports.visible import visible
from crm_migrate.reviewing.comparing import belonging, choices, is_conflict, label, one_today, sign
from crm_migrate.reviewing.questions import Column, Pack, Question, Record
from crm_migrate.reviewing.reasons import reason
from crm_migrate.words.language import Language, language

HIDDEN = "crm-migrate"
HEADS = ("no", "decision", "who", "why", "together", "record", "source", "depends")
ENGLISH = language("en")
DECISION, WHO, WHY, TOGETHER, LABEL, NAME, DEPENDS = range(1, 8)
FIRST_FIELD = len(HEADS)
HEAD_ROW = 2  # the row of the column names; questions begin below
LANGUAGE = "language"  # the row of the hidden sheet that says in which words the workbook was written
KEYS = ("question", "line", "evidence")  # hidden columns after the fields
WORDS = ("merge", "apart", "later")
TEXT = 2_000  # characters of one cell

Role = Literal["question", "member", "keep"]
Entry = Literal["decision", "who", "why", "together", "keep"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, what a person may enter there (None: locked), and the words that are offered.

    `counts` are numbers of ours, which sort as numbers; everything else is text.
    """

    text: str = ""
    entry: Entry | None = None
    offered: tuple[str, ...] = ()
    sign: str = ""
    wins: bool = False
    conflict: bool = False
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet; `label` is `?` for the line of the question, `keep` for that of the survivors."""

    role: Role
    question: Question
    label: str
    cells: tuple[Cell, ...]
    evidence: str

    @property
    def key(self) -> tuple[str, str]:
        """What the hidden columns call it."""
        return self.question.id, self.label


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: questions of one object."""

    title: str
    object: str
    about: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    words: Language

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the columns, hidden ones too."""
        named = (self.words.word(f"review.col_{head}") for head in HEADS)
        return (*named, *(column.name for column in self.columns), *KEYS)


def sheets(pack: Pack, words: Language = ENGLISH) -> tuple[Sheet, ...]:
    """The sheets of questions: per object those that are open, and those that only look back."""
    numbers = {q.id: n for n, q in enumerate(pack.questions, 1)}
    made: list[Sheet] = []
    for name, columns in pack.columns.items():
        for suffix, about, questions in (
            ("", words.word("review.about_open"), pack.of(name, "pattern", "review", "held")),
            (words.word("review.suffix_merged"), words.word("review.about_merged"), pack.of(name, "merged")),
        ):
            if questions:
                title = _title(name, suffix, {sheet.title for sheet in made}, words)
                lines = tuple(line for q in questions for line in _lines(numbers[q.id], q, columns, words))
                made.append(Sheet(title, name, about, columns, lines, words))
    return tuple(made)


def _title(name: str, suffix: str, taken: set[str], words: Language) -> str:
    """A name that a workbook takes: no signs of paths, 31 characters, none twice, whatever its case."""
    clean = re.sub(r"[\[\]:*?/\\']", "_", visible(name))[: 31 - len(suffix) - 3] + suffix
    used = {title.casefold() for title in taken} | {words.word("review.start").casefold(), HIDDEN.casefold(), "history"}
    return next(t for t in (clean, *(f"{clean} {n}" for n in range(2, 100))) if t.casefold() not in used)


def _lines(number: int, question: Question, columns: tuple[Column, ...], words: Language) -> list[Line]:
    members = [_member(number, question, place, columns, words) for place in range(len(question.records))]
    kept = _kept(number, question, columns, words)
    return [
        _asked(number, question, columns, words),
        *members,
        *([kept] if any(c.text for c in kept.cells[FIRST_FIELD:]) else []),
    ]


def _asked(number: int, question: Question, columns: tuple[Column, ...], words: Language) -> Line:
    """The line that asks, and takes the answer."""
    offered = tuple(words.word(f"review.{word}") for word in WORDS)
    entries = (
        Cell(entry="decision", offered=offered), Cell(entry="who"), Cell(entry="why"), Cell(), Cell("?"),
        Cell(text(sentence(question, words))),
    )  # fmt: skip
    cells = (Cell(str(number), counts=True), *entries, Cell(), *(Cell() for _ in columns))
    return Line("question", question, "?", cells, question.evidence)


def _member(number: int, question: Question, place: int, columns: tuple[Column, ...], words: Language) -> Line:
    record = question.records[place]
    groups = tuple(str(n) for n in range(1, len(question.records) + 1))
    together = Cell("1", entry="together", offered=groups, counts=True) if len(question.records) > 2 else Cell()
    cells = (
        Cell(str(number), counts=True), Cell(), Cell(), Cell(), together, Cell(label(place)), Cell(text(record.name)),
        Cell(depends((record,), words)), *(_value(question, place, column) for column in columns),
    )  # fmt: skip
    return Line("member", question, label(place), cells, question.evidence_of((record.name,)))


def _value(question: Question, place: int, column: Column) -> Cell:
    value = question.records[place].shown.get(column.name) or ""
    conflict = is_conflict(question, column)
    wins = conflict and question.winners.get(column.name) == place
    return Cell(text(value), sign=sign(question, column, place), wins=wins, conflict=conflict)


def _kept(number: int, question: Question, columns: tuple[Column, ...], words: Language) -> Line:
    """The line where a person says which record gives a field."""
    fields = tuple(_choice(question, column, words) for column in columns)
    head = (
        Cell(str(number), counts=True),
        *(Cell() for _ in range(4)),
        Cell(words.word("review.keep")),
        Cell(words.word("review.keep_which")),
        Cell(),
    )
    return Line("keep", question, "keep", (*head, *fields), question.evidence)


def _choice(question: Question, column: Column, words: Language) -> Cell:
    if offered := choices(question, column):
        by_rule = words.word("review.by_rule")
        return Cell(by_rule, entry="keep", offered=(by_rule, *offered))
    return Cell(f"({column.survive})" if is_conflict(question, column) else "")


def sentence(question: Question, words: Language) -> str:
    """The question in one line."""
    if question.pattern is not None:
        return pattern_sentence(question, words)
    hangs = depends(question.records, words)
    parts = (
        f"{words.word(f'review.kind_{question.kind}')}: {reason(question, words)}",
        one_today(question, words),
        *belonging(question, words),
        words.word("review.depends", hangs=hangs) if hangs else "",
    )
    return "  |  ".join(part for part in parts if part)


def pattern_sentence(question: Question, words: Language) -> str:
    """The question about a pattern: how many pairs, what is said of them, and what must be looked at first."""
    assert question.pattern is not None
    said = question.pattern
    return words.word(
        "review.pattern_asked", n=words.number(said.pairs), reason=reason(question, words),
        expected=words.amount(f"{said.expected:.1f}"), examples=words.number(len(said.sample)),
    )  # fmt: skip


def depends(records: Iterable[Record], words: Language) -> str:
    """What hangs on records, in words: `contacts 3, deals 1, EUR 2,000,000`."""
    links: dict[str, int] = {}
    money: dict[str, Decimal] = {}
    for record in records:
        for name, count in record.links.items():
            links[name] = links.get(name, 0) + count
        for currency, amount in record.money.items():
            money[currency] = money.get(currency, Decimal(0)) + Decimal(amount)
    parts = [f"{name} {words.number(count)}" for name, count in links.items()]
    parts += [
        f"{currency} {words.money(f'{amount:f}', currency)}".strip() for currency, amount in sorted(money.items())
    ]
    return ", ".join(parts)


def text(value: str) -> str:
    """A text as a cell shows it: no invisible characters, not longer than a cell holds."""
    return visible(value, TEXT)
