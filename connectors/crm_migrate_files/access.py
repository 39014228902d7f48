"""A table of a Microsoft Access database (.mdb, .accdb), by mdbtools: its traps are guarded, its rows counted apart."""

import difflib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding
from crm_migrate_files import json_values
from crm_migrate_files.mdbtools import Mdb
from crm_migrate_files.parsed import Aside, Unreadable, checked
from crm_migrate_files.record_file import Record, RecordFile, aside

_COLUMN = re.compile(r"^\t\[(.+)\]\t+(\w[^\t]*?)(?: NOT NULL)?,? *$", re.MULTILINE)
_BYTES = ("OLE", "Binary", "Unknown")
# What mdb-json and mdb-export write for moments before 1900 and for far ones, as of sentinels like 31.12.9999.
_LOST_DATE = "1900-01-00T00:00:00"


class AccessFile(RecordFile):
    """Reads one table. The rows come in the order of the file and are numbered."""

    count_method = "mdb-count: the rows that the definition of the table says it has"

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self._mdb = Mdb(path, spec.encoding)

    @cached_property
    def _version(self) -> str:
        version = self._mdb.version()
        if self._spec.encoding and version != "JET3":
            raise UsageError(
                f"source `{self._spec.name}`: `encoding:` is only for files of Access 97; {self._path.name} is Unicode",
                hint="leave it out",
            )
        return version

    def tables(self) -> list[str]:
        """The tables of the database."""
        return self._mdb.tables()

    @cached_property
    def _table(self) -> str:
        """The table that is meant. InputError where it is not there, or none is named of several."""
        known, wanted = self.tables(), self._spec.table
        if wanted in known or (wanted is None and len(known) == 1):
            return wanted or known[0]
        if not known:
            raise InputError(f"{self._path.name}: holds no table", hint="linked tables are in the file they come from")
        near = difflib.get_close_matches(wanted or "", known, n=1)
        raise InputError(
            f"{self._path.name}: "
            + (f"holds no table `{wanted}`" if wanted else "holds several tables; say which one: `table:`"),
            hint=f"did you mean `{near[0]}`?" if near else f"its tables are: {', '.join(sorted(known)[:20])}",
        )

    @cached_property
    def _types(self) -> dict[str, str]:
        """The columns with their types, as they are defined."""
        assert self._version
        found = dict(_COLUMN.findall(self._mdb.schema(self._table)))
        if not found:
            raise InputError(f"{self._path.name}: the columns of `{self._table}` cannot be read")
        return found

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The columns that are read: those of bytes are not."""
        return tuple(name for name, kind in self._types.items() if not kind.startswith(_BYTES))

    @cached_property
    def header(self) -> Header:
        """The columns of the table but for those of objects and bytes."""
        return name_columns(self._names, self._place)

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        del handle  # the program opens the file itself
        for number, line in enumerate(self._mdb.rows(self._table), 1):
            try:
                yield Record(number, self._row(json_values.value_of(line), number))
            except Unreadable as error:
                yield aside(number, None, Unreadable(error.code, f"the row {error}"), line)

    def _row(self, said: dict[str, object], number: int) -> list[str | None]:
        unknown = next((name for name in said if name not in self._types), None)
        if unknown is not None:
            raise Unreadable("line_unreadable", f"has a column that the table has not: {unknown[:80]}")
        for _ in said.keys() - set(self._names):
            self._tally.tell("binary_left", number)
        return [self._cell(name, said.get(name), number) for name in self._names]

    def _cell(self, name: str, value: object, number: int) -> str | None:
        if value is None:
            return None
        text = checked(str(value))
        kind = self._types[name]
        if kind.startswith("Boolean"):
            return {"0": "false", "1": "true", "False": "false", "True": "true"}.get(text, text)
        if kind.startswith("DateTime") and text.startswith("1900-01-00"):
            self._tally.tell("date_lost", number)
            return _LOST_DATE
        return text

    def _counted(self) -> int:
        return self._mdb.count(self._table)

    def _encoding(self) -> str:
        return f"{self._version}, {self._spec.encoding}" if self._spec.encoding else self._version

    def _evidence(self) -> Iterator[str]:
        yield f"table `{self._table}`, read by mdb-json"

    def _odd(self) -> Iterator[Finding]:
        words = "days before 1900 or far in the future come as 1900-01-00 from mdbtools"
        yield from self._of_lines("date_lost", words, "where they are wanted, export the table from Access as .xlsx")
        if self._tally.lines("binary_left"):
            yield self._of_pictures([name for name in self._types if name not in self._names])
