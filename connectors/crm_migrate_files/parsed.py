"""What a reader of one file hands over, whatever its format: columns as text, physical lines, rows set aside."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

RAW_CHARACTERS = 4_000


class Unreadable(Exception):
    """A record that cannot be read: the code, and the words for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that cannot be read: physical line from 1, byte offset where the format has one, why, and its raw text."""

    line: int
    offset: int | None
    code: str
    message: str
    raw: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A stretch of records: a table of text columns in file order, the line of each, and the rows set aside."""

    table: pa.Table
    lines: npt.NDArray[np.int64]
    aside: tuple[Aside, ...] = ()


def text_table(names: tuple[str, ...], rows: list[list[str | None]]) -> pa.Table:
    """Rows of equally many cells as a table of text columns."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))


def checked(text: str) -> str:
    """The text. Unreadable for what no table holds: NUL, and halves of letters (`\\ud800`)."""
    if "\0" in text:
        raise Unreadable("nul_byte", "holds a NUL character")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Unreadable("undecodable", "holds half of a letter (a surrogate)")
    return text
