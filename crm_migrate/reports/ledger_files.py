"""The whole ledger, and every record behind every exception, as files: CSV that no spreadsheet computes, or Parquet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.reports.exception_list import every_exception
from crm_migrate.reports.ledger import every_line
from crm_migrate.workspace.figures import Figures

_BATCH = 50_000  # lines of one row group
_AMOUNT = re.compile(r"-[0-9]+(\.[0-9]+)?")


def harmless(value: object) -> str:
    """A cell that no spreadsheet computes: what would be a formula begins with an apostrophe. Amounts stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _AMOUNT.fullmatch(text) else text


def as_csv(ledger: Path | None, figures: Figures, *, reveal: bool) -> bytes:
    """Every line as UTF-8, with a header; the header alone where the run left no ledger."""
    return _csv(every_line(ledger, figures, reveal=reveal))


def exceptions_as_csv(ledger: Path | None, figures: Figures, *, reveal: bool) -> bytes:
    """The same of every record behind every cause, whose it is and what it is worth; of causes without a list in the
    run, their examples."""
    return _csv(every_exception(ledger, figures, reveal=reveal))


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(value) for value in row] for row in rows)
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


WRITERS = {"csv": as_csv, "parquet": as_parquet, "exceptions": exceptions_as_csv}
