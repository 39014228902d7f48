"""A table, a table with joins, or a query of a database as a source, streamed in one read-only snapshot."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

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
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.connecting.joins import joined_findings, joined_words
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_sql.snapshot import Snapshot, open_snapshot, parse_url
from crm_migrate_sql.statements import JoinCount, Reading, build
from crm_migrate_sql.values import column_of, text_of

FETCH_ROWS = 65_536


class SqlSource:
    """Reads a source of a database. Every `read` is a snapshot of its own and starts from the beginning."""

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec
        self._url = parse_url(spec.url, spec.name, spec.folder)
        self._place = Place(source=spec.name)
        self._facts: FileFact | None = None
        self._findings: list[Finding] = []

    @cached_property
    def _header(self) -> Header:
        with open_snapshot(self._url, self._spec.name) as snapshot:
            return name_columns(build(snapshot, self._spec).names, self._place)

    def describe(self) -> SourceSchema:
        """Columns of the table or query, joined ones as `alias.column`. InputError where it cannot be opened."""
        return SourceSchema(self._header.names, self._header.renamed)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of the key, in batches of at most `batch_rows`."""
        with open_snapshot(self._url, self._spec.name) as snapshot:
            reading = build(snapshot, self._spec)
            snapshot.only_reads()
            good = aside = 0
            for batch in self._batches(snapshot, reading, min(batch_rows, FETCH_ROWS)):
                good += batch.records.num_rows
                aside += len(batch.quarantined)
                yield batch
            self._settle(snapshot, reading, good, aside)

    def _batches(self, snapshot: Snapshot, reading: Reading, rows: int) -> Iterator[SourceBatch]:
        names = name_columns(reading.names, self._place).names
        row = line = 0
        for _, codes, fetched in snapshot.stream(reading.statement, rows):
            good, aside = _parted(fetched, line)
            columns = list(zip(*(values for _, values in good), strict=True)) if good else [()] * len(names)
            texts = [column_of(c, code, kind) for c, code, kind in zip(columns, codes, reading.types, strict=True)]
            origin = {
                ROW: pa.array(np.arange(row, row + len(good), dtype=np.int64)),
                FILE: pa.array(np.zeros(len(good), dtype=np.int32)),
                LINE: pa.array([number for number, _ in good], pa.int64()),
            }
            yield SourceBatch(pa.table({**origin, **dict(zip(names, texts, strict=True))}), tuple(aside))
            row += len(good)
            line += len(fetched)

    def _settle(self, snapshot: Snapshot, reading: Reading, good: int, aside: int) -> None:
        """Count again in the same snapshot, and say what the joins left over."""
        counted = _count(snapshot, reading.count)
        self._findings = list(self._join_findings(snapshot, reading))
        if not reading.ordered:
            hint = "name a `key:` that is a column of it"
            message = "there is no key to sort by: the order is the database's"
            self._findings.append(Finding("order_unknown", message, Severity.WARNING, self._place, hint))
        self._facts = FileFact(
            path=f"{self._url.get_backend_name()}: {reading.title}",
            sha256="",
            bytes=0,
            records=good,
            quarantined=aside,
            counted=counted,
            count_method="count(*) in the same snapshot",
            evidence=tuple(_evidence(snapshot, reading)),
        )

    def _join_findings(self, snapshot: Snapshot, reading: Reading) -> Iterator[Finding]:
        for join in reading.joins:
            several, unused, left = (_count(snapshot, each) for each in (join.several, join.unused, join.left))
            yield from joined_findings(self._place, join.alias, join.table, several, unused, left, lookup=join.lookup)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        facts = (self._facts,) if self._facts else ()
        return facts, (*self._header.findings, *self._findings)


def _evidence(snapshot: Snapshot, reading: Reading) -> Iterator[str]:
    yield "one read-only snapshot" + (", sorted by its key" if reading.ordered else "")
    for join in reading.joins:
        yield _join_words(snapshot, join)
    for name, count in reading.covers.items():
        yield f"{name}: {_count(snapshot, count):,} rows in the same snapshot"


def _join_words(snapshot: Snapshot, join: JoinCount) -> str:
    left = _count(snapshot, join.left) if join.left else None
    return joined_words(join.alias, join.table, _count(snapshot, join.total), _count(snapshot, join.unused), left)


def _count(snapshot: Snapshot, statement: str) -> int:
    """The number that a statement counts; 0 where there is nothing to count."""
    return int(snapshot.one(statement)[0]) if statement else 0


def _parted(rows: list[tuple[Any, ...]], before: int) -> tuple[list[tuple[int, tuple[Any, ...]]], list[Quarantined]]:
    """Rows with their ordinal from 1; those with bytes that are no text, or with NUL, aside."""
    good: list[tuple[int, tuple[Any, ...]]] = []
    aside: list[Quarantined] = []
    for number, row in enumerate(rows, before + 1):
        code = _trouble(row)
        if code:
            words = {"undecodable": "a cell holds bytes that are no text", "nul_byte": "a cell holds a NUL character"}
            aside.append(Quarantined(0, number, None, code, words[code], _raw(row)))
        else:
            good.append((number, row))
    return good, aside


def _trouble(row: tuple[Any, ...]) -> str:
    for value in row:
        if type(value) is str and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                return "undecodable"
        if type(value) is str and "\0" in value:
            return "nul_byte"
    return ""


def _raw(row: tuple[Any, ...]) -> str:
    texts = ["" if value is None else str(text_of(value)) for value in row]
    return "\t".join(texts).encode("utf-8", "backslashreplace").decode()[:4_000]
