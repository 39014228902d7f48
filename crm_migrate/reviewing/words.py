"""Evidence in words: what speaks for two records being one, and what against."""

from collections.abc import Iterator
from typing import Literal, cast

from crm_migrate.crm.types import type_of
from crm_migrate.matching.explaining.likely import likely
from crm_migrate.reviewing.comparing import folded
from crm_migrate.reviewing.layout import text
from crm_migrate.reviewing.questions import Column, Compared, Question
from crm_migrate.words.language import Language

Side = Literal["for", "against"]
ALIKE = 0.85  # from here on two different texts speak for, as far as likeness goes
_SHORT = 80


def evidence(
    question: Question, columns: tuple[Column, ...], pair: Compared, words: Language
) -> Iterator[tuple[Side, str]]:
    """For and against of one pair, one sentence per field that both fill; what was compared comes first."""
    left, right = question.records[pair.left].shown, question.records[pair.right].shown
    for column in sorted(columns, key=lambda c: c.name not in pair.alike):
        one, other = left.get(column.name), right.get(column.name)
        if one and other:
            # Numbers and days that are nearly alike are other ones: those of colleagues, brothers, the next customer.
            alike = None if type_of(column.type).exact else pair.alike.get(column.name)
            yield _sentence(column.name.replace("_", " "), one, other, alike, words)


def _sentence(name: str, one: str, other: str, alike: float | None, words: Language) -> tuple[Side, str]:
    if one == other:
        return "for", words.word("review.same", field=name, value=_cut(one))
    both = {"field": name, "values": f"{_cut(one)} / {_cut(other)}"}
    if folded(one) == folded(other):
        return "for", words.word("review.same_but", **both)
    if alike is None:
        return "against", words.word("review.differs", **both)
    side, key = ("for", "alike") if alike >= ALIKE else ("against", "differs_likeness")
    return cast("Side", side), words.word(f"review.{key}", likeness=words.amount(f"{alike:.2f}"), **both)


def _cut(value: str) -> str:
    shown = text(value)
    return shown if len(shown) <= _SHORT else f"{shown[:_SHORT]}…"


def verdict(pair: Compared, words: Language) -> str:
    """What became of the pair and who said so, in one line."""
    who = words.word("review.model") if pair.rule == "learned" else pair.rule or words.word("review.a_decision")
    said = words.word(f"review.said_{pair.outcome}", who=text(who))
    return ", ".join(filter(None, (said, likely(pair.probability, words))))
