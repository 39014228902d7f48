"""How people name columns in their languages: the files of `words/`, one a language, and how names are compared."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from crm_migrate.crm.model import OBJECTS

_FOLDER = Path(__file__).parent / "words"
_LETTERS = str.maketrans({"ı": "i", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "&": "and"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")

# What a word beside a phrase says of the column: whose it is, which one of several, or nothing.
Kind = Literal["object", "first", "second", "other", "noise"]
_KINDS: tuple[Kind, ...] = ("first", "second", "other", "noise")
_IDS = ("key", "reference")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field that a phrase may mean, in the language of a file; `rank`: the how manieth of its phrases it is there."""

    object: str
    field: str
    language: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Affix:
    """A word that may stand before or behind a phrase; `object` where it names one."""

    kind: Kind
    object: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All languages at once, by the compact writing of a phrase."""

    meanings: dict[str, tuple[Meaning, ...]]
    affixes: dict[str, tuple[Affix, ...]]
    keys: frozenset[str]
    references: frozenset[str]


def compact(text: str) -> str:
    """A name without what writers do differently: capitals, accents, blanks, hyphens, underscores, signs."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(char for char in folded if char.isalnum())


def tokens(text: str) -> list[str]:
    """The words of a name in compact writing: `BillingCity`, `billing_city` and `Billing City` have the same two."""
    parts = _HUMPS.sub(" ", unicodedata.normalize("NFC", text))
    return [word for part in re.split(r"[\W_]+", parts) if (word := compact(part))]


@cache
def vocabulary() -> Vocabulary:
    """The words of every language that has a file."""
    meanings: dict[str, dict[Meaning, None]] = {}
    affixes: dict[str, dict[Affix, None]] = {}
    ids: dict[str, set[str]] = {name: set() for name in _IDS}
    for language in languages():
        for key, rank, phrase in _entries(language):
            for writing in _writings(phrase, language):
                if key in ids:
                    ids[key].add(writing)
                elif key in _KINDS:
                    affixes.setdefault(writing, {})[Affix(key)] = None
                elif key.startswith("objects."):
                    affixes.setdefault(writing, {})[Affix("object", key.removeprefix("objects."))] = None
                else:
                    meanings.setdefault(writing, {}).update(dict.fromkeys(_meant(key, language, rank)))
    for name, field in _own_names():
        meanings.setdefault(compact(field), {})[Meaning(name, field, "en")] = None
    return Vocabulary(
        {phrase: tuple(found) for phrase, found in meanings.items()},
        {phrase: tuple(found) for phrase, found in affixes.items()},
        frozenset(ids["key"]),
        frozenset(ids["reference"]),
    )


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a file; English first, for most exports speak it."""
    return tuple(sorted((path.stem for path in _FOLDER.glob("*.txt")), key=lambda name: (name != "en", name)))


def _entries(language: str) -> Iterator[tuple[str, int, str]]:
    """Every `key: phrase | phrase` of a language with its rank; an indented line goes on with the one before."""
    text = (_FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    joined = re.sub(r"\n[ \t]+", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, joined.splitlines()):
        key, _, phrases = line.partition(": ")
        yield from ((key, rank, phrase) for rank, phrase in enumerate(filter(str.strip, phrases.split("|"))))


def _writings(phrase: str, language: str) -> set[str]:
    """The compact writings of a phrase; Germans write `Laendercode` where they have no umlauts."""
    return {compact(phrase), compact(phrase.translate(_UMLAUTS))} if language == "de" else {compact(phrase)}


def _meant(key: str, language: str, rank: int) -> Iterator[Meaning]:
    """`*.city` is the field of every object that has it."""
    name, _, field = key.partition(".")
    for each in OBJECTS.values() if name == "*" else [OBJECTS[name]]:
        if each.field(field) is not None:
            yield Meaning(each.name, field, language, rank)


def _own_names() -> Iterator[tuple[str, str]]:
    """A field answers to its own name too, in every object; links do by no name alone, but by their keys."""
    for each in OBJECTS.values():
        yield from ((each.name, field.name) for field in each.fields if field.reference is None)
