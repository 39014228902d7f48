"""Parquet parts between two stages: written once, synced, renamed into place, listed in a manifest."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One published part: its key (hash of everything that decided its content), row count and sha256 of the file."""

    name: str
    key: str
    rows: int
    sha256: str


def sync_directory(folder: Path) -> None:
    """Make renames inside a folder durable; a no-op where directories cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or the new one, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def write_part(folder: Path, name: str, table: pa.Table, key: str = "") -> Part:
    """Publish one part atomically as `folder/name.parquet`. Only the process that owns the run may call this."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    temporary = folder / f".{name}.{os.getpid()}.tmp"
    pq.write_table(table, temporary, compression="zstd", compression_level=1)
    return publish(temporary, path, key, table.num_rows)


def publish(temporary: Path, path: Path, key: str, rows: int) -> Part:
    """Sync a finished temporary file, rename it into place and describe it."""
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    temporary.replace(path)
    sync_directory(path.parent)
    return Part(path.stem, key, rows, digest)


def write_manifest(folder: Path, parts: list[Part]) -> None:
    """List the parts of a finished table; a table without manifest is not there."""
    listed = [{"name": p.name, "key": p.key, "rows": p.rows, "sha256": p.sha256} for p in parts]
    write_file(folder / MANIFEST, json.dumps(listed, indent=1).encode())


def read_manifest(folder: Path) -> list[Part] | None:
    """The parts of a table in order, or None when it was never finished."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return [Part(**item) for item in listed]


def paths(folder: Path) -> list[Path]:
    """The files of a finished table in order; empty when it has no parts. FileNotFoundError when it is not finished."""
    parts = read_manifest(folder)
    if parts is None:
        raise FileNotFoundError(folder / MANIFEST)
    return [folder / f"{part.name}.parquet" for part in parts]


def tables(folder: Path) -> Iterator[pa.Table]:
    """The parts of a finished table, one at a time."""
    for path in paths(folder):
        yield pq.read_table(path)
