"""Parquet parts between two stages: written once, synced, renamed into place, listed in a manifest.

Whoever asks for the files of a table gets those whose bytes are still what the manifest says. A file is read for that
once per process.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.workspace.files import sync_directory
from crm_migrate.workspace.sealing import as_we_write, damaged, read_sealed, write_sealed

MANIFEST = "manifest.json"
SYNCS = 8  # files that wait for the disk at a time
SMALL = 2_000  # rows of a part that is read as a whole: making it small would cost more than it saves

State = tuple[str, str, int, int, int]  # of a file: path, digest, size, instant of the last change, inode


@dataclass(frozen=True, slots=True)
class Part:
    """One published part: its key (hash of everything that decided its content), row count and sha256 of the file."""

    name: str
    key: str
    rows: int
    sha256: str


def write_part(folder: Path, name: str, table: pa.Table, key: str = "") -> Part:
    """Publish one part atomically as `folder/name.parquet`. Only the process that owns the run may call this."""
    temporary, path, rows = _written(folder, name, table)
    return publish(temporary, path, key, rows)


def write_parts(tables: Iterable[tuple[Path, str, pa.Table]]) -> list[Part]:
    """Publish small parts (folder, name, rows) together: they are synced side by side, and each folder once."""
    written = [_written(*each) for each in tables]
    with ThreadPoolExecutor(SYNCS) as pool:
        digests = list(pool.map(_synced, (temporary for temporary, _, _ in written)))
    for (temporary, path, _), digest in zip(written, digests, strict=True):
        temporary.replace(path)
        _proven.add(_state(path, digest))
    for folder in dict.fromkeys(path.parent for _, path, _ in written):
        sync_directory(folder)
    return [Part(path.stem, "", rows, sha) for (_, path, rows), sha in zip(written, digests, strict=True)]


def _written(folder: Path, name: str, table: pa.Table) -> tuple[Path, Path, int]:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.{os.getpid()}.tmp"
    small = table.num_rows <= SMALL
    how = {"compression": "lz4"} if small else {"compression": "zstd", "compression_level": 1}
    pq.write_table(table, temporary, use_dictionary=not small, **how)
    return temporary, folder / f"{name}.parquet", table.num_rows


def _synced(temporary: Path) -> str:
    """The sha256 of a file that is on disk."""
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
        return hashlib.file_digest(handle, "sha256").hexdigest()


def publish(temporary: Path, path: Path, key: str, rows: int) -> Part:
    """Sync a finished temporary file, rename it into place and describe it."""
    digest = _synced(temporary)
    temporary.replace(path)
    sync_directory(path.parent)
    _proven.add(_state(path, digest))
    return Part(path.stem, key, rows, digest)


def write_manifest(folder: Path, parts: list[Part]) -> None:
    """List the parts of a finished table; a table without manifest is not there."""
    write_sealed(folder / MANIFEST, {"parts": [asdict(part) for part in parts]})


def read_manifest(folder: Path) -> list[Part] | None:
    """The parts of a table in order, or None when it was never finished. DamagedFile where the list was changed."""
    path = folder / MANIFEST
    try:
        return list(_listed(path, _state(path, "")))
    except FileNotFoundError:
        return None


@lru_cache(maxsize=16_384)
def _listed(path: Path, _state: State) -> tuple[Part, ...]:
    said = read_sealed(path)
    with as_we_write(path):
        return tuple(Part(**item) for item in said["parts"])


def verified(folder: Path, part: Part) -> Path:
    """The file of a part. DamagedFile where its bytes are not those that were published."""
    path = folder / f"{part.name}.parquet"
    try:
        state = _state(path, part.sha256)
        if state not in _proven:
            with path.open("rb") as handle:
                if hashlib.file_digest(handle, "sha256").hexdigest() != part.sha256:
                    raise damaged(path, "is not what was written: its digest does not fit")
            _proven.add(state)
    except FileNotFoundError as error:
        raise damaged(path, "is gone") from error
    return path


_proven: set[State] = set()  # files as they were when their digest was seen to fit


def _state(path: Path, digest: str) -> State:
    found = path.stat()
    return str(path), digest, found.st_size, found.st_mtime_ns, found.st_ino


def paths(folder: Path) -> list[Path]:
    """The files of a finished table in order; empty when it has no parts.

    FileNotFoundError when it is not finished, DamagedFile where a file is not what was published.
    """
    parts = read_manifest(folder)
    if parts is None:
        raise FileNotFoundError(folder / MANIFEST)
    return [verified(folder, part) for part in parts]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the file of a part itself says of it."""

    columns: tuple[str, ...]
    rows: int


def shapes(folder: Path) -> dict[Path, Shape]:
    """The files of a finished table in order, each with its shape; a file is opened for that once per process."""
    return {path: _shape(path, _state(path, "")) for path in paths(folder)}


@lru_cache(maxsize=16_384)
def _shape(path: Path, _state: State) -> Shape:
    footer = pq.read_metadata(path)
    return Shape(tuple(footer.schema.to_arrow_schema().names), footer.num_rows)


def tables(folder: Path) -> Iterator[pa.Table]:
    """The parts of a finished table, one at a time."""
    for path in paths(folder):
        yield pq.read_table(path)
