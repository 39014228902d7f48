"""Which cells of a question differ, told by a sign: against the first record that says anything."""

import re
import unicodedata

from crm_migrate.reviewing.questions import Column, Question
from crm_migrate.words.language import Language

DIFFERS, NEARLY = "≠", "≈"
_NOISE = re.compile(r"[\W_]+")


def sign(question: Question, column: Column, place: int) -> str:
    """`≠` where the cell differs from the first one that is filled, `≈` where only case, accents or dots do, or ''."""
    value = question.records[place].shown.get(column.name)
    first = next((r.shown.get(column.name) for r in question.records if r.shown.get(column.name)), None)
    if not value or not first or value == first:
        return ""
    return NEARLY if folded(value) == folded(first) else DIFFERS


def is_conflict(question: Question, column: Column) -> bool:
    """Records say different things there."""
    return len({value for r in question.records if (value := r.shown.get(column.name))}) > 1


def folded(text: str) -> str:
    """A text without case, accents, blanks and punctuation; what is nothing else stays."""
    plain = unicodedata.normalize("NFKD", text.replace("İ", "i").replace("ı", "i")).casefold()
    bare = _NOISE.sub("", "".join(c for c in plain if not unicodedata.combining(c)))
    return bare or text


def choices(question: Question, column: Column) -> list[str]:
    """Labels of the records that can be chosen to give a field; empty where there is nothing to choose."""
    if not column.choosable or not is_conflict(question, column):
        return []
    return [label(n) for n, record in enumerate(question.records) if record.shown.get(column.name)]


def label(place: int) -> str:
    """Records are called A, B, C ... Z, AA, AB ..."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def one_today(question: Question, words: Language) -> str:
    """Which records of a question are one already: `A and B are one today`, or nothing."""
    groups: dict[int, list[str]] = {}
    for n, record in enumerate(question.records):
        groups.setdefault(record.joined, []).append(label(n))
    several = [words.word("and").join(labels) for labels in groups.values() if len(labels) > 1]
    return words.word("review.one_today", groups=", ".join(several)) if several and question.kind == "review" else ""


def belonging(question: Question, words: Language) -> list[str]:
    """Which records belong together without being one: `A and B: household (Main Street 1)`."""
    told = []
    for shared, places in question.groups:
        kind, rest, value = shared.partition(" (")
        said = words.words.get(f"word.{kind.replace(' ', '_')}", kind)
        told.append(f"{words.word('and').join(label(n) for n in places)}: {said}{rest}{value}")
    return told
