"""Where a text speaks of certain people: their mailboxes, telephone numbers and full names, however they are written.

A mailbox counts in any case and only whole (`a@x.example` is not in `maria@x.example`), a number with or without its
country code and whatever stands between its digits, a name in either order of its words.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

import polars as pl

MARK = "[erased]"
TAIL = 9  # so many last digits are the same number, with whatever country code or zero before them
_BETWEEN = r"[\s().\-/]*"
_GAP = r"[\s,]+"
_DOTTED = re.compile("[iıİI]")
_CHUNK = 200  # patterns of one expression: more are slow to build
_FEWEST = 7  # digits of a number, letters of a name: shorter ones are in other texts by chance


class Mentions:
    """Mailboxes, numbers (`+905321112233`) and full names to look for."""

    def __init__(self, mailboxes: Iterable[str] = (), phones: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self.mailboxes = sorted({each.strip().lower() for each in mailboxes if "@" in each})
        digits = {re.sub(r"\D", "", each) for each in phones}
        self.phones = sorted(each for each in digits if len(each) >= _FEWEST)
        self.names = sorted({" ".join(name.split()) for name in names if len(name) >= _FEWEST and " " in name.strip()})

    def __bool__(self) -> bool:
        return bool(self.mailboxes or self.phones or self.names)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        kinds = (map(_mailbox, self.mailboxes), map(_phone, self.phones), map(_name, self.names))
        return [re.compile(f"(?i){chunk}") for kind in kinds for chunk in _unions(kind)]

    @cached_property
    def _likely(self) -> list[str]:
        """Expressions without a look around that find at least all names."""
        return [f"(?i){chunk}" for chunk in _unions(map(_words, self.names))]

    def found(self, text: str) -> bool:
        """Whether a text speaks of them."""
        return bool(self.first(text))

    def first(self, text: str) -> str:
        """By what a text speaks of them, as it is written there; empty where it does not."""
        return next((found[0].strip() for pattern in self._patterns if (found := pattern.search(text))), "")

    def without(self, text: str) -> str | None:
        """The text with a mark where it speaks of them; None where it says nothing else."""
        for pattern in self._patterns:
            text = pattern.sub(MARK, text)
        return None if text.strip() == MARK else text

    def maybe(self, values: pl.Series) -> pl.Series:
        """Which texts of a column may speak of them: none that does is missed."""
        hit = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))
        if self.mailboxes:
            plain = values.str.replace_all("%40", "@", literal=True)
            hit = hit | plain.str.contains_any(self.mailboxes, ascii_case_insensitive=True)
        if self.phones:
            closed = values.str.replace_all(r"[\s().\-/]", "")
            hit = hit | closed.str.contains_any([each[-TAIL:] for each in self.phones])
        for chunk in self._likely:
            hit = hit | values.str.contains(chunk)
        return hit.fill_null(False)


def _unions(patterns: Iterable[str]) -> Iterator[str]:
    listed = list(patterns)
    for at in range(0, len(listed), _CHUNK):
        yield f"(?:{'|'.join(listed[at : at + _CHUNK])})"


def _mailbox(mailbox: str) -> str:
    local, _, domain = mailbox.rpartition("@")
    return rf"(?<![\w.+\-]){re.escape(local)}(?:@|%40){re.escape(domain)}(?![\w\-]|\.\w)"


def _phone(digits: str) -> str:
    """The last digits, before them as much of the rest as is written, or a zero."""
    head, tail = digits[:-TAIL], digits[-TAIL:]
    rests = "|".join(_BETWEEN.join(head[at:]) + _BETWEEN for at in range(len(head))) if head else ""
    return rf"(?<!\d)(?:(?:\+|00|0){_BETWEEN})?(?:{rests})?{_BETWEEN.join(tail)}(?!\d)"


def _name(name: str) -> str:
    return rf"(?<!\w){_words(name)}(?!\w)"


def _words(name: str) -> str:
    """The words of a name in their order, or the last one first."""
    words = [_DOTTED.sub("[iıİI]", re.escape(word)) for word in name.split()]
    orders = [words, [words[-1], *words[:-1]]]
    listed = "|".join(_GAP.join(order) for order in orders)
    return f"(?:{listed})"
