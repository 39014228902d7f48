"""Small files of a project read whole: regular ones only, and no larger than they may be."""

import errno
import os
import stat
from pathlib import Path


def read_plain(path: Path, most: int) -> bytes:
    """The bytes of a file.

    OSError where it is no plain file (a pipe would be waited for, a device never ends), or has more than `most` bytes.
    """
    # Asked before opening, because opening a pipe waits for a writer; and of the open file, which nobody can exchange.
    _check(path.stat(), most)
    with path.open("rb") as handle:
        _check(os.fstat(handle.fileno()), most)
        return handle.read(most)


def _check(state: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise OSError(errno.EINVAL, "is no plain file, but a folder, pipe or device")
    if state.st_size > most:
        raise OSError(errno.EFBIG, f"is larger than {most:,} bytes")
