"""Texts of the stages read back: which text of the catalogue a sentence is, and what stands in its places.

Stages write English sentences. `message.*` in `words/` has each of them as a template, so that a report can say it
in another language and knows which words in it are a value of somebody's and which are the mapping's own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter

from crm_migrate.reports.language import Language, language

SENTENCES, REASONS = "message.", "why."  # what a stage says, and why two records are one or are not

_PATTERNS = {"n": r"-?[\d,]+", "code": r"[a-z0-9_]+", "amount": r"-?[\d.,]+", "percent": r"[\d.]+ %"}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the catalogue: its key, and (kind, text) by the name of each place."""

    key: str
    parts: dict[str, str]

    def with_parts(self, change: Callable[[str, str], str]) -> str:
        """The English sentence with every part changed by its kind."""
        changed = {name: change(kind_of(name), text) for name, text in self.parts.items()}
        return language("en").word(self.key, **changed)


def kind_of(name: str) -> str:
    """The kind of a place: its name without a number behind (`record2` -> `record`)."""
    return name.rstrip("0123456789")


@lru_cache(maxsize=65_536)
def recognise(text: str, family: str = SENTENCES) -> Said | None:
    """The sentence of a family of the catalogue that a text is; None for words that come from elsewhere."""
    for start, pattern, key in _templates(family):
        if text.startswith(start) and (found := pattern.fullmatch(text)):
            return Said(key, found.groupdict())
    return None


def spoken(text: str, words: Language, family: str = SENTENCES) -> str:
    """The text in a language: recognised sentences from its catalogue, everything else as it is."""
    if words.code == "en" or not text:
        return text
    said = recognise(text, family)
    if said is not None:
        return in_words(said, words)
    if family == REASONS:
        return _listed(text, words)
    return text


def in_words(said: Said, words: Language) -> str:
    """A sentence of the catalogue with its numbers and amounts as a language writes them."""
    return words.word(said.key, **{name: _part(kind_of(name), part, words) for name, part in said.parts.items()})


def _listed(text: str, words: Language) -> str:
    """Reasons in a row, each by itself: `same domain, name alike 0.96`; one that is no sentence is a list of fields."""
    pieces = text.split(", ")
    if len(pieces) > 1:
        return ", ".join(spoken(piece, words, REASONS) for piece in pieces)
    return words.word("and").join(words.name("likeness", piece) for piece in text.split(" and "))


def _part(kind: str, text: str, words: Language) -> str:
    match kind:
        case "n":
            return words.number(int(text.replace(",", "")))
        case "amount":
            return words.amount(text.replace(",", ""))
        case "percent":
            return words.word("percent", rate=words.amount(text.removesuffix(" %")))
        case "state" | "word":
            return words.name("word", text)
        case "message":
            return spoken(text, words)
        case "why":
            return spoken(text, words, REASONS)
        case "list":
            return ", ".join(words.name("word", part) for part in text.split(", "))
        case "likeness":
            return _listed(text, words)
        case _:
            return text


@cache
def _templates(family: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Literal beginning, pattern, key: those with most literal characters first."""
    found = []
    for key, template in language("en").words.items():
        if key.startswith(family):
            pieces = list(Formatter().parse(template))
            literal = "".join(text for text, *_ in pieces)
            found.append((-len(literal), pieces[0][0] or "", re.compile(_pattern(pieces), re.DOTALL), key))
    return tuple((start, pattern, key) for _, start, pattern, key in sorted(found, key=lambda each: (each[0], each[3])))


def _pattern(pieces: list[tuple[str, str | None, str | None, str | None]]) -> str:
    built = ""
    for text, name, *_ in pieces:
        built += re.escape(text)
        if name:
            built += f"(?P<{name}>{_PATTERNS.get(kind_of(name), '.+?')})"
    return built
