"""A source behind an API without a snapshot: records by pages in the order of their ids, which are read a second time.

Who changes records while they are read changes what is read; what came or went meanwhile is told.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place, Severity

Record = Mapping[str, Any]
Column = TypeVar("Column")
Given = TypeVar("Given")


def numbered(row: int, count: int, cells: Mapping[str, Sequence[str | None]]) -> pa.Table:
    """Cells of so many records of one table, numbered from `row`; a line of it is one record."""
    rows = np.arange(row, row + count, dtype=np.int64)
    origin = {ROW: pa.array(rows), FILE: pa.array(np.zeros(count, dtype=np.int32)), LINE: pa.array(rows + 1)}
    return pa.table(origin | {name: pa.array(column, pa.string()) for name, column in cells.items()})


class PagedSource(ABC, Generic[Column]):
    """Reads one table of a CRM (`spec.table`). Every `read` begins anew. A connector says what its columns are."""

    system: str  # what the connector is called

    def __init__(self, spec: SourceSpec) -> None:
        self._spec, self._place = spec, Place(source=spec.name)
        self._fact: FileFact | None = None
        self._findings: list[Finding] = []

    # ------------------------------------------------------------------------------------------------ what it is there

    @property
    @abstractmethod
    def columns(self) -> Sequence[tuple[str, Column]]:
        """The columns of a row by what they are called, the id first."""

    @abstractmethod
    def pages(self) -> Iterator[Sequence[Record]]:
        """All records."""

    @abstractmethod
    def bare_pages(self) -> Iterator[Sequence[Record]]:
        """The ids of all records."""

    @abstractmethod
    def id_of(self, record: Record) -> str:
        """The id of a record."""

    @abstractmethod
    def cells(self, column: Column, records: Sequence[Record]) -> list[str | None]:
        """A column of records as canonical text."""

    @abstractmethod
    def left_out(self) -> Sequence[str]:
        """Columns of the table that hold no text."""

    # ------------------------------------------------------------------------------------------------ the contract

    def asked(self, question: Callable[[], Given]) -> Given:
        """What a question gives. InputError where it is refused."""
        try:
            return question()
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None

    @cached_property
    def _header(self) -> Header:
        return name_columns([name for name, _ in self.asked(lambda: self.columns)], self._place)

    def describe(self) -> SourceSchema:
        """The columns of the table that our user may read. InputError where it cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of their ids, in batches of at most `batch_rows`."""
        row, ids = 0, set[str]()
        pages = self.asked(self.pages)
        while (page := self.asked(lambda: next(pages, None))) is not None:
            for start in range(0, len(page), batch_rows):
                records = page[start : start + batch_rows]
                yield SourceBatch(self.asked(partial(self._table, records, row)))
                row += len(records)
            ids.update(map(self.id_of, page))
        self.asked(lambda: self._settle(ids))

    def _table(self, records: Sequence[Record], row: int) -> pa.Table:
        named = zip(self.columns, self._header.names, strict=True)
        return numbered(row, len(records), {name: self.cells(column, records) for (_, column), name in named})

    def _settle(self, read: set[str]) -> None:
        """Read the ids a second time, and say what came and went meanwhile."""
        again = {self.id_of(record) for page in self.bare_pages() for record in page}
        self._findings = list(self._moved(len(again - read), len(read - again)))
        left = sorted(self.left_out())
        self._fact = FileFact(
            path=f"{self.system}: {self._spec.table}",
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
