"""Joins: which of several partners is meant (`take: first(primary desc, created)`), and what is told of the others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.finding import Finding, Place, Severity

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


def joined_findings(
    place: Place, alias: str, partner: str, several: int, unused: int, left: int, *, lookup: bool
) -> Iterator[Finding]:
    """What a join did not settle or left over: rows with several partners, partners of nobody, partners not taken."""
    if several:
        message = f"{several:,} rows have several partners in `{partner}` (join `{alias}`)"
        hint = "say which one is meant: `take: first(column desc)`, or `gather: list`"
        yield Finding("join_ambiguous", message, Severity.ERROR, place, hint, several)
    if unused and lookup:
        message = f"{unused:,} rows of `{partner}` are looked up by no row (join `{alias}`)"
        yield Finding("join_unused", message, Severity.NOTE, place, "nothing is lost where they are a source", unused)
    elif unused:
        message = f"{unused:,} rows of `{partner}` belong to no record (join `{alias}`)"
        hint = "look for the records that they belonged to; where they matter, make a source of that table"
        yield Finding("join_unused", message, Severity.WARNING, place, hint, unused)
    if left:
        message = f"{left:,} rows of `{partner}` are left behind by `take:` (join `{alias}`)"
        yield Finding("join_left", message, Severity.NOTE, place, "`gather: list` takes all of them", left)


def joined_words(alias: str, partner: str, total: int, unused: int, left: int | None) -> str:
    """How the rows of a joined table are accounted for; `left` where `take` says which one is meant."""
    words = f"join {alias}: {partner} has {total:,} rows, {unused:,} of them belong to no record"
    return words + ("" if left is None else f", `take:` leaves {left:,} behind")
