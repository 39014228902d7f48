"""A file as a stream of bytes that can be scanned for quotes and line ends, hashed while it is read."""

import hashlib
from typing import BinaryIO

from crm_migrate_files.dialect import doubled
from crm_migrate_files.encodings import Encoding, keeps_ascii
from crm_migrate_files.wide import decoder_of

BLOCK = 1 << 22
_END_MARK = b"\x1a"


def _end_mark(data: bytes) -> int:
    """Where an end mark of DOS stands with nothing behind it but marks, line ends and the NUL of a last block."""
    kept = len(data.rstrip(b"\x1a\0\r\n"))
    at = data.find(_END_MARK, kept)
    return len(data) if at < 0 else at


def _backslash(data: bytes) -> int:
    """Where a block is cut between a backslash and what it stands for."""
    return len(data) - (len(data) - len(data.rstrip(b"\\"))) % 2


class TextStream:
    """Bytes of a text file from behind its mark, in `codec`; encodings that hide ASCII are turned into UTF-8.

    `sha256` and `bytes` speak of the file itself and are complete when `read` returned nothing. A character that does
    not exist in a wide encoding becomes bytes that are no UTF-8, so that its row is set aside and not mended. The end
    mark of DOS (0x1A) behind the last line is left out. With `escaped`, quotes behind a backslash come doubled.
    """

    def __init__(self, handle: BinaryIO, encoding: Encoding, *, escaped: bool = False) -> None:
        handle.seek(0)
        self._handle = handle
        self._digest = hashlib.sha256()
        self.bytes = 0
        self.end_mark = False
        self._escaped, self._held = escaped, b""
        self._decoder = None if keeps_ascii(encoding.codec) else decoder_of(encoding.codec)
        self.codec = encoding.codec if self._decoder is None else "utf-8"
        self._raw(encoding.mark)
        self._ended = False

    @property
    def sha256(self) -> str:
        """sha256 of what was read so far, hex."""
        return self._digest.hexdigest()

    @property
    def exact_offsets(self) -> bool:
        """True where offsets in the stream are offsets in the file (but for the mark)."""
        return self._decoder is None

    def _raw(self, size: int) -> bytes:
        block = self._handle.read(size)
        self._digest.update(block)
        self.bytes += len(block)
        return block

    def read(self) -> bytes:
        """The next block; empty at the end."""
        while block := self._next():
            data = self._held + block
            cut = min(_end_mark(data), _backslash(data)) if self._escaped else _end_mark(data)
            data, self._held = data[:cut], data[cut:]
            if data:
                return doubled(data) if self._escaped else data
        data, self._held = self._held, b""
        cut = _end_mark(data)
        self.end_mark |= cut < len(data)
        return data[:cut]

    def _next(self) -> bytes:
        while not self._ended:
            block = self._raw(BLOCK)
            self._ended = not block
            if self._decoder is None:
                return block
            text = self._decoder.decode(block, final=self._ended)
            if text:
                return text.encode("utf-8", "surrogatepass")
        return b""
