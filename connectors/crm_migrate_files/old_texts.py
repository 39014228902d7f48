"""Texts of old binary workbooks: with a byte or two for a letter, and shared ones that go on in further records."""

import struct
from collections.abc import Sequence

from crm_migrate_files.refused import Refused

_CONTINUE = 0x3C


def short_text(data: bytes, at: int, codec: str, *, wide: bool) -> str:
    """A text with one byte of length before it; `wide`: of Excel 97 and later."""
    count = data[at]
    return _letters(data, at + 1, count) if wide else data[at + 1 : at + 1 + count].decode(codec)


def text_at(data: bytes, at: int) -> str:
    """A text of Excel 97 and later with two bytes of length before it."""
    (count,) = struct.unpack_from("<H", data, at)
    return _letters(data, at + 2, count)


def _letters(data: bytes, at: int, count: int) -> str:
    """So many letters behind their flags; runs of fonts and phonetic hints stand between or behind, and are no text."""
    flags = data[at]
    start = at + 1 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    size = 2 if flags & 1 else 1
    raw = data[start : start + count * size]
    if len(raw) != count * size:
        raise Refused("a text of the workbook is cut off: the file is damaged")
    return raw.decode("utf-16-le", "surrogatepass") if size == 2 else raw.decode("latin-1")


class Pieces:
    """The shared texts: one record and those that continue it. Where a text is parted, its flags are said again."""

    def __init__(self, found: Sequence[tuple[int, bytes]], index: int) -> None:
        self._parts = [found[index][1]]
        for kind, data in found[index + 1 :]:
            if kind != _CONTINUE:
                break
            self._parts.append(data)
        self._part, self._at = 0, 0

    def shared_texts(self) -> list[str]:
        """All of them, in their order. Refused where they end before they are as many as is said."""
        _, count = struct.unpack("<II", self._take(8))
        return [self._text() for _ in range(count)]

    def _take(self, size: int) -> bytes:
        """Bytes that are no letters."""
        found = b""
        while len(found) < size:
            self._advance()
            piece = self._parts[self._part][self._at : self._at + size - len(found)]
            self._at += len(piece)
            found += piece
        return found

    def _advance(self) -> None:
        while self._at >= len(self._parts[self._part]):
            self._part, self._at = self._part + 1, 0
            if self._part >= len(self._parts):
                raise Refused("the shared texts of the workbook are cut off: the file is damaged")

    def _text(self) -> str:
        count, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        hints = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        text = self._letters(count, wide=bool(flags & 1))
        self._take(4 * runs + hints)
        return text

    def _letters(self, count: int, *, wide: bool) -> str:
        text = ""
        while len(text) < count:
            if self._at >= len(self._parts[self._part]):
                self._advance()
                wide = bool(self._parts[self._part][0] & 1)
                self._at = 1
            size = 2 if wide else 1
            raw = self._parts[self._part][self._at : self._at + (count - len(text)) * size]
            raw = raw[: len(raw) // size * size]
            if not raw:
                raise Refused("the shared texts of the workbook are cut off: the file is damaged")
            self._at += len(raw)
            text += raw.decode("latin-1") if size == 1 else "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
