"""The door to a file: only plain files, of the kind that their name says, opened once."""

import codecs
import os
import stat
from pathlib import Path
from typing import BinaryIO, Literal

from crm_migrate.errors import InputError

Kind = Literal["text", "workbook"]

MAX_BYTES = 64 << 30
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".asc", ".dat", ".psv"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".ods", ".numbers"})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNPACK, _EXPORT = "unpack it and name the file inside", "export the records as CSV UTF-8 or .xlsx"
_KINDS = (  # what a file begins with, what that is, and what to do
    (b"\x1f\x8b", "a gzip file", _UNPACK),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\xfd7zXZ\0", "an xz file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd file", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR file", _UNPACK),
    (b"%PDF-", "a PDF", _EXPORT),
    (b"MZ\x90\0", "a program of Windows", _EXPORT),
    (b"\x7fELF", "a program", _EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a picture", _EXPORT),
    (b"\xff\xd8\xff", "a picture", _EXPORT),
    (b"GIF8", "a picture", _EXPORT),
    (b"PAR1", "a Parquet file", _EXPORT),
    (b"SQLite format 3\0", "an SQLite database", "name it as `url:` of the source: sqlite:///FILE"),
    (b"\0\1\0\0Standard ", "an Access database", _EXPORT),
    (b"{\\rtf", "a text of a word processor", _EXPORT),
)
_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = bytes({*range(1, 32), 127} - {*b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"})
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


def open_plain(path: Path) -> BinaryIO:
    """Open a regular file for reading. InputError for anything else (missing, folder, pipe, device, not readable)."""
    try:
        # Asked before opening: opening a pipe would wait for a writer for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path.name}: is no plain file", hint="name a file, not a folder, pipe or device")
        handle = path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path.name}: there is no such file", hint="check `file:` of the source") from None
    except OSError as error:
        raise InputError(f"{path.name}: cannot be opened ({error.strerror})") from None
    _check_opened(handle, path)
    return handle


def _check_opened(handle: BinaryIO, path: Path) -> None:
    # The descriptor and not the name: nobody can swap the file between the question and the reading.
    state = os.fstat(handle.fileno())
    if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
        handle.close()
        raise InputError(f"{path.name}: is no plain file of at most {MAX_BYTES >> 30} GiB")


def kind_of(path: Path) -> Kind:
    """What a file is by its name and its first bytes, which must agree."""
    with open_plain(path) as handle:
        head = handle.read(512)
        suffix = path.suffix.lower()
        if not head:
            raise InputError(f"{path.name}: is empty (0 bytes)", hint="export it again; an empty file is no export")
        if head.startswith(_OLE):
            raise InputError(*_ole_words(path, handle))
    if suffix in OTHER_SUFFIXES:
        raise InputError(f"{path.name}: {suffix} files are not read", hint="save it as .xlsx or as CSV UTF-8")
    if suffix in WORKBOOK_SUFFIXES:
        return _workbook(path, head)
    if head.startswith(_ZIP):
        raise InputError(f"{path.name}: is a ZIP file or a workbook, not text", hint="give it its right ending, .xlsx")
    _check_text(path, head)
    return "text"


def _check_text(path: Path, head: bytes) -> None:
    """InputError where the first bytes are those of another kind of file, none of which is ever printed."""
    for begin, kind, advice in _KINDS:
        if head.startswith(begin):
            raise InputError(f"{path.name}: is {kind}, not text", hint=advice)
    text = _as_bytes(head)
    if len(text) - len(text.translate(None, _NO_TEXT)) > len(text) // 20:
        raise InputError(f"{path.name}: is no text: its first bytes are control characters", hint=_EXPORT)


def _as_bytes(head: bytes) -> bytes:
    """The first bytes in an encoding that hides no control character; half of a letter of UTF-16 may look like one."""
    codec = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    return head.decode(codec, "ignore").encode() if codec else head


def _workbook(path: Path, head: bytes) -> Kind:
    if head.startswith(_ZIP):
        return "workbook"
    if head.lstrip()[:1] == b"<":
        raise InputError(f"{path.name}: is a web page or XML named as a workbook", hint="open it and save it as .xlsx")
    raise InputError(f"{path.name}: is no workbook; its first bytes are no ZIP", hint="export it again as .xlsx or CSV")


def _ole_words(path: Path, handle: BinaryIO) -> tuple[str]:
    handle.seek(0)
    if _PASSWORD in handle.read(1 << 20):
        return (f"{path.name}: is protected with a password; open it, save it without one, and run again",)
    return (f"{path.name}: is an old binary Office file (.xls); open it and save it as .xlsx or as CSV UTF-8",)
