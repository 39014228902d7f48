"""Marks in a person's field that are no name: a full stop where a form wanted a family name, a sign behind the name."""

import re

from crm_migrate.cleansing.people.person_titles import all_suffix, key_of
from crm_migrate.cleansing.people.person_words import PARTICLES, PREFIXES
from crm_migrate.cleansing.text.letters import fold

_MARKS = r"[.\-–—_?*/\\,;:|~+=#]+"
_BEFORE = re.compile(rf"^{_MARKS}\s+(?=\w)")
_BEHIND = re.compile(
    rf"(?:\s+{_MARKS})+$|(?<=[^\W\d_A-Z])\s+x{{1,3}}$|\s+[Nn]\.\s?[Nn]\.$"
)  # nobody is called `x`; `X` is an initial
_STOP = re.compile(r"(?<=[^\W\d_]{4})\.+$")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)$")


def without_marks(value: str) -> str:
    """The name without marks that stand for a missing part, and without a full stop behind its last whole word.

    A mark has a blank between itself and the name; the stop of a title, a suffix or an abbreviation stays.
    """
    value = _BEHIND.sub("", _BEFORE.sub("", value))
    before, last = ["", "", *value.split()][-2:]
    whole = _STOP.search(last) or (fold(before) in PARTICLES and last.endswith("."))
    abbreviated = "." in last.rstrip(".") or all_suffix(last, after_comma=True) or key_of(last) in PREFIXES
    return value.rstrip(".") if whole and not abbreviated else value


def family_alone(value: str) -> str | None:
    """The family name behind a mark that stands for a given name (`. van den Berg`); None where there is none."""
    rest = _BEFORE.sub("", value)
    words = rest.split()
    return rest if rest != value and words and all(fold(word) in PARTICLES for word in words[:-1]) else None


def bracket_doubt(value: str, parts: dict[str, str]) -> str | None:
    """What is to be asked of names in brackets behind the whole: `Anna Müller (Schmidt)` may be a former name.

    A short form of the given name (`John Smith (Johnny)`) is a nickname, and so is what follows a given name
    (`Nolan, Margaret (Peggy)`).
    """
    found = None if "," in value else _IN_BRACKETS.search(value)
    nickname, first = fold(parts.get("nickname", "")), fold(parts.get("first", ""))
    if not found or fold(found[1]) != nickname or not {"first", "last"} <= parts.keys() or nickname[:3] == first[:3]:
        return None
    return f"{found[1]} in brackets behind the name: a nickname, or a former name"
