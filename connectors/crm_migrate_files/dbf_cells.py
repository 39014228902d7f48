"""Cells of a DBF table as canonical text, and what cannot be one."""

import datetime
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from math import isfinite

from crm_migrate.connecting.typed import unmistakable
from crm_migrate_files.dbf_head import Column
from crm_migrate_files.parsed import Unreadable, checked

NOT_READ = frozenset("GPW")  # objects, pictures and other bytes that lie beside the table
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_TRUE, _FALSE, _UNSAID = "TtYy", "FfNn", "? \0"
_EPOCH = 1_721_425  # the Julian day number of the day before 0001-01-01


class Odd(Exception):
    """A cell that is kept as it is written, and told: by which code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def is_memo(column: Column) -> bool:
    """Whether the cell holds the number of a block of the memo file; `B` is a number in FoxPro, a memo in dBase."""
    return column.type in "MGPW" or (column.type == "B" and column.length == 10)


def block_of(raw: bytes) -> int:
    """The number of the block in a cell of a memo: as four bytes, or in digits; 0 for none. Unreadable for others."""
    if len(raw) == 4:
        return int(struct.unpack("<I", raw)[0])
    text = raw.strip(b" \0")
    if text and not text.isdigit():
        raise Unreadable("memo_damaged", "the number of a memo is no number")
    return int(text or 0)


def text_of(raw: bytes, codec: str) -> str | None:
    """A text without the blanks that fill it up. Unreadable for bytes that are none in the code page."""
    try:
        text = raw.rstrip(b" \0").decode(codec)
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1:,} of a cell is no character of the code page"
        raise Unreadable("undecodable", message) from None
    return checked(text) or None


def cell_of(column: Column, raw: bytes) -> str | None:
    """A cell of any other type. Odd where it holds no value of its type."""
    return _READS[column.type](raw)


def _number(raw: bytes) -> str | None:
    text = raw.strip(b" \0").decode("latin-1")
    if not text:
        return None
    if set(text) == {"*"}:
        raise Odd("number_overflow", text)
    if not _NUMBER.fullmatch(text):
        raise Odd("value_untyped", checked(text))
    return unmistakable(format(Decimal(text), "f"))


def _day(raw: bytes) -> str | None:
    text = raw.strip(b" \0").decode("latin-1")
    if not text or not text.strip("0"):
        return None
    try:
        if len(text) != 8 or not (text.isascii() and text.isdigit()):
            raise ValueError
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        raise Odd("value_untyped", checked(text)) from None


def _yes(raw: bytes) -> str | None:
    letter = raw[:1].decode("latin-1")
    if letter in _TRUE + _FALSE:
        return "true" if letter in _TRUE else "false"
    if letter in _UNSAID:
        return None
    raise Odd("value_untyped", checked(letter))


def _integer(raw: bytes) -> str:
    return str(struct.unpack("<i", raw)[0])


def _currency(raw: bytes) -> str:
    return format(Decimal(struct.unpack("<q", raw)[0]).scaleb(-4), "f")


def _double(raw: bytes) -> str:
    number = struct.unpack("<d", raw)[0]
    if not isfinite(number):
        raise Odd("value_untyped", repr(number))
    return str(int(number)) if number.is_integer() else unmistakable(format(Decimal(repr(number)), "f"))


def _moment(raw: bytes) -> str | None:
    """A day as a Julian number and milliseconds, of which FoxPro itself shows whole seconds, rounded."""
    if not raw.strip(b" \0"):
        return None
    day, milliseconds = struct.unpack("<ii", raw)
    try:
        start = datetime.datetime.combine(datetime.date.fromordinal(day - _EPOCH), datetime.time())
        return (start + datetime.timedelta(seconds=(milliseconds + 500) // 1000)).isoformat()
    except (ValueError, OverflowError):
        raise Odd("value_untyped", raw.hex()) from None


def _bytes(raw: bytes) -> str | None:
    return raw.hex() or None


_READS: dict[str, Callable[[bytes], str | None]] = {
    "N": _number, "F": _number, "D": _day, "L": _yes, "I": _integer, "Y": _currency, "B": _double, "T": _moment,
    "Q": _bytes,
}  # fmt: skip
