"""Figures in the words of a reader's language."""

from crm_migrate.assessing.figures import Said, Standing
from crm_migrate.words.language import Language

_MONEY = "money."  # sums of several currencies, as they are kept
_WORDS = ("proof.", "rule.", "category.")  # places that are words of the catalogue themselves


def sentence(said: Said, words: Language) -> str:
    """A sentence of the catalogue, its numbers as the language writes them."""
    return words.word(said.key, **{name: _place(value, words) for name, value in said.places.items()})


def _place(value: int | str, words: Language) -> str:
    if isinstance(value, int):
        return words.number(value)
    if value.startswith(_MONEY):
        return "; ".join(money(each, words) for each in value.removeprefix(_MONEY).split("; "))
    return words.word(value) if value.startswith(_WORDS) and value in words.words else value


def money(text: str, words: Language) -> str:
    """An amount and its currency, where it has one, as the language writes amounts."""
    amount, _, currency = text.partition(" ")
    return words.amount_in(amount, currency)


def stale(said: Standing, words: Language) -> str:
    """That a finding is another one than was decided about; "" where it is not."""
    good, _, of = said.seen.partition(" of ")
    return words.word("assess.stale", seen=words.word("assess.of", good=good, of=of)) if said.stale else ""
