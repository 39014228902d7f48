"""Lines of a text in records of lines: as bytes, in an encoding that is decided on the whole file."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import InputError
from crm_migrate.finding import Place
from crm_migrate_files import encodings
from crm_migrate_files.encodings import Encoding

MOST = 16 << 20  # bytes of one line
_WIDE_MOST = 1 << 30


@dataclass(frozen=True, slots=True)
class Line:
    """A line: number from 1, offset of its first byte (None in a wide encoding), and its bytes without the line end."""

    number: int
    offset: int | None
    raw: bytes


class TextLines:
    """A file of lines, with the encoding of its texts; encodings that hide ASCII are turned into UTF-8."""

    def __init__(self, handle: BinaryIO, spec: SourceSpec, place: Place) -> None:
        self.encoding: Encoding = encodings.decide(handle, spec.encoding, spec.locale, place)
        self.codec = self.encoding.codec if encodings.keeps_ascii(self.encoding.codec) else "utf-8"
        self._name = place.file

    def read(self, handle: BinaryIO) -> Iterator[Line]:
        """All lines. InputError where one is longer than any, or where a wide encoding is broken."""
        mark = self.encoding.mark
        handle.seek(mark)
        number, offset = 0, mark
        exact = encodings.keeps_ascii(self.encoding.codec)
        source = handle if exact else self._narrow(handle)
        while raw := source.readline(MOST + 1):
            number += 1
            if len(raw) > MOST:
                raise InputError(f"{self._name}: line {number:,} is longer than {MOST >> 20} MiB")
            yield Line(number, offset if exact else None, raw.rstrip(b"\r\n"))
            offset += len(raw)

    def _narrow(self, handle: BinaryIO) -> BinaryIO:
        data = handle.read(_WIDE_MOST)
        try:
            return io.BytesIO(data.decode(self.encoding.codec).encode("utf-8"))
        except UnicodeError as error:
            raise InputError(f"{self._name}: is no {self.encoding.label} throughout ({error})") from None
