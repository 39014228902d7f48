"""Evidence in words: what speaks for two records being one, and what against."""

from collections.abc import Iterator
from typing import Literal

from crm_migrate.crm.types import type_of
from crm_migrate.matching.explaining.likely import likely
from crm_migrate.reviewing.comparing import folded
from crm_migrate.reviewing.layout import text
from crm_migrate.reviewing.questions import Column, Compared, Question

Side = Literal["for", "against"]
ALIKE = 0.85  # from here on two different texts speak for, as far as likeness goes
_SHORT = 80


def evidence(question: Question, columns: tuple[Column, ...], pair: Compared) -> Iterator[tuple[Side, str]]:
    """For and against of one pair, one sentence per field that both fill; what was compared comes first."""
    left, right = question.records[pair.left].shown, question.records[pair.right].shown
    for column in sorted(columns, key=lambda c: c.name not in pair.alike):
        one, other = left.get(column.name), right.get(column.name)
        if one and other:
            # Numbers and days that are nearly alike are other ones: those of colleagues, brothers, the next customer.
            alike = None if type_of(column.type).exact else pair.alike.get(column.name)
            yield _sentence(column.name.replace("_", " "), one, other, alike)


def _sentence(name: str, one: str, other: str, alike: float | None) -> tuple[Side, str]:
    likeness = "" if alike is None else f", likeness {alike:.2f}"
    if one == other:
        return "for", f"same {name}: {_cut(one)}"
    both = f"{_cut(one)} / {_cut(other)}"
    if folded(one) == folded(other):
        return "for", f"{name} the same but for accents, capitals or dots: {both}"
    if alike is not None and alike >= ALIKE:
        return "for", f"{name} alike{likeness}: {both}"
    return "against", f"{name} differs{likeness}: {both}"


def _cut(value: str) -> str:
    shown = text(value)
    return shown if len(shown) <= _SHORT else f"{shown[:_SHORT]}…"


def verdict(pair: Compared) -> str:
    """What became of the pair and who said so, in one line."""
    said = {"review": "asked", "merge": "merged", "apart": "kept apart"}.get(pair.outcome, pair.outcome)
    who = "the learned model" if pair.rule == "learned" else pair.rule or "a decision"
    return ", ".join(filter(None, (f"{said} by {text(who)}", likely(pair.probability))))
