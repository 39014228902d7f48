"""Figures in the words of a reader's language."""

from crm_migrate.assessing.figures import Said
from crm_migrate.words.language import Language

_WORDS = ("proof.", "rule.", "category.")  # places that are words of the catalogue themselves


def sentence(said: Said, words: Language) -> str:
    """A sentence of the catalogue, its numbers as the language writes them."""
    return words.word(said.key, **{name: _place(value, words) for name, value in said.places.items()})


def _place(value: int | str, words: Language) -> str:
    if isinstance(value, int):
        return words.number(value)
    return words.word(value) if value.startswith(_WORDS) and value in words.words else value
