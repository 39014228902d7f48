"""A script of SQL Server (Transact-SQL): the rows that it inserts into one table, without a server."""

import difflib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Severity
from crm_migrate_files import encodings
from crm_migrate_files.parsed import Aside, Unreadable, checked
from crm_migrate_files.record_file import Record, RecordFile, aside
from crm_migrate_files.sql_script import Change, Column, Insert, Statements, Table, Value, constant
from crm_migrate_files.sql_tokens import batches, tokens

MOST = 512 << 20
Name = tuple[str, ...]


class SqlScript(RecordFile):
    """Reads one table of a script. It is read twice: once for the tables, once for the rows."""

    count_method = "INSERT statements of the table, by a scan of the lines; rows of one statement by its reader"

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self._statements = self._scanned = 0
        self._changes: list[Change] = []

    @cached_property
    def _decoded(self) -> encodings.Encoding:
        with self._open() as handle:
            return encodings.decide(handle, self._spec.encoding, self._spec.locale, self._place)

    def _script(self, handle: BinaryIO) -> str:
        handle.seek(self._decoded.mark)
        data = handle.read(MOST + 1)
        if len(data) > MOST:
            raise InputError(f"{self._path.name}: is longer than {MOST >> 20} MiB", hint="split it at its tables")
        try:
            return data.decode(self._decoded.codec)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self._path.name}: byte {error.start + 1:,} is not written in {self._decoded.label}",
                hint="declare `encoding:`",
            ) from None

    def _said(self, script: str) -> Iterator[Table | Insert | Change]:
        for batch in batches(script):
            if not batch.later:
                yield from Statements(tokens(batch, self._path.name)).read()

    @cached_property
    def _tables(self) -> dict[Name, tuple[Column, ...]]:
        """Every table that rows are inserted into, with its columns: as it is created, or as the rows name them."""
        made: dict[Name, tuple[Column, ...]] = {}
        filled: dict[Name, dict[str, None]] = {}
        with self._open() as handle:
            for each in self._said(self._script(handle)):
                if isinstance(each, Table):
                    made[each.name[-2:]] = each.columns
                elif isinstance(each, Insert):
                    filled.setdefault(each.name[-2:], {}).update(dict.fromkeys(each.columns))
        found = {}
        for name, columns in filled.items():
            own = next((made[other] for other in made if _same(other, name)), None)
            found[name] = own or tuple(Column(column, "") for column in columns)
        return found

    def tables(self) -> list[str]:
        """The tables that rows are inserted into."""
        return sorted({".".join(name) for name in self._tables})

    @cached_property
    def _table(self) -> Name:
        """The table that is meant. InputError where it is not there, or could be several."""
        wanted = tuple((self._spec.table or "").split(".")) if self._spec.table else None
        fits = [name for name in self._tables if wanted is None or _same(name, wanted)]
        schemas = {name[0].lower() for name in fits if len(name) > 1}
        if fits and (len({name[-1].lower() for name in fits}) == 1) and len(schemas) < 2:
            return fits[0]
        known = self.tables()
        near = difflib.get_close_matches(self._spec.table or "", known, n=1)
        raise InputError(
            f"{self._path.name}: "
            + (
                f"inserts nothing into `{self._spec.table}`"
                if wanted and not fits
                else "fills several tables: `table:`"
            ),
            hint=f"did you mean `{near[0]}`?" if near else f"it fills: {', '.join(known[:20]) or 'none'}",
        )

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        found = self._tables[self._table]
        if not found:
            raise InputError(f"{self._path.name}: names no columns of `{'.'.join(self._table)}`")
        return found

    @cached_property
    def header(self) -> Header:
        """The columns of the table but for those of bytes."""
        return name_columns([column.name for column in self._columns if not column.is_bytes], self._place)

    def _records(self, handle: BinaryIO) -> Iterator[Record | Aside]:
        script = self._script(handle)
        self._scanned, self._statements, self._changes = self._scan(script), 0, []
        for each in self._said(script):
            if isinstance(each, Insert) and _same(each.name, self._table):
                self._statements += 1
                yield from self._rows(each)
            elif isinstance(each, Change) and self._matters(each):
                self._changes.append(each)

    def _matters(self, change: Change) -> bool:
        """Whether it changes the table; what is dropped before the first row was of an earlier run of the script."""
        return _same(change.name, self._table) and (change.what != "DROP TABLE" or self._statements > 0)

    def _rows(self, insert: Insert) -> Iterator[Record | Aside]:
        line = 0
        for number, values in insert.rows:
            line = max(line + 1, number)  # several rows may stand in one line
            try:
                said = dict(zip(self._places(insert, len(values)), values, strict=True))
                yield Record(line, [self._cell(column, said) for column in self._columns if not column.is_bytes])
                if any(said[place][0].kind == "hex" for place in said if self._columns[place].is_bytes):
                    self._tally.tell("binary_left", line)
            except Unreadable as error:
                yield aside(line, None, error, ", ".join(" ".join(t.text for t in value) for value in values))

    def _cell(self, column: Column, said: dict[int, Value]) -> str | None:
        place = self._columns.index(column)
        text = constant(said[place], column.type) if place in said else None
        return None if text is None else checked(text)

    def _places(self, insert: Insert, count: int) -> list[int]:
        """The columns that the values of a row belong to. Unreadable where there are more or fewer."""
        names = [column.name.lower() for column in self._columns]
        if insert.columns:
            unknown = next((name for name in insert.columns if name.lower() not in names), None)
            if unknown is not None:
                raise Unreadable("line_unreadable", f"the row has a column that the table has not: {unknown[:80]}")
            places = [names.index(name.lower()) for name in insert.columns]
        else:
            places = list(range(len(names)))
            if count != len(places):
                places = [place for place in places if not self._columns[place].made]
        if len(places) != count:
            raise Unreadable("cell_count", f"the row has {count:,} cells, the header {len(places):,}")
        return places

    def _scan(self, script: str) -> int:
        """INSERT statements of the table by their lines, without the reader of tokens."""
        name = re.escape(self._table[-1])
        pattern = re.compile(
            rf"^[ \t;]*INSERT\s+(?:INTO\s+)?(?:[\[\"]?\w+[\]\"]?\s*\.\s*)*[\[\"]?{name}[\]\"]?(?=[\s(])[^;]*?VALUES\b",
            re.IGNORECASE | re.MULTILINE,
        )
        return sum(len(pattern.findall(batch.text)) for batch in batches(script) if not batch.later)

    def _counted(self) -> int:
        return self._tally.records + self._tally.aside + self._scanned - self._statements

    def _encoding(self) -> str:
        return self._decoded.label

    def _evidence(self) -> Iterator[str]:
        yield from self._decoded.evidence
        yield f"{self._statements:,} INSERT statements of `{'.'.join(self._table)}`"

    def _odd(self) -> Iterator[Finding]:
        yield from self._decoded.findings
        for change in self._changes[:10]:
            message = f"line {change.line:,}: {change.what} changes the table, and only a server could do that"
            hint = "run the script on a server and read that, or take the statement out if it does nothing"
            yield Finding("script_changes", message, Severity.ERROR, self._place, hint)
        if self._tally.lines("binary_left"):
            yield self._of_pictures([column.name for column in self._columns if column.is_bytes])


def _same(name: Name, other: Name) -> bool:
    """Whether two names may be of one table: its own is the same, and the schema where both say one."""
    mine, theirs = [part.lower() for part in name[-2:]], [part.lower() for part in other[-2:]]
    shared = min(len(mine), len(theirs))
    return bool(shared) and mine[-shared:] == theirs[-shared:]
