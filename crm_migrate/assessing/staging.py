"""A source laid down as Parquet for the time of an assessment: read once, then looked at column by column."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import FileFact, Source
from crm_migrate.finding import Finding
from crm_migrate.quality.damage import Tally, tally
from crm_migrate.stages.extract.separators import Separators

_BATCH = 65_536  # rows of one row group
# Written once and read a few times: a dictionary that does not stay small is given up early, nothing is looked up.
_WRITTEN: dict[str, Any] = {"compression": "lz4", "dictionary_pagesize_limit": 1 << 16, "write_statistics": False}


@dataclass(frozen=True, slots=True)
class Staged:
    """A source on disk: its columns in their order, its rows, the files that it came from, what is odd about them."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    files: tuple[FileFact, ...]
    findings: tuple[Finding, ...] = ()

    def column(self, name: str) -> pl.Series:
        """All cells of a column, in order."""
        return pl.read_parquet(self.path, columns=[name])[name]

    def tally(self, name: str) -> Tally:
        """A column counted."""
        return tally(self.column(name))

    def lazy(self) -> pl.LazyFrame:
        """The whole table, unread, with `__row` counted from 0."""
        return pl.scan_parquet(self.path).with_row_index("__row")

    def head(self, rows: int) -> dict[str, pl.Series]:
        """The first rows of every column, blank cells null."""
        frame = pl.read_parquet(self.path, n_rows=rows)
        stripped = frame.with_columns(pl.all().str.strip_chars().replace("", None))
        return {name: stripped[name] for name in stripped.columns}


def stage(name: str, source: Source, path: Path) -> Staged:
    """Read a source whole, its cells as a run takes them. InputError where it cannot be read."""
    columns = tuple(source.describe().columns)
    schema = pa.schema([(name, pa.string()) for name in columns])
    rows, separators = 0, Separators(name)
    with pq.ParquetWriter(path, schema, **_WRITTEN) as writer:
        for batch in source.read(_BATCH):
            table = batch.records.select(list(columns)).cast(schema)
            writer.write_table(separators.read(table))
            rows += len(table)
    files, findings = source.facts()
    return Staged(path, columns, rows, files, (*findings, *separators.findings()))
