"""The words of the first sheet: what to do, what the signs mean, and what is not asked here."""

from collections.abc import Iterator
from typing import Literal

from crm_migrate.reviewing.layout import HEAD_ROW, Sheet
from crm_migrate.reviewing.questions import Pack

Kind = Literal["title", "text", "who", "count", "blank"]
Row = tuple[Kind, str, str]
WHO_ROW = 4  # 1-based: column B of it holds the name of who fills the workbook in
_KINDS = {"review": "open", "held": "waiting", "merged": "merged by rule"}


def start_lines(pack: Pack, listed: tuple[Sheet, ...], decision: str) -> Iterator[Row]:
    """Rows of the first sheet; `decision` is the letter of the column of decisions."""
    yield "title", "Which of these records are the same?", ""
    yield "text", "From", f"{pack.project}, run {pack.run}"
    yield "blank", "", ""
    yield "who", "Your name", ""
    yield "blank", "", ""
    yield from (("text", left, right) for left, right in _STEPS)
    yield "blank", "", ""
    yield from (("text", left, right) for left, right in _SIGNS)
    yield "blank", "", ""
    yield from _progress(listed, decision)
    yield "blank", "", ""
    yield from _outside(pack)


_STEPS = (
    ("1. Put in your name", "In the yellow cell above. It stands for every answer, unless a line says another name."),
    (
        "2. Answer",
        "Go through the other sheets from the top: what matters most comes first. Every question is a blue line with "
        "the records under it. In the column Decision choose merge (they are one), apart (they are not) or later.",
    ),
    (
        "3. More than two records",
        "If only some of them are the same, choose merge and give in the column Together another number to those that "
        "are somebody else: equal numbers become one, different numbers stay apart.",
    ),
    (
        "4. Which value wins",
        "✔ marks the value that would stay. Where you know better, choose in the line `keep` the letter of the record "
        "that shall give the field. Street, city and country come from one record together.",
    ),
    (
        "5. Send it back",
        "Save it as .xlsx. Who sent it reads it with: crm-migrate review PROJECT --read FILE. A question that you "
        "leave open stays open; nothing is lost, and you can send it again with more answers.",
    ),
    (
        "What is locked",
        "Only yellow cells can be changed. Do not insert, delete or copy rows: what was changed is named cell by cell, "
        "and the questions it touches are not taken.",
    ),
)
_SIGNS = (
    ("≠ and orange", "Says something else than the first record."),
    ("≈ and pale yellow", "The same but for capitals, accents, blanks or dots."),
    ("✔", "The value that would stay if all records of the question were one."),
    (
        "(append), (strictest) ...",
        "The rule decides and nothing is lost: texts are put together, the strictest consent counts.",
    ),
)


def _progress(listed: tuple[Sheet, ...], decision: str) -> Iterator[Row]:
    for sheet in listed:
        asked = len({line.question.id for line in sheet.lines})
        cells = f"'{sheet.title}'!{decision}{HEAD_ROW + 1}:{decision}{HEAD_ROW + len(sheet.lines)}"
        yield "count", f"{sheet.title}: {asked} questions, answered", f'=COUNTIF({cells},"?*")'


def _outside(pack: Pack) -> Iterator[Row]:
    """What is not in the workbook, so that nobody thinks it is."""
    if not pack.left_out:
        yield "text", "Not asked here", "Nothing: every question of the run is in this workbook."
    for line in pack.left_out:
        yield "text", "Not asked here", f"{line.object}: {line.count:,} more, {_KINDS[line.kind]}; {line.because}."
