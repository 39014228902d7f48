"""The container of old Office files (OLE2, compound file): its streams by name, read with distrust."""

import struct
from typing import BinaryIO

from crm_migrate_files.refused import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 512 << 20
_FREE = 0xFFFFFFFA  # numbers from here on are no sectors


class Ole:
    """The streams of a container. Refused where it is damaged."""

    def __init__(self, handle: BinaryIO) -> None:
        self._data = data = handle.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Refused(f"the file is larger than {MAX_BYTES >> 20} MiB, which no workbook of its kind is")
        if not data.startswith(MAGIC) or len(data) < 512:
            raise Refused("the file is damaged or cut off (no header)")
        self._size = 1 << struct.unpack_from("<H", data, 30)[0]
        self._mini_size = 1 << struct.unpack_from("<H", data, 32)[0]
        if self._size not in (512, 4096) or self._mini_size != 64:
            raise Refused("the file is damaged (sizes of sectors that no container has)")
        first_folder, _, self._cutoff, first_mini = struct.unpack_from("<IIII", data, 48)
        self._table = self._allocation()
        self._entries = self._folder(self._chain(first_folder, self._table))
        self._mini_table = _numbers(self._chain(first_mini, self._table)) if first_mini < _FREE else ()
        root = next((entry for kind, entry in self._entries.values() if kind == 5), (_FREE, 0))
        self._mini = self._chain(root[0], self._table) if root[0] < _FREE else b""

    def names(self) -> tuple[str, ...]:
        """The names of all streams."""
        return tuple(name for name, (kind, _) in self._entries.items() if kind == 2)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream. KeyError where there is none of that name."""
        kind, (start, size) = self._entries[name]
        if kind != 2:
            raise KeyError(name)
        if size < self._cutoff:
            found = self._follow(start, self._mini_table, self._mini, self._mini_size, 0)
        else:
            found = self._chain(start, self._table)
        if len(found) < size:
            raise Refused("the file is damaged or cut off (a stream ends before its end)")
        return found[:size]

    def _allocation(self) -> tuple[int, ...]:
        """The table that says of each sector which one comes next."""
        first, count = struct.unpack_from("<II", self._data, 68)
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        per = self._size // 4 - 1
        for _ in range(min(count, len(self._data) // self._size)):
            if first >= _FREE:
                break
            *more, first = struct.unpack(f"<{per + 1}I", self._sector(first))
            sectors += more
        return _numbers(b"".join(self._sector(number) for number in sectors if number < _FREE))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        found = self._data[start : start + self._size]
        if not found:
            raise Refused("the file is damaged or cut off (it points behind its end)")
        return found.ljust(self._size, b"\0")  # the last one may be cut short

    def _chain(self, start: int, table: tuple[int, ...]) -> bytes:
        return self._follow(start, table, self._data, self._size, self._size)

    def _follow(self, start: int, table: tuple[int, ...], data: bytes, size: int, skip: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _FREE:
            if number >= len(table) or len(parts) > len(table):
                raise Refused("the file is damaged (its sectors run in a circle)")
            at = skip + number * size
            parts.append(data[at : at + size])
            number = table[number]
        return b"".join(parts)

    @staticmethod
    def _folder(data: bytes) -> dict[str, tuple[int, tuple[int, int]]]:
        found: dict[str, tuple[int, tuple[int, int]]] = {}
        for at in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            if kind in (1, 2, 5) and length <= 64:
                name = data[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
                found.setdefault(name, (kind, struct.unpack_from("<II", data, at + 116)))
        return found


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
