"""Writes small DBF tables with their memos, byte by byte."""

import struct
from collections.abc import Sequence
from pathlib import Path

Field = tuple[str, str, int, int, int]  # name, type, length, decimals, flags


def field(name: str, kind: str, length: int, decimals: int = 0, flags: int = 0) -> Field:
    """A column."""
    return name, kind, length, decimals, flags


def table(
    fields: Sequence[Field],
    rows: Sequence[Sequence[bytes]],
    *,
    version: int = 0x03,
    page: int = 0,
    marks: bytes = b"",
    counted: int | None = None,
    end: bytes = b"\x1a",
) -> bytes:
    """A table; `marks` are the marks of deletion of its rows, blanks where they are not said."""
    head = b"".join(
        name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes((length, decimals, flags)) + bytes(13)
        for name, kind, length, decimals, flags in fields
    )
    head += b"\r" + (bytes(263) if version in (0x30, 0x31, 0x32) else b"")
    width = 1 + sum(length for _, _, length, _, _ in fields)
    count = len(rows) if counted is None else counted
    start = (
        bytes((version, 126, 1, 2))
        + struct.pack("<IHH", count, 32 + len(head), width)
        + bytes(17)
        + bytes((page, 0, 0))
    )
    body = b"".join(
        marks[i : i + 1].ljust(1)
        + b"".join(cell.ljust(length)[:length] for cell, (_, _, length, _, _) in zip(row, fields, strict=True))
        for i, row in enumerate(rows)
    )
    return start + head + body + end


def fox_memos(*texts: bytes) -> bytes:
    """An FPT file with blocks of 64 bytes: the memos begin in block 8 and each in the next free one."""
    found = struct.pack(">IHH", 0, 0, 64).ljust(512, b"\0")
    for text in texts:
        block = struct.pack(">II", 1, len(text)) + text
        found += block.ljust(-(-len(block) // 64) * 64, b"\0")
    return found


def third_memos(*texts: bytes) -> bytes:
    """A DBT file of dBase III: the first memo in block 1."""
    return bytes(512) + b"".join((text + b"\x1a\x1a").ljust(-(-(len(text) + 2) // 512) * 512, b"\0") for text in texts)


def fourth_memos(*texts: bytes) -> bytes:
    """A DBT file of dBase IV with blocks of 512 bytes."""
    found = (bytes(20) + struct.pack("<H", 512)).ljust(512, b"\0")
    for text in texts:
        block = b"\xff\xff\x08\0" + struct.pack("<I", len(text) + 8) + text
        found += block.ljust(-(-len(block) // 512) * 512, b"\0")
    return found


def written(folder: Path, data: bytes, memos: bytes | None = None, suffix: str = ".fpt") -> Path:
    """The table in a file, its memos beside it."""
    path = folder / "kunden.dbf"
    path.write_bytes(data)
    if memos is not None:
        (folder / f"KUNDEN{suffix.upper()}").write_bytes(memos)
    return path
