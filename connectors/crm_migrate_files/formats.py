"""The formats of files: how each is known, and who reads it. A reader of another format is one more line of `FORMATS`,
of old ones of `old_formats.OLD_FORMATS`.

A file is what its name says, and its first bytes must agree. Where programs write a format under the ending of another
one (a web page named .xls), it is read as what it is, and that is told; what has an ending of no format is what its
first bytes say, or text.
"""

import codecs
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.format import Format
from crm_migrate_files.old_formats import OLD_FORMATS
from crm_migrate_files.opening import open_plain
from crm_migrate_files.told import FileReader, Told

HEAD_BYTES = 512
SOME = 8  # a text may hold so many control characters, however short it is
OTHER_SUFFIXES = frozenset({".numbers"})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNPACK, _EXPORT = "unpack it and name the file inside", "export the records as CSV UTF-8 or .xlsx"
_KINDS = (  # what a file begins with, what that is, and what to do
    (_ZIP, "a ZIP file", "name the file in it as in a folder: `file: NAME.zip/customers.csv`"),
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
    (b"SQLite format 3\0", "an SQLite database", "name it as `url:` of the source: sqlite:///FILE"),
    (b"\0\1\0\0Standard ", "an Access database", _EXPORT),
    (b"{\\rtf", "a text of a word processor", _EXPORT),
    (b"MIME-Version:", "a web archive or a mail", _EXPORT),
)
_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = bytes({*range(1, 32), 127} - {*b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"})
_BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_PAGES = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body", b"<style", b"<center")
_XML_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_LIST_WORDS = frozenset({"table"})
FIRST_LINES = 1 << 16  # bytes by which a document is told from lines
_SHEET_WORDS = frozenset(("header_row", "sheet"))
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The format of a file, and whether its name says another one."""

    format: Format
    misnamed: bool = False


def format_of(path: Path) -> Recognised:
    """The format of a file by its name and its first bytes. InputError where they do not agree or nobody reads it."""
    with open_plain(path) as handle:
        head = handle.read(HEAD_BYTES)
        if not head:
            raise InputError(f"{path.name}: is empty (0 bytes)", hint="export it again; an empty file is no export")
        if head.startswith(_OLE) and _PASSWORD in handle.read(1 << 20):
            message = f"{path.name}: is protected with a password; open it, save it without one, and run again"
            raise InputError(message)
    suffix = path.suffix.lower()
    if suffix in OTHER_SUFFIXES:
        raise InputError(f"{path.name}: {suffix} files are not read", hint="save it as .xlsx or as CSV UTF-8")
    named = next((each for each in FORMATS if suffix in each.suffixes), None)
    known = next((each for each in FORMATS if each.known_by(path, head)), None)
    if named is not None and known in (None, named) and named.fits(path, head):
        return Recognised(named)
    if named is None:
        return _unnamed(path, head, known)
    if known is None or suffix not in known.also:
        known = next((each for each in FORMATS if suffix in each.also and each.fits(path, head)), known)
    if known is not None and suffix in known.also:
        return Recognised(known, misnamed=True)
    if known is not None:
        what = "text" if named is TEXT else named.called
        raise InputError(f"{path.name}: is {known.called}, not {what}", hint=known.advice)
    named.refuse(path.name, head)
    return Recognised(named)


def _unnamed(path: Path, head: bytes, known: Format | None) -> Recognised:
    """The format of a file with an ending of no format."""
    if known is not None:
        return Recognised(known, misnamed=bool(path.suffix))
    TEXT.refuse(path.name, head)
    return Recognised(TEXT)


def readers_of(spec: SourceSpec) -> list[FileReader]:
    """Who reads the files of a source. InputError where nobody does, or where nobody reads a word of the source."""
    found = [(file.path, format_of(file.path)) for file in spec.files]
    read = frozenset[str]().union(*(each.format.options for _, each in found))
    said: dict[str, str | int | None] = {"table": spec.table, "header_row": spec.header_row, **spec.options}
    said |= {"encoding": spec.encoding, "delimiter": spec.delimiter, "sheet": spec.sheet, "short_rows": spec.short_rows}
    for word, value in said.items():
        if value not in (None, "aside") and word not in read:
            raise InputError(
                f"source `{spec.name}`: `{word}: {value}` says nothing about {found[0][0].name}",
                hint=f"leave it out; here are read: {', '.join(sorted(read)) or 'no such words'}",
            )
    return [_reader(path, each, spec) for path, each in found]


def _reader(path: Path, found: Recognised, spec: SourceSpec) -> FileReader:
    reader = found.format.reader(path, spec)
    if not found.misnamed:
        return reader
    place = Place(file=path.name, source=spec.name)
    message = f"the file is named {path.suffix} and is {found.format.called}: read as what it is"
    hint = "look at its columns; an export under its right name is surer"
    return Told(reader, (Finding("format_misnamed", message, Severity.NOTE, place, hint),))


# ---------------------------------------------------------------------------------------------------- text


def _no_text(name: str, head: bytes) -> None:
    """InputError where the first bytes are those of another kind of file, none of which is ever printed."""
    for begin, kind, advice in _KINDS:
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
    if "widths" in spec.options:
        from crm_migrate_files.fixed_width import FixedWidth

        return FixedWidth(path, spec)
    from crm_migrate_files.text import TextFile

    return TextFile(path, spec)


# ---------------------------------------------------------------------------------------------------- workbooks


def _no_workbook(name: str, head: bytes) -> None:
    if head.startswith((_ZIP, _OLE)):
        return  # damaged, or a container of something else: its reader says what it is
    if head.lstrip()[:1] == b"<":
        raise InputError(f"{name}: is a web page or XML named as a workbook", hint="open it and save it as .xlsx")
    raise InputError(f"{name}: is no workbook; its first bytes are no ZIP", hint="export it again as .xlsx or CSV")


def _holds(member: str) -> Callable[[Path, bytes], bool]:
    """Whether a container holds a member of that name, as only those of one format do."""

    def looks(path: Path, head: bytes) -> bool:
        del head
        try:
            with zipfile.ZipFile(path) as container:
                return member in map(str.lower, container.namelist())
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            return False

    return looks


def _workbook(kind: str) -> Callable[[Path, SourceSpec], FileReader]:
    def opened(path: Path, spec: SourceSpec) -> FileReader:
        from crm_migrate_files.workbook import Workbook

        return Workbook(path, spec, kind)

    return opened


def _book(called: str, kind: str, member: str, *others: str) -> Format:
    """The format of a workbook: its kind is its ending, too; `others` are further ones."""
    suffixes, begins = frozenset((f".{kind}", *others)), _ZIP if member else _OLE
    advice = f"give it its right ending, .{kind}"
    looks = _holds(member) if member else None
    return Format(
        called, advice, suffixes, begins, _no_workbook, _workbook(kind), _SHEET_WORDS, looks, _BOOK_SUFFIXES - suffixes
    )


# ---------------------------------------------------------------------------------------------------- JSON lines


def _is_page(path: Path, head: bytes) -> bool:
    del path
    return _as_bytes(head).removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGES)


def _is_xml_2003(path: Path, head: bytes) -> bool:
    if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<?xml"):
        return False
    with open_plain(path) as handle:
        return _XML_2003 in handle.read(FIRST_LINES)


def _no_page(name: str, head: bytes) -> None:
    del head
    raise InputError(f"{name}: is neither a web page nor a spreadsheet in XML", hint="export it as .xlsx or CSV")


def _no_json(name: str, head: bytes) -> None:
    if b"\0" in head:
        raise InputError(f"{name}: is no UTF-8, and JSON is that by its standard", hint="write it again as UTF-8")


def _json(path: Path, spec: SourceSpec) -> FileReader:
    from crm_migrate_files.json_documents import Document, is_document
    from crm_migrate_files.json_lines import JsonLines

    with open_plain(path) as handle:
        document = is_document(handle.read(FIRST_LINES), lines=path.suffix.lower() != ".json")
    return JsonLines(path, spec, Document(path, spec.table) if document else None)


JSON = Format(
    "JSON", "give it the ending .json", frozenset({".json", ".jsonl", ".ndjson"}), b"", _no_json, _json, _LIST_WORDS
)


def _no_parquet(name: str, head: bytes) -> None:
    if head.startswith(b"PARE"):
        hint = "export it again without encryption"
        raise InputError(f"{name}: is an encrypted Parquet file, which is not read", hint=hint)
    raise InputError(f"{name}: is no Parquet file; its first bytes are not PAR1", hint="export it again")


def _parquet(path: Path, spec: SourceSpec) -> FileReader:
    from crm_migrate_files.parquet import Parquet

    return Parquet(path, spec)


PARQUET = Format(
    "a Parquet file",
    "give it its right ending, .parquet",
    frozenset({".parquet", ".pq"}),
    b"PAR1",
    _no_parquet,
    _parquet,
    _LIST_WORDS,
)
TEXT = Format(
    "text",
    "give it the ending .csv",
    frozenset({".csv", ".tsv", ".txt", ".tab"}),
    b"",
    _no_text,
    _text,
    frozenset(("delimiter", "encoding", "header_row", "short_rows", "widths", "widths_in")),
    also=frozenset({".xls"}),
)
WORKBOOK = _book("a workbook of Excel", "xlsx", "xl/workbook.xml", ".xlsm", ".xltx", ".xltm")
BINARY_WORKBOOK = _book("a binary workbook of Excel", "xlsb", "xl/workbook.bin")
OLD_WORKBOOK = _book("an old binary Office file", "xls", "", ".xlt")
OPEN_WORKBOOK = _book("a spreadsheet of LibreOffice", "ods", "content.xml", ".ots")
PAGE = Format(
    "a web page",
    "give it the ending .html",
    frozenset({".html", ".htm"}),
    b"",
    _no_page,
    _workbook("html"),
    _SHEET_WORDS,
    _is_page,
    _BOOK_SUFFIXES,
)
XML_2003 = Format(
    "a spreadsheet in the XML of Excel 2003",
    "give it the ending .xml",
    frozenset({".xml"}),
    b"",
    _no_page,
    _workbook("xml"),
    _SHEET_WORDS,
    _is_xml_2003,
    _BOOK_SUFFIXES,
)
FORMATS = (WORKBOOK, BINARY_WORKBOOK, OLD_WORKBOOK, OPEN_WORKBOOK, PAGE, XML_2003, PARQUET, *OLD_FORMATS, JSON, TEXT)
