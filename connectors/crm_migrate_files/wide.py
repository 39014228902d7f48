"""Decoders of encodings that hide ASCII. What is no text there becomes U+DCFF: it is no UTF-8, and found with its row.

Of UTF-16, rows of 8 bits are not taken for letters of other scripts.
"""

import codecs
import re
from typing import Protocol

from crm_migrate.disk.utf16 import CODECS, Shape, narrow_rows

_LINE_END = re.compile(r"(?<=[^\r\n])(?=[\r\n]|\Z)")
_NO_TEXT = "\udcff"
_MOST = 1 << 26  # bytes without a line end that are kept waiting for one


class Decoder(Protocol):
    """As the incremental decoders of the standard library."""

    def decode(self, data: bytes, *, final: bool) -> str:
        """The text of the next bytes."""


def decoder_of(codec: str) -> Decoder:
    """The decoder of an encoding by its Python name."""
    return _Rows(codec) if codec in CODECS else _Plain(codec)


class _Plain:
    def __init__(self, codec: str) -> None:
        self._decoder = codecs.getincrementaldecoder(codec)("replace")

    def decode(self, data: bytes, *, final: bool) -> str:
        return self._decoder.decode(data, final=final).replace("\ufffd", _NO_TEXT)

    def is_whole(self) -> bool:
        """True where no half of a letter is open."""
        return not self._decoder.getstate()[0]


class _Rows:
    """UTF-16 line by line; rows of 8 bits are marked as no text, their letters beyond ASCII as escapes."""

    def __init__(self, codec: str) -> None:
        self._codec, self._newline = codec, "\n".encode(codec)
        self._wide = _Plain(codec)
        self._rest = b""
        self._shape: Shape | None = None

    def decode(self, data: bytes, *, final: bool) -> str:
        data = self._rest + data
        waits = not final and len(data) <= _MOST
        self._rest = data.rpartition(self._newline)[2] if waits else b""
        return "".join(self._pieces(data[: len(data) - len(self._rest)], final=final))

    def _pieces(self, data: bytes, *, final: bool) -> list[str]:
        pieces, at = [], 0
        if self._shape is None and data:
            self._shape = Shape.of(data.partition(self._newline)[0].decode(self._codec, "replace"))
        for start, end in narrow_rows(data, self._codec, self._shape, final=final) if self._shape else ():
            pieces.append(self._wide.decode(data[at:start], final=False))
            at = start
            if self._wide.is_whole():  # else no line begins here
                pieces.append(_LINE_END.sub(_NO_TEXT, data[start:end].decode("ascii", "backslashreplace")))
                at = end
        return [*pieces, self._wide.decode(data[at:], final=final)]
