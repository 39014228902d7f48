"""Where a text speaks of certain people: their mailboxes, telephone numbers and full names, however they are written.

A mailbox counts in any case and only whole (`a@x.example` is not in `maria@x.example`), a number with or without its
country code and whatever stands between its digits, a name in either order of its words, with or without its accents:
as it is compared elsewhere. Letters and digits of other widths count, and a mailbox in the name of a file.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property

import polars as pl

MARK = "[erased]"
TAIL = 9  # so many last digits are the same number, with whatever country code or zero before them
_BETWEEN = r"[\s().\-/]*"
_GAP = r"[\s,]+"
_FILES = "pdf|docx?|xls[xm]?|pptx?|odt|ods|rtf|txt|csv|xml|json|eml|msg|vcf|jpe?g|png|gif|heic|tiff?|html?|zip|bak"
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
    def _reaching(self) -> list[re.Pattern[str]]:
        return _compiled(map(_mailbox, self.mailboxes)) + _compiled(map(_phone, self.phones))

    @cached_property
    def _naming(self) -> list[re.Pattern[str]]:
        """Names, to be looked for in texts without accents."""
        return _compiled(map(_name, self.names))

    @cached_property
    def _likely(self) -> list[str]:
        """What stands in every folded text that speaks of one of them: mailboxes, the longest word of names."""
        words = [max(re.findall(r"\w+", folded), key=len, default="") for folded in _folded(pl.Series(self.names))]
        return sorted({*_folded(pl.Series(self.mailboxes)), *filter(None, words)})

    def found(self, text: str) -> bool:
        """Whether a text speaks of them."""
        return bool(self.first(text))

    def first(self, text: str) -> str:
        """By what a text speaks of them, as it is written there; empty where it does not."""
        return next(filter(None, map(self._first, _writings(text))), "")

    def _first(self, text: str) -> str:
        return next((text[start:end].strip() for start, end in self._places(text)), "")

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a text speaks of them, the same place more than once, too."""
        bare = text.translate(_BARE)
        for patterns, searched in ((self._reaching, text), (self._naming, bare)):
            for pattern in patterns:
                yield from (each.span() for each in pattern.finditer(searched))

    def without(self, text: str) -> str | None:
        """The text with a mark where it speaks of them; None where it says nothing else."""
        for writing in _writings(text):
            if places := sorted(self._places(writing)):
                return self.without(_marked(writing, places))
        return None if text.strip() == MARK else text

    def maybe(self, values: pl.Series) -> pl.Series:
        """Which texts of a column may speak of them: none that does is missed."""
        hit = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))
        if self._likely:
            hit = hit | _folded(values).str.contains_any(self._likely)
        if self.phones:
            closed = values.str.normalize("NFKC").str.replace_all(r"[\s().\-/]", "")
            hit = hit | closed.str.contains_any([each[-TAIL:] for each in self.phones])
        return hit.fill_null(False)


def _writings(text: str) -> Iterator[str]:
    """The text, and with its letters and digits as they are usually written, where that is another."""
    yield text
    if not text.isascii() and (plain := unicodedata.normalize("NFKC", text)) != text:
        yield plain


def _folded(values: pl.Series) -> pl.Series:
    """Texts without case and accents; `%40` is `@`."""
    plain = values.cast(pl.String).str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return plain.str.replace_many(["ı", "ß", "%40"], ["i", "ss", "@"])


def _marked(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text with one mark for each of its places; those that overlap are one."""
    parts, at = [], 0
    for start, end in places:
        if start >= at:
            parts += [text[at:start], MARK]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _compiled(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    return [re.compile(f"(?i){chunk}") for chunk in _unions(patterns)]


def _unions(patterns: Iterable[str]) -> Iterator[str]:
    listed = list(patterns)
    for at in range(0, len(listed), _CHUNK):
        yield f"(?:{'|'.join(listed[at : at + _CHUNK])})"


def _mailbox(mailbox: str) -> str:
    local, _, domain = mailbox.rpartition("@")
    return rf"(?<![\w.+\-]){re.escape(local)}(?:@|%40){re.escape(domain)}(?![^\W_]|-|\.(?!(?:{_FILES})\b)\w)"


def _phone(digits: str) -> str:
    """The last digits, before them as much of the rest as is written, or a zero."""
    head, tail = digits[:-TAIL], digits[-TAIL:]
    rests = "|".join(_BETWEEN.join(head[at:]) + _BETWEEN for at in range(len(head))) if head else ""
    return rf"(?<!\d)(?:(?:\+|00|0){_BETWEEN})?(?:{rests})?{_BETWEEN.join(tail)}(?!\d)"


def _name(name: str) -> str:
    return rf"(?<!\w){_words(name)}(?!\w)"


def _words(name: str) -> str:
    """The words of a name in their order, or the last one first; a hyphen may be a space."""
    words = [_letters(word) for word in name.split()]
    orders = [words, [words[-1], *words[:-1]]]
    listed = "|".join(_GAP.join(order) for order in orders)
    return f"(?:{listed})"


def _letters(word: str) -> str:
    plain = re.escape(word.translate(_BARE).lower().replace("ß", "ss"))
    return plain.replace("ss", "(?:ss|ß)").replace(r"\-", r"[\s\-]+")


def _bare(letter: str) -> str:
    """A Latin letter without its accents: `ç` -> `c`; any other as it is."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter


_LATIN = map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
_BARE = {ord(letter): bare for letter in _LATIN if (bare := _bare(letter)) != letter} | {ord("ı"): "i", ord("ẞ"): "ß"}
