"""Texts of the stages read back: which text of the catalogue a sentence is, and what stands in its places.

Stages write English sentences. `message.*` in `words/` has each of them as a template, so that a report can say it
in another language and knows which words in it are a value of somebody's and which are the mapping's own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter

from crm_migrate.words.language import Language, language

SENTENCES, REASONS = "message.", "why."  # what a stage says, and why two records are one or are not
READING, HINTS = "read.", "hint."  # how a file was read, and what to look at

_LIST = r"[^,;:]+(?:(?:, [^,;:]+)* and [^,;:]+)?"
_PATTERNS = {
    "n": r"-?[\d,]+", "code": r"[a-z0-9_]+", "amount": r"-?[\d.,]+", "percent": r"[\d.]+ %", "day": r"\d{4}-\d\d-\d\d",
    "sign": "[=<>]+", "sums": r"-?[\d.]+( [A-Z]{3})?(, -?[\d.]+( [A-Z]{3})?)*",
    "term": r"[^,;:]+?", "terms": _LIST, "field": r"[^;]+?",
}  # fmt: skip
_ROW = re.compile(r"row \d+")  # how a record without a key is called
_COMMA = re.compile(r", (?!no day)")  # one level of agreement, `year, no day`, has a comma of its own


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
    if said is not None and said.key in words.words:  # a language may have words for some parts of what we write only
        return in_words(said, words)
    if family == REASONS:
        return _listed(text, words)
    several = text.split("; ")
    if said is None and len(several) > 1 and all(recognise(each, family) for each in several):
        return "; ".join(spoken(each, words, family) for each in several)
    return text


def in_words(said: Said, words: Language) -> str:
    """A sentence of the catalogue with its numbers and amounts as a language writes them."""
    return words.word(said.key, **{name: _part(kind_of(name), part, words) for name, part in said.parts.items()})


def _listed(text: str, words: Language) -> str:
    """Reasons in a row, each by itself: `same domain, name alike 0.96`; one that is no sentence is a list of fields."""
    pieces = _pieces(text)
    if len(pieces) > 1:
        return ", ".join(spoken(piece, words, REASONS) for piece in pieces)
    return words.word("and").join(words.name("likeness", piece) for piece in text.split(" and "))


def _pieces(text: str) -> list[str]:
    """The reasons of a row, at its commas; a list with `and` is one: `same name, e-mail and city, web alike`."""
    pieces: list[str] = []
    open_list = False
    parts = _COMMA.split(text)
    for at, part in enumerate(parts):
        if open_list:
            pieces[-1] += f", {part}"
            open_list = " and " not in part
        else:
            pieces.append(part)
            rest = parts[at + 1 :]
            ahead = next((n for n, other in enumerate(rest) if " and " in other), None)
            lone = ahead is None or any(recognise(other, REASONS) for other in rest[: ahead + 1])
            open_list = part.startswith("same ") and " and " not in part and not lone
    return pieces


def _part(kind: str, text: str, words: Language) -> str:
    """What stands in a place of a sentence, as a language writes its kind; values and names stay as they are."""
    return _PARTS[kind](text, words) if kind in _PARTS else text


def _terms(text: str, words: Language) -> str:
    """What was compared, as a list."""
    before, _, last = text.rpartition(" and ")
    listed = [_part("term", part, words) for part in before.split(", ")] if before else []
    return words.word("and").join(filter(None, (", ".join(listed), _part("term", last, words))))


def _sum(text: str, words: Language) -> str:
    """An amount and its currency, where it has one."""
    amount, _, currency = text.partition(" ")
    return words.amount_in(amount, currency)


_PARTS: dict[str, Callable[[str, Language], str]] = {
    "n": lambda text, words: words.number(int(text.replace(",", ""))),
    "amount": lambda text, words: words.amount(text.replace(",", "")),
    "sums": lambda text, words: ", ".join(_sum(each, words) for each in text.split(", ")),
    "percent": lambda text, words: words.word("percent", rate=words.amount(text.removesuffix(" %"))),
    "state": lambda text, words: words.name("word", text),
    "word": lambda text, words: words.name("word", text),
    "list": lambda text, words: ", ".join(words.name("word", part) for part in text.split(", ")),
    "message": spoken,
    "why": lambda text, words: spoken(text, words, REASONS),
    "reading": lambda text, words: "; ".join(spoken(part, words, READING) for part in text.split("; ")),
    "spoken": lambda text, words: words.word("row_no", n=text.removeprefix("row ")) if _ROW.fullmatch(text) else text,
    "likeness": _listed,
    "term": lambda text, words: words.words.get(f"term.{text}", text),
    "level": lambda text, words: words.words.get(f"level.{text}", text),
    "terms": _terms,
}


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
            built += f"(?P<{name}>{_PATTERNS.get(kind_of(name)) or _words(kind_of(name)) or '.+?'})"
    return built


def _words(kind: str) -> str:
    """The words of the catalogue for a kind that has no others."""
    if kind != "level":
        return ""
    known = (text for key, text in language("en").words.items() if key.startswith("level."))
    return "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
