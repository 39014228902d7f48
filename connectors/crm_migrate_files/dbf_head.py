"""The head of a DBF table: how many rows it says it has, their columns, the code page, and what memos it is from."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from crm_migrate.errors import InputError

# Byte 0 -> format of its memos ("" where it has none): dBase III and IV, FoxBASE, FoxPro 2, Visual FoxPro.
VERSIONS = {
    0x03: "", 0x30: "fpt", 0x31: "fpt", 0x32: "fpt", 0x43: "", 0x63: "", 0x83: "dbt3", 0x8B: "dbt4", 0xCB: "dbt4",
    0xF5: "fpt", 0xFB: "",
}  # fmt: skip
VISUAL = (0x30, 0x31, 0x32)
_OTHERS = {0x02: "dBase II", 0x04: "dBase 7", 0x8C: "dBase 7", 0xE5: "Clipper with SIX memos"}
_LENGTHS = {"I": (4,), "Y": (8,), "T": (8,), "D": (8,), "L": (1,), "B": (8, 10), **dict.fromkeys("MGPW", (4, 10))}
_KNOWN_TYPES = frozenset("CNFVQ0").union(_LENGTHS)
# Byte 29, as Microsoft documents it for FoxPro, and what dBase and its kin write beside.
CODE_PAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac_roman", 0x08: "cp865", 0x09: "cp437", 0x0A: "cp850",
    0x0B: "cp437", 0x0D: "cp437", 0x0E: "cp850", 0x0F: "cp437", 0x10: "cp850", 0x11: "cp437", 0x12: "cp850",
    0x13: "cp932", 0x14: "cp850", 0x15: "cp437", 0x16: "cp850", 0x17: "cp865", 0x18: "cp437", 0x19: "cp437",
    0x1A: "cp850", 0x1B: "cp437", 0x1C: "cp863", 0x1D: "cp850", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852",
    0x24: "cp860", 0x25: "cp850", 0x26: "cp866", 0x37: "cp850", 0x40: "cp852", 0x4D: "cp936", 0x4E: "cp949",
    0x4F: "cp950", 0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x6C: "cp863", 0x78: "cp950", 0x79: "cp949",
    0x7A: "cp936", 0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0x86: "cp737", 0x87: "cp852",
    0x88: "cp857", 0x96: "mac_cyrillic", 0x97: "mac_latin2", 0x98: "mac_greek", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row: where its bytes are, its type, and the numbers of its bits in the flags of nothing.

    `null_bit` says whether the value is nothing, `short_bit` whether its length stands in its last byte; -1: no such
    bit.
    """

    name: str
    type: str
    start: int
    length: int
    null_bit: int = -1
    short_bit: int = -1


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the rows. `flags` is the column of flags, where there is one; `codec` None: none is said."""

    version: int
    rows: int
    start: int
    row_bytes: int
    columns: tuple[Column, ...]
    flags: Column | None
    code_page: int

    @property
    def codec(self) -> str | None:
        """The Python codec of its code page; None where it says none, or one that nobody knows."""
        return CODE_PAGES.get(self.code_page)

    @property
    def memos(self) -> str:
        """The format of its memos; "" where it has none."""
        return VERSIONS[self.version]


def looks_like(head: bytes) -> bool:
    """Whether a file begins as a DBF table does."""
    if len(head) < 65 or (head[0] not in VERSIONS and head[0] not in _OTHERS):
        return False
    start, row_bytes = struct.unpack_from("<HH", head, 8)
    return bool(head[2] <= 12 and head[3] <= 31 and start >= 65 and row_bytes > 1 and head[32:33].strip(b"\0"))


def read_head(handle: BinaryIO, name: str) -> Head:
    """The head of the table. InputError where it is damaged, protected, or of a kind that is not read."""
    fixed = handle.read(32)
    if len(fixed) < 32:
        raise _damaged(name, "it ends within its head")
    version, rows, (start, row_bytes) = (
        fixed[0],
        *struct.unpack_from("<I", fixed, 4),
        struct.unpack_from("<HH", fixed, 8),
    )
    if version not in VERSIONS:
        what = _OTHERS.get(version, f"of an unknown kind (0x{version:02X})")
        hint = "save it as dBase IV or FoxPro, or export it as CSV"
        raise InputError(f"{name}: is a table of {what}, which is not read", hint=hint)
    if fixed[15]:
        raise InputError(f"{name}: is encrypted by dBase", hint="open it there and save it without protection")
    fields = _fields(handle.read(max(start - 32, 0)), name)
    columns, flags = _placed(fields, row_bytes, name)
    return Head(version, rows, start, row_bytes, columns, flags, fixed[29])


def _damaged(name: str, why: str) -> InputError:
    return InputError(f"{name}: its head is damaged: {why}", hint="export it again, or repair it with its own program")


def _fields(data: bytes, name: str) -> list[bytes]:
    fields: list[bytes] = []
    for at in range(0, len(data), 32):
        if data[at] == 0x0D:
            return fields
        fields.append(data[at : at + 32])
    if not data or len(fields[-1]) == 32:  # some programs leave the end mark out
        return fields
    raise _damaged(name, "the list of its columns has no end")


def _placed(fields: list[bytes], row_bytes: int, name: str) -> tuple[tuple[Column, ...], Column | None]:
    """The columns with their places in a row. Programs of the family of Clipper write long texts in two bytes."""
    wide = 1 + sum(field[16] for field in fields) != row_bytes
    at, bits, columns, flags = 1, 0, list[Column](), None
    for field in fields:
        kind = chr(field[11])
        length = field[16] | (field[17] << 8 if wide and kind == "C" else 0)
        if kind not in _KNOWN_TYPES:
            hint = "export it as CSV with its own program"
            raise InputError(f"{name}: a column is of a type that is not known ({kind!r})", hint=hint)
        if length not in _LENGTHS.get(kind, (length,)):
            raise _damaged(name, f"a column of type {kind} is {length:,} bytes long")
        short = nothing = -1
        if kind in "VQ":
            short, bits = bits, bits + 1
        if field[18] & 2:
            nothing, bits = bits, bits + 1
        # Names are ASCII but for those of old programs that let letters through; they are seen in every code page.
        column = Column(field[:11].split(b"\0")[0].decode("latin-1").strip(), kind, at, length, nothing, short)
        if kind == "0":
            flags = column
        elif not field[18] & 1:
            columns.append(column)
        at += length
    if at != row_bytes or not columns:
        raise _damaged(name, f"its columns are {at:,} bytes long and its rows {row_bytes:,}")
    return tuple(columns), flags
