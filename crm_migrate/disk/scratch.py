"""Folders for what is laid down in between: inside the project, for this user only, gone with the process or after it.

Records lie there in clear, so a process that was killed must not leave it behind for good: every folder is held
by a lock of the operating system, and whoever makes the next one removes those that nobody holds.
"""

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "held-"
_LOCK = "held"


class Scratch:
    """A folder that lives as long as this object; the system's temporary one where no place is named."""

    def __init__(self, place: Path | None) -> None:
        if place is not None:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.mkdir(exist_ok=True, mode=0o700)
            _sweep(place)
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._lock = FileLock(self.path / _LOCK, timeout=0)
        self._lock.acquire()

    def close(self) -> None:
        """Remove the folder now."""
        self._lock.release()
        self._folder.cleanup()


def _sweep(place: Path) -> None:
    """Remove the folders of processes that are no more."""
    for held in place.glob(f"{PREFIX}*/{_LOCK}"):  # one that is only just being made has no lock yet
        lock = FileLock(held, timeout=0)
        try:
            lock.acquire()
        except (Timeout, OSError):
            continue  # somebody is reading there, or just removed it
        lock.release()
        shutil.rmtree(held.parent, ignore_errors=True)
