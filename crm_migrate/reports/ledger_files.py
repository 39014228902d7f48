"""The whole ledger as a file for auditors: CSV that no spreadsheet computes, or Parquet."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.reports.ledger import every_line
from crm_migrate.workspace.figures import Figures

_BATCH = 50_000  # lines of one row group


def harmless(value: object) -> str:
    """A cell that no spreadsheet computes: what would be a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(ledger: Path | None, figures: Figures, *, reveal: bool) -> bytes:
    """Every line as UTF-8, with a header; the header alone where the run left no ledger."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerows([harmless(value) for value in row] for row in every_line(ledger, figures, reveal=reveal))
    return text.getvalue().encode()


def as_parquet(ledger: Path | None, figures: Figures, *, reveal: bool) -> bytes:
    """The same lines, every column text; values as they are, for no spreadsheet reads them."""
    rows = every_line(ledger, figures, reveal=reveal)
    schema = pa.schema([(str(name), pa.string()) for name in next(rows)])
    file = io.BytesIO()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        batch: list[list[str | None]] = []
        for row in rows:
            batch.append([None if value is None else str(value) for value in row])
            if len(batch) == _BATCH:
                writer.write_table(_table(batch, schema))
                batch = []
        writer.write_table(_table(batch, schema))
    return file.getvalue()


def _table(rows: list[list[str | None]], schema: pa.Schema) -> pa.Table:
    columns = [[row[i] for row in rows] for i in range(len(schema))]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=schema)
