"""The words of a script in Transact-SQL: batches between lines `GO`, and their tokens with their lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.errors import InputError

_GO = re.compile(r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?:--[^\n]*)?\r?$\n?", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(
    r"(?P<blank>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>[Nn]?'(?:[^']|'')*+')|(?P<name>\[(?:[^\]]|\]\])*+\]|\"(?:[^\"]|\"\")*+\")"
    r"|(?P<hex>0[xX][0-9A-Fa-f]*)|(?P<number>\$?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[\w@#$]+)|(?P<mark>.)",
    re.DOTALL,
)
# Batches that make something which only runs later.
_LATER = re.compile(r"(?:CREATE|ALTER)\s+(?:OR\s+ALTER\s+)?(?:PROC|FUNCTION|TRIGGER|VIEW)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: kind (`text`, `name`, `hex`, `number`, `word`, `mark`), its text as it is written, and its line."""

    kind: str
    text: str
    line: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words of the language."""
        return self.kind == "word" and self.text.upper() in words

    @property
    def value(self) -> str:
        """A text or a name without its quotes; anything else as it is."""
        if self.kind == "text":
            return self.text.lstrip("Nn")[1:-1].replace("''", "'")
        if self.kind == "name":
            inner, quote = self.text[1:-1], self.text[-1]
            return inner.replace(quote * 2, quote)
        return self.text


@dataclass(frozen=True, slots=True)
class Batch:
    """The text between two lines `GO`, and the number of its first line."""

    text: str
    line: int

    @property
    def later(self) -> bool:
        """Whether it only makes what runs later: a procedure, a trigger, a view."""
        start = next((m for m in _TOKEN.finditer(self.text) if m.lastgroup != "blank"), None)
        return start is not None and bool(_LATER.match(self.text, start.start()))


def batches(script: str) -> Iterator[Batch]:
    """The batches of a script."""
    at, line = 0, 1
    for match in _GO.finditer(script):
        yield Batch(script[at : match.start()], line)
        line += script.count("\n", at, match.end())
        at = match.end()
    yield Batch(script[at:], line)


def tokens(batch: Batch, name: str) -> Iterator[Token]:
    """The tokens of a batch. InputError where it is no Transact-SQL."""
    line = batch.line
    for match in _TOKEN.finditer(batch.text):
        kind, text = match.lastgroup or "mark", match[0]
        if kind != "blank":
            if text in ("'", '"', "[", "`"):
                what = (
                    "a name in backticks, as MySQL writes them" if text == "`" else f"a quote without its end ({text})"
                )
                hint = "scripts of SQL Server are read; load any other one into its database and read that"
                raise InputError(f"{name}: line {line:,}: has {what}", hint=hint)
            yield Token(kind, text, line)
        line += text.count("\n")
