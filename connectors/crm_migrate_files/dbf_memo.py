"""The memos of a DBF table: long texts in a file beside it, found by the number of their first block."""

import hashlib
import struct
from pathlib import Path

from crm_migrate_files.opening import open_plain
from crm_migrate_files.parsed import Unreadable

SUFFIXES = {"fpt": (".fpt", ".dct"), "dbt3": (".dbt",), "dbt4": (".dbt",)}
MOST = 64 << 20  # bytes of one memo
_BLOCK = _HEAD = 512
_END = b"\x1a"


def memo_path(path: Path, kind: str) -> Path | None:
    """The memo file beside a table, however its name is written; None where there is none."""
    wanted = {path.stem.lower() + suffix for suffix in SUFFIXES[kind]}
    return next((each for each in sorted(path.parent.iterdir()) if each.name.lower() in wanted), None)


class Memos:
    """An open memo file. Unreadable where a block is not there or is none."""

    def __init__(self, path: Path, kind: str) -> None:
        self._handle, self._kind = open_plain(path), kind
        head = self._handle.read(_BLOCK)
        self._block = _block_size(kind, head)
        self._handle.seek(0)
        self.sha256 = hashlib.file_digest(self._handle, "sha256").hexdigest()

    def close(self) -> None:
        """Give the file back."""
        self._handle.close()

    def get(self, block: int) -> bytes:
        """The bytes of the memo that begins in a block."""
        if block * self._block < _HEAD:
            raise _damaged(block, "lies within the head of the file")
        self._handle.seek(block * self._block)
        found = {"fpt": self._fox, "dbt3": self._third, "dbt4": self._fourth}[self._kind](block)
        if len(found) > MOST:
            raise _damaged(block, f"says that it is longer than {MOST >> 20} MiB")
        return found

    def _fox(self, block: int) -> bytes:
        head = self._handle.read(8)
        if len(head) < 8:
            raise _damaged(block, "is behind the end of the file")
        kind, length = struct.unpack(">II", head)
        if kind > 2:
            raise _damaged(block, "does not begin as a memo does")
        return self._exactly(block, length)

    def _fourth(self, block: int) -> bytes:
        head = self._handle.read(8)
        if len(head) < 8:
            raise _damaged(block, "is behind the end of the file")
        if head[:4] != b"\xff\xff\x08\0":
            raise _damaged(block, "does not begin as a memo does")
        return self._exactly(block, max(struct.unpack_from("<I", head, 4)[0] - 8, 0))

    def _exactly(self, block: int, length: int) -> bytes:
        if length > MOST:
            raise _damaged(block, f"says that it is longer than {MOST >> 20} MiB")
        found = self._handle.read(length)
        if len(found) < length:
            raise _damaged(block, "ends before its end")
        return found

    def _third(self, block: int) -> bytes:
        """Up to its end mark; the last memo of a file may have lost it to its end."""
        found = b""
        while len(found) <= MOST:
            more = self._handle.read(_BLOCK)
            if not more and not found:
                raise _damaged(block, "is behind the end of the file")
            found += more
            if not more or _END in more:
                return found.split(_END, 1)[0]
        return found


def _damaged(block: int, why: str) -> Unreadable:
    return Unreadable("memo_damaged", f"the memo in block {block:,} {why}")


def _block_size(kind: str, head: bytes) -> int:
    if kind == "fpt" and len(head) >= 8:
        return int(struct.unpack_from(">H", head, 6)[0]) or _BLOCK
    if kind == "dbt4" and len(head) >= 22:
        return int(struct.unpack_from("<H", head, 20)[0]) or _BLOCK
    return _BLOCK
