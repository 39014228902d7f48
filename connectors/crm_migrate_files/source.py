"""The source of files: one or many of one layout, their columns united by name, every record with its origin."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from crm_migrate.connecting.contract import (
    FILE,
    LINE,
    ROW,
    FileFact,
    Quarantined,
    SourceBatch,
    SourceSchema,
    SourceSpec,
)
from crm_migrate.connecting.headers import folded
from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.formats import readers_of
from crm_migrate_files.parsed import Parsed
from crm_migrate_files.told import Headed, Told
from crm_migrate_files.unpacking import unpacked


class FilesSource:
    """Reads the files of a source one after the other. Columns that a file lacks are null in its rows."""

    def __init__(self, spec: SourceSpec) -> None:
        if not spec.files:
            raise UsageError(f"source `{spec.name}` names no file", hint="write `file:` or `files:`")
        self._spec = spec
        self._unpacked, inside = unpacked(spec)
        self._readers = [
            reader if file.member is None else Told(reader, path=file.place)
            for file, reader in zip(spec.files, readers_of(inside), strict=True)
        ]

    @cached_property
    def _names(self) -> dict[str, str]:
        """Folded name -> the column, as the first file that has it spells it; in the order of their appearance."""
        names: dict[str, str] = {}
        for reader in self._readers:
            for name in reader.header.names:
                names.setdefault(folded(name), name)
        return names

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """Columns of all files in the order of their first appearance, and the tag column."""
        tag = self._spec.tag_column
        if tag and folded(tag) in self._names:
            raise UsageError(
                f"source `{self._spec.name}`: `tag: {tag}` is also a column of the file", hint="choose another name"
            )
        names = tuple(self._names.values())
        return (*names, tag) if tag else names

    def describe(self) -> SourceSchema:
        """Columns without reading all records. InputError where a file cannot be opened or has no header."""
        renamed = {old: new for reader in self._readers for old, new in reader.header.renamed.items()}
        return SourceSchema(self._columns, renamed | self._respelled())

    def heads(self, last: int) -> Mapping[int, tuple[str, ...]]:
        """The columns by the row that would name them, of a single file that has such rows."""
        (reader, *others) = self._readers
        return reader.heads(last) if isinstance(reader, Headed) and not others else {}

    def _respelled(self) -> dict[str, str]:
        """Columns that a later file spells with other capitals -> as they are called."""
        spelled = (name for reader in self._readers for name in reader.header.names)
        return {name: self._names[folded(name)] for name in spelled if self._names[folded(name)] != name}

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in batches of `batch_rows`, the last one smaller; rows set aside come in batches of their own."""
        held: list[pa.Table] = []
        rows = 0
        for batch in self._stretches():
            if batch.quarantined:
                yield SourceBatch(batch.records.slice(0, 0), batch.quarantined)
            held.append(batch.records)
            rows += batch.records.num_rows
            while rows >= batch_rows:
                whole = pa.concat_tables(held)
                yield SourceBatch(whole.slice(0, batch_rows))
                rows -= batch_rows
                held = [whole.slice(batch_rows)]
        if rows:
            yield SourceBatch(pa.concat_tables(held))

    def _stretches(self) -> Iterator[SourceBatch]:
        row = 0
        for index, (file, reader) in enumerate(zip(self._spec.files, self._readers, strict=True)):
            for parsed in reader.read():
                aside = tuple(Quarantined(index, a.line, a.offset, a.code, a.message, a.raw) for a in parsed.aside)
                yield SourceBatch(self._with_origin(parsed, index, file.tag, row), aside)
                row += parsed.table.num_rows

    def _with_origin(self, parsed: Parsed, index: int, tag: str | None, row: int) -> pa.Table:
        count = parsed.table.num_rows
        columns = {
            ROW: pa.array(np.arange(row, row + count, dtype=np.int64)),
            FILE: pa.array(np.full(count, index, dtype=np.int32)),
            LINE: pa.array(parsed.lines),
        }
        has = {folded(name): name for name in parsed.table.column_names}
        for name in self._columns:
            if folded(name) in has:
                columns[name] = parsed.table.column(has[folded(name)])
            else:
                value = tag if name == self._spec.tag_column else None
                columns[name] = pa.array([value], pa.string()).take(pa.array(np.zeros(count, dtype=np.int64)))
        return pa.table(columns)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """One fact per file and all findings; complete only after `read` is exhausted."""
        facts = tuple(reader.fact() for reader in self._readers)
        findings = [finding for reader in self._readers for finding in reader.findings()]
        return facts, (*findings, *self._layout_findings(), *self._count_findings(facts))

    def _layout_findings(self) -> Iterator[Finding]:
        """Columns that only some of the files have."""
        if respelled := self._respelled():
            listed = ", ".join(f"{name} as {first}" for name, first in sorted(respelled.items())[:10])
            message = f"files spell columns with other capitals: {listed}"
            place, hint = Place(source=self._spec.name), "check that they mean the same"
            yield Finding("columns_differ", message, Severity.WARNING, place, hint, len(respelled))
        count = Counter(folded(name) for reader in self._readers for name in reader.header.names)
        partly = sorted(self._names[name] for name, files in count.items() if files < len(self._readers))
        if partly:
            message = f"only some of the {len(self._readers)} files have: {', '.join(partly[:10])}"
            place, hint = Place(source=self._spec.name), "check that all are one layout"
            yield Finding("columns_differ", message, Severity.WARNING, place, hint, len(partly))

    def _count_findings(self, facts: tuple[FileFact, ...]) -> Iterator[Finding]:
        for file, fact in zip(self._spec.files, facts, strict=True):
            if fact.counted is not None and fact.records + fact.quarantined != fact.counted:
                message = (
                    f"{fact.records:,} records and {fact.quarantined:,} rows set aside, "
                    f"but an independent count found {fact.counted:,}"
                )
                place = Place(file=Path(file.place).name, source=self._spec.name)
                hint = "do not load; look at the quoting of the file"
                yield Finding("count_differs", message, Severity.ERROR, place, hint)
