"""The sheets of a review workbook as plain cells: what is written, and what must stand there when it comes back."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crm_migrate.reports.visible import visible
from crm_migrate.reviewing.comparing import belonging, choices, is_conflict, label, one_today, sign
from crm_migrate.reviewing.questions import Column, Pack, Question, Record

START, HIDDEN = "Start here", "crm-migrate"
HEADS = ("No.", "Decision", "Who", "Why", "Together", "Record", "Source record", "Depends on it")
DECISION, WHO, WHY, TOGETHER, LABEL, NAME, DEPENDS = range(1, 8)
FIRST_FIELD = len(HEADS)
HEAD_ROW = 2  # the row of the column names; questions begin below
KEYS = ("question", "line", "evidence")  # hidden columns after the fields
WORDS = ("merge", "apart", "later")
BY_RULE = "by rule"
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

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the columns, hidden ones too."""
        return (*HEADS, *(column.name for column in self.columns), *KEYS)


def sheets(pack: Pack) -> tuple[Sheet, ...]:
    """The sheets of questions: per object those that are open, and those that only look back."""
    numbers = {q.id: n for n, q in enumerate(pack.questions, 1)}
    made: list[Sheet] = []
    for name, columns in pack.columns.items():
        for suffix, about, questions in (
            ("", "May these be one?", pack.of(name, "review", "held")),
            (" merged", "Merged by rule already: look whether that is right.", pack.of(name, "merged")),
        ):
            if questions:
                title = _title(name, suffix, {sheet.title for sheet in made})
                lines = tuple(line for q in questions for line in _lines(numbers[q.id], q, columns))
                made.append(Sheet(title, name, about, columns, lines))
    return tuple(made)


def _title(name: str, suffix: str, taken: set[str]) -> str:
    """A name that a workbook takes: no signs of paths, 31 characters, none twice, whatever its case."""
    clean = re.sub(r"[\[\]:*?/\\']", "_", visible(name))[: 31 - len(suffix) - 3] + suffix
    used = {title.casefold() for title in taken} | {START.casefold(), HIDDEN.casefold(), "history"}
    return next(t for t in (clean, *(f"{clean} {n}" for n in range(2, 100))) if t.casefold() not in used)


def _lines(number: int, question: Question, columns: tuple[Column, ...]) -> list[Line]:
    members = [_member(number, question, place, columns) for place in range(len(question.records))]
    kept = _kept(number, question, columns)
    return [
        _asked(number, question, columns),
        *members,
        *([kept] if any(c.text for c in kept.cells[FIRST_FIELD:]) else []),
    ]


def _asked(number: int, question: Question, columns: tuple[Column, ...]) -> Line:
    """The line that asks, and takes the answer."""
    entries = (
        Cell(entry="decision", offered=WORDS), Cell(entry="who"), Cell(entry="why"), Cell(), Cell("?"),
        Cell(text(sentence(question))),
    )  # fmt: skip
    cells = (Cell(str(number), counts=True), *entries, Cell(), *(Cell() for _ in columns))
    return Line("question", question, "?", cells, question.evidence)


def _member(number: int, question: Question, place: int, columns: tuple[Column, ...]) -> Line:
    record = question.records[place]
    groups = tuple(str(n) for n in range(1, len(question.records) + 1))
    together = Cell("1", entry="together", offered=groups, counts=True) if len(question.records) > 2 else Cell()
    cells = (
        Cell(str(number), counts=True), Cell(), Cell(), Cell(), together, Cell(label(place)), Cell(text(record.name)),
        Cell(depends(record)), *(_value(question, place, column) for column in columns),
    )  # fmt: skip
    return Line("member", question, label(place), cells, question.evidence_of((record.name,)))


def _value(question: Question, place: int, column: Column) -> Cell:
    value = question.records[place].shown.get(column.name) or ""
    conflict = is_conflict(question, column)
    wins = conflict and question.winners.get(column.name) == place
    return Cell(text(value), sign=sign(question, column, place), wins=wins, conflict=conflict)


def _kept(number: int, question: Question, columns: tuple[Column, ...]) -> Line:
    """The line where a person says which record gives a field."""
    fields = tuple(_choice(question, column) for column in columns)
    head = (
        Cell(str(number), counts=True),
        *(Cell() for _ in range(4)),
        Cell("keep"),
        Cell("if merged, which record gives:"),
        Cell(),
    )
    return Line("keep", question, "keep", (*head, *fields), question.evidence)


def _choice(question: Question, column: Column) -> Cell:
    if offered := choices(question, column):
        return Cell(BY_RULE, entry="keep", offered=(BY_RULE, *offered))
    return Cell(f"({column.survive})" if is_conflict(question, column) else "")


def sentence(question: Question) -> str:
    """The question in one line."""
    kind = {"review": "Asked", "held": "Waits, is not loaded", "merged": "Merged by rule"}[question.kind]
    hangs = depends(*question.records)
    parts = (
        f"{kind}: {question.why}",
        one_today(question),
        *belonging(question),
        f"depends on it: {hangs}" if hangs else "",
    )
    return "  |  ".join(part for part in parts if part)


def depends(*records: Record) -> str:
    """What hangs on records, in words: `contacts 3, deals 1, EUR 2,000,000`."""
    links: dict[str, int] = {}
    money: dict[str, Decimal] = {}
    for record in records:
        for name, count in record.links.items():
            links[name] = links.get(name, 0) + count
        for currency, amount in record.money.items():
            money[currency] = money.get(currency, Decimal(0)) + Decimal(amount)
    parts = [f"{name} {count:,}" for name, count in links.items()]
    return ", ".join([*parts, *(f"{currency} {_amount(amount)}".strip() for currency, amount in sorted(money.items()))])


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount % 1 else f"{amount:,.0f}"


def text(value: str) -> str:
    """A text as a cell shows it: no invisible characters, not longer than a cell holds."""
    return visible(value, TEXT)
