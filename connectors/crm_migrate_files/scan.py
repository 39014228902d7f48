"""The independent count: how many records a stretch of bytes holds, found without any CSV parser.

`scan` looks at quotes and line ends as numbers (parity of quotes, vectorised) and says whether the quoting is so
regular that parity is proof. Where it is not, `count_strict` counts with a regular expression over the bytes.
A record starts at the start of a line and ends at the first line end outside quotes; a line that cannot be read as
the start of a record (unclosed quote, text after a closing quote) counts for itself; a blank line is no record.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_LF, _CR = 10, 13


@dataclass(frozen=True, slots=True)
class Scan:
    """What a stretch holds up to `cut`, the end of its last whole record.

    `lines` is the 0-based physical line of every record; `physical` the number of line ends up to `cut`;
    `regular` is False where a quote stands at a place that parity cannot judge.
    """

    cut: int
    lines: Ints
    physical: int
    blank: int
    regular: bool


def _line_ends(data: bytes, array: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Start and end (exclusive) of every line end: LF, CR LF or CR alone."""
    feeds = np.flatnonzero(array == _LF)
    if b"\r" not in data:
        return feeds, feeds + 1
    returns = np.flatnonzero(array == _CR)
    following = array[np.minimum(returns + 1, len(array) - 1)]
    alone = returns[(following != _LF) | (returns == len(array) - 1)]
    starts = feeds - ((array[np.maximum(feeds - 1, 0)] == _CR) & (feeds > 0))
    ends = feeds + 1
    if len(alone):
        starts, ends = np.concatenate([starts, alone]), np.concatenate([ends, alone + 1])
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
    return starts, ends


def _regular(array: npt.NDArray[np.uint8], quotes: Ints, delimiter: int, quote: int) -> bool:
    """True when every quote opens a field, closes one, or is one half of a doubled quote inside one."""
    if not len(quotes):
        return True
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, array[np.maximum(opening - 1, 0)], _LF)
    doubled = np.zeros(len(opening), dtype=bool)
    doubled[1:] = opening[1:] - 1 == closing[: len(opening) - 1]
    if not bool(np.all(doubled | (before == delimiter) | (before == _LF) | (before == _CR))):
        return False
    last = len(array) - 1
    after = np.where(closing < last, array[np.minimum(closing + 1, last)], _LF)
    return bool(np.all((after == quote) | (after == delimiter) | (after == _LF) | (after == _CR)))


def scan(data: bytes, delimiter: bytes, quote: bytes | None, *, final: bool) -> Scan:
    """Find the records of a stretch that starts at the start of a record. `final`: nothing follows it."""
    array = np.frombuffer(data, dtype=np.uint8)
    starts, ends = _line_ends(data, array)
    if final and len(array) and (not len(ends) or ends[-1] < len(array)):
        starts, ends = np.append(starts, len(array)), np.append(ends, len(array))
    elif not final:
        # A CR at the very end may be the first half of a CR LF.
        keep = ends < len(array)
        starts, ends = starts[keep], ends[keep]
    if quote is None or quote not in data:
        outside, regular = np.arange(len(ends)), True
    else:
        quotes = np.flatnonzero(array == quote[0])
        outside = np.flatnonzero(np.searchsorted(quotes, starts) % 2 == 0)
        regular = _regular(array, quotes, delimiter[0], quote[0])
    return _records(starts, ends, outside, regular)


def _records(starts: Ints, ends: Ints, outside: Ints, regular: bool) -> Scan:
    if not len(outside):
        return Scan(0, np.empty(0, dtype=np.int64), 0, 0, regular)
    first_lines = np.concatenate([[0], outside[:-1] + 1])
    begins = np.concatenate([[0], ends[outside[:-1]]])
    filled = starts[outside] > begins
    last = int(outside[-1])
    return Scan(int(ends[last]), first_lines[filled], last + 1, int(len(filled) - filled.sum()), regular)


@lru_cache(maxsize=16)
def _record_pattern(delimiter: bytes, quote: bytes | None, padded: bool) -> "re.Pattern[bytes]":
    d, q = re.escape(delimiter), re.escape(quote or b"")
    if quote is None:
        return re.compile(rb"(?P<blank>\r\n?|\n)|[^\r\n]++(?:\r\n?|\n|\Z)")
    quoted = b"%b(?:[^%b]++|%b%b)*+%b" % (q, q, q, q, q)
    quoted = b" *+" + quoted if padded else quoted
    cell = b"(?:%b|[^%b%b\r\n][^%b\r\n]*+|)" % (quoted, q, d, d)
    end = rb"(?:\r\n?|\n|\Z)"
    record = b"%b(?:%b%b)*+%b" % (cell, d, cell, end)
    return re.compile(rb"(?P<blank>\r\n?|\n)|" + record + rb"|[^\r\n]++" + end)


def count_strict(data: bytes, delimiter: bytes, quote: bytes | None, *, padded: bool = False) -> int:
    """Records of a stretch that ends at the end of a record, whatever its quoting; `padded`: blanks before quotes."""
    return sum(1 for _ in _matches(data, _record_pattern(delimiter, quote, padded)))


def _matches(data: bytes, pattern: "re.Pattern[bytes]") -> Any:
    return (m for m in pattern.finditer(data) if m.lastgroup is None and m.end() > m.start())
