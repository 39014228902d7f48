"""The word lists of the cleanser: text files beside the code, each saying where its words are from."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

_FOLDER = Path(__file__).parent / "words"


def _lines(name: str) -> list[str]:
    """Lines without comments (`# ...`) and blank ones."""
    text = unicodedata.normalize("NFC", (_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]


@cache
def words(name: str) -> frozenset[str]:
    """Single words, separated by blanks."""
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Phrases of several words, separated by ` | `, in the order of the file."""
    return tuple(p.strip() for line in _lines(name) for p in line.split(" | ") if p.strip())


@cache
def table(name: str) -> dict[str, str]:
    """`key: value` lines; an indented line goes on with the value (a regular expression's `|` without a blank)."""
    found: dict[str, str] = {}
    key = ""
    for line in _lines(name):
        if line.startswith(" "):
            more = line.strip()
            found[key] += more if more.startswith("|") else f" {more}"
        else:
            key, _, value = line.partition(": ")
            found[key] = value.strip()
    return found


@cache
def languages(subject: Literal["months", "countries"]) -> tuple[str, ...]:
    """The languages (locales of CLDR) whose names of the subject are understood in any column; English is first."""
    told = table("languages").items()
    return tuple(language for subjects, listed in told if subject in subjects.split() for language in listed.split())
