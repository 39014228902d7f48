"""The door to a file: only plain files, and the same one again."""

import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from crm_migrate.errors import InputError

MAX_BYTES = 64 << 30
State = tuple[int, int, int]


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file for reading. InputError for anything else (missing, folder, pipe, device, not readable)."""
    try:
        # Asked before opening: opening a pipe would wait for a writer for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path.name}: is no plain file", hint="name a file, not a folder, pipe or device")
        handle = path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path.name}: there is no such file", hint="check `file:` of the source") from None
    except OSError as error:
        raise InputError(f"{path.name}: cannot be opened ({error.strerror})") from None
    _check_opened(handle, path)
    return handle


def open_again(path: Path, known: State) -> BufferedReader:
    """Open a file whose columns are known. InputError where it is another one by now: they would not be its own."""
    handle = open_plain(path)
    if state_of(handle.fileno()) != known:
        handle.close()
        raise InputError(
            f"{path.name}: has changed since its columns were read",
            hint="run again once nothing writes to it any more",
        )
    return handle


def state_of(file: Path | int) -> State:
    """What tells a file, or an open one by its number, from what was written over it: bytes, time of the last change,
    identity."""
    found = file.stat() if isinstance(file, Path) else os.fstat(file)
    return found.st_size, found.st_mtime_ns, found.st_ino


def _check_opened(handle: BinaryIO, path: Path) -> None:
    # The descriptor and not the name: nobody can swap the file between the question and the reading.
    state = os.fstat(handle.fileno())
    if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
        handle.close()
        raise InputError(f"{path.name}: is no plain file of at most {MAX_BYTES >> 30} GiB")
