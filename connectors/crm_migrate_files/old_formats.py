"""The formats of old programs: tables of dBase and FoxPro."""

import importlib
from collections.abc import Callable
from pathlib import Path

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files.dbf_head import looks_like
from crm_migrate_files.format import Format
from crm_migrate_files.told import FileReader


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
OLD_FORMATS = (DBF,)
