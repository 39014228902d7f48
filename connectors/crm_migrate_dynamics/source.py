"""A table of an environment as a source: read page by page in the order of its ids, which are read a second time.

Choices are told by their labels, lookups by ids, the owner and the currency by their own names, too. An export of this
kind is no snapshot: who changes records while they are read changes what is read.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_dynamics.answers import LOOKUP_OF, Record
from crm_migrate_dynamics.auth import open_rooms
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.requests import Api
from crm_migrate_dynamics.settings import Settings
from crm_migrate_dynamics.shapes import CURRENCY, OWNER
from crm_migrate_dynamics.values import READ, Column, read_text

# Lookups that are told by a name besides: the table that it stands in, and the column.
_NAMED = {OWNER: ("systemuser", "internalemailaddress"), CURRENCY: ("transactioncurrency", "isocurrencycode")}
Told = tuple[str, Column, str, str]  # what it is called, its column, the one table that is meant, by which name


class DynamicsSource:
    """Reads one table. Every `read` begins anew."""

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        self._spec, self._place = spec, Place(source=spec.name)
        questions, _, _ = open_rooms(settings, waiting or Waiting())
        self._looking = Looking(questions, Api(settings.version))
        self._fact: FileFact | None = None
        self._findings: list[Finding] = []

    @cached_property
    def _described(self) -> Described:
        try:
            found = self._looking.described(str(self._spec.table))
        except TargetError as error:
            raise self._failed(error) from None
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: Dataverse has no table {self._spec.table} that this user may see",
                hint="look at its logical name (`account`) and the security roles of the application user",
            )
        return found

    def _failed(self, error: TargetError) -> InputError:
        return InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint)

    @cached_property
    def _told(self) -> list[Told]:
        """The columns of a row, the id first."""
        columns = self._described.columns
        kept = (column for column in columns.values() if column.type in READ)
        return sorted(chain.from_iterable(map(_of, kept)), key=lambda told: told[0] != self._described.key)

    @cached_property
    def _header(self) -> Header:
        return name_columns([name for name, *_ in self._told], self._place)

    def describe(self) -> SourceSchema:
        """The columns of the table that this user may read. InputError where it cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of their ids, in batches of at most `batch_rows`."""
        row, ids = 0, set[str]()
        try:
            for page in self._looking.pages(self._described, self._asked, self._where):
                for start in range(0, len(page), batch_rows):
                    records = page[start : start + batch_rows]
                    yield SourceBatch(self._table(records, row))
                    row += len(records)
                ids.update(str(record[self._described.key]) for record in page)
            self._settle(ids)
        except TargetError as error:
            raise self._failed(error) from None

    @property
    def _where(self) -> str:
        return self._looking.of_kind(self._described)

    @cached_property
    def _asked(self) -> list[str]:
        return list(dict.fromkeys([self._described.key, *(column.read_name for _, column, _, _ in self._told)]))

    def _table(self, records: Sequence[Record], row: int) -> pa.Table:
        rows = np.arange(row, row + len(records), dtype=np.int64)
        columns: dict[str, pa.Array] = {
            ROW: pa.array(rows),
            FILE: pa.array(np.zeros(len(records), dtype=np.int32)),
            LINE: pa.array(rows + 1),
        }
        for told, name in zip(self._told, self._header.names, strict=True):
            columns[name] = pa.array(self._cells(told, records), pa.string())
        return pa.table(columns)

    def _cells(self, told: Told, records: Sequence[Record]) -> list[str | None]:
        _, column, of, by = told
        cells = [read_text(record.get(column.read_name), column) for record in records]
        if of:
            tables = (record.get(column.read_name + LOOKUP_OF, of) for record in records)
            cells = [cell if table == of else None for cell, table in zip(cells, tables, strict=True)]
        if not by:
            return cells
        names = self._looking.names_of(of, by, {cell for cell in cells if cell})
        return [names.get(cell or "") for cell in cells]

    # ------------------------------------------------------------------------------------------------ what was read

    def _settle(self, read: set[str]) -> None:
        """Read the ids a second time, and say what came and went meanwhile."""
        pages = self._looking.pages(self._described, [self._described.key], self._where)
        again = {str(record[self._described.key]) for page in pages for record in page}
        self._findings = list(self._moved(len(again - read), len(read - again)))
        left = sorted(name for name, column in self._described.columns.items() if column.type not in READ)
        self._fact = FileFact(
            path=f"dynamics: {self._spec.table}",
            sha256="",
            bytes=0,
            records=len(read),
            quarantined=0,
            counted=len(again) if again == read else None,
            count_method="the ids, read a second time",
            evidence=(
                "read page by page in the order of its ids; no snapshot",
                *((f"columns that hold no text, left out: {', '.join(left)}",) if left else ()),
            ),
        )

    def _moved(self, came: int, went: int) -> Iterator[Finding]:
        told = ((came, "came while it was read, and are not among what was read"),
                (went, "were read, and were not there any more a moment later"))  # fmt: skip
        for count, words in told:
            if count:
                message, hint = f"{count:,} record(s) of {self._spec.table} {words}", "read it when nobody works in it"
                yield Finding("source_moved", message, Severity.WARNING, self._place, hint, count)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        return ((self._fact,) if self._fact else ()), (*self._header.findings, *self._findings)


def _of(column: Column) -> Iterator[Told]:
    """How a column is told: as it is, by each table that it may lead to, and by a name."""
    if len(column.leads) > 1 and column.name != OWNER:
        yield from ((f"{column.name}.{table}", column, table, "") for table in sorted(column.leads))
    else:
        yield column.name, column, "", ""
    if column.name in _NAMED:
        of, by = _NAMED[column.name]
        yield f"{column.name}.{by}", column, of, by
