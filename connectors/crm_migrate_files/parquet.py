"""A Parquet file as a source sees it: columns as text, inner ones by their path, one ordinal for each record."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import MAX_COLUMNS, Header, name_columns
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.opening import open_again, open_plain, state_of
from crm_migrate_files.parquet_cells import Texts, json_texts
from crm_migrate_files.parquet_lists import Step, counting, lists_in, rows_of, steps_to
from crm_migrate_files.parsed import RAW_CHARACTERS, Aside, Parsed
from crm_migrate_files.second_count import parquet_rows

STRETCH = 8_192
_BLOCK = 1 << 20


class Parquet:
    """Reads one Parquet file. `fact` is complete after `read`."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        self._path, self._place = path, Place(file=path.name, source=spec.name)
        self._table, self._steps = spec.table, tuple[Step, ...]()
        self._texts = Texts()
        self._records = self._aside = self._childless = 0
        self._state, self._sha256 = (0, 0, 0), ""

    @cached_property
    def header(self) -> Header:
        """The columns, those inside of others by their path. InputError where the file cannot be read."""
        with open_plain(self._path) as handle, self._refusing():
            self._state = state_of(handle.fileno())
            schema = pq.ParquetFile(handle).schema_arrow
            self._steps = self._way(schema)
            names = [name for name, _ in _paths(self._rows(_empty(schema)).schema)]
        if not 0 < len(names) <= MAX_COLUMNS:
            raise InputError(f"{self._path.name}: has {len(names):,} columns", hint="export the columns that are meant")
        return name_columns(names, self._place)

    def read(self) -> Iterator[Parsed]:
        """All records in order. InputError where the file cannot be read on, or is another one than before."""
        names = self.header.names
        self._texts, self._records, self._aside, self._childless = Texts(), 0, 0, 0
        with open_again(self._path, self._state) as handle, self._refusing():
            self._sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
            # Days far away (9999) do not fit into nanoseconds, and would come out as other days.
            file = pq.ParquetFile(handle, coerce_int96_timestamp_unit="us")
            for batch in file.iter_batches(STRETCH):
                yield self._parsed(self._rows(batch), names)

    def _way(self, schema: pa.Schema) -> tuple[Step, ...]:
        """What leads to the list whose entries are the rows; nothing where records are."""
        steps = steps_to(schema, self._table) if self._table else ()
        if self._table and not steps:
            there = ", ".join(name for name, _ in lists_in(schema)) or "none"
            raise InputError(
                f"{self._path.name}: holds no list `{self._table}`; there are: {there[:200]}",
                hint="check `table:` of the source",
            )
        return steps

    def _rows(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The records, or the entries of a list in them."""
        if not self._steps:
            return batch
        rows, childless = rows_of(batch, self._steps)
        self._childless += childless
        return rows

    def _parsed(self, batch: pa.RecordBatch, names: tuple[str, ...]) -> Parsed:
        first = self._records + self._aside + 1
        lines = np.arange(first, first + batch.num_rows, dtype=np.int64)
        columns: list[pa.Array] = []
        bad: dict[int, tuple[str, str]] = {}
        for name, array in zip(names, _leaves(batch), strict=True):
            texts, broken = self._texts.of(array)
            columns.append(texts)
            bad |= {row: (code, f"the column `{name[:80]}` {words}") for row, code, words in broken}
        table = pa.table(columns, names=list(names))
        aside = tuple(self._set_aside(batch, row, int(lines[row]), *bad[row]) for row in sorted(bad))
        good = np.ones(batch.num_rows, dtype=bool)
        good[sorted(bad)] = False
        self._records, self._aside = self._records + int(good.sum()), self._aside + len(bad)
        return Parsed(table.filter(pa.array(good)) if bad else table, lines[good], aside)

    def _set_aside(self, batch: pa.RecordBatch, row: int, line: int, code: str, words: str) -> Aside:
        shown = " | ".join(_shown(column[row]) for column in batch.columns)
        return Aside(line, None, code, words, shown[:RAW_CHARACTERS])

    def fact(self) -> FileFact:
        """What was read, and how many records another program counts."""
        counted, method = parquet_rows(self._path, counting(self._steps) if self._steps else None)
        return FileFact(
            path=str(self._path),
            sha256=self._sha256,
            bytes=self._state[0],
            records=self._records,
            quarantined=self._aside,
            counted=counted,
            count_method=method,
            encoding="parquet",
            evidence=tuple(self._evidence()),
        )

    def _evidence(self) -> Iterator[str]:
        yield f"{len(self.header.names):,} columns with their types; inner ones by their path, lists as JSON"
        if self._childless:
            yield f"{self._childless:,} records have no entry in `{self._table}`"
        if self._texts.floats:
            yield "numbers of floating point are read to 15 digits, as many as they hold for certain"
        if self._texts.utf8:
            yield f"{self._texts.utf8:,} cells of bytes without a type are UTF-8 and were read as text"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the columns, and a file without a record."""
        told = list(self.header.findings)
        if self._texts.hexed:
            message = f"{self._texts.hexed:,} cells hold bytes that are no text: read as hexadecimal digits"
            hint = "leave the column out, or export it as text"
            told.append(Finding("bytes_as_hex", message, Severity.WARNING, self._place, hint, self._texts.hexed))
        if not self._records:
            message = f"{self._path.name} holds no record that can be read"
            told.append(Finding("no_records", message, Severity.WARNING, self._place))
        return tuple(told)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """What the library says of a damaged file, as an error of the input."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise InputError(
                f"{self._path.name}: cannot be read as Parquet ({words})", hint="export it again"
            ) from None


def lists_of_records(path: Path) -> list[str]:
    """The lists of structures in the records, by the words of `table:`; none of a file that cannot be read."""
    try:
        with open_plain(path) as handle:
            schema = pq.ParquetFile(handle).schema_arrow
    except (pa.ArrowException, OSError, ValueError):
        return []  # its reader says so
    return [name for name, kind in lists_in(schema) if pa.types.is_struct(kind)]


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _paths(fields: Any, before: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """Path and type of every column, those of structures one by one; an empty structure is a column itself."""
    for field in fields:
        if pa.types.is_struct(field.type) and field.type.num_fields:
            yield from _paths(field.type, f"{before}{field.name}.")
        else:
            yield f"{before}{field.name}", field.type


def _leaves(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    """The arrays of these columns in the same order."""
    for column in batch.columns:
        yield from _inner(column)


def _inner(array: pa.Array) -> Iterator[pa.Array]:
    if not (pa.types.is_struct(array.type) and array.type.num_fields):
        yield array
        return
    for part in array.flatten():  # not `field()`: what is below a structure that is not there is not there
        yield from _inner(part)


def _shown(value: pa.Scalar) -> str:
    """A value for whoever looks at a row that was set aside."""
    try:
        return json_texts(value.type, value.as_py()) or ""
    except UnicodeDecodeError as error:
        return bytes(error.object).decode("utf-8", "backslashreplace")
