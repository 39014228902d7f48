"""The formats of old programs: dBase and FoxPro, cards, directories, e-mail, Access, scripts of SQL Server."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files.dbf_head import looks_like
from crm_migrate_files.format import Format
from crm_migrate_files.opening import open_plain
from crm_migrate_files.told import FileReader

_CARD = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*BEGIN:VCARD", re.IGNORECASE)
_SEPARATOR = re.compile(rb"From [^\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\n]*\b\d{4}\b")
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*+){2}")
_OF_MAIL = re.compile(rb"^(?:From|Received|Return-Path|Message-ID|Delivered-To): ", re.IGNORECASE | re.MULTILINE)
_OF_PAGE = re.compile(rb"^(?:X-Document-Type|Snapshot-Content-Location): ", re.IGNORECASE | re.MULTILINE)  # .mht
_ENTRY = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:#[^\n]*\n(?: [^\n]*\n)*+|\s|version:[ ]*1\s)*+dn:", re.IGNORECASE
)  # nothing of it is tried twice
_LDIF_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:#|version:|dn:)", re.IGNORECASE)
_HEAD_BYTES = 1 << 16  # comments may stand before the first entry


def _lazily(module: str, reader: str) -> Callable[[Path, SourceSpec], FileReader]:
    """A reader that is imported when a file is read."""

    def opened(path: Path, spec: SourceSpec) -> FileReader:
        made: FileReader = getattr(importlib.import_module(f"crm_migrate_files.{module}"), reader)(path, spec)
        return made

    return opened


def _no(what: str, hint: str) -> Callable[[str, bytes], None]:
    """Refuses whatever has the ending and does not begin as such a file does."""

    def refuse(name: str, head: bytes) -> None:
        del head
        raise InputError(f"{name}: does not begin as {what} does", hint=hint)

    return refuse


def _no_script(name: str, head: bytes) -> None:
    """InputError for dumps of other databases, which quote otherwise."""
    for begins, program in (
        (b"MySQL dump", "MySQL"),
        (b"MariaDB dump", "MariaDB"),
        (b"PostgreSQL database dump", "PostgreSQL"),
    ):
        if begins in head:
            raise InputError(
                f"{name}: is a dump of {program}; only scripts of SQL Server are read",
                hint="load it into its database and read that: `url:`",
            )
    if head.startswith(b"SQLite format"):
        raise InputError(f"{name}: is a database and no script", hint="name it as `url:` of the source: sqlite:///FILE")


def _more(path: Path) -> bytes:
    with open_plain(path) as handle:
        return handle.read(_HEAD_BYTES)


DBF = Format(
    "a table of dBase or FoxPro",
    "give it its right ending, .dbf",
    frozenset({".dbf"}),
    b"",
    _no("a table of dBase or FoxPro", "export it again, or as CSV"),
    _lazily("dbf", "DbfFile"),
    frozenset(("encoding", "memos")),
    looks=lambda _, head: looks_like(head),
)
VCARD = Format(
    "a file of vCards",
    "give it its right ending, .vcf",
    frozenset({".vcf", ".vcard"}),
    b"",
    _no("a vCard", "export the contacts again, as vCard or CSV"),
    _lazily("vcard", "VCardFile"),
    frozenset(("encoding", "table")),
    looks=lambda _, head: bool(_CARD.match(head.replace(b"\0", b""))),
    one_each=True,
)
LDIF = Format(
    "an LDIF file",
    "give it its right ending, .ldif",
    frozenset({".ldif", ".ldf"}),
    b"",
    _no("an LDIF file", "export the directory again, for instance with ldapsearch or slapcat"),
    _lazily("ldif", "LdifFile"),
    frozenset(("encoding", "table")),
    looks=lambda path, head: bool(_LDIF_STARTS.match(head) and _ENTRY.match(_more(path))),
)
MBOX = Format(
    "a folder of e-mail (MBOX)",
    "give it its right ending, .mbox",
    frozenset({".mbox", ".mbx"}),
    b"From ",
    _no("a folder of e-mail (MBOX)", "export the folder again, as MBOX or as one .eml per message"),
    _lazily("mail", "MboxFile"),
    frozenset(("table",)),
    looks=lambda _, head: bool(_SEPARATOR.match(head)),
)
EML = Format(
    "an e-mail",
    "give it its right ending, .eml",
    frozenset({".eml"}),
    b"",
    _no("an e-mail", "export the messages again, as .eml or as MBOX"),
    _lazily("mail", "EmlFile"),
    frozenset(("table",)),
    looks=lambda _, head: bool(_HEADERS.match(head) and _OF_MAIL.search(head) and not _OF_PAGE.search(head)),
    one_each=True,
)
ACCESS = Format(
    "a database of Access",
    "give it its right ending, .mdb or .accdb",
    frozenset({".mdb", ".accdb", ".mde", ".accde"}),
    b"\0\1\0\0Standard ",
    _no("a database of Access", "export its tables from Access as .xlsx"),
    _lazily("access", "AccessFile"),
    frozenset(("encoding", "table")),
)
SCRIPT = Format(
    "a script of SQL Server",
    "give it its right ending, .sql",
    frozenset({".sql"}),
    b"",
    _no_script,
    _lazily("tsql", "SqlScript"),
    frozenset(("encoding", "table")),
)
OLD_FORMATS = (DBF, VCARD, LDIF, MBOX, EML, ACCESS, SCRIPT)
