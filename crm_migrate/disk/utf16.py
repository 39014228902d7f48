"""Rows of 8 bits inside a table in UTF-16, as `>>` appends them: read as UTF-16 they are letters of other scripts.

Such a row begins where a line does and has no NUL byte up to its line end, and what follows it is UTF-16 again. A row
of UTF-16 has NUL bytes in every delimiter; before the first one it may have none, and a letter may hold the byte of a
line end: of big endian (`上` is 4E 0A), and where a carriage return alone ends the row (`不` is 4E 0D), only CR LF, the
delimiters of a whole row, or letters and digits of ASCII one beside the other with a delimiter among them are a proof.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CODECS = frozenset({"utf-16-le", "utf-16-be"})
# Atomic, for a carriage return may be of a row or its end: what does not fit is not tried in every other way.
_ROWS = rb"(?P<rows>(?>[^\x00\n]{2,}\n|\r\n|[^\x00\r\n]{2,}\r)+)"
_NARROW = {
    "utf-16-le": re.compile(rb"(?:\A|\n\x00)" + _ROWS + rb"(?!\x00)"),
    "utf-16-be": re.compile(rb"(?:\A|\x00\n)" + _ROWS),
}
_ENDS = re.compile(rb"\r\n?|\n")
_PLAIN = re.compile(rb"[0-9A-Za-z ,;|\t.@-]")
_LAST = re.compile(rb"[\t\r\x20-\xff]{2,}")
_BEHIND = 256  # bytes that say whether UTF-16 goes on


@dataclass(frozen=True, slots=True)
class Shape:
    """The delimiter of a table and how often its header has it."""

    delimiter: bytes
    count: int

    @classmethod
    def of(cls, header: str) -> "Shape":
        """By the first line."""
        mark = max(",;\t|", key=header.count)
        return cls(mark.encode(), header.count(mark))


def narrow_rows(data: bytes, codec: str, shape: Shape, *, final: bool) -> Iterator[tuple[int, int]]:
    """From where to where rows of 8 bits stand in the bytes of a table in `utf-16-le` or `utf-16-be`.

    The data begin where a line begins; unless `final`, they end where one ends.
    """
    end, newline = 0, "\n".encode(codec)
    for match in _NARROW[codec].finditer(data):
        start = match.start("rows")
        for end_of_rows in (start + size for size in _sizes(match["rows"])):
            rows, behind = data[start:end_of_rows], data[end_of_rows : end_of_rows + _BEHIND]
            if _goes_on(behind.partition(newline)[0], codec) and _believed(rows, behind, codec, shape):
                end = end_of_rows
                yield start, end
                break
    _, _, rest = data[end:].rpartition(newline)
    if final and shape.count and _LAST.fullmatch(rest):
        yield len(data) - len(rest), len(data)


def _sizes(rows: bytes) -> Iterator[int]:
    """How many bytes may be rows: up to the last line end; where that is a CR, which a letter may hold, also less."""
    for match in reversed(list(_ENDS.finditer(rows))):
        yield match.end()
        if match[0] != b"\r":
            return


def _goes_on(behind: bytes, codec: str) -> bool:
    """True where UTF-16 begins here: most NUL bytes are the high half of a letter; also where nothing follows."""
    halves = behind[0::2].count(0), behind[1::2].count(0)
    low, high = halves if codec == "utf-16-le" else halves[::-1]
    return high > low or not any(halves)


def _believed(rows: bytes, behind: bytes, codec: str, shape: Shape) -> bool:
    """Little endian shows a row ended by LF by where the NUL bytes stand. A CR that a delimiter, a closing quote or a
    line end follows at once is a letter: the last of a cell of UTF-16."""
    if rows.endswith(b"\n"):
        return codec == "utf-16-le" or _proven(rows, shape)
    following = behind.decode(codec, "replace").lstrip('"')[:1]
    return following not in (shape.delimiter.decode(), "\r", "\n") and _proven(rows, shape)


def _proven(rows: bytes, shape: Shape) -> bool:
    filled = [line for line in rows.splitlines() if line]
    return b"\r\n" in rows or (shape.count > 0 and all(_of_ascii(line, shape) for line in filled))


def _of_ascii(line: bytes, shape: Shape) -> bool:
    """True for a row with all its delimiters, or with some between words of ASCII, which letters of UTF-16 are not."""
    count = line.count(shape.delimiter)
    return count == shape.count or (count > 0 and len(line) >= 12 and 10 * len(_PLAIN.findall(line)) >= 7 * len(line))
