"""The formats of files: how each is known, and who reads it. A reader of another format is one more line of `FORMATS`.

A file is what its name says, and its first bytes must agree; whatever has the ending of no format is taken for text.
"""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import Header
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding
from crm_migrate_files.opening import open_plain
from crm_migrate_files.parsed import Parsed

HEAD_BYTES = 512
SOME = 8  # a text may hold so many control characters, however short it is
OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".ods", ".numbers"})
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


class FileReader(Protocol):
    """Reads one file: the header at once, the records in stretches, facts and findings after them."""

    @property
    def header(self) -> Header:
        """The columns of the file."""
        ...

    def read(self) -> Iterator[Parsed]:
        """All records in order."""
        ...

    def fact(self) -> FileFact:
        """What was read."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """What is odd."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    `suffixes` are in lower case; `begins` are the bytes that such a file begins with, b"" where it has none of its own;
    `called` and `advice` are for a file of it that has another ending; `refuse` is given the name and the first bytes
    of a file that has the ending, and raises InputError where those are not of this format; `options` are the words of
    a source that its reader reads.
    """

    called: str
    advice: str
    suffixes: frozenset[str]
    begins: bytes
    refuse: Callable[[str, bytes], None]
    reader: Callable[[Path, SourceSpec], FileReader]
    options: frozenset[str] = frozenset()


def format_of(path: Path) -> Format:
    """The format of a file by its name and its first bytes. InputError where they do not agree or nobody reads it."""
    with open_plain(path) as handle:
        head = handle.read(HEAD_BYTES)
        if not head:
            raise InputError(f"{path.name}: is empty (0 bytes)", hint="export it again; an empty file is no export")
        if head.startswith(_OLE):
            raise InputError(*_ole_words(path, handle))
    suffix = path.suffix.lower()
    if suffix in OTHER_SUFFIXES:
        raise InputError(f"{path.name}: {suffix} files are not read", hint="save it as .xlsx or as CSV UTF-8")
    named = next((each for each in FORMATS if suffix in each.suffixes), TEXT)
    named.refuse(path.name, head)
    return named


def readers_of(spec: SourceSpec) -> list[FileReader]:
    """Who reads the files of a source. InputError where nobody does, or where nobody reads a word of the source."""
    found = [(file.path, format_of(file.path)) for file in spec.files]
    read = frozenset[str]().union(*(each.options for _, each in found))
    said = {"encoding": spec.encoding, "delimiter": spec.delimiter, "sheet": spec.sheet, "short_rows": spec.short_rows}
    for word, value in said.items():
        if value not in (None, "aside") and word not in read:
            raise InputError(
                f"source `{spec.name}`: `{word}: {value}` says nothing about {found[0][0].name}",
                hint=f"leave it out; here are read: {', '.join(sorted(read))}",
            )
    return [each.reader(path, spec) for path, each in found]


def _ole_words(path: Path, handle: BinaryIO) -> tuple[str]:
    handle.seek(0)
    if _PASSWORD in handle.read(1 << 20):
        return (f"{path.name}: is protected with a password; open it, save it without one, and run again",)
    return (f"{path.name}: is an old binary Office file (.xls); open it and save it as .xlsx or as CSV UTF-8",)


# ---------------------------------------------------------------------------------------------------- text


def _no_text(name: str, head: bytes) -> None:
    """InputError where the first bytes are those of another kind of file, none of which is ever printed."""
    others = [(each.begins, each.called, each.advice) for each in FORMATS if each.begins]
    for begin, kind, advice in (*others, *_KINDS):
        if head.startswith(begin):
            raise InputError(f"{name}: is {kind}, not text", hint=advice)
    text = _as_bytes(head)
    if len(text) - len(text.translate(None, _NO_TEXT)) > max(len(text) // 20, SOME):
        raise InputError(f"{name}: is no text: its first bytes are control characters", hint=_EXPORT)


def _as_bytes(head: bytes) -> bytes:
    """The first bytes in an encoding that hides no control character; half of a letter of UTF-16 may look like one."""
    codec = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    return head.decode(codec, "ignore").encode() if codec else head


def _text(path: Path, spec: SourceSpec) -> FileReader:
    from crm_migrate_files.text import TextFile

    return TextFile(path, spec)


# ---------------------------------------------------------------------------------------------------- workbooks


def _no_workbook(name: str, head: bytes) -> None:
    if head.startswith(WORKBOOK.begins):
        return
    if head.lstrip()[:1] == b"<":
        raise InputError(f"{name}: is a web page or XML named as a workbook", hint="open it and save it as .xlsx")
    raise InputError(f"{name}: is no workbook; its first bytes are no ZIP", hint="export it again as .xlsx or CSV")


def _workbook(path: Path, spec: SourceSpec) -> FileReader:
    from crm_migrate_files.workbook import Workbook

    return Workbook(path, spec)


# ---------------------------------------------------------------------------------------------------- JSON lines


def _no_json_lines(name: str, head: bytes) -> None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"["):
        hint = f"write one object per line: jq -c '.[]' {name} > records.jsonl"
        raise InputError(f"{name}: is one JSON list, not a record per line", hint=hint)
    if b"\0" in head:
        raise InputError(f"{name}: is no UTF-8, and JSON is that by its standard", hint="write it again as UTF-8")


def _json_lines(path: Path, spec: SourceSpec) -> FileReader:
    from crm_migrate_files.json_lines import JsonLines

    return JsonLines(path, spec)


JSON_LINES = Format(
    "JSON lines", "give it the ending .jsonl", frozenset({".jsonl", ".ndjson"}), b"", _no_json_lines, _json_lines
)
TEXT = Format(
    "text", "", frozenset(), b"", _no_text, _text, frozenset(("delimiter", "encoding", "header_row", "short_rows"))
)
WORKBOOK = Format(
    "a ZIP file or a workbook",
    "give it its right ending, .xlsx",
    frozenset({".xlsx", ".xlsm"}),
    b"PK\x03\x04",
    _no_workbook,
    _workbook,
    frozenset(("header_row", "sheet")),
)
FORMATS = (WORKBOOK, JSON_LINES, TEXT)
