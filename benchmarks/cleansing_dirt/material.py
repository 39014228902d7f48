"""Clean words to begin with, by language; nothing here is shared with the word lists of the product."""

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de", "tr", "es", "fr", "it", "pt", "pl", "nl", "id")
LOCALES = {
    "en": "en-US",
    "de": "de-DE",
    "tr": "tr-TR",
    "es": "es-ES",
    "fr": "fr-FR",
    "it": "it-IT",
    "pt": "pt-PT",
    "pl": "pl-PL",
    "nl": "nl-NL",
    "id": "id-ID",
}


@cache
def table(name: str) -> dict[str, Any]:
    """A file of this room as a mapping."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(language: str, what: str, book: str = "words") -> tuple[str, ...]:
    """The words of a language; `book` is the file."""
    return tuple(word.replace("_", " ") for word in table(book)[language][what].split())


def language(rng: random.Random) -> str:
    """One of the languages, each as often."""
    return rng.choice(LANGUAGES)


def person(rng: random.Random, of: str) -> tuple[str, str]:
    """Given and family name."""
    return rng.choice(words(of, "given")), rng.choice(words(of, "family"))


def firm(rng: random.Random, of: str) -> tuple[str, str]:
    """A company's own name and its legal form (Indonesian forms also stand in front)."""
    return f"{rng.choice(words(of, 'firms'))} {rng.choice(words(of, 'trades'))}", rng.choice(words(of, "forms"))


def upper(text: str, of: str) -> str:
    """In capitals, by the rules of the language."""
    return (text.replace("i", "İ").replace("ı", "I") if of == "tr" else text).upper()


def lower(text: str, of: str) -> str:
    """In small letters, by the rules of the language."""
    return (text.replace("I", "ı").replace("İ", "i") if of == "tr" else text).lower()


def digits(rng: random.Random, shape: str) -> str:
    """The shape with a digit for every `#`."""
    return "".join(rng.choice("0123456789") if c == "#" else c for c in shape)
