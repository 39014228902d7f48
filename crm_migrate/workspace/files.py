"""Files that are whole or not there: written beside their place, synced, renamed."""

import os
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o666  # the second less what the user's umask takes away


def write_file(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write a file so that it is either the old one or the new one, whatever happens.

    Only its owner can read it, unless it is `SHARED`: files of the project that people keep under version control.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)  # of a process that was killed: it would keep its mode
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(folder: Path) -> None:
    """Make renames inside a folder durable; a no-op where directories cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
