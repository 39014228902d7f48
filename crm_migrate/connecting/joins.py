"""Which of several partners of a join is meant: `take: first(primary desc, created)`."""

import re
from dataclasses import dataclass

_TAKE = re.compile(r"(first|last)\(\s*(.+?)\s*\)", re.DOTALL)
_TERM = re.compile(r"\s*(.*?\S)(?:\s+(asc|desc))?\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """A column by which partners are put in order, so that the one that is meant comes first."""

    column: str
    falling: bool


def parse_take(text: str) -> tuple[Term, ...]:
    """The order in which the partner that is meant comes first. ValueError where the text says none."""
    match = _TAKE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` does not say which partner is meant")
    return tuple(_term(part, last=match[1] == "last") for part in match[2].split(","))


def _term(text: str, *, last: bool) -> Term:
    match = _TERM.fullmatch(text)
    if match is None or match[1].lower() in ("asc", "desc"):
        raise ValueError("a column is missing in `take:`")
    return Term(match[1], ((match[2] or "").lower() == "desc") != last)
