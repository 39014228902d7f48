"""A file as a stream of bytes that can be scanned for quotes and line ends, hashed while it is read."""

import codecs
import hashlib
from typing import BinaryIO

from crm_migrate_files.encodings import Encoding, keeps_ascii

BLOCK = 1 << 22


class TextStream:
    """Bytes of a text file from behind its mark, in `codec`; encodings that hide ASCII are turned into UTF-8.

    `sha256` and `bytes` speak of the file itself and are complete when `read` returned nothing. A character that does
    not exist in a wide encoding becomes bytes that are no UTF-8, so that its row is set aside and not mended.
    """

    def __init__(self, handle: BinaryIO, encoding: Encoding) -> None:
        handle.seek(0)
        self._handle = handle
        self._digest = hashlib.sha256()
        self.bytes = 0
        self._decoder = None
        self.codec = encoding.codec
        if not keeps_ascii(encoding.codec):
            self._decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
            self.codec = "utf-8"
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
        while not self._ended:
            block = self._raw(BLOCK)
            self._ended = not block
            if self._decoder is None:
                return block
            text = self._decoder.decode(block, final=self._ended)
            if text:
                # What cannot be decoded became U+FFFD; as a lone surrogate it is no UTF-8 and found with its row.
                return text.replace("\ufffd", "\udcff").encode("utf-8", "surrogatepass")
        return b""
