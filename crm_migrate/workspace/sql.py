"""DuckDB over the tables on disk: one way to connect, to read a table and to write one."""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.quoting import literal
from crm_migrate.workspace.interrupting import interruptible
from crm_migrate.workspace.parts import Part, paths, publish, read_manifest, write_manifest

MEMORY = "600MB"
THREADS = 2
INTERRUPTED = "Query interrupted"  # how DuckDB tells of Ctrl-C in the middle of a query
ROW_GROUP = 131_072
# What to allow then, one after the other; the last is what DuckDB takes by itself, most of what the machine has.
MORE = (*(f"SET memory_limit = '{more}MB'" for more in (800, 1600, 3200)), "RESET memory_limit")

Answer = TypeVar("Answer")


@contextmanager
def connected(temporary: Path, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB, bounded in memory and threads, that spills into `temporary` and downloads nothing."""
    temporary.mkdir(parents=True, exist_ok=True)
    config = {
        "memory_limit": memory,
        "threads": str(THREADS),
        "temp_directory": str(temporary),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        with interruptible(connection):
            yield connection
    except duckdb.IOException as error:
        raise _trouble_of_the_disk(error) from error
    except duckdb.OutOfMemoryException as error:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:
        if str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        raise
    finally:
        connection.close()


def _trouble_of_the_disk(error: duckdb.IOException) -> OSError:
    """What the system said when DuckDB wrote or read: with its number where DuckDB tells it, so that it can be told."""
    said = re.search(r'"errno":\s*"?([0-9]+)', str(error)) or re.search(
        r"\[errno ([0-9]+)\]", str(error), re.IGNORECASE
    )
    full = "No space left" in str(error) or "not enough space" in str(error)
    number = errno.ENOSPC if full else int(said[1]) if said else errno.EIO
    return OSError(number, os.strerror(number))


def relation(folder: Path) -> str:
    """A FROM item over a finished table; FileNotFoundError where the table is not there or has no part."""
    files = paths(folder)
    if not files:
        raise FileNotFoundError(folder)
    return f"read_parquet([{', '.join(literal(str(f)) for f in files)}])"


def exists(folder: Path) -> bool:
    """Whether the table is finished."""
    return read_manifest(folder) is not None


def stream(connection: duckdb.DuckDBPyConnection, query: str, rows: int = ROW_GROUP) -> pa.RecordBatchReader:
    """The rows of a query as Arrow batches of about `rows` rows, never all at once."""
    return fitted(connection, lambda: connection.sql(query).to_arrow_reader(rows))


def fitted(connection: duckdb.DuckDBPyConnection, ask: Callable[[], Answer]) -> Answer:
    """Ask, and again with more memory where DuckDB has not enough, as not everything can be spilled: a run of many
    millions that takes more than a gigabyte is better than one that ends. Nothing of a failed statement stays.
    """
    for more in MORE:
        try:
            return ask()
        except duckdb.OutOfMemoryException:
            connection.execute(more)
    return ask()


def write_query(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> Part:
    """Publish the rows of an ordered query as a table of one part: same rows, same bytes."""
    reader = stream(connection, query)
    return write_batches(folder, reader.schema, reader)


def write_batches(folder: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch] | pa.RecordBatchReader) -> Part:
    """Publish a stream of batches as a table of one part, one row group in memory at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary, rows = folder / ".00000.tmp", 0
    with pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    part = publish(temporary, folder / "00000.parquet", "", rows)
    write_manifest(folder, [part])
    return part
